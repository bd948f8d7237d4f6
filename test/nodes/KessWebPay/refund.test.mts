import type { IDataObject } from 'n8n-workflow';

import type { NodeRun } from '../../../sandbox/host/engine.mts';
import { until } from '../../support/gatewayClient.mts';
import { withSandbox } from '../../support/kessSandbox.mts';
import { createOrders, runWebPay, type WebPayRunOptions } from '../../support/webPayNode.mts';
import { withClock } from '../../support/withClock.mts';
import { withStore } from '../../support/withStore.mts';

const REFUND = 'webpay.acquire.v2Refund';
const QUERY = 'webpay.acquire.queryRefund';

const HOUR = 3_600_000;

const sandbox = withSandbox();
const clock = withClock(sandbox);
withStore();

beforeEach(async () => {
	await createOrders(sandbox, ['INV-1'], true);
});

const create = (additionalFields: IDataObject = {}, options: WebPayRunOptions & { outTradeNo?: string; more?: IDataObject } = {}): Promise<NodeRun> => {
	const { outTradeNo = 'INV-1', more = {} } = options;
	const { amount, ...others } = additionalFields;
	const partial = amount === undefined ? {} : { refundType: 'partial', partialRefundAmount: amount, partialRefundAmountCcy: 'USD' };
	return runWebPay(sandbox, 'refund', 'create', { outTradeNo, reason: 'Goods returned', ...partial, additionalFields: others, ...more }, options);
};

/** A part of the order. */
const part = (amount: string, merchantReference = 'REF-1') => ({ amount, merchantReference });

const orderStatus = async (outTradeNo = 'INV-1') => (await sandbox.orders()).find((order) => order.out_trade_no === outTradeNo)?.status;

/** What the sandbox has really given back. */
async function refunded(outTradeNo = 'INV-1'): Promise<number[]> {
	const order = (await sandbox.orders()).find((entry) => entry.out_trade_no === outTradeNo) as unknown as { refund_histories: Array<{ amount: number }> };
	return order.refund_histories.map(({ amount }) => amount);
}

describe('create', () => {
	test('gives all of the order back', async () => {
		const result = await create({ callbackUrl: 'http://127.0.0.1:9/refund' });
		expect(result.error).toBeUndefined();
		expect(result.items).toMatchObject([{ json: { amount: 10.5, currency: 'USD', status: 'REFUNDED', out_trade_no: 'INV-1', reason: 'Goods returned' }, pairedItem: { item: 0 } }]);
		expect(result.items[0]?.json).not.toHaveProperty('already_existed');
		expect(await orderStatus()).toBe('REFUNDED');
	});

	test('gives parts of it back, up to its total', async () => {
		expect((await create(part('4.20', 'REF-1'))).items[0]?.json).toMatchObject({ amount: 4.2, status: 'PARTIAL_REFUNDED', merchant_reference: 'REF-1' });
		expect(await orderStatus()).toBe('PARTIAL_REFUNDED');
		const tooMuch = await create(part('6.31', 'REF-2'));
		expect(tooMuch.error?.message).toBe('KESS refuses to refund the order: Only 6.3 USD of the order INV-1 can be refunded. (422) (order INV-1, refund REF-2) [item 0]');
		expect((await create(part('6.30', 'REF-3'))).items[0]?.json).toMatchObject({ amount: 6.3, status: 'REFUNDED' });
		expect(await refunded()).toEqual([4.2, 6.3]);
	});

	test('an order that is not paid is not refunded', async () => {
		await createOrders(sandbox, ['INV-2'], false);
		expect((await create({}, { outTradeNo: 'INV-2' })).error?.message).toContain('The order INV-2 is not paid. (422) (order INV-2) [item 0]');
	});

	test('a refund of all that is made again, also at once, returns the refunded order', async () => {
		const result = await create({}, { items: [{}, {}, {}] });
		expect(result.items.filter((item) => item.json.already_existed === true)).toHaveLength(2);
		expect((await create()).items[0]?.json).toMatchObject({ out_trade_no: 'INV-1', status: 'REFUNDED', already_existed: true });
		expect([await refunded(), await sandbox.requests(REFUND)]).toEqual([[10.5], 1]);
	});

	test('an answer that names less or more than the order has cost is told, unless a part was given back before', async () => {
		await sandbox.fault('wrong-amount', { service: REFUND });
		const result = await create();
		expect(result.items[0]?.json).toMatchObject({ status: 'REFUNDED', amount: 11.5, warning: 'KESS has refunded 11.5 USD instead of 10.5 USD' });
		await createOrders(sandbox, ['INV-2'], true);
		await create(part('4'), { outTradeNo: 'INV-2' });
		const rest = await create({}, { outTradeNo: 'INV-2' });
		expect(rest.items[0]?.json).toMatchObject({ status: 'REFUNDED', amount: 6.5 });
		expect(rest.items[0]?.json.warning).toBeUndefined();
	});

	test.each([
		['this workflow', async () => await create()],
		['somebody else', async () => await sandbox.refund('INV-1')],
	])('no part is left of an order that %s has refunded in full', async (_who, refundAll) => {
		await refundAll();
		const sent = await sandbox.requests(REFUND);
		for (const hours of [0, 48]) {
			await clock.forward(hours * HOUR);
			expect((await create(part('1'))).error?.message).toBe('No part of this order can be refunded: the whole order has been refunded (order INV-1, refund REF-1) [item 0]');
		}
		expect([await refunded(), await sandbox.requests(REFUND)]).toEqual([[10.5], sent]);
	});

	test('what only the memory knows to be done has a status too', async () => {
		await sandbox.settings({ refundLagMs: HOUR, orderLagMs: HOUR });
		await clock.forward(2 * HOUR);
		await create(part('2.50'));
		const warning = expect.stringMatching(/^This workflow has seen that it was done/);
		expect((await create(part('2.50'))).items[0]?.json).toEqual({ out_trade_no: 'INV-1', merchant_reference: 'REF-1', status: 'PARTIAL_REFUNDED', already_existed: true, warning });
		await create();
		expect((await create()).items[0]?.json).toEqual({ out_trade_no: 'INV-1', status: 'REFUNDED', already_existed: true, warning });
		expect((await create(part('1', 'REF-2'))).error?.message).toMatch(/^No part of this order can be refunded/);
		expect(await refunded()).toEqual([2.5, 8]);
	});

	test('nothing is sent when KESS does not show the order', async () => {
		await sandbox.fault('html', { service: 'webpay.acquire.queryOrder' });
		expect((await create()).error?.message).toMatch(/^KESS does not say what has become of this number before: KESS gave no clear answer when asked to show the order that is to be refunded: /);
		expect((await create({}, { outTradeNo: 'NOBODY' })).error?.message).toContain('There is no order with the out_trade_no NOBODY. (404) (order NOBODY)');
		expect(await sandbox.requests(REFUND)).toBe(0);
	});
});

