import type { IDataObject } from 'n8n-workflow';

import { KessWebPay } from '../../../nodes/KessWebPay/KessWebPay.node.ts';
import { hasEnded } from '../../../kess/webPay/orderStates.ts';
import { readLimit, waitUntil } from '../../../nodes/KessWebPay/actions/order/timeSpan.ts';
import type { NodeRun } from '../../../sandbox/host/engine.mts';
import { withSandbox } from '../../support/kessSandbox.mts';
import { runWebPay } from '../../support/webPayNode.mts';

const MINUTE_MS = 60_000;

const sandbox = withSandbox();

async function run(parameters: IDataObject = {}, items: IDataObject[] = [{ no: 'INV-1' }]): Promise<NodeRun> {
	const order = { outTradeNo: '={{ $json.no }}', body: 'Iced coffee', totalAmount: '10.50', currency: 'USD' };
	return await runWebPay(sandbox, 'order', 'createAndWait', { ...order, ...parameters }, { items });
}

/** How long the execution waits at most, in whole minutes. */
const minutes = (result: NodeRun) => Math.round(((result.run.waitTill?.getTime() ?? 0) - Date.now()) / MINUTE_MS);

/** How long the order can be paid, in seconds. */
async function life(): Promise<number> {
	const [order] = await sandbox.orders();
	return (Date.parse(order?.expired_at ?? '') - Date.parse(order?.created_at ?? '')) / 1000;
}

test.each<[string, IDataObject, number, number]>([
	['by itself', {}, 1800, 31],
	['as long as the order can be paid', { additionalFields: { expiresIn: 7200 } }, 7200, 121],
	['no longer than the limit', { limitWaitTime: { values: { resumeAmount: 2, resumeUnit: 'hours' } } }, 7200, 120],
	[
		'no longer than the limit, even if the order can be paid longer',
		{ limitWaitTime: { values: { resumeAmount: 10, resumeUnit: 'minutes' } }, additionalFields: { expiresIn: 7200 } },
		7200,
		10,
	],
])('waits %s', async (_name, parameters, expiresIn, waits) => {
	const result = await run(parameters);
	expect([result.error, result.status]).toEqual([undefined, 'waiting']);
	expect(await life()).toBe(expiresIn);
	expect(minutes(result)).toBe(waits);
});

test('tells KESS the address of the execution and shows the payment link while it waits', async () => {
	const result = await run();
	const [order] = await sandbox.orders();
	expect(order?.notify_url).toMatch(/^http:\/\/127\.0\.0\.1\/webhook-waiting\/1\/node(\?|$)/);
	expect(result.items).toMatchObject([{ json: { payment_link: order?.payment_link, status: 'WAITING' } }]);
});

test('does not wait for an order that is paid or closed', async () => {
	await run();
	await sandbox.pay('INV-1');
	const result = await run();
	expect(result.status).toBe('success');
	expect(result.items).toMatchObject([{ json: { status: 'SUCCESS', already_existed: true } }]);
});

test('waits again for an order that is still open', async () => {
	await run();
	const result = await run();
	expect(result.status).toBe('waiting');
	expect(result.items).toMatchObject([{ json: { status: 'WAITING', already_existed: true } }]);
	expect(await sandbox.orders()).toHaveLength(1);
});

test('takes one item only, and sends nothing for more', async () => {
	const result = await run({}, [{ no: 'INV-1' }, { no: 'INV-2' }]);
	expect(result.error?.message).toMatch(/^Create and Wait takes one item, but got 2/);
	expect(result.error?.description).toContain('Loop Over Items');
	expect(await sandbox.requests('webpay.acquire.createorder')).toBe(0);
});

test.each<[string, unknown]>([
	['nothing', { resumeAmount: '' }],
	['zero', { resumeAmount: 0 }],
	['below zero', { resumeAmount: -5 }],
	['words', { resumeAmount: 'soon' }],
	['more than a year', { resumeAmount: 366, resumeUnit: 'days' }],
	['another unit', { resumeAmount: 1, resumeUnit: 'weeks' }],
])('a limit of %s is refused before anything is sent', async (_name, values) => {
	const result = await run({ limitWaitTime: { values } } as IDataObject);
	expect(result.error?.message).toMatch(/^Limit Wait Time \(limitWaitTime\) (is not a time|has the unit|is empty|is "soon", which is not a plain number)/);
	expect(await sandbox.requests('webpay.acquire.createorder')).toBe(0);
});

test('the address for KESS cannot be entered, and is called by POST only', () => {
	const { properties, webhooks } = new KessWebPay().description;
	const shown = properties.filter(({ displayOptions }) => displayOptions?.show?.operation?.includes('createAndWait'));
	const additional = shown.find(({ name }) => name === 'additionalFields');
	const names = additional?.options?.map(({ name }) => name);
	expect(names).toContain('expiresIn');
	expect(names).not.toContain('notifyUrl');
	expect(webhooks?.every(({ httpMethod, restartWebhook }) => httpMethod === 'POST' && restartWebhook)).toBe(true);
});

test('a limit is read in seconds', () => {
	expect([undefined, '', {}, { values: { resumeAmount: 0.5, resumeUnit: 'hours' } }].map((value) => readLimit(value))).toEqual([
		undefined,
		undefined,
		undefined,
		1800,
	]);
	for (const [resumeAmount, message] of [[true, 'is true, not a number'], ['0x10', 'not a plain number'], ['1e2', 'not a plain number'], [0, 'not a time between'], ['-5', 'not a time between'], [[5], 'is a list']])
		expect(() => readLimit({ values: { resumeAmount, resumeUnit: 'minutes' } })).toThrow(String(message));
});

test('the time of the gateway counts when it cannot be misread', () => {
	const now = Date.parse('2026-11-21T08:00:00Z');
	const until = (expiredAt: unknown) => waitUntil(now, undefined, expiredAt, 1800).toISOString();
	expect(until('2026-11-21T10:00:00.000000Z')).toBe('2026-11-21T10:01:00.000Z');
	expect(until('2026-11-21T17:00:00+07:00')).toBe('2026-11-21T10:01:00.000Z');
	for (const unclear of ['2026-11-21 10:00:00', '21/11/2026 10:00 AM', '2026-99-21T10:00:00Z', null, 5]) {
		expect(until(unclear)).toBe('2026-11-21T08:31:00.000Z');
	}
	expect(until('2026-11-20T10:00:00Z')).toBe('2026-11-21T08:01:00.000Z');
});

test('only words that end an order end the wait', () => {
	expect(['SUCCESS', 'CLOSED', 'REFUNDED'].every(hasEnded)).toBe(true);
	expect(['WAITING', 'FAILED', 'success', 'SOMETHING_NEW', '', undefined, null].some(hasEnded)).toBe(false);
});
