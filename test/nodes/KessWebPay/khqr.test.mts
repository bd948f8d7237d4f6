import type { IDataObject } from 'n8n-workflow';

import { emvChecksum } from '../../../sandbox/webpay/khqr.mts';
import type { NodeRun } from '../../../sandbox/host/engine.mts';
import { KessSandbox, withSandbox } from '../../support/kessSandbox.mts';
import { createOrders, runWebPay, type WebPayRunOptions } from '../../support/webPayNode.mts';
import { withClock } from '../../support/withClock.mts';
import { withStore } from '../../support/withStore.mts';

const PAY = 'webpay.acquire.payKhqr';
const QUERY = 'webpay.acquire.queryOrder';

const field = (number: string, value: string) => `${number}${String(value.length).padStart(2, '0')}${value}`;

const withChecksum = (text: string) => `${text}6304${emvChecksum(`${text}6304`)}`;

/** The code of a shop; without an amount the payer chooses it. */
const shopCode = (amount = '', currency = '840') =>
	withChecksum(
		[
			'000201',
			field('29', field('00', 'coffee_sok@wing')),
			field('52', '5999'),
			field('53', currency),
			amount && field('54', amount),
			field('58', 'KH'),
			field('59', 'Coffee Sok'),
			field('60', 'Phnom Penh'),
		].join(''),
	);

const STATIC = shopCode();
const DYNAMIC = shopCode('10.50');

const store = withStore();
const sandbox = withSandbox();
const clock = withClock(sandbox);

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const pay = async (change: IDataObject = {}, options: WebPayRunOptions = {}): Promise<NodeRun> =>
	await runWebPay(
		sandbox,
		'khqr',
		'pay',
		{ qrcode: STATIC, outTradeNo: '={{ $json.no ?? "PAY-1" }}', amount: '10.50', currency: 'USD', senderId: '10023', ...change },
		options,
	);

describe('decode', () => {
	test('gives what KESS reads in the code', async () => {
		const { items, error } = await runWebPay(sandbox, 'khqr', 'decode', { qrcode: ` ${DYNAMIC}\n` });
		expect(error).toBeUndefined();
		expect(items[0]).toMatchObject({
			json: { bakong_account_id: 'coffee_sok@wing', merchant_name: 'Coffee Sok', amount: 10.5, currency: 'USD' },
			pairedItem: { item: 0 },
		});
	});

	test.each([
		['a link', 'https://shop.example/pay', /^KHQR Text \(qrcode\) is not the text of a KHQR code/],
		['a changed letter', DYNAMIC.replace('Sok', 'Sak'), /a part is missing or changed: its checksum is wrong/],
		['a part of it', DYNAMIC.slice(0, -10), /a part is missing or changed: the lengths of its fields do not fit/],
		['fields that do not fit', withChecksum('0002010102119'), /the lengths of its fields do not fit/],
		['nothing', '={{ "" }}', /is empty/],
	])('%s is refused before it is sent', async (_what, qrcode, message) => {
		const { error } = await runWebPay(sandbox, 'khqr', 'decode', { qrcode });
		expect(error?.message).toMatch(message);
		expect(await sandbox.requests('webpay.acquire.decodeKhqr')).toBe(0);
	});
});