describe('with a merchant reference nothing is refunded twice', () => {
	test('a repeated refund is returned and says so', async () => {
		const first = await create(part('2.50'));
		const second = await create(part('2.5'));
		expect(second.items[0]?.json).toEqual({ ...first.items[0]?.json, already_existed: true });
		expect(await refunded()).toEqual([2.5]);
	});

	test('a repeated refund of all is returned too, also of what earlier parts had left', async () => {
		await create(part('4', 'PART'));
		await create({ merchantReference: 'REST' });
		const again = await create({ merchantReference: 'REST' });
		expect(again.items[0]?.json).toMatchObject({ amount: 6.5, status: 'REFUNDED', already_existed: true });
		expect(await refunded()).toEqual([4, 6.5]);
	});

	test.each<[string, IDataObject, string, RegExp]>([
		['another amount', part('3'), 'INV-1', /^This merchant reference is used: the refund with it is one over 2.5 USD instead of 3 USD \(order INV-1, refund REF-1\) \[item 0\]$/],
		['all instead of a part', { merchantReference: 'REF-1' }, 'INV-1', /over 2.5 USD instead of the whole order/],
		['another order', part('2.50'), 'INV-2', /^This merchant reference is used: the refund with it is one of the order INV-1 /],
	])('the reference of a refund over something else is refused: %s', async (_name, fields, outTradeNo, message) => {
		await createOrders(sandbox, ['INV-2'], true);
		await create(part('2.50'));
		const result = await create(fields, { outTradeNo });
		expect(result.error?.message).toMatch(message);
		expect([await refunded(), await refunded('INV-2')]).toEqual([[2.5], []]);
	});

	test.each(['lost-after-booking', 'error-500-after', 'reset-mid-body', 'html', 'empty'] as const)('%s: looked up and returned', async (fault) => {
		await sandbox.fault(fault, { service: REFUND });
		const result = await create(part('2.50'));
		expect(result.error).toBeUndefined();
		expect(result.items[0]?.json).toMatchObject({ amount: 2.5, merchant_reference: 'REF-1', already_existed: true });
		expect(await sandbox.requests(REFUND)).toBe(1);
		expect(await refunded()).toEqual([2.5]);
	});

	test('hang-after: looked up after the timeout', async () => {
		await sandbox.fault('hang-after', { service: REFUND });
		const result = await create(part('2.50'), { more: { options: { timeout: 300 } } });
		expect(result.items[0]?.json).toMatchObject({ already_existed: true });
	});

	test.each(['lost-before-booking', 'error-500-before'] as const)('%s: not sent again by itself, but by the next attempt', async (fault) => {
		await sandbox.fault(fault, { service: REFUND });
		const result = await create(part('2.50'));
		expect(result.error).toBeUndefined();
		expect(result.items[0]?.json).toEqual({
			out_trade_no: 'INV-1',
			merchant_reference: 'REF-1',
			status: 'unknown',
			reason: expect.any(String),
			next_step: expect.stringMatching(
				/^Do not refund this in another way yet\. Run it again in this same workflow with the same merchant reference, now or after \d{4}-.*: it is looked up first\.$/,
			),
		});
		expect([await refunded(), await sandbox.requests(REFUND)]).toEqual([[], 1]);
		// For a day it may still be carried out: until then nothing is sent.
		await clock.forward(23 * HOUR);
		const early = await create(part('2.50'));
		expect(early.items[0]?.json).toMatchObject({ status: 'unknown', reason: expect.stringContaining('an earlier run may have sent this to KESS') });
		expect([await refunded(), await sandbox.requests(REFUND)]).toEqual([[], 1]);
		await clock.passTime(early.items[0]?.json.next_step);
		expect((await create(part('2.50'))).items[0]?.json).toMatchObject({ amount: 2.5 });
		expect((await create(part('2.50'))).items[0]?.json).toMatchObject({ amount: 2.5, already_existed: true });
		expect([await refunded(), await sandbox.requests(REFUND)]).toEqual([[2.5], 2]);
	});

	test('20 rows with lost answers, on both sides of booking, with Retry On Fail: each refunded once', async () => {
		const numbers = Array.from({ length: 20 }, (_, index) => `R-${index}`);
		await createOrders(sandbox, numbers, true);
		await sandbox.fault('lost-after-booking', { service: REFUND, outTradeNo: numbers.filter((_, index) => index % 3 === 0) });
		await sandbox.fault('lost-before-booking', { service: REFUND, outTradeNo: numbers.filter((_, index) => index % 3 === 1) });
		await sandbox.fault('html', { service: QUERY, times: 3 });
		const run = async () =>
			await runWebPay(
				sandbox,
				'refund',
				'create',
				{
					...{ outTradeNo: '={{ $json.no }}', reason: 'Recall', refundType: 'partial', partialRefundAmount: '1.05', partialRefundAmountCcy: 'USD' },
					additionalFields: { merchantReference: '=C-{{ $json.no }}' },
				},
				{ items: numbers.map((no) => ({ no })), settings: { retryOnFail: true, maxTries: 5, waitBetweenTries: 0 } },
			);
		const result = await run();
		expect(result.error).toBeUndefined();
		expect(result.items.map((item) => item.json.merchant_reference)).toEqual(numbers.map((no) => `C-${no}`));
		// What never arrived stays unknown as long as it might; all others are done.
		const lost = numbers.filter((_, index) => index % 3 === 1);
		expect(numbers.filter((_, index) => result.items[index]?.json.status === 'unknown')).toEqual(lost);
		for (const no of numbers) expect(await refunded(no)).toEqual(lost.includes(no) ? [] : [1.05]);
		expect(await sandbox.requests(REFUND)).toBe(numbers.length);
		await clock.passTime(result.items.find(({ json }) => json.status === 'unknown')?.json.next_step);
		const later = await run();
		expect(later.items.map(({ json }) => json.status)).not.toContain('unknown');
		for (const no of numbers) expect(await refunded(no)).toEqual([1.05]);
		expect(await sandbox.requests(REFUND)).toBe(numbers.length + lost.length);
	});

	test('the same reference in several rows at once is refunded once', async () => {
		const result = await create(part('1'), { items: [{}, {}, {}, {}] });
		expect(result.items.filter((item) => item.json.already_existed === true)).toHaveLength(3);
		expect(await refunded()).toEqual([1]);
	});

	test.each([
		['success-false-200', /^KESS refuses to look up the refund: /],
		['html', /^KESS does not say what has become of this number before: /],
	] as const)('when KESS does not say whether it exists (%s), nothing is sent', async (fault, says) => {
		await sandbox.fault(fault, { service: QUERY });
		const result = await create(part('1'));
		expect(result.error?.message).toMatch(says);
		expect(await sandbox.requests(REFUND)).toBe(0);
	});

	test('no answer to the refund and none to the question: said, and found the next time', async () => {
		await sandbox.fault('slow', { service: REFUND, delayMs: 2000 });
		await sandbox.fault('lost-after-booking', { service: REFUND });
		const first = create(part('1'));
		await until(async () => (await sandbox.requests(REFUND)) === 1);
		await sandbox.fault('html', { service: QUERY, times: 4 });
		expect((await first).items[0]?.json).toMatchObject({ status: 'unknown', next_step: expect.stringContaining('Do not refund this in another way yet') });
		expect((await create(part('1'))).items[0]?.json).toMatchObject({ already_existed: true });
		expect(await refunded()).toEqual([1]);
	});
});

