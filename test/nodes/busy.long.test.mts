import { CredentialTestContext } from 'n8n-core';
import type { IDataObject } from 'n8n-workflow';

import { serviceNamed } from '../../kess/webPay/services.ts';
import { testPartnerCredential } from '../../nodes/KessPartner/methods/testCredential.ts';
import { testWebPayCredential } from '../../nodes/KessWebPay/methods/testCredential.ts';
import type { FaultName } from '../../sandbox/faults.mts';
import type { NodeRun } from '../../sandbox/host/engine.mts';
import { withSandbox } from '../support/kessSandbox.mts';
import { falseWords, runCell, type Verdict, verdicts } from '../support/partnerCells.mts';
import { STEPS } from '../support/partnerFaults.mts';
import { createOrders, runWebPay } from '../support/webPayNode.mts';
import { serviceExamples } from '../support/webPayServices.mts';
import { withClock } from '../support/withClock.mts';
import { withStore } from '../support/withStore.mts';

/** A gateway that answers with HTTP 429 or 503. */

const QUERY = 'webpay.acquire.queryorder';
const CREATE = 'webpay.acquire.createorder';
const QUICK_PAY = 'webpay.acquire.quickpay';

const CONFIRM = 'confirm.fundTransfer';

const sandbox = withSandbox({ fastRsa: true });
const clock = withClock(sandbox);
const store = withStore();

const query = async () => await runWebPay(sandbox, 'order', 'query', { outTradeNo: 'INV-1' });

const charge = async () =>
	await runWebPay(sandbox, 'payment', 'quickPay', {
		...{ outTradeNo: 'INV-1', body: 'Iced coffee', totalAmount: '10.50', currency: 'USD' },
		...{ authCode: '134567890123456789', serviceCode: 'WECHAT' },
	});

const refund = async () =>
	await runWebPay(sandbox, 'refund', 'create', {
		outTradeNo: 'INV-1',
		reason: 'Returned',
		...{ refundType: 'partial', partialRefundAmount: '2.50', partialRefundAmountCcy: 'USD' },
		additionalFields: { merchantReference: 'REF-1' },
	});

const callService = async (service: string) =>
	await runWebPay(sandbox, 'service', 'call', { service, parameters: '{"out_trade_no":"INV-1"}' });

async function pauses(service: string): Promise<number[]> {
	const arrivals = await sandbox.arrivals(service);
	return arrivals.slice(1).map((at, index) => at - (arrivals[index] ?? 0));
}

test('which services only look', () => {
	for (const { service } of serviceExamples('00')) {
		expect([service, serviceNamed(`webpay.acquire.${service}`).does === 'reads']).toEqual([service, /^(query|get|decode|userprofile)/i.test(service)]);
	}
	expect(serviceNamed('webpay.acquire.newService').does).toBe('pays');
});

describe('what only looks is asked again', () => {
	beforeEach(async () => {
		await createOrders(sandbox, ['INV-1'], true);
	});

	test.each<[FaultName, string, () => string | number]>([
		['too-many-requests', 'seconds', () => 1],
		['unavailable', 'seconds', () => 1],
		['too-many-requests', 'a date', () => new Date(Date.now() + 2000).toUTCString()],
	])('%s, Retry-After in %s: after that time', async (fault, _form, retryAfter) => {
		await sandbox.fault(fault, { service: QUERY, retryAfter: retryAfter() });
		const before = Date.now();
		expect((await query()).items[0]?.json).toMatchObject({ out_trade_no: 'INV-1', status: 'SUCCESS' });
		const [pause] = await pauses(QUERY);
		expect(pause).toBeGreaterThanOrEqual(990);
		expect(Date.now() - before).toBeLessThan(10_000);
	});

	test.each([undefined, '-5', 'soon'])('Retry-After %p: three times, with growing pauses, and no more', async (retryAfter) => {
		await sandbox.fault('too-many-requests', { service: QUERY, retryAfter, times: 10 });
		const { error } = await query();
		expect(error?.message).toBe('KESS gave no clear answer when asked to query the order: the gateway is busy (429) (order INV-1) [item 0]');
		const [first = 0, second = 0, third = 0, ...more] = await pauses(QUERY);
		expect(first).toBeGreaterThanOrEqual(490);
		expect(second).toBeGreaterThanOrEqual(990);
		expect(third).toBeGreaterThanOrEqual(1990);
		expect(more).toEqual([]);
	});

	test('but not when the gateway asks to wait longer than anybody would', async () => {
		await sandbox.fault('unavailable', { service: QUERY, retryAfter: 120, times: 10 });
		const before = Date.now();
		expect((await query()).error?.message).toContain('the gateway is busy and asks to wait 120 s');
		expect(Date.now() - before).toBeLessThan(5000);
		expect(await sandbox.requests(QUERY)).toBe(1);
	});

	test('a service called by its name, when it is known to look only', async () => {
		await sandbox.fault('too-many-requests', { service: QUERY, retryAfter: 0, times: 2 });
		expect((await callService('webpay.acquire.queryOrder')).error).toBeUndefined();
		expect(await sandbox.requests(QUERY)).toBe(3);
		await sandbox.fault('too-many-requests', { service: 'webpay.acquire.closeorder', retryAfter: 0, times: 2 });
		const { error } = await callService('webpay.acquire.closeorder');
		expect(error?.message).toContain('the gateway is busy (429)');
		expect(error?.description).toContain('may have been carried out');
		expect(await sandbox.requests('webpay.acquire.closeorder')).toBe(1);
	});
});

