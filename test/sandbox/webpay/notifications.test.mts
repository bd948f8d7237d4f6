import { webPayAccount } from '../../../sandbox/accounts.mts';
import { phpForm } from '../../../sandbox/webpay/notifications.mts';
import { webPaySign } from '../../../sandbox/webpay/signature.mts';
import { GatewayClient, until } from '../../support/gatewayClient.mts';
import { withSandbox } from '../../support/kessSandbox.mts';
import { NotifyListener } from '../../support/notifyListener.mts';

const DETAIL = [{ no: '1', name: 'នំប៉័ង & more', price: '4.00', qty: '2', discount: 0.5 }];

const client = new GatewayClient(withSandbox({ notifyRetryDelaysMs: [40, 80] }));
const shop = new NotifyListener();
let notifyUrl: string;

beforeAll(async () => {
	notifyUrl = await shop.listen();
});
afterAll(() => shop.close());
beforeEach(() => shop.clear());

async function createAndPay(fields = {}, outTradeNo = 'A'): Promise<void> {
	const { status } = await client.create('v2', outTradeNo, { notify_url: notifyUrl, detail: DETAIL, ...fields });
	expect(status).toBe(200);
	await client.pay(outTradeNo);
}

const arrived = (count: number) => until(() => shop.received.length >= count);

const topLevel = (form: URLSearchParams) => Object.fromEntries([...form].filter(([name]) => !name.includes('[')));

async function settled() {
	await until(async () => (await client.notifications()).every(({ state }) => state !== 'sending'));
	return await client.notifications();
}

test.each(['MD5', 'HMAC-SHA256'] as const)('a payment is told as a flat, signed form (%s)', async (signType) => {
	await createAndPay({ sign_type: signType });
	await arrived(1);
	const [{ headers, body, url } = { headers: {}, body: '', url: '' }] = shop.received;
	expect(headers['content-type']).toBe('application/x-www-form-urlencoded');
	expect(url).toBe('/notify?order=7');
	const form = new URLSearchParams(body);
	expect(topLevel(form)).toEqual({
		token: expect.any(String),
		out_trade_no: 'A',
		transaction_id: expect.stringMatching(/^\d+$/),
		body: 'Srey Oun Online Seller',
		total_amount: '10.5',
		currency: 'USD',
		status: 'SUCCESS',
		paid_at: expect.any(String),
		expired_at: expect.any(String),
		created_at: expect.any(String),
		bank_ref: form.get('transaction_id'),
		trx_id: form.get('transaction_id'),
		sign_type: signType,
		sign: expect.any(String),
	});
	expect(form.get('detail[0][name]')).toBe(DETAIL[0]?.name);
	expect(form.get('detail[0][discount]')).toBe('0.5');
	expect(form.get('seller[code]')).toBe(webPayAccount.sellerCode);
	expect(form.get('payment_detail[payment_method_bic]')).toBe('KHQR');
	expect(form.get('sign')).toBe(webPaySign(topLevel(form), signType, webPayAccount.apiSecretKey));
	expect(await settled()).toMatchObject([{ state: 'delivered', status: 'SUCCESS', attempts: [{ status: 200 }] }]);
});

test('as JSON, nulls and nested fields included but not signed', async () => {
	await client.settings({ notifyFormat: 'json' });
	await createAndPay();
	await arrived(1);
	const body = JSON.parse(shop.received[0]?.body ?? '');
	expect(body).toMatchObject({ out_trade_no: 'A', total_amount: 10.5, settled_at: null, detail: DETAIL });
	expect(body.sign).toBe(webPaySign(body, 'MD5', webPayAccount.apiSecretKey));
});

test('as an envelope', async () => {
	await client.settings({ notifyFormat: 'envelope' });
	await createAndPay();
	await arrived(1);
	const { data, sign, sign_type: signType } = JSON.parse(shop.received[0]?.body ?? '');
	expect([signType, sign]).toEqual(['MD5', webPaySign(data, 'MD5', webPayAccount.apiSecretKey)]);
});