describe('an answer is verified before it is believed', () => {
	test.each([
		['wrong-order', 'the answer to the refund names another order than the one sent'],
		['wrong-amount', 'the answer to the refund names another amount than the one sent'],
	] as const)('%s; the next attempt finds the refund', async (fault, message) => {
		await sandbox.fault(fault, { service: REFUND });
		// No look-up shows it yet.
		await sandbox.settings({ refundLagMs: HOUR });
		expect((await create(part('2.50'))).items[0]?.json).toMatchObject({ status: 'unknown', reason: message });
		expect((await create(part('2.50'))).items[0]?.json.status).toBe('unknown');
		await clock.forward(HOUR);
		expect((await create(part('2.50'))).items[0]?.json).toMatchObject({ amount: 2.5, already_existed: true });
		expect(await refunded()).toEqual([2.5]);
	});
});

test('without a reference a lost answer is not guessed', async () => {
	await sandbox.fault('lost-after-booking', { service: REFUND });
	// The order shows it, and only that is believed.
	await sandbox.settings({ orderLagMs: HOUR });
	await clock.forward(2 * HOUR);
	const result = await create();
	expect(result.items[0]?.json).toMatchObject({ out_trade_no: 'INV-1', status: 'unknown', next_step: expect.stringContaining('with the same order number, now or after') });
	expect((await create()).items[0]?.json.status).toBe('unknown');
	await clock.forward(HOUR);
	expect((await create()).items[0]?.json).toMatchObject({ status: 'REFUNDED', already_existed: true });
	expect(await sandbox.requests(REFUND)).toBe(1);
});