describe('what moves money is not', () => {
	test.each([false, true])('a charge, carried out: %p', async (booked) => {
		await sandbox.fault('too-many-requests', { service: QUICK_PAY, booked, retryAfter: 0, times: 10 });
		const result = await charge();
		if (booked) expect(result.items[0]?.json).toMatchObject({ out_trade_no: 'INV-1', status: 'SUCCESS', already_existed: true });
		else {
			expect(result.items[0]?.json).toMatchObject({
				status: 'unknown',
				reason: 'the gateway is busy (429)',
				next_step: expect.stringContaining('Do not charge the buyer in another way yet'),
			});
		}
		expect(await sandbox.requests(QUICK_PAY)).toBe(1);
		expect((await sandbox.money()).bookings).toHaveLength(booked ? 1 : 0);
	});

	test.each([false, true])('a refund, carried out: %p', async (booked) => {
		await createOrders(sandbox, ['INV-1'], true);
		await sandbox.fault('unavailable', { service: 'webpay.acquire.v2Refund', booked, retryAfter: 0, times: 10 });
		const result = await refund();
		if (booked) expect(result.items[0]?.json).toMatchObject({ amount: 2.5, already_existed: true });
		else {
			expect(result.items[0]?.json).toMatchObject({
				status: 'unknown',
				reason: 'the gateway is busy (503)',
				next_step: expect.stringContaining('Do not refund this in another way yet'),
			});
		}
		expect(await sandbox.requests('webpay.acquire.v2Refund')).toBe(1);
		expect((await sandbox.money()).bookings.filter(({ kind }) => kind === 'refund')).toHaveLength(booked ? 1 : 0);
	});
});

describe('a busy answer to a look-up is not "there is none"', () => {
	test('no second refund', async () => {
		await createOrders(sandbox, ['INV-1'], true);
		await refund();
		await sandbox.fault('too-many-requests', { service: 'webpay.acquire.queryRefund', retryAfter: 300, times: 10 });
		// The workflow remembers it.
		expect((await refund()).items[0]?.json).toEqual({ out_trade_no: 'INV-1', merchant_reference: 'REF-1', status: 'PARTIAL_REFUNDED', already_existed: true, warning: expect.stringMatching(/KESS says otherwise now: .*: the gateway is busy/) });
		store.clear();
		const { error } = await refund();
		expect(error?.message).toMatch(/^KESS does not say what has become of this number before: .*: the gateway is busy/);
		expect(error?.description).toContain('This run has moved no money');
		expect(await sandbox.requests('webpay.acquire.v2Refund')).toBe(1);
	});

	test('no second charge', async () => {
		await charge();
		await sandbox.fault('too-many-requests', { service: QUERY, retryAfter: 300, times: 10 });
		expect((await charge()).items[0]?.json).toEqual({ out_trade_no: 'INV-1', status: 'SUCCESS', already_existed: true, warning: expect.stringContaining('the gateway is busy') });
		store.clear();
		const { error } = await charge();
		expect(error?.message).toContain('KESS does not say what has become of this number before: ');
		expect(error?.description).toContain('This run has moved no money');
		expect(await sandbox.requests(QUICK_PAY)).toBe(1);
	});
});

