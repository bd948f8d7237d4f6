import type { IDataObject } from 'n8n-workflow';

import { KessWebPayApi } from '../../../credentials/KessWebPayApi.credentials.ts';
import { KessWebPayPollTrigger } from '../../../nodes/KessWebPay/KessWebPayPollTrigger.node.ts';
import { Polling, runNode } from '../../../sandbox/host/engine.mts';
import type { FaultName, FaultOptions } from '../../../sandbox/faults.mts';
import { until } from '../../support/gatewayClient.mts';
import { withSandbox } from '../../support/kessSandbox.mts';
import { createOrders, runWebPay } from '../../support/webPayNode.mts';
import { withClock } from '../../support/withClock.mts';

/** The trigger that looks by itself, called as n8n calls it. */

const LIST = 'webpay.acquire.queryorderbydaterange';
const QUERY = 'webpay.acquire.queryorder';
const MINUTE = 60_000;
const DAY = 86_400_000;

const sandbox = withSandbox();
const clock = withClock(sandbox);

/** Every token has ended by the next day. */
const days = async (count: number) => {
	await clock.forward(count * DAY);
	await sandbox.expireTokens();
};

const optionsOf = (parameters: IDataObject = {}, version: 'v1' | 'v2' = 'v2', credential = {}) => ({
	node: new KessWebPayPollTrigger(),
	parameters: { statuses: ['SUCCESS'], daysBack: 2, options: {}, ...parameters },
	credentialTypes: [new KessWebPayApi()],
	credentials: sandbox.webPayCredential(version, credential),
});

const polling = (parameters: IDataObject = {}, version?: 'v1' | 'v2') => new Polling(optionsOf(parameters, version));