describe('while a part of an order is unknown, nothing else of it is refunded', () => {
	const others: Array<IDataObject | undefined> = [undefined, { merchantReference: 'REF-2' }, part('2.50', 'REF-2')];
	const OTHER = { status: 'unknown', reason: 'an earlier run has asked KESS for another refund of this order, and it is not known here what became of it: run that one again first' };

	test('until KESS shows it', async () => {
		await sandbox.fault('lost-after-booking', { service: REFUND });
		await sandbox.settings({ refundLagMs: HOUR, orderLagMs: HOUR });
		await clock.forward(2 * HOUR);
		expect((await create(part('2.50'))).items[0]?.json.status).toBe('unknown');
		for (const other of others) expect((await create(other)).items[0]?.json).toMatchObject(OTHER);
		expect(await sandbox.requests(REFUND)).toBe(1);
		await clock.forward(2 * HOUR);
		expect((await create(part('2.50'))).items[0]?.json).toMatchObject({ amount: 2.5, already_existed: true });
		expect((await create(part('3', 'REF-2'))).items[0]?.json).toMatchObject({ amount: 3, status: 'PARTIAL_REFUNDED' });
		expect((await create()).items[0]?.json).toMatchObject({ amount: 5, status: 'REFUNDED' });
		expect(await refunded()).toEqual([2.5, 3, 5]);
	});

	test('or until it can no longer be carried out', async () => {
		await sandbox.fault('lost-before-booking', { service: REFUND });
		const first = await create(part('2.50'));
		expect((await create()).items[0]?.json).toMatchObject(OTHER);
		await clock.passTime(first.items[0]?.json.next_step);
		expect((await create()).items[0]?.json).toMatchObject({ amount: 10.5, status: 'REFUNDED' });
		expect((await create(part('2.50'))).error?.message).toMatch(/^No part of this order can be refunded/);
		expect(await refunded()).toEqual([10.5]);
	});

	test('and two parts in one list are both made', async () => {
		const more = { additionalFields: { merchantReference: '={{ $json.no }}' } };
		const result = await create(part('2.50'), { items: [{ no: 'REF-1' }, { no: 'REF-2' }], more });
		expect(result.items.map(({ json }) => json.status)).toEqual(['PARTIAL_REFUNDED', 'PARTIAL_REFUNDED']);
		expect(await refunded()).toEqual([2.5, 2.5]);
	});
});