test('as a multipart form, with the fields of the other form', async () => {
	await client.settings({ notifyFormat: 'multipart' });
	await createAndPay();
	await arrived(1);
	const [{ headers, body } = { headers: {}, body: '' }] = shop.received;
	const form = await new Response(body, { headers: { 'content-type': headers['content-type'] ?? '' } }).formData();
	const fields: Record<string, string> = {};
	form.forEach((value, name) => (fields[name] = String(value)));
	expect(fields).toMatchObject({ out_trade_no: 'A', total_amount: '10.5', 'detail[0][name]': DETAIL[0]?.name, 'seller[code]': webPayAccount.sellerCode });
	const flat = Object.fromEntries(Object.entries(fields).filter(([name]) => !name.includes('[')));
	expect(flat.sign).toBe(webPaySign(flat, 'MD5', webPayAccount.apiSecretKey));
});

test.each(['json', 'envelope'] as const)('with a byte order mark, as %s', async (notifyFormat) => {
	await client.settings({ notifyFormat, notifyByteOrderMark: true });
	await createAndPay();
	await arrived(1);
	const { body } = shop.received[0] ?? { body: '' };
	expect(body.startsWith('\uFEFF{')).toBe(true);
	expect(JSON.parse(body.slice(1)).sign_type).toBe('MD5');
});

test('the signature can leave sign_type out', async () => {
	await client.settings({ notifySignsSignType: false });
	await createAndPay();
	await arrived(1);
	const { sign_type: _signType, ...fields } = topLevel(new URLSearchParams(shop.received[0]?.body));
	expect(fields.sign).toBe(webPaySign(fields, 'MD5', webPayAccount.apiSecretKey));
});

test('closing is told, whoever closes; running out of time is not', async () => {
	for (const outTradeNo of ['A', 'B', 'C']) await client.create('v1', outTradeNo, { notify_url: notifyUrl, expires_in: outTradeNo === 'C' ? 1 : 60 });
	await client.close('A');
	await client.call('v1', 'closeorder', { out_trade_no: 'B' });
	await until(async () => (await client.query('v1', 'C')).data.data.status === 'CLOSED');
	const told = await settled();
	expect(told).toMatchObject([
		{ out_trade_no: 'A', status: 'CLOSED', state: 'delivered' },
		{ out_trade_no: 'B', status: 'CLOSED', state: 'delivered' },
	]);
	expect(shop.received).toHaveLength(2);
});

test('paying twice is told once', async () => {
	await createAndPay();
	await client.pay('A');
	await settled();
	expect(shop.received).toHaveLength(1);
});

test('another answer than 2xx is followed by another attempt, after the pause', async () => {
	shop.answers = [500, 302];
	await createAndPay();
	expect(await settled()).toMatchObject([{ state: 'delivered', attempts: [{ status: 500 }, { status: 302 }, { status: 200 }] }]);
	const [first, second, third] = shop.received;
	expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(38);
	expect((third?.at ?? 0) - (second?.at ?? 0)).toBeGreaterThanOrEqual(78);
	expect(new Set(shop.received.map(({ body }) => body)).size).toBe(1);
});

test('it gives up in the end, also when nobody listens', async () => {
	await createAndPay({ notify_url: 'http://127.0.0.1:9/' });
	expect(await settled()).toMatchObject([{ state: 'given up', attempts: [{ status: null }, { status: null }, { status: null }] }]);
});

test('duplicate-notifications', async () => {
	await client.fault('duplicate-notifications', { outTradeNo: 'A' });
	await createAndPay();
	await createAndPay({}, 'B');
	await settled();
	const told = shop.received.map(({ body }) => new URLSearchParams(body).get('out_trade_no'));
	expect(told.sort()).toEqual(['A', 'A', 'A', 'B']);
});

test('late-notification', async () => {
	await client.fault('late-notification', { delayMs: 200 });
	const start = performance.now();
	await createAndPay();
	await arrived(1);
	expect(performance.now() - start).toBeGreaterThanOrEqual(195);
});

test('wrong-notification-signature', async () => {
	await client.fault('wrong-notification-signature');
	await createAndPay();
	await arrived(1);
	const fields = topLevel(new URLSearchParams(shop.received[0]?.body));
	expect(fields.sign).toMatch(/^[0-9a-f]{32}$/);
	expect(fields.sign).not.toBe(webPaySign(fields, 'MD5', webPayAccount.apiSecretKey));
});

