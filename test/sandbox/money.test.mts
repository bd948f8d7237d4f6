import { constants, publicEncrypt } from 'node:crypto';
import { webPayAccount } from '../../sandbox/accounts.mts';
import { webPaySign } from '../../sandbox/webpay/signature.mts';
import { GatewayClient, orderFields, type Body } from '../support/gatewayClient.mts';
import { withSandbox } from '../support/kessSandbox.mts';
import { PartnerClient } from '../support/partnerClient.mts';

const sandbox = withSandbox({ fastRsa: true });
const shop = new GatewayClient(sandbox);
const partner = new PartnerClient(sandbox);
let card: string;

beforeAll(async () => {
	const key = { key: await shop.cardKey(), padding: constants.RSA_PKCS1_PADDING };
	card = publicEncrypt(key, Buffer.from(JSON.stringify({ number: '5200000000000007', securityCode: '123', expiry: { month: '05', year: '28' } }))).toString('hex');
});

const quickPay = (outTradeNo: string) =>
	shop.call('v2', 'quickpay', { ...orderFields('v2', outTradeNo), service_code: 'WECHAT', auth_code: '134567890123456789' });
const directPay = (outTradeNo: string) => shop.call('v2', 'directPay', { ...orderFields('v2', outTradeNo), service_code: 'VISA_MASTER', card });
const refund = (outTradeNo: string, reference?: string) =>
	shop.call('v2', 'v2Refund', {
		out_trade_no: outTradeNo,
		reason: 'Returned',
		partial_refund_amount: 1,
		partial_refund_amount_ccy: 'USD',
		merchant_reference: reference,
	});

async function payKhqr(outTradeNo: string) {
	await sandbox.settings({ secondOrder: 'open' });
	const { qrcode } = (await shop.call('v2', 'nativePay', { ...orderFields('v2', 'INV'), service_code: 'KHQR' })).data.data;
	const fields: Body = { seller_code: webPayAccount.sellerCode, qrcode, out_trade_no: outTradeNo, currency: 'USD', amount: 10.5, sender_id: '10023' };
	return await shop.call('v2', 'payKhqr', fields);
}

async function subscribe(outTradeNo: string, fields: Body = {}) {
	const { token } = (await shop.create('v2', outTradeNo, fields)).data.data;
	return await subscribeBy(token);
}

const subscribeBy = (token: string) =>
	shop.call('v2', 'subscription', { pre_order_token: token, holder_name: 'SOK DARA', card, interval: 'monthly', seller_code: webPayAccount.sellerCode });

const NOTHING_TWICE = { transfer: [], khqr: [], refund: [], charge: [], subscription: [], renewal: [] };

const booked = async () => (await sandbox.money()).bookings.map(({ kind, number }) => `${kind} ${number}`);

test('all money of both gateways is in one list', async () => {
	await partner.confirm(await partner.prepare('T'));
	await quickPay('Q');
	await directPay('D');
	await shop.create('v2', 'O');
	await shop.pay('O');
	await payKhqr('K');
	await refund('O', 'R-1');
	await refund('O');
	await subscribe('S');
	const transactionId = await sandbox.renew('S');
	const report = await sandbox.money();
	const at = expect.any(String);
	const title = 'Srey Oun Online Seller';
	expect(report.bookings).toEqual([
		{ kind: 'transfer', number: 'T', amount: 10.5, currency: 'USD', what: '800100000017', at },
		{ kind: 'charge', number: 'Q', amount: 10.5, currency: 'USD', what: title, at },
		{ kind: 'charge', number: 'D', amount: 10.5, currency: 'USD', what: title, at },
		{ kind: 'charge', number: 'O', amount: 10.5, currency: 'USD', what: title, at },
		{ kind: 'charge', number: 'INV', amount: 10.5, currency: 'USD', what: title, at },
		{ kind: 'khqr', number: 'K', amount: 10.5, currency: 'USD', what: 'srey_oun@kess', at },
		{ kind: 'refund', number: 'R-1', amount: 1, currency: 'USD', what: 'O', at },
		{ kind: 'refund', number: 'O', amount: 1, currency: 'USD', what: 'O', at },
		{ kind: 'subscription', number: 'S', amount: 10.5, currency: 'USD', what: title, at },
		{ kind: 'renewal', number: transactionId, amount: 10.5, currency: 'USD', what: 'S', at },
	]);
	expect(report.doublePayments).toEqual(NOTHING_TWICE);
	await sandbox.reset();
	expect(await sandbox.money()).toEqual({ bookings: [], doublePayments: NOTHING_TWICE });
});

