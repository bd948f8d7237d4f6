import { webPayAccount } from '../../../sandbox/accounts.mts';
import { webPaySign } from '../../../sandbox/webpay/signature.mts';
import { GatewayClient, orderFields, sign, type Version } from '../../support/gatewayClient.mts';
import { withSandbox } from '../../support/kessSandbox.mts';

const DETAIL = [{ no: '03232', name: 'OLAY 77', price: '10.05', qty: '2', discount: 0.05 }];
const START = Date.UTC(2020, 7, 14, 9, 24, 6);

let now = START;
const client = new GatewayClient(withSandbox({ now: () => now }));

beforeEach(() => {
	now = START;
	client.forgetToken();
});

describe('gateway v1', () => {
	test('creates the order of the specification', async () => {
		const { status, data } = await client.create('v1', 'TR056011124', { total_amount: '20', detail: DETAIL });
		expect(status).toBe(200);
		const token = data.data.token;
		expect(token).toMatch(/^[0-9a-f]{32}$/);
		expect(data).toEqual({
			success: 'true',
			data: {
				id: expect.stringMatching(/^\d+$/),
				mch_id: '1',
				user_id: 'null',
				out_trade_no: 'TR056011124',
				transaction_id: null,
				token,
				body: 'Srey Oun Online Seller',
				total_amount: '20',
				currency: 'USD',
				status: 'WAITING',
				seller_id: webPayAccount.sellerCode,
				notify_url: null,
				detail: DETAIL,
				created_at: '14/08/2020 09:24 AM',
				updated_at: '2020-08-14T09:24:06.000000Z',
				payment_link: `${client.url}/pay/${token}`,
			},
		});
	});

	test.each([
		[10.5, '10.5'],
		['10.50', '10.50'],
		[20, '20'],
	])('echoes the amount %p as the text %p', async (sent, echoed) => {
		expect((await client.create('v1', 'A', { total_amount: sent })).data.data.total_amount).toBe(echoed);
	});

	test.each([
		[Date.UTC(2026, 0, 2, 0, 5), '02/01/2026 12:05 AM'],
		[Date.UTC(2026, 0, 2, 12, 5), '02/01/2026 12:05 PM'],
		[Date.UTC(2026, 0, 2, 23, 59), '02/01/2026 11:59 PM'],
	])('writes the time %p as %p', async (time, text) => {
		now = time;
		expect((await client.create('v1', 'A')).data.data.created_at).toBe(text);
	});

	test('signs its answers only by request', async () => {
		await client.settings({ signV1: true });
		const { data } = await client.create('v1', 'A');
		expect(data.sign).toBe(webPaySign(data.data, 'MD5', webPayAccount.apiSecretKey));
		expect(data.sign_type).toBe('MD5');
	});
});

describe('gateway v2', () => {
	test('creates an order and signs its data with the request\'s sign type', async () => {
		const { status, data } = await client.create('v2', 'TR-2', { sign_type: 'HMAC-SHA256', detail: DETAIL, expires_in: 300 });
		expect(status).toBe(200);
		expect(data.success).toBe(true);
		expect(data.sign_type).toBe('HMAC-SHA256');
		expect(data.sign).toBe(webPaySign(data.data, 'HMAC-SHA256', webPayAccount.apiSecretKey));
		expect(data.data).toMatchObject({
			out_trade_no: 'TR-2',
			transaction_id: null,
			total_amount: 10.5,
			currency: 'USD',
			status: 'WAITING',
			paid_at: null,
			created_at: '2020-08-14T09:24:06.000000Z',
			expired_at: '2020-08-14T09:29:06.000000Z',
			detail: DETAIL,
			seller: { code: webPayAccount.sellerCode, display_name: webPayAccount.sellerName },
			payment_detail: null,
			payment_link: `${client.url}/pay/${data.data.token}`,
		});
	});

	test('an order lives half an hour unless told otherwise', async () => {
		expect((await client.create('v2', 'A')).data.data.expired_at).toBe('2020-08-14T09:54:06.000000Z');
	});

	test('gives a number to the amount even when it was sent as text', async () => {
		expect((await client.create('v2', 'A', { total_amount: '42000', currency: 'KHR' })).data.data.total_amount).toBe(42000);
	});
});

