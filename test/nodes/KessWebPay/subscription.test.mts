import type { IDataObject } from 'n8n-workflow';

import { withSandbox } from '../../support/kessSandbox.mts';
import { createOrders, runWebPay } from '../../support/webPayNode.mts';
import { withClock } from '../../support/withClock.mts';
import { withStore } from '../../support/withStore.mts';

const DAY = 86_400_000;
const CARD = 'ab'.repeat(256);

let now = Date.UTC(2026, 10, 20, 12);
const sandbox = withSandbox({ now: () => now });
const clock = withClock(sandbox);
withStore();

beforeEach(async () => {
	await sandbox.expireTokens();
});

const subscription = (operation: string, parameters: IDataObject = {}, version: 'v1' | 'v2' = 'v2', items: IDataObject[] = [{}]) =>
	runWebPay(sandbox, 'subscription', operation, parameters, { version, items });

const LINK = { outTradeNo: '={{ $json.no ?? "SUB-1" }}', totalAmount: '5', currency: 'USD', interval: 'daily', notifyUrl: 'http://127.0.0.1:9/paid' };

/** A subscription that a buyer has begun under its link. */
async function begun(): Promise<string> {
	await subscription('createLink', LINK);
	await sandbox.pay('SUB-1');
	return String((await subscription('getMany')).items[0]?.json.subscription_code);
}

test('a link begins a subscription as soon as the buyer has paid', async () => {
	const result = await subscription('createLink', { ...LINK, additionalFields: { redirectUrl: 'https://shop.example/thanks' } });
	expect(result.error).toBeUndefined();
	expect(result.items).toMatchObject([{ json: { link: expect.stringContaining('/pay/'), total_amount: 5, currency: 'USD', interval: 'daily' }, pairedItem: { item: 0 } }]);
	expect((await subscription('getMany')).items[0]?.json).toMatchObject({ out_trade_no: 'SUB-1', amount: 5, status: 'PENDING' });
	await sandbox.pay('SUB-1');
	expect((await subscription('getMany')).items[0]?.json.status).toBe('ACTIVE');
});

test('create charges the order of the token to the card', async () => {
	const order = (await createOrders(sandbox, ['ORD-1'], false)).items[0]?.json ?? {};
	const parameters = { preOrderToken: order.token as string, holderName: 'SREY OUN', card: CARD.toUpperCase(), interval: 'monthly' };
	const result = await subscription('create', parameters);
	expect(result.error).toBeUndefined();
	expect(result.items[0]?.json).toEqual({ code: expect.stringMatching(/^SUB-/), status: 'ACTIVE', html_confirm_payment: null });
	expect((await sandbox.orders())[0]).toMatchObject({ out_trade_no: 'ORD-1', status: 'SUCCESS' });
	const again = await subscription('create', parameters);
	expect(again.error).toBeUndefined();
	expect(again.items[0]?.json).toEqual({ interval: 'monthly', status: 'ACTIVE', already_existed: true });
	const other = await subscription('create', { ...parameters, interval: 'daily' });
	expect(other.error?.message).toMatch(/^This pre order token has been used for another subscription/);
	expect(other.error?.description).toContain('This run has charged nothing');
	expect(await sandbox.requests('webpay.acquire.subscription')).toBe(1);
	expect((await sandbox.money()).bookings).toHaveLength(1);
});

test('a lost answer to create is not repeated', async () => {
	const order = (await createOrders(sandbox, ['ORD-1'], false)).items[0]?.json ?? {};
	await sandbox.fault('lost-after-booking', { service: 'webpay.acquire.subscription' });
	const parameters = { preOrderToken: order.token as string, holderName: 'SREY OUN', card: CARD, interval: 'monthly' };
	const result = await subscription('create', parameters);
	expect(result.error).toBeUndefined();
	expect(result.items[0]?.json).toEqual({
		interval: 'monthly',
		status: 'unknown',
		reason: expect.any(String),
		next_step: expect.stringMatching(/^Do not charge the card in another way yet\. Query the order that the token belongs to/),
	});
	// Nobody knows how long it may take, and nothing shows it: so it is never sent again.
	await clock.forward(3 * DAY);
	const later = await subscription('create', parameters);
	expect(later.items[0]?.json).toMatchObject({ status: 'unknown', reason: 'an earlier run may have sent this to KESS' });
	expect(await sandbox.requests('webpay.acquire.subscription')).toBe(1);
	expect((await sandbox.money()).bookings).toHaveLength(1);
});

test.each(['expired-token', 'token-expired-200'] as const)('%s: the token is renewed by a question before, and a charge that meets it is not sent again', async (fault) => {
	const order = (await createOrders(sandbox, ['ORD-1', 'ORD-2'], false)).items;
	const parameters = { preOrderToken: '={{ $json.token }}', holderName: 'SREY OUN', card: CARD, interval: 'monthly' };
	const create = async (index: number) => await subscription('create', parameters, 'v2', [{ token: order[index]?.json.token }]);
	await sandbox.fault(fault, { service: 'webpay.acquire.getSubscriptions' });
	expect((await create(0)).items[0]?.json.status).toBe('ACTIVE');
	await sandbox.fault(fault, { service: 'webpay.acquire.subscription' });
	expect((await create(1)).items[0]?.json).toMatchObject({ status: 'unknown', reason: expect.stringMatching(/^the login was refused: /) });
	expect((await create(1)).items[0]?.json.status).toBe('unknown');
	expect(await sandbox.requests('webpay.acquire.subscription')).toBe(2);
	expect((await sandbox.money()).bookings).toHaveLength(1);
});