test('an order without notify_url tells nobody', async () => {
	await createAndPay({ notify_url: undefined });
	expect(await client.notifications()).toEqual([]);
});

const told = () => shop.received.map(({ body }) => new URLSearchParams(body)).filter((form) => form.get('out_trade_no') === 'A');

test('a refund made by hand is told, in part and in full', async () => {
	await createAndPay();
	await client.refund('A', { amount: 4, merchantReference: 'R-1' });
	await client.refund('A');
	await settled();
	expect(told().map((form) => form.get('status'))).toEqual(['SUCCESS', 'PARTIAL_REFUNDED', 'REFUNDED']);
	const last = told()[2] ?? new URLSearchParams();
	expect(last.get('refund_histories[0][amount]')).toBe('4');
	expect(last.get('refund_histories[0][merchant_reference]')).toBe('R-1');
	expect(last.get('refund_histories[1][amount]')).toBe('6.5');
	expect(last.get('sign')).toBe(webPaySign(topLevel(last), 'MD5', webPayAccount.apiSecretKey));
	await expect(client.refund('A')).rejects.toThrow('already refunded');
	await expect(client.refund('NONE')).rejects.toThrow('There is no order');
});

test('a refund that a merchant asks for is told to its callback_url, and to nobody without one', async () => {
	await createAndPay();
	const fields = { out_trade_no: 'A', reason: 'Returned', partial_refund_amount: 1, partial_refund_amount_ccy: 'USD' };
	await client.call('v2', 'v2Refund', fields);
	await client.call('v2', 'v2Refund', { ...fields, callback_url: notifyUrl.replace('order=7', 'refund=8') });
	await settled();
	expect(shop.received.map(({ url }) => url)).toEqual(['/notify?order=7', '/notify?refund=8']);
	expect(told()[1]?.get('status')).toBe('PARTIAL_REFUNDED');
});

test('a renewal is told as another transaction of the same order', async () => {
	const answer = await client.call('v2', 'generateSubscriptionLink', {
		seller_code: webPayAccount.sellerCode,
		out_trade_no: 'A',
		total_amount: 10.5,
		currency: 'USD',
		interval: 'monthly',
		notify_url: notifyUrl,
	});
	expect(answer.status).toBe(200);
	await client.pay('A');
	const transactionId = await client.renew('A');
	await settled();
	const [first, second] = told();
	expect(second?.get('transaction_id')).toBe(transactionId);
	expect([second?.get('status'), second?.get('trx_id')]).toEqual(['SUCCESS', transactionId]);
	expect(first?.get('transaction_id')).not.toBe(transactionId);
});

test('a saved card is told once and names no order', async () => {
	const { link } = (await client.call('v2', 'saveCard', { notify_url: notifyUrl })).data.data;
	const cardToken = await client.saveCard(link);
	const page = new URL(link).pathname;
	expect((await client.post(page, '', { 'content-type': 'application/x-www-form-urlencoded' })).status).toBe(303);
	expect((await client.get(page)).data).toContain(cardToken);
	expect(await settled()).toMatchObject([{ out_trade_no: '', status: 'SUCCESS', state: 'delivered' }]);
	const form = new URLSearchParams(shop.received[0]?.body);
	expect(topLevel(form)).toEqual({
		card_token: cardToken,
		status: 'SUCCESS',
		holder_name: 'SANDBOX BUYER',
		created_at: expect.any(String),
		sign_type: 'MD5',
		sign: webPaySign(topLevel(form), 'MD5', webPayAccount.apiSecretKey),
	});
	expect(form.get('card_info[card_token]')).toBe(cardToken);
	await expect(client.saveCard(`${link}x`)).rejects.toThrow('no such link');
});

test('forms are written as PHP writes them', () => {
	const form = phpForm({ a: null, b: true, c: false, d: 10, e: [], f: [{ g: 'x y', h: null }], i: 'é&=' });
	expect(form).toBe('b=1&c=0&d=10&f%5B0%5D%5Bg%5D=x+y&i=%C3%A9%26%3D');
});