const numbers = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix}-${index}`);

const numbersOf = (items: Array<{ json: IDataObject }>) => items.map(({ json }) => String(json.out_trade_no));

/** An order whose link is valid for a month. */
async function createLasting(outTradeNo: string): Promise<void> {
	const parameters = { outTradeNo, body: 'Iced coffee', totalAmount: '10.50', currency: 'USD', additionalFields: { expiresIn: 30 * 86_400 } };
	expect((await runWebPay(sandbox, 'order', 'create', parameters)).error).toBeUndefined();
}

/** A workflow that has been activated when nothing was paid. */
async function activated(parameters: IDataObject = {}): Promise<Polling> {
	const workflow = polling(parameters);
	expect(await workflow.activate()).toEqual([]);
	return workflow;
}

test('begins from now: what was paid before the activation starts nothing, what is paid afterwards does, once', async () => {
	await createOrders(sandbox, ['OLD'], true);
	await createOrders(sandbox, ['A', 'B', 'C'], false);
	const workflow = await activated();
	expect(await workflow.poll()).toEqual([]);
	await sandbox.pay('A');
	await sandbox.pay('B');
	await sandbox.close('C');
	const items = await workflow.poll();
	expect(numbersOf(items).sort()).toEqual(['A', 'B']);
	expect(items[0]?.json).toMatchObject({ event: 'paid', status: 'SUCCESS', total_amount: 10.5, payment_link: expect.any(String) });
	expect(await workflow.poll()).toEqual([]);
});

test('300 orders, paid in batches, with restarts between them and while n8n is off: each once', async () => {
	const all = numbers('M', 300);
	await createOrders(sandbox, all, false);
	const workflow = await activated();
	const seen: string[] = [];
	const batches = Array.from({ length: 6 }, (_, index) => all.slice(index * 50, index * 50 + 50));
	for (const [index, batch] of batches.entries()) {
		for (const outTradeNo of batch) await sandbox.pay(outTradeNo);
		if (index % 2 === 1) seen.push(...numbersOf(await workflow.activate()));
		seen.push(...numbersOf(await workflow.poll()));
	}
	expect(seen).toHaveLength(300);
	expect(new Set(seen)).toEqual(new Set(all));
	process.stdout.write(`300 orders: n8n stores ${workflow.storedLength} characters\n`);
	expect(workflow.storedLength).toBeLessThan(300 * 30);
});

test('an order of yesterday that is paid today is found; one that is older than Days Back is not', async () => {
	await createLasting('TOO-OLD');
	await days(3);
	await createLasting('YESTERDAY');
	const workflow = await activated({ daysBack: 1 });
	await days(1);
	expect(await workflow.poll()).toEqual([]);
	await sandbox.pay('TOO-OLD');
	await sandbox.pay('YESTERDAY');
	expect(numbersOf(await workflow.poll())).toEqual(['YESTERDAY']);
	expect(await workflow.poll()).toEqual([]);
});

test('look-ups that lag by minutes only come later', async () => {
	await createOrders(sandbox, ['LATE'], false);
	const workflow = await activated();
	await sandbox.settings({ orderLagMs: 5 * MINUTE });
	await sandbox.pay('LATE');
	expect(await workflow.poll()).toEqual([]);
	await clock.forward(3 * MINUTE);
	expect(await workflow.poll()).toEqual([]);
	await clock.forward(3 * MINUTE);
	expect(numbersOf(await workflow.poll())).toEqual(['LATE']);
	expect(await workflow.poll()).toEqual([]);
});

test('many pages are read, and a page that is missing fails the look instead of leaving orders out', async () => {
	await createOrders(sandbox, numbers('P', 150), false);
	const workflow = await activated();
	await sandbox.pay('P-0');
	await sandbox.pay('P-149');
	await sandbox.fault('slow', { service: LIST, delayMs: 2000 });
	const asked = await sandbox.requests(LIST);
	const look = workflow.poll();
	await until(async () => (await sandbox.requests(LIST)) > asked);
	await sandbox.fault('error-500-before', { service: LIST });
	await expect(look).rejects.toThrow(/^KESS gave no clear answer when asked to list the orders/);
	expect(numbersOf(await workflow.poll()).sort()).toEqual(['P-0', 'P-149']);
});

test.each<[FaultName, string, FaultOptions, RegExp]>([
	['error-500-before', LIST, {}, /^KESS gave no clear answer when asked to list the orders/],
	['lost-before-booking', LIST, {}, /^KESS gave no clear answer when asked to list the orders/],
	['refused-before', LIST, { code: 'PROCESS_FAILED' }, /^KESS refuses to list the orders/],
	['error-500-before', QUERY, {}, /^KESS gave no clear answer about the order F/],
	['refused-before', QUERY, { code: 'PROCESS_FAILED' }, /^KESS refuses to show the order F, which it lists/],
	['wrong-order', QUERY, {}, /^The answer is about another order/],
	['wrong-signature', QUERY, {}, /^The signature of the answer is wrong/],
])('a look that fails loses nothing: %s of %s', async (fault, service, options, message) => {
	await createOrders(sandbox, ['F'], false);
	const workflow = await activated();
	await sandbox.pay('F');
	await sandbox.fault(fault, { service, ...options });
	await expect(workflow.poll()).rejects.toThrow(message);
	expect(numbersOf(await workflow.poll())).toEqual(['F']);
	expect(await workflow.poll()).toEqual([]);
});

test('an order that KESS does not show leaves the others alone, and comes with the next look', async () => {
	await createOrders(sandbox, ['X', 'Y', 'Z'], false);
	const workflow = await activated();
	for (const outTradeNo of ['X', 'Y', 'Z']) await sandbox.pay(outTradeNo);
	await sandbox.fault('refused-before', { service: QUERY, outTradeNo: 'Y', code: 'PROCESS_FAILED' });
	expect(numbersOf(await workflow.poll())).toEqual(['X', 'Z']);
	expect(numbersOf(await workflow.poll())).toEqual(['Y']);
});

test('an order that KESS lists and never shows stops no other one, fails one look, and comes when it is shown', async () => {
	const good = numbers('GOOD', 30);
	await createOrders(sandbox, ['BAD', ...good], false);
	const workflow = await activated();
	for (const outTradeNo of ['BAD', ...good]) await sandbox.pay(outTradeNo);
	await sandbox.fault('wrong-signature', { service: QUERY, outTradeNo: 'BAD', times: 4 });
	expect(numbersOf(await workflow.poll())).toEqual(good);
	await expect(workflow.poll()).rejects.toThrow(/^The signature of the answer is wrong/);
	expect(await workflow.poll()).toEqual([]);
	await createOrders(sandbox, ['NEW'], true);
	expect(numbersOf(await workflow.poll())).toEqual(['NEW']);
	expect(numbersOf(await workflow.poll())).toEqual(['BAD']);
});

test('one question without an answer stops no other one; a gateway that answers none is soon left alone', async () => {
	const good = numbers('GOOD', 60);
	await createOrders(sandbox, ['BAD', ...good], false);
	const workflow = await activated();
	await sandbox.pay('BAD');
	for (const outTradeNo of good.slice(0, 30)) await sandbox.pay(outTradeNo);
	await sandbox.fault('error-500-before', { service: QUERY, outTradeNo: 'BAD' });
	expect(await workflow.poll()).toHaveLength(30);
	for (const outTradeNo of good.slice(30)) await sandbox.pay(outTradeNo);
	const asked = await sandbox.requests(QUERY);
	await sandbox.fault('error-500-before', { service: QUERY, times: 25 });
	await expect(workflow.poll()).rejects.toThrow(/^KESS gave no clear answer about the order/);
	expect((await sandbox.requests(QUERY)) - asked).toBeLessThan(20);
});

test('an order that is paid and given back in part between two looks is paid first of all, and not one that is given back whole; what was given back before starts nothing', async () => {
	await createOrders(sandbox, ['OLD'], true);
	await sandbox.refund('OLD', { amount: 2 });
	await createOrders(sandbox, ['A', 'B'], false);
	const [paid, both] = [await activated(), await activated({ statuses: ['SUCCESS', 'REFUNDED'] })];
	for (const outTradeNo of ['A', 'B']) await sandbox.pay(outTradeNo);
	await sandbox.refund('A', { amount: 2 });
	await sandbox.refund('B');
	const told = async (workflow: Polling) => (await workflow.poll()).map(({ json }) => [json.out_trade_no, json.event, json.status]);
	expect(await told(paid)).toEqual([
		['A', 'paid', 'PARTIAL_REFUNDED'],
	]);
	expect(await told(both)).toEqual([
		['A', 'paid', 'PARTIAL_REFUNDED'],
		['A', 'partiallyRefunded', 'PARTIAL_REFUNDED'],
		['B', 'refunded', 'REFUNDED'],
	]);
	await sandbox.refund('A', { amount: 2 });
	expect(await told(paid)).toEqual([]);
	expect(await told(both)).toEqual([['A', 'partiallyRefunded', 'PARTIAL_REFUNDED']]);
});

test('of several orders under one number the one that is paid is told, the newest or not', async () => {
	await sandbox.settings({ secondOrder: 'open' });
	await createOrders(sandbox, ['FIRST', 'SECOND'], false);
	const workflow = await activated();
	await sandbox.pay('FIRST');
	await createOrders(sandbox, ['FIRST', 'SECOND'], false);
	await sandbox.pay('SECOND');
	expect(numbersOf(await workflow.poll()).sort()).toEqual(['FIRST', 'SECOND']);
	expect(await workflow.poll()).toEqual([]);
});

test('the first look is made up for when it fails: the activation says so, and nothing has begun', async () => {
	await createOrders(sandbox, ['OLD'], true);
	const workflow = polling();
	await sandbox.fault('error-500-before', { service: LIST });
	await expect(workflow.activate()).rejects.toThrow(/list the orders/);
	expect(await workflow.activate()).toEqual([]);
});

test('n8n starts while KESS is out of reach: the workflow becomes active, and the next looks say what is wrong until it is over', async () => {
	await createOrders(sandbox, ['A'], false);
	const workflow = await activated();
	await sandbox.pay('A');
	await sandbox.fault('error-500-before', { service: LIST, times: 2 });
	expect(await workflow.activate({}, { mode: 'init' })).toEqual([]);
	await expect(workflow.poll()).rejects.toThrow(/list the orders/);
	expect(numbersOf(await workflow.poll())).toEqual(['A']);
});

test('what was paid while n8n was off for days is found at the next start, though it is older than Days Back', async () => {
	await createLasting('A');
	await createLasting('B');
	const workflow = await activated({ daysBack: 1 });
	await sandbox.pay('A');
	expect(numbersOf(await workflow.poll())).toEqual(['A']);
	await days(6);
	await sandbox.pay('B');
	await createOrders(sandbox, ['C'], true);
	expect(numbersOf(await workflow.activate()).sort()).toEqual(['B', 'C']);
	expect(await workflow.activate()).toEqual([]);
	expect(await workflow.poll()).toEqual([]);
});

test('after months without a look only the last month is looked at', async () => {
	const workflow = await activated();
	await days(1);
	await createLasting('LONG-AGO');
	await sandbox.pay('LONG-AGO');
	await days(40);
	await createOrders(sandbox, ['NOW'], true);
	expect(numbersOf(await workflow.activate())).toEqual(['NOW']);
});

test('what is stored stays as small as the days that are looked at', async () => {
	const workflow = await activated();
	let most = 0;
	for (let day = 0; day < 10; day += 1) {
		await days(1);
		await createOrders(sandbox, numbers(`DAY-${day}`, 20), true);
		expect(await workflow.poll()).toHaveLength(20);
		if (day === 5) most = workflow.storedLength;
	}
	expect(most).toBeGreaterThan(0);
	expect(workflow.storedLength).toBeLessThanOrEqual(most);
	expect(await workflow.activate()).toEqual([]);
});

test('a renamed node goes on where it was, also when it gets its old name back', async () => {
	await createOrders(sandbox, ['A', 'B', 'C'], false);
	const workflow = await activated();
	await sandbox.pay('A');
	expect(await workflow.poll()).toHaveLength(1);
	await sandbox.pay('B');
	expect(numbersOf(await workflow.activate({}, { name: 'Paid orders' }))).toEqual(['B']);
	await sandbox.pay('C');
	expect(numbersOf(await workflow.activate())).toEqual(['C']);
	expect(await workflow.poll()).toEqual([]);
});

test('more days, another status and another account begin from now, too', async () => {
	await createLasting('LONG-PAID');
	await sandbox.pay('LONG-PAID');
	await days(5);
	await createOrders(sandbox, ['CLOSED-1', 'PAID-1', 'CLOSED-2', 'PAID-2'], false);
	const workflow = await activated();
	await sandbox.close('CLOSED-1');
	await sandbox.pay('PAID-1');
	const wider = { daysBack: 10, statuses: ['SUCCESS', 'CLOSED'] };
	expect(numbersOf(await workflow.activate(wider))).toEqual(['PAID-1']);
	await sandbox.close('CLOSED-2');
	expect(await workflow.poll()).toMatchObject([{ json: { out_trade_no: 'CLOSED-2', event: 'closed' } }]);
	await sandbox.pay('PAID-2');
	expect(numbersOf(await workflow.activate({ daysBack: 2 }))).toEqual(['PAID-2']);
	// Fewer days, and more again.
	expect(await workflow.activate({ daysBack: 10 })).toEqual([]);

	const options = optionsOf();
	const moved = new Polling(options);
	await moved.activate();
	await createOrders(sandbox, ['OF-ANOTHER'], true);
	Object.assign(options.credentials.kessWebPayApi ?? {}, { sellerCode: '' });
	expect(await moved.activate()).toEqual([]);
});

const eventsOf = (items: Array<{ json: IDataObject }>) => items.map(({ json }) => json.event);

test('every refund of an order is told, in part or of all, also of those between two looks', async () => {
	await createOrders(sandbox, ['R'], true);
	const workflow = await activated({ statuses: ['REFUNDED'] });
	for (const refunds of [1, 2, 2]) {
		for (let count = 0; count < refunds; count += 1) await sandbox.refund('R', { amount: 2 });
		const items = await workflow.poll();
		expect(items).toMatchObject([{ json: { out_trade_no: 'R', status: 'PARTIAL_REFUNDED', event: 'partiallyRefunded' } }]);
		expect(await workflow.poll()).toEqual([]);
	}
	await sandbox.refund('R');
	expect(eventsOf(await workflow.poll())).toEqual(['refunded']);
	expect(await workflow.activate()).toEqual([]);
});

test.each([
	['last', [['renewed'], [], ['renewed'], []]],
	['first', [[], [], [], []]],
] as const)('a renewal is told where the order shows its %s charge', async (orderShowsCharge, told) => {
	await sandbox.settings({ orderShowsCharge });
	const link = { outTradeNo: 'SUB-1', totalAmount: '5', currency: 'USD', interval: 'monthly', notifyUrl: 'http://127.0.0.1:9/paid' };
	await runWebPay(sandbox, 'subscription', 'createLink', link);
	const workflow = await activated();
	await sandbox.pay('SUB-1');
	expect(eventsOf(await workflow.poll())).toEqual(['paid']);
	const events: unknown[] = [];
	for (const restarts of [false, true]) {
		await sandbox.renew('SUB-1');
		events.push(eventsOf(await (restarts ? workflow.activate() : workflow.poll())), eventsOf(await workflow.poll()));
	}
	expect(events).toEqual(told);
});

test('two looks at the same time give each order once', async () => {
	await createOrders(sandbox, ['A', 'B'], false);
	const workflow = await activated();
	await sandbox.pay('A');
	await sandbox.fault('slow', { service: LIST, delayMs: 200 });
	const looks = await Promise.all([workflow.poll(), workflow.poll()]);
	expect(looks.flatMap(numbersOf)).toEqual(['A']);
	await sandbox.pay('B');
	expect(numbersOf(await workflow.poll())).toEqual(['B']);
});

test('more orders than one look hands on come with the next ones, each once', async () => {
	const all = numbers('MANY', 620);
	await createOrders(sandbox, all, false);
	const workflow = await activated();
	for (const outTradeNo of all) await sandbox.pay(outTradeNo);
	const [first, second, third] = [await workflow.poll(), await workflow.poll(), await workflow.poll()];
	expect([first.length, second.length, third.length]).toEqual([500, 120, 0]);
	expect(new Set(numbersOf([...first, ...second])).size).toBe(620);
});

describe('Fetch Test Event', () => {
	const fetch = async (parameters: IDataObject = {}, version?: 'v1' | 'v2') => await runNode(optionsOf(parameters, version));

	test('gives the order that was paid last, and the workflow gives it all the same', async () => {
		await createOrders(sandbox, ['A', 'B', 'C'], false);
		const workflow = await activated();
		await sandbox.pay('C');
		await clock.forward(MINUTE);
		await sandbox.pay('A');
		const { items, error } = await fetch();
		expect(error).toBeUndefined();
		expect(items.map(({ json }) => [json.out_trade_no, json.status, json.event])).toEqual([['A', 'SUCCESS', 'paid']]);
		expect(numbersOf((await fetch()).items)).toEqual(['A']);
		expect(numbersOf(await workflow.poll()).sort()).toEqual(['A', 'C']);
	});

	test('says so when there is none', async () => {
		await createOrders(sandbox, ['A'], false);
		expect((await fetch()).error?.message).toBe('No order of the last 2 days has a status that is chosen in Trigger On');
	});

	test.each<[string, IDataObject, RegExp]>([
		['another status', { statuses: '={{ ["PAID"] }}' }, /^Trigger On \(statuses\) names no status that there is/],
		['0 days', { daysBack: 0 }, /^Days Back \(daysBack\) is not a whole number from 1 to 31/],
		['half a day', { daysBack: 1.5 }, /^Days Back \(daysBack\) is not a whole number/],
		['a year', { daysBack: 365 }, /^Days Back \(daysBack\) is not a whole number/],
	])('%s is refused before anything is sent', async (_, parameters, message) => {
		expect((await fetch(parameters)).error?.message).toMatch(message);
		expect(await sandbox.requests(LIST)).toBe(0);
	});

	test('on gateway version 1 it names Gateway Version and the workflow to use instead', async () => {
		const { error } = await fetch({}, 'v1');
		expect(error?.message).toBe('KESS WebPay Poll Trigger needs gateway version 2, and the credential is set to version 1');
		expect(error?.description).toMatch(/Gateway Version.*"Paid orders by number"/);
		expect(await sandbox.requests(LIST)).toBe(0);
	});
});