describe('an order', () => {
	test.each([
		['too-many-requests', false],
		['too-many-requests', true],
		['unavailable', false],
		['unavailable', true],
	] as const)('%s, made: %p: there once, and nothing is sent before the time', async (fault, booked) => {
		await sandbox.fault(fault, { service: CREATE, booked, retryAfter: 1 });
		const { items } = await createOrders(sandbox, ['INV-1'], false);
		expect(items[0]?.json.payment_link).toBeTruthy();
		expect(await sandbox.orders()).toHaveLength(1);
		const [[turnedAway = 0], [lookedUp = 0]] = [await sandbox.arrivals(CREATE), await sandbox.arrivals(QUERY)];
		expect(lookedUp - turnedAway).toBeGreaterThanOrEqual(990);
		expect(await sandbox.requests(CREATE)).toBe(booked ? 1 : 2);
	});

	test('the rows that would be next wait too', async () => {
		const numbers = Array.from({ length: 30 }, (_, index) => `INV-${index}`);
		await sandbox.fault('slow', { service: CREATE, delayMs: 20, times: 100 });
		await sandbox.fault('unavailable', { service: CREATE, outTradeNo: ['INV-3'], retryAfter: 2 });
		const { items } = await createOrders(sandbox, numbers, false);
		expect(items.map(({ json }) => json.out_trade_no)).toEqual(numbers);
		const arrivals = [...(await sandbox.arrivals(CREATE)), ...(await sandbox.arrivals(QUERY))].sort((a, b) => a - b);
		const longest = Math.max(...arrivals.slice(1).map((at, index) => at - (arrivals[index] ?? 0)));
		// Until the busy answer arrives, others may leave, and on a busy machine be late.
		expect(longest).toBeGreaterThanOrEqual(1000);
		expect(await sandbox.orders()).toHaveLength(30);
	});

	test('when it asks for minutes, every row ends at once, unsent, and says so', async () => {
		const items = Array.from({ length: 30 }, (_, index) => ({ no: `INV-${index}` }));
		await sandbox.fault('unavailable', { service: CREATE, retryAfter: 300, times: 100 });
		const parameters = { outTradeNo: '={{ $json.no }}', body: 'Iced coffee', totalAmount: '10.50', currency: 'USD' };
		const before = Date.now();
		const result = await runWebPay(sandbox, 'order', 'create', parameters, { items, settings: { onError: 'continueRegularOutput' } });
		expect(Date.now() - before).toBeLessThan(10_000);
		expect(result.items).toHaveLength(30);
		expect(result.items.map(({ json }) => String(json.error)).filter((error) => !/busy .*300 s|busy .*29\d s/.test(error))).toEqual([]);
		expect(await sandbox.requests(CREATE)).toBeLessThanOrEqual(10);
	});

	test.each(['v1', 'v2'] as const)('%s: 100 rows, ten at a time, at a gateway that takes five', async (version) => {
		const numbers = Array.from({ length: 100 }, (_, index) => `INV-${index}`);
		await sandbox.settings({ maxInFlight: 5 });
		await sandbox.fault('slow', { service: CREATE, delayMs: 30, times: 1000 });
		const parameters = {
			...{ outTradeNo: '={{ $json.no }}', body: 'Iced coffee', totalAmount: '10.50', currency: 'USD' },
			options: { batching: { batch: { batchSize: 10 } } },
		};
		const before = Date.now();
		const { items, error } = await runWebPay(sandbox, 'order', 'create', parameters, { version, items: numbers.map((no) => ({ no })) });
		expect(error).toBeUndefined();
		expect(items.map(({ json }) => json.out_trade_no)).toEqual(numbers);
		expect(new Set(items.map(({ json }) => json.payment_link)).size).toBe(100);
		const turnedAway = (await sandbox.requestLog()).tooManyRequests;
		expect(turnedAway).toBeGreaterThan(0);
		expect(turnedAway).toBeLessThan(20);
		expect(await sandbox.orders()).toHaveLength(100);
		console.log(`100 rows, ten at a time, five taken, ${version}: ${turnedAway} answers with 429, ${Date.now() - before} ms`);
	});
});