describe.each<Version>(['v1', 'v2'])('both versions: %s', (version) => {
	test('query shows an order that either version created, paid or not', async () => {
		await client.create(version === 'v1' ? 'v2' : 'v1', 'A');
		expect((await client.query(version, 'A')).data.data).toMatchObject({ out_trade_no: 'A', status: 'WAITING', transaction_id: null });
		await client.pay('A');
		const paid = (await client.query(version, 'A')).data.data;
		expect(paid).toMatchObject({ status: 'SUCCESS', transaction_id: expect.stringMatching(/^\d+$/) });
		if (version === 'v2') {
			expect(paid.paid_at).toBe('2020-08-14T09:24:06.000000Z');
			expect(paid.payment_detail).toMatchObject({ payment_method_bic: 'KHQR' });
		}
	});

	test('close closes an unpaid order, again and again, but not a paid one', async () => {
		await client.create(version, 'A');
		await client.create(version, 'B');
		expect((await client.call(version, 'closeorder', { out_trade_no: 'A' })).data.data.status).toBe('CLOSED');
		expect((await client.call(version, 'closeorder', { out_trade_no: 'A' })).data.data.status).toBe('CLOSED');
		await client.pay('B');
		const refused = await client.call(version, 'closeorder', { out_trade_no: 'B' });
		expect([refused.status, refused.data.code]).toEqual([422, 'PROCESS_FAILED']);
	});

	test('an order that runs out of time is closed and cannot be paid', async () => {
		await client.create(version, 'A', { expires_in: 60 });
		now += 59_999;
		expect((await client.query(version, 'A')).data.data.status).toBe('WAITING');
		now += 1;
		expect((await client.query(version, 'A')).data.data.status).toBe('CLOSED');
		expect((await client.post('/sandbox/orders/A/pay', {})).status).toBe(422);
	});

	test('lists payment methods; a signature over a list covers nothing', async () => {
		const { data } = await client.call(version, 'getpaymentmethods');
		expect(data.data[0]).toEqual({ id: 1, title: 'KHQR', img_url: expect.any(String), bic: 'KHQR', storelink: { ios: null, android: null } });
		if (version === 'v2') expect(data.sign).toBe(webPaySign({}, 'MD5', webPayAccount.apiSecretKey));
	});

	test('service names may be in any case, and are signed as sent', async () => {
		expect((await client.call(version, 'createOrder', orderFields(version, 'A'))).status).toBe(200);
		expect((await client.call(version, 'QUERYORDER', { out_trade_no: 'A' })).status).toBe(200);
		const body = sign({ service: 'webpay.acquire.queryorder', sign_type: 'MD5', out_trade_no: 'A' });
		expect((await client.send(version, { ...body, service: 'webpay.acquire.queryOrder' })).data.error_des).toMatch(/sign field/);
	});

	test('text is trimmed and empty text is null before the signature is checked', async () => {
		const signed = sign({ service: 'webpay.acquire.createorder', sign_type: 'MD5', ...orderFields(version, 'A') });
		const sent = { ...signed, body: `  ${signed.body}\u00a0\n`, notify_url: '  ', detail: [{ ...DETAIL[0], name: ' OLAY 77 ' }] };
		const { status, data } = await client.send(version, sent);
		expect(status).toBe(200);
		expect(data.data).toMatchObject({ body: 'Srey Oun Online Seller', detail: DETAIL });
	});

	test('Khmer text and long order numbers come back as they were sent', async () => {
		const outTradeNo = 'ក'.repeat(64);
		const { data } = await client.create(version, outTradeNo, { body: 'ហាងស្រីអូន 🛵 / "x"' });
		expect(data.data).toMatchObject({ out_trade_no: outTradeNo, body: 'ហាងស្រីអូន 🛵 / "x"' });
		expect((await client.query(version, outTradeNo)).status).toBe(200);
	});
});