describe('delivered-twice: the answer is that of the second time', () => {
	const twice = () => sandbox.fault('delivered-twice');

	test('a KHQR is paid twice, unless the gateway takes a number once', async () => {
		await sandbox.fault('delivered-twice', { service: 'webpay.acquire.payKhqr', times: 2 });
		expect((await payKhqr('A')).status).toBe(200);
		expect((await sandbox.money()).doublePayments).toEqual({ ...NOTHING_TWICE, khqr: ['A'] });
		await sandbox.settings({ secondKhqr: 'refuse' });
		expect((await payKhqr('B')).data.code).toBe('DUPLICATED');
		expect((await booked()).filter((entry) => entry === 'khqr B')).toHaveLength(1);
	});

	test('a refund is made twice, unless the gateway takes a reference once', async () => {
		await quickPay('A');
		await twice();
		expect((await refund('A', 'R')).status).toBe(200);
		expect((await sandbox.money()).doublePayments).toEqual({ ...NOTHING_TWICE, refund: ['R'] });
		await sandbox.settings({ secondRefund: 'refuse' });
		await twice();
		expect((await refund('A', 'S')).data.code).toBe('DUPLICATED');
		expect((await booked()).filter((entry) => entry === 'refund S')).toHaveLength(1);
	});

	test.each([
		['quick pay', quickPay],
		['direct pay', directPay],
	])('%s is charged once, or twice where a number is taken again', async (_name, pay) => {
		await twice();
		expect((await pay('A')).data.code).toBe('DUPLICATED');
		expect(await booked()).toEqual(['charge A']);
		await sandbox.settings({ secondOrder: 'open' });
		await twice();
		expect((await pay('B')).status).toBe(200);
		expect((await sandbox.money()).doublePayments).toEqual({ ...NOTHING_TWICE, charge: ['B'] });
		expect((await shop.query('v2', 'B')).data.data.status).toBe('SUCCESS');
	});

	test('a subscription is charged once, or twice where its order is', async () => {
		await sandbox.fault('delivered-twice', { service: 'webpay.acquire.subscription', times: 2 });
		expect((await subscribe('A')).data.code).toBe('PROCESS_FAILED');
		expect(await booked()).toEqual(['subscription A']);
		await sandbox.settings({ secondSubscription: 'charge' });
		expect((await subscribe('B')).status).toBe(200);
		expect((await sandbox.money()).doublePayments).toEqual({ ...NOTHING_TWICE, subscription: ['B'] });
	});

	test('a create makes one, a confirmation pays once, each refused as used', async () => {
		await twice();
		expect((await shop.create('v2', 'A')).data.code).toBe('DUPLICATED');
		expect(await shop.orderNumbers()).toEqual(['A']);
		await sandbox.fault('delivered-twice', { service: 'confirm.fundTransfer', delayMs: 50 });
		const start = performance.now();
		expect((await partner.confirm(await partner.prepare('A'))).json.error_code).toBe('USED');
		expect(performance.now() - start).toBeGreaterThanOrEqual(45);
		expect(await partner.paidOut()).toEqual(['A']);
		await twice();
		expect((await partner.create('B')).json.error_code).toBe('VALIDATIONERROR');
		await sandbox.settings({ secondCreate: 'open' });
		await twice();
		expect((await partner.create('C')).status).toBe(200);
	});
});