describe('pay', () => {
	test('pays, and says to whom', async () => {
		const { items, error } = await pay({ additionalFields: { remark: 'Lunch' } });
		expect(error).toBeUndefined();
		expect(items[0]).toMatchObject({
			json: { status: 'SUCCEEDED', transaction_ref: expect.stringMatching(/^K\d+/), receiver_info: { receiver_name: 'Coffee Sok' } },
			pairedItem: { item: 0 },
		});
		expect(items[0]?.json.already_existed).toBeUndefined();
		expect(await sandbox.khqrPayments()).toMatchObject([{ out_trade_no: 'PAY-1', amount: 10.5 }]);
	});

	test('the code of an order pays the order', async () => {
		await createOrders(sandbox, ['INV-1'], false);
		const native = await runWebPay(sandbox, 'payment', 'nativePay', {
			outTradeNo: 'INV-2', body: 'Tea', totalAmount: '42000', currency: 'KHR', serviceCode: 'KHQR',
		});
		const { items } = await pay({ qrcode: native.items[0]?.json.qrcode, amount: '42000', currency: 'KHR' });
		expect(items[0]?.json.status).toBe('SUCCEEDED');
		expect((await sandbox.orders()).map(({ out_trade_no, status }) => [out_trade_no, status])).toEqual([
			['INV-2', 'SUCCESS'],
			['INV-1', 'WAITING'],
		]);
	});

	test.each([
		['another amount than the code asks for', { qrcode: DYNAMIC, amount: '10.05' }, /^Amount \(amount\) is 10\.05 USD, but the KHQR code asks for 10\.50 USD/],
		['another currency', { qrcode: DYNAMIC, amount: '42000', currency: 'KHR' }, /is 42000 KHR, but the KHQR code asks for 10\.50 USD/],
		['no sender', { senderId: '={{ "" }}' }, /^Sender ID \(senderId\) is empty/],
		['a finer amount than the currency', { amount: '10.505' }, /more than two decimals/],
	])('%s is refused before it is sent', async (_what, change, message) => {
		expect((await pay(change)).error?.message).toMatch(message);
		expect(await sandbox.requests(PAY)).toBe(0);
		expect(store.entries()).toEqual([]);
	});

	test('needs gateway version 2', async () => {
		expect((await pay({}, { version: 'v1' })).error?.message).toMatch(/^This operation needs gateway version 2/);
	});

	test('the same number is not paid again, also when KESS does not find it any more', async () => {
		await pay();
		const again = await pay();
		expect(again.items[0]?.json).toMatchObject({ status: 'SUCCEEDED', already_existed: true, transaction_ref: expect.any(String) });
		await sandbox.reset();
		const later = await pay();
		const warning = expect.stringMatching(/^This workflow has seen that it was done, and KESS says otherwise now: /);
		expect(later.items[0]?.json).toEqual({ out_trade_no: 'PAY-1', amount: 10.5, currency: 'USD', status: 'SUCCEEDED', already_existed: true, warning });
		expect(await sandbox.requests(PAY)).toBe(0);
	});

	test('one number on two items at once is paid once', async () => {
		const { items, error } = await pay({}, { items: [{}, {}, {}, { no: 'PAY-2' }] });
		expect(error).toBeUndefined();
		expect(items.map(({ json }) => json.already_existed ?? false)).toEqual([false, true, true, false]);
		expect(await sandbox.khqrPayments()).toHaveLength(2);
	});

	test('a number for another code or amount is refused', async () => {
		await pay();
		const amount = await pay({ amount: '10.51' });
		expect(amount.error?.message).toMatch(/^This payment number stands for another payment.*\(payment PAY-1\) \[item 0\]$/);
		expect(amount.error?.description).toBe('This run has paid nothing. Use a payment number of its own for each payment.');
		expect((await pay({ qrcode: DYNAMIC })).error?.message).toMatch(/^This payment number stands for another payment/);
		expect((await pay()).items[0]?.json).toMatchObject({ status: 'SUCCEEDED', already_existed: true });
		expect(await sandbox.requests(PAY)).toBe(1);
		expect(await sandbox.khqrPayments()).toHaveLength(1);
	});

	test('the number of an order over just as much is not paid: what KESS shows may be this payment', async () => {
		await createOrders(sandbox, ['PAY-1'], true);
		expect((await pay()).items[0]?.json).toMatchObject({ status: 'unknown', reason: expect.stringContaining('(status SUCCESS)') });
		expect(await sandbox.requests(PAY)).toBe(0);
		expect(store.entries()).toEqual([]);
	});

	test.each(['lost-after-booking', 'error-500-after', 'html', 'empty', 'wrong-signature', 'wrong-order', 'wrong-amount'] as const)(
		'%s: the payment is found, and sent once',
		async (fault) => {
			await sandbox.fault(fault, { service: PAY });
			const { items, error } = await pay();
			expect(error).toBeUndefined();
			expect(items[0]?.json).toMatchObject({ status: 'SUCCEEDED', already_existed: true });
			expect(await sandbox.requests(PAY)).toBe(1);
			expect(await sandbox.khqrPayments()).toHaveLength(1);
		},
	);

	test('a refusal that comes with HTTP 200 is one', async () => {
		await sandbox.fault('success-false-200', { service: PAY });
		expect((await pay({ outTradeNo: 'PAY-200' })).error?.message).toMatch(/^KESS refuses to pay the KHQR code: .*balance is too low/);
		expect(await sandbox.khqrPayments()).toHaveLength(0);
	});

	test.each(['lost-before-booking', 'error-500-before'] as const)('%s: unknown, and never sent again', async (fault) => {
		await sandbox.fault(fault, { service: PAY });
		const settings = { retryOnFail: true, maxTries: 3, waitBetweenTries: 0 };
		const { items, error } = await pay({}, { settings });
		expect(error).toBeUndefined();
		const unknown = {
			out_trade_no: 'PAY-1',
			amount: 10.5,
			currency: 'USD',
			status: 'unknown',
			reason: expect.any(String),
			next_step: expect.stringContaining('PAY-1'),
		};
		expect(items[0]?.json).toEqual(unknown);
		await sandbox.clearFaults();
		const later = { ...unknown, reason: expect.stringMatching(/^an earlier run may have sent this to KESS, and KESS says that there is none: /) };
		expect((await pay({}, { settings })).items[0]?.json).toEqual(later);
		// Nobody knows how long such a payment may take, so no time makes it certain.
		await clock.forward(3 * DAY);
		expect((await pay({}, { settings })).items[0]?.json).toEqual(later);
		expect(await sandbox.requests(PAY)).toBe(1);
		expect((await sandbox.money()).bookings).toEqual([]);
	});

	test('booked, but nobody can say so: unknown, and found by a later run', async () => {
		await sandbox.fault('lost-after-booking', { service: PAY });
		await sandbox.fault('error-500-before', { service: QUERY, times: 9 });
		const lookedUpFirst = await pay();
		expect(lookedUpFirst.error?.message).toMatch(/^KESS does not say what has become of this number before: KESS gave no clear answer when asked to show what is under the payment number/);
		expect(lookedUpFirst.error?.description).toContain('This run has moved no money');
		expect(await sandbox.requests(PAY)).toBe(0);
		expect(store.entries()).toEqual([]);
		await sandbox.clearFaults();
		await sandbox.fault('late-booking', { service: PAY, delayMs: MINUTE });
		expect((await pay()).items[0]?.json.status).toBe('unknown');
		expect((await pay()).items[0]?.json.status).toBe('unknown');
		await clock.forward(MINUTE);
		expect((await pay()).items[0]?.json).toMatchObject({ status: 'SUCCEEDED', already_existed: true });
		expect(await sandbox.khqrPayments()).toHaveLength(1);
		expect(await sandbox.requests(PAY)).toBe(1);
	});

	test('a balance that is too low is refused in the words of KESS, and asked again only a little later', async () => {
		const rich = { amount: '2000000' };
		const { error } = await pay(rich);
		expect(error?.message).toBe('KESS refuses to pay the KHQR code: The balance of the sender is too low. (422) (payment PAY-1) [item 0]');
		const soon = await pay(rich);
		expect(soon.error?.message).toBe(error?.message);
		expect(soon.error?.description).toContain('only then it is asked again');
		expect(await sandbox.requests(PAY)).toBe(1);
		await clock.passTime(soon.error?.description);
		expect((await pay(rich)).error?.message).toBe(error?.message);
		expect(await sandbox.requests(PAY)).toBe(2);
		expect((await sandbox.money()).bookings).toEqual([]);
	});

	test('what KESS has refused may be put right a little later', async () => {
		const bad = shopCode('', '999');
		expect((await pay({ qrcode: bad })).error?.message).toMatch(/^KESS refuses to pay the KHQR code: .*not a valid KHQR/);
		// Another code waits as long: the first one may have been paid all the same.
		const soon = await pay();
		expect(soon.error?.message).toMatch(/^KESS has refused this number a short while ago/);
		await clock.passTime(soon.error?.description);
		expect((await pay()).items[0]?.json.status).toBe('SUCCEEDED');
		expect(await sandbox.khqrPayments()).toHaveLength(1);
	});

	test('a gateway that cannot be reached: nothing is noted', async () => {
		const gone = await KessSandbox.start();
		await gone.stop();
		const run = await runWebPay(gone, 'khqr', 'pay', { qrcode: STATIC, outTradeNo: 'PAY-1', amount: '1', currency: 'USD', senderId: '1' });
		expect(run.error?.message).toMatch(/cannot be reached/);
		expect(store.entries()).toEqual([]);
	});

	test('an expired token is renewed, and the payment is sent once', async () => {
		await sandbox.fault('token-expired-200', { service: QUERY });
		expect((await pay()).items[0]?.json.status).toBe('SUCCEEDED');
		expect(await sandbox.khqrPayments()).toHaveLength(1);
		expect(await sandbox.requests(PAY)).toBe(1);
	});

	test.each(['token-expired-200', 'expired-token'] as const)('%s for the payment itself: unknown, and not sent again', async (fault) => {
		await sandbox.fault(fault, { service: PAY });
		const settings = { retryOnFail: true, maxTries: 3, waitBetweenTries: 0 };
		expect((await pay({}, { settings })).items[0]?.json).toMatchObject({ status: 'unknown', reason: expect.stringMatching(/^the login was refused: /) });
		expect((await pay({}, { settings })).items[0]?.json.status).toBe('unknown');
		expect(await sandbox.requests(PAY)).toBe(1);
	});
});