test('HTTP 401 to the refund: unknown, and not sent again', async () => {
	await sandbox.fault('expired-token', { service: REFUND });
	const result = await create(part('2.50'), { settings: { retryOnFail: true, maxTries: 3, waitBetweenTries: 0 } });
	expect(result.items[0]?.json).toMatchObject({ status: 'unknown', reason: expect.stringMatching(/^the login was refused: /) });
	expect([await refunded(), await sandbox.requests(REFUND)]).toEqual([[], 1]);
});

describe('refused before a request leaves', () => {
	const AMOUNT = { partialRefundAmount: '1', partialRefundAmountCcy: 'USD' };

	test.each<[string, IDataObject, RegExp]>([
		['a part without a reference', { amount: '1' }, /^A partial refund needs a Merchant Reference/],
		['a part whose amount is empty in this row', { ...part('={{ $json.nothing }}') }, /^Partial Refund Amount \(partialRefundAmount\) is empty/],
		['amount 0', part('0'), /has to be greater than 0/],
		['three decimals', part('1.005'), /more than two decimals/],
		['a shortened reference', part('1', '1.2E+12'), /Merchant Reference .* is a number that a spreadsheet has shortened/],
		['no address', { callbackUrl: 'here' }, /Callback URL .* is not a web address/],
	])('%s', async (_name, fields, message) => {
		const result = await create(fields);
		expect(result.error?.message).toMatch(message);
		expect(result.error?.description).toBeTruthy();
		expect(await sandbox.requests(REFUND)).toBe(0);
	});

	test.each<[string, IDataObject, RegExp]>([
		['a choice that is empty in this row', { refundType: '={{ $json.nothing }}', ...AMOUNT }, /^Refund \(refundType\) is ""/],
		['a choice that there is not', { refundType: '={{ "all" }}', ...AMOUNT }, /^Refund \(refundType\) is "all"/],
		['a part without a currency', { refundType: 'partial', partialRefundAmount: '1', partialRefundAmountCcy: '={{ $json.nothing }}', additionalFields: { merchantReference: 'R' } }, /^Partial Refund Currency .* is empty/],
	])('%s', async (_name, more, message) => {
		expect((await create({}, { more })).error?.message).toMatch(message);
		expect(await sandbox.requests(REFUND)).toBe(0);
	});

	test.each(['create', 'query'])('%s on gateway version 1', async (operation) => {
		const parameters = { outTradeNo: 'INV-1', reason: 'x', merchantReference: 'R' };
		const result = await runWebPay(sandbox, 'refund', operation, parameters, { version: 'v1' });
		expect(result.error?.message).toMatch(/^This operation needs gateway version 2/);
		expect((await sandbox.requests(REFUND)) + (await sandbox.requests(QUERY))).toBe(0);
	});
});

describe('query', () => {
	const query = (parameters: IDataObject) => runWebPay(sandbox, 'refund', 'query', { lookUpBy: Object.keys(parameters)[0], ...parameters });

	test('finds a refund by either number', async () => {
		const made = (await create(part('1'))).items[0]?.json ?? {};
		expect((await query({ merchantReference: 'REF-1' })).items[0]?.json).toEqual(made);
		expect((await query({ transactionId: made.transaction_id as string })).items[0]?.json).toEqual(made);
	});

	test('says what is missing', async () => {
		expect((await query({ merchantReference: '={{ $json.nothing }}' })).error?.message).toBe('Merchant Reference (merchantReference) is empty [item 0]');
		expect((await query({ transactionId: '={{ $json.nothing }}' })).error?.message).toBe('Transaction ID (transactionId) is empty [item 0]');
		expect((await query({ lookUpBy: '={{ "order" }}', merchantReference: 'R', transactionId: 'T' })).error?.message).toMatch(/^Look Up By \(lookUpBy\) is "order"/);
		expect((await query({ merchantReference: 'NOBODY' })).error?.message).toBe('KESS refuses to query the refund: There is no such refund. (404) (refund NOBODY) [item 0]');
	});

	test('wrong-signature: looked up, because the money may have gone back', async () => {
		await sandbox.fault('wrong-signature', { service: REFUND });
		expect((await create(part('2.50'))).items[0]?.json).toMatchObject({ amount: 2.5, already_existed: true });
		expect(await refunded()).toEqual([2.5]);
	});
});