describe('buyer-typing', () => {
	const seen = async () => (await shop.query('v2', 'A')).data.data.status;

	test.each([
		['quick pay', async () => (await quickPay('A')).data.data.status, 'charge A'],
		['direct pay', async () => (await directPay('A')).data.data.order_info.status, 'charge A'],
		['a subscription', async () => ((await subscribe('A')).data.data.status === 'PENDING' ? 'WAITING' : ''), 'subscription A'],
	])('%s leaves the order WAITING, and it is paid later', async (_name, pay, booking) => {
		await sandbox.fault('buyer-typing', { service: 'webpay.acquire.quickpay', delayMs: 60_000 });
		await sandbox.fault('buyer-typing', { service: 'webpay.acquire.directPay', delayMs: 60_000 });
		await sandbox.fault('buyer-typing', { service: 'webpay.acquire.subscription', delayMs: 60_000 });
		expect(await pay()).toBe('WAITING');
		expect([await seen(), await booked()]).toEqual(['WAITING', []]);
		await sandbox.setClockAhead(60_001);
		expect([await seen(), await booked()]).toEqual(['SUCCESS', [booking]]);
	});

	test('not booked: it is never paid', async () => {
		await sandbox.fault('buyer-typing', { booked: false });
		await quickPay('A');
		await sandbox.setClockAhead(60_000);
		expect([await seen(), await booked()]).toEqual(['WAITING', []]);
	});

	test('an order that is closed in the meantime is not paid', async () => {
		await sandbox.fault('buyer-typing', { delayMs: 60_000 });
		await quickPay('A');
		await shop.close('A');
		await sandbox.setClockAhead(60_001);
		expect([await seen(), await booked()]).toEqual(['CLOSED', []]);
	});
});

test.each(['PENDING', 'PROCESSING', 'PENDING_REFUNDED', 'FAILED'])('odd-status %s: well signed, although it is done', async (code) => {
	await sandbox.fault('odd-status', { code, times: 4 });
	const answers = [await quickPay('A'), await refund('A', 'R'), await shop.query('v2', 'A'), await directPay('B')];
	for (const { data } of answers) {
		expect((data.data.order_info ?? data.data).status).toBe(code);
		expect(data.sign).toBe(webPaySign(data.data, 'MD5', webPayAccount.apiSecretKey));
	}
	expect((await shop.query('v2', 'A')).data.data.status).toBe('PARTIAL_REFUNDED');
	await sandbox.fault('odd-status', { code, service: 'webpay.acquire.payKhqr' });
	expect((await payKhqr('K')).data.data.status).toBe(code);
	expect(await booked()).toEqual(['charge A', 'refund R', 'charge B', 'charge INV', 'khqr K']);
});

test('a fault strikes a refund by its reference, and a subscription by its order', async () => {
	await quickPay('A');
	for (const outTradeNo of ['R', 'S']) await sandbox.fault('error-500-before', { outTradeNo, service: outTradeNo === 'R' ? '*' : 'webpay.acquire.subscription' });
	expect([(await refund('A', 'Q')).status, (await refund('A', 'R')).status]).toEqual([200, 500]);
	expect([(await subscribe('T')).status, (await subscribe('S')).status]).toEqual([200, 500]);
	expect((await sandbox.requestLog()).recent.at(-1)).toMatchObject({ service: 'webpay.acquire.subscription', out_trade_no: 'S' });
});

test('queryKhqr: a query may know nothing of KHQR payments', async () => {
	await payKhqr('K');
	expect((await shop.query('v2', 'K')).status).toBe(200);
	await sandbox.settings({ queryKhqr: false });
	expect((await shop.query('v2', 'K')).data.code).toBe('NOT_FOUND');
});

test('secondOrder open: several orders under one number; the paid one is shown, else the newest', async () => {
	await sandbox.settings({ secondOrder: 'open' });
	await shop.create('v2', 'A', { total_amount: 1 });
	await quickPay('A');
	await shop.create('v2', 'A', { total_amount: 3 });
	expect(await shop.orderNumbers()).toEqual(['A', 'A', 'A']);
	expect((await shop.query('v2', 'A')).data.data).toMatchObject({ status: 'SUCCESS', total_amount: 10.5 });
	await shop.create('v2', 'B', { total_amount: 1 });
	await shop.create('v2', 'B', { total_amount: 2 });
	expect((await shop.query('v2', 'B')).data.data).toMatchObject({ status: 'WAITING', total_amount: 2 });
});

test('renewals are charged by time, too, and each has a number of its own', async () => {
	await subscribe('A');
	await sandbox.setClockAhead(70 * 86_400_000);
	shop.forgetToken();
	await shop.call('v2', 'getSubscriptionTrxs');
	const { bookings, doublePayments } = await sandbox.money();
	expect(bookings.map(({ kind }) => kind)).toEqual(['subscription', 'renewal', 'renewal']);
	expect(doublePayments).toEqual(NOTHING_TWICE);
	await expect(sandbox.renew('NONE')).rejects.toThrow('There is no subscription of the order NONE.');
});