describe('a payout', () => {
	test.each(['too-many-requests', 'unavailable'] as const)('%s at each step, before and after booking: paid once, or said so', async (fault) => {
		const credentials = sandbox.partnerCredential();
		const said: Verdict[] = [];
		const pay = async (no: string): Promise<Verdict> => {
			const cell = { items: [{ no }], settings: { onError: 'continueRegularOutput' as const } };
			const [verdict] = verdicts(await runCell(cell, structuredClone(credentials)), cell);
			said.push(verdict as Verdict);
			return verdict as Verdict;
		};
		const cells = STEPS.flatMap((step) => [false, true].flatMap((booked) => [1, 2].map((times) => ({ step, booked, times, no: `${fault}-${step}-${booked ? 'booked' : 'lost'}-${times}` }))));
		for (const { step, booked, times, no } of cells) await sandbox.fault(fault, { service: step, booked, times, outTradeNo: [no], retryAfter: 1 });
		const ends = await Promise.all(cells.map(async (cell) => ({ ...cell, ...(await pay(cell.no)) })));
		const { entries, doublePayments } = await sandbox.ledger();
		expect(doublePayments).toEqual([]);
		expect(falseWords(said, new Set(entries.map((entry) => entry.out_trade_no)))).toEqual({ falsePaid: [], falseRefused: [] });
		// A confirmation is not sent again, so that one which was not booked stays open; a lost preparation is not made again.
		for (const { no, step, booked, says } of ends) {
			const expected = step === 'create.unified.fundTransfer' && booked ? expect.anything() : step === CONFIRM && !booked ? 'unknown' : 'paid';
			expect([no, says]).toEqual([no, expected]);
		}
		// Once nothing more can come of any of them, every one is paid, and no confirmation was sent twice for one that was.
		await sandbox.clearFaults();
		await sandbox.settings({ secondCreate: 'expired' });
		await clock.forward(25 * 3_600_000);
		for (const { no } of cells) expect([no, (await pay(no)).says]).toEqual([no, 'paid']);
		const after = await sandbox.ledger();
		expect(after.doublePayments).toEqual([]);
		expect(after.entries.map((entry) => entry.out_trade_no).sort()).toEqual(cells.map(({ no }) => no).sort());
		expect(await sandbox.requests(CONFIRM)).toBe(cells.length + cells.filter(({ step, booked }) => step === CONFIRM && !booked).length);
	});

	test('a look-up is repeated three times and no more, and nothing is prepared or paid without it', async () => {
		await sandbox.fault('too-many-requests', { service: 'query.fundTransfer', retryAfter: 0, times: 10 });
		const { error } = await runCell({ items: [{ no: 'T-1' }] }, sandbox.partnerCredential());
		expect(error?.message).toBe('KESS does not say what has become of this number before: the gateway is busy (429) (transfer T-1) [item 0]');
		expect(error?.description).toContain('This run has moved no money');
		expect(await sandbox.requests('query.fundTransfer')).toBe(4);
		expect(await sandbox.requests('create.unified.fundTransfer')).toBe(0);
	});

	test('the wait that was asked for comes before the look-ups, and the confirmation is not sent again', async () => {
		await sandbox.settings({ secondCreate: 'expired' });
		await sandbox.fault('too-many-requests', { service: CONFIRM, retryAfter: 2 });
		const run = async () => (await runCell({ items: [{ no: 'T-1' }] }, sandbox.partnerCredential())).items[0]?.json;
		const first = await run();
		expect(first).toMatchObject({ status: 'unknown', reason: 'the gateway is busy (429) and asks to wait 2 s' });
		const [turnedAway = 0, ...more] = await sandbox.arrivals(CONFIRM);
		expect(more).toEqual([]);
		const looks = (await sandbox.arrivals('query.fundTransfer')).filter((at) => at > turnedAway);
		expect(looks).toHaveLength(4);
		expect((looks[0] ?? 0) - turnedAway).toBeGreaterThanOrEqual(1990);
		await clock.passTime(first?.next_step);
		expect((await run())?.status).toBe('paid');
		expect([await sandbox.paidOut(), await sandbox.requests(CONFIRM)]).toEqual([['T-1'], 2]);
	});

	test('forty rows, ten at a time, at a gateway that takes three: each paid once', async () => {
		await sandbox.settings({ maxInFlight: 3, secondCreate: 'expired' });
		await sandbox.fault('slow', { delayMs: 20, times: 1000 });
		const items = Array.from({ length: 40 }, (_, index) => ({ no: `W-${index}` }));
		const run = async () => await runCell({ items, options: { batching: { batch: { batchSize: 10 } } } }, sandbox.partnerCredential());
		const result = await run();
		// A confirmation that was turned away is not sent again: its row is unknown, and nothing else is.
		const turnedAway = result.items.filter(({ json }) => json.status === 'unknown').map(({ json }) => String(json.out_trade_no));
		expect(result.items.map(({ json }) => [json.out_trade_no, json.status])).toEqual(items.map(({ no }) => [no, turnedAway.includes(no) ? 'unknown' : 'paid']));
		expect(turnedAway.length).toBeLessThan(10);
		expect((await sandbox.paidOut()).sort()).toEqual(items.map(({ no }) => no).filter((no) => !turnedAway.includes(no)).sort());
		console.log(`40 payouts, ten at a time, three taken: ${(await sandbox.requestLog()).tooManyRequests} answers with 429, ${turnedAway.length} rows unknown`);

		await sandbox.settings({ maxInFlight: 0 });
		await clock.forward(3_600_000);
		expect((await run()).items.map(({ json }) => json.status)).toEqual(items.map(() => 'paid'));
		const { entries, doublePayments } = await sandbox.ledger();
		expect([entries.length, doublePayments]).toEqual([40, []]);
	});
});