test('a refusal in the words of KESS stays an error, and is asked again only a little later', async () => {
	const parameters = { preOrderToken: 'NOBODY', holderName: 'SREY OUN', card: CARD, interval: 'monthly' };
	const first = await subscription('create', parameters);
	expect(first.error?.message).toMatch(/^KESS refuses to start the subscription: /);
	const soon = await subscription('create', parameters);
	expect(soon.error?.message).toBe(first.error?.message);
	expect(soon.error?.description).toContain('only then it is asked again');
	expect(await sandbox.requests('webpay.acquire.subscription')).toBe(1);
	await clock.passTime(soon.error?.description);
	expect((await subscription('create', parameters)).error?.message).toBe(first.error?.message);
	expect((await sandbox.money()).bookings).toEqual([]);
});

test('cancel and reactivate take the same field and change what is charged', async () => {
	const subscriptionCode = await begun();
	const charges = async () => (await subscription('getTransactions', { additionalFields: { subscriptionCode } })).items.length;
	now += 2 * DAY;
	expect(await charges()).toBe(3);
	const cancelled = await subscription('cancel', { subscriptionCode });
	expect(cancelled.error).toBeUndefined();
	expect(cancelled.items[0]?.json).toEqual({ message: expect.any(String) });
	expect((await subscription('getMany')).items[0]?.json.status).toBe('CANCELLED');
	now += 3 * DAY;
	expect(await charges()).toBe(3);
	expect((await subscription('reactivate', { subscriptionCode })).error).toBeUndefined();
	expect((await subscription('getMany')).items[0]?.json.status).toBe('ACTIVE');
	now += DAY;
	expect(await charges()).toBe(4);
});

test('cancelling again is refused in the words of KESS', async () => {
	const subscriptionCode = await begun();
	await subscription('cancel', { subscriptionCode });
	expect((await subscription('cancel', { subscriptionCode })).error?.message).toBe(
		`KESS refuses to cancel the subscription: The subscription ${subscriptionCode} is already cancelled. (422) (subscription ${subscriptionCode}) [item 0]`,
	);
	await subscription('reactivate', { subscriptionCode });
	expect((await subscription('reactivate', { subscriptionCode })).error?.message).toContain('is not cancelled. (422)');
});

test('lists page by themselves', async () => {
	await subscription('createLink', LINK, 'v2', Array.from({ length: 40 }, (_, index) => ({ no: `L-${index}` })));
	const all = await subscription('getMany', { returnAll: true });
	expect(new Set(all.items.map((item) => item.json.subscription_code)).size).toBe(40);
	expect(await sandbox.requests('webpay.acquire.getsubscriptions')).toBe(3);
	expect((await subscription('getMany', { limit: 5 })).items).toHaveLength(5);
	await sandbox.pay('L-0');
	now += 30 * DAY;
	const charges = await subscription('getTransactions', { returnAll: true });
	expect(charges.items).toHaveLength(31);
	expect(charges.items[0]?.json).toMatchObject({ out_trade_no: 'L-0', amount: 5, transaction_id: expect.any(String), billing_date: expect.any(String) });
});

test('lists are limited by day, code and order', async () => {
	const subscriptionCode = await begun();
	const day = new Date(now).toISOString().slice(0, 10);
	const before = new Date(now - DAY).toISOString().slice(0, 10);
	const count = async (operation: string, additionalFields: IDataObject) => (await subscription(operation, { additionalFields })).items.length;
	expect(await count('getMany', { startDate: day })).toBe(1);
	expect(await count('getMany', { endDate: before })).toBe(0);
	expect(await count('getTransactions', { startDate: day, endDate: day, outTradeNo: 'SUB-1', subscriptionCode })).toBe(1);
	expect(await count('getTransactions', { outTradeNo: 'OTHER' })).toBe(0);
	expect(await count('getTransactions', { subscriptionCode: 'OTHER' })).toBe(0);
});

test.each<[string, string, IDataObject, RegExp]>([
	['empty code', 'cancel', { subscriptionCode: '={{ $json.nothing }}' }, /^Subscription Code \(subscriptionCode\) is empty/],
	['a filter that is empty in this row', 'getTransactions', { additionalFields: { subscriptionCode: '={{ $json.nothing }}' } }, /^Subscription Code \(additionalFields.subscriptionCode\) is empty/],
	['a card number', 'create', { preOrderToken: 't', holderName: 'A', card: '4111 1111 1111 1111', interval: 'daily' }, /^Encrypted Card \(card\) is not encrypted/],
	['yearly', 'createLink', { ...LINK, interval: 'yearly' }, /^Interval \(interval\) is "yearly", which KESS does not take/],
	['no notify address', 'createLink', { ...LINK, notifyUrl: '={{ $json.nothing }}' }, /^Notify URL \(notifyUrl\) is empty/],
])('refused before a request leaves: %s', async (_name, operation, parameters, message) => {
	const result = await subscription(operation, parameters);
	expect(result.error?.message).toMatch(message);
	expect(result.error?.message).not.toContain('4111');
});

test.each(['create', 'createLink', 'cancel', 'reactivate', 'getMany', 'getTransactions'])('%s on gateway version 1', async (operation) => {
	const filled = { ...LINK, subscriptionCode: 'S', preOrderToken: 't', holderName: 'A', card: CARD };
	expect((await subscription(operation, filled, 'v1')).error?.message).toMatch(/^This operation needs gateway version 2/);
});
