import type { IDataObject } from 'n8n-workflow';

import { until } from '../../support/gatewayClient.mts';
import { withSandbox } from '../../support/kessSandbox.mts';
import { createOrders, runWebPay } from '../../support/webPayNode.mts';

const SERVICE = 'webpay.acquire.queryorderbydaterange';
const DAY = 86_400_000;
const START = Date.UTC(2026, 10, 20, 12);

let now = START;
const sandbox = withSandbox({ now: () => now });

beforeEach(async () => {
	now = START;
	await sandbox.expireTokens();
});

const list = (parameters: IDataObject = {}, version: 'v1' | 'v2' = 'v2') =>
	runWebPay(sandbox, 'order', 'queryByDateRange', { startDate: '2026-11-20', endDate: '2026-11-20', ...parameters }, { version });

const numbers = (count: number) => Array.from({ length: count }, (_, index) => `D-${index}`);

test('lists the orders of the days, the last one included', async () => {
	await createOrders(sandbox, ['BEFORE'], false);
	now += DAY;
	await createOrders(sandbox, ['FIRST'], false);
	now += DAY + 11 * 3_600_000;
	await createOrders(sandbox, ['LAST'], true);
	now += 3_600_000;
	await createOrders(sandbox, ['AFTER'], false);
	const result = await list({ startDate: '2026-11-21T00:00:00', endDate: '2026-11-22' });
	expect(result.error).toBeUndefined();
	expect(result.items.map(({ json, pairedItem }) => [json.out_trade_no, json.status, pairedItem])).toEqual([
		['LAST', 'SUCCESS', { item: 0 }],
		['FIRST', 'CLOSED', { item: 0 }],
	]);
});

test('Return All reads every page, Limit only as many as needed', async () => {
	await createOrders(sandbox, numbers(230), false);
	const all = await list({ returnAll: true });
	expect(new Set(all.items.map((item) => item.json.out_trade_no)).size).toBe(230);
	expect(await sandbox.requests(SERVICE)).toBe(3);
	expect((await list({ limit: 7 })).items).toHaveLength(7);
	expect(await sandbox.requests(SERVICE)).toBe(4);
	expect((await list({ limit: 130 })).items).toHaveLength(130);
	expect(await sandbox.requests(SERVICE)).toBe(6);
});

test('every order is there, also several under one number', async () => {
	await sandbox.settings({ secondOrder: 'open' });
	for (const paid of [true, false]) await createOrders(sandbox, ['TWICE'], paid);
	expect((await list()).items.map(({ json }) => [json.out_trade_no, json.status])).toEqual([
		['TWICE', 'WAITING'],
		['TWICE', 'SUCCESS'],
	]);
});

test('a lost page fails the list instead of leaving a hole in it', async () => {
	await createOrders(sandbox, numbers(150), false);
	await sandbox.fault('slow', { service: SERVICE, delayMs: 2000 });
	const listing = list({ returnAll: true });
	await until(async () => (await sandbox.requests(SERVICE)) === 1);
	await sandbox.fault('lost-before-booking', { service: SERVICE });
	const result = await listing;
	expect(result.error?.message).toMatch(/^KESS gave no clear answer when asked to list the orders: .* \(orders of 2026-11-20 to 2026-11-20\) \[item 0\]$/);
});

test('days without orders give no items', async () => {
	expect((await list()).items).toEqual([]);
});

test('expressions give dates in n8n’s own form', async () => {
	await createOrders(sandbox, ['A'], false);
	const at = "DateTime.fromISO('2026-11-20T23:30:00+07:00')";
	expect((await list({ startDate: `={{ ${at} }}`, endDate: `={{ ${at}.setZone('Asia/Phnom_Penh').toISODate() }}` })).items).toHaveLength(1);
	expect((await list({ startDate: `={{ ${at}.toUTC().toISO() }}`, endDate: `={{ ${at}.toJSDate() }}` })).items).toHaveLength(1);
});

test.each<[string, IDataObject, RegExp]>([
	['empty', { startDate: '={{ $json.nothing }}' }, /^Start Date \(startDate\) is empty \[item 0\]$/],
	['no day of the calendar', { endDate: '2026-02-30' }, /^End Date \(endDate\) is "2026-02-30", which is not a day/],
	['another order of day and month', { startDate: '20/11/2026' }, /which is not a day/],
	['ends before it begins', { endDate: '2026-11-19' }, /^End Date \(endDate\) is 2026-11-19, which is before the first day \(2026-11-20\)/],
	['limit 0', { limit: 0 }, /^Limit \(limit\) is not a whole number greater than 0/],
])('refused before a request leaves: %s', async (_name, parameters, message) => {
	expect((await list(parameters)).error?.message).toMatch(message);
	expect(await sandbox.requests(SERVICE)).toBe(0);
});

test('gateway version 1 does not have it', async () => {
	expect((await list({}, 'v1')).error?.message).toMatch(/^This operation needs gateway version 2/);
	expect(await sandbox.requests(SERVICE)).toBe(0);
});