describe('the login', () => {
	const GATEWAYS: Array<[string, string, (items: IDataObject[]) => Promise<NodeRun>]> = [
		['WebPay', 'oauth', async (items) => await createOrders(sandbox, items.map(({ no }) => String(no)), false)],
		['Partner', 'partner-oauth', async (items) => await runCell({ items }, sandbox.partnerCredential())],
	];
	const items = Array.from({ length: 10 }, (_, index) => ({ no: `L-${index}` }));

	beforeEach(async () => {
		// A gateway that this process has no token of yet.
		await sandbox.restart();
	});

	test.each(GATEWAYS)('%s: is asked for again after the time, once for all rows', async (_name, service, run) => {
		await sandbox.fault('too-many-requests', { service, retryAfter: 1 });
		const result = await run(items);
		expect(result.items.map(({ json }) => json.out_trade_no)).toEqual(items.map(({ no }) => no));
		expect(await sandbox.requests(service)).toBe(2);
		expect((await pauses(service))[0]).toBeGreaterThanOrEqual(990);
	});

	test.each(GATEWAYS)('%s: when it asks for minutes, nothing is sent', async (_name, service, run) => {
		await sandbox.fault('unavailable', { service, retryAfter: 300, times: 10 });
		const message = await run(items).then(
			({ error }) => error?.message,
			(error: Error) => error.message,
		);
		expect(message).toMatch(/the login gave no token: the gateway is busy \(503\) and asks to wait 300 s/);
		expect(await sandbox.requests(service)).toBe(1);
	});
});

describe('the test of a credential', () => {
	const outcomes = async () => {
		const context = new CredentialTestContext({} as never);
		const webPay = sandbox.webPayCredential('v2').kessWebPayApi ?? {};
		const partner = (sandbox.partnerCredential()).kessPartnerApi ?? {};
		return [
			await testWebPayCredential.call(context, { id: '1', name: 'test', type: 'kessWebPayApi', data: webPay }),
			await testPartnerCredential.call(context, { id: '2', name: 'test', type: 'kessPartnerApi', data: partner }),
		];
	};

	test('waits a little', async () => {
		for (const service of ['oauth', 'partner-oauth', QUERY, 'query.fundTransfer']) await sandbox.fault('too-many-requests', { service, retryAfter: 1 });
		expect((await outcomes()).map(({ status }) => status)).toEqual(['OK', 'OK']);
		expect((await sandbox.requestLog()).tooManyRequests).toBe(4);
	});

	test('and says when it does not', async () => {
		for (const service of ['oauth', 'query.fundTransfer']) await sandbox.fault('unavailable', { service, retryAfter: 60 });
		const said = { status: 'Error', message: 'KESS is reachable, but the gateway is busy (503) and asks to wait 60 s. Test the credential again then.' };
		expect(await outcomes()).toEqual([said, said]);
	});
});
