import { webPayAccount } from '../../../sandbox/accounts.mts';
import { GatewayClient, orderFields, type Body } from '../../support/gatewayClient.mts';
import { withSandbox } from '../../support/kessSandbox.mts';

let qrcode: string;
const client = new GatewayClient(withSandbox());

beforeEach(async () => {
	qrcode = (await client.call('v2', 'nativePay', { ...orderFields('v2', 'INV-1'), service_code: 'KHQR' })).data.data.qrcode;
});

const decode = (text: string) => client.call('v2', 'decodeKhqr', { seller_code: webPayAccount.sellerCode, qrcode: text });

const pay = (fields: Body = {}) =>
	client.call('v2', 'payKhqr', {
		seller_code: webPayAccount.sellerCode,
		qrcode,
		out_trade_no: 'PAY-1',
		currency: 'USD',
		amount: 10.5,
		sender_id: '10023',
		...fields,
	});

test('decodes the code of an order', async () => {
	const { status, data } = await decode(qrcode);
	expect(status).toBe(200);
	expect(data.data).toMatchObject({
		bakong_account_id: 'srey_oun@kess',
		merchant_name: webPayAccount.sellerName,
		amount: 10.5,
		currency: 'USD',
		bill_number: 'INV-1',
	});
});

test.each([
	['a wrong checksum', () => `${qrcode.slice(0, -4)}0000`],
	['a changed amount', () => qrcode.replace('540410.5', '540419.5')],
	['a link', () => 'https://shop.example'],
])('%s is refused', async (_what, text) => {
	for (const answer of [await decode(text()), await pay({ qrcode: text() })]) {
		expect(answer.status).toBe(400);
		expect(answer.data.error_des).toBe('The qrcode field is not a valid KHQR.');
	}
	expect(await client.khqrPayments()).toEqual([]);
});

test('pays the code, and with it the order', async () => {
	const { data } = await pay({ remark: 'Lunch' });
	expect(data.data).toMatchObject({
		transaction_ref: expect.stringMatching(/^K\d+/),
		status: 'SUCCEEDED',
		receiver_info: { receiver_name: webPayAccount.sellerName, receiver_bakong_id: 'srey_oun@kess' },
	});
	expect((await client.query('v2', 'INV-1')).data.data.status).toBe('SUCCESS');
	expect((await client.query('v2', 'PAY-1')).data.data).toEqual(data.data);
});

test('a number that comes again is paid again', async () => {
	await pay();
	await pay();
	expect(await client.khqrPayments()).toHaveLength(2);
});

test.each([
	['another amount', { amount: 10.4 }, 400, 'The amount field must be 10.5 USD.'],
	['no sender', { sender_id: undefined }, 400, 'The sender_id field is required.'],
	['no seller', { seller_code: undefined }, 400, 'The seller_code field is required.'],
])('%s is refused', async (_what, fields, status, message) => {
	const answer = await pay(fields);
	expect(answer.status).toBe(status);
	expect(answer.data.error_des).toBe(message);
});

test('v1 has neither', async () => {
	for (const service of ['decodeKhqr', 'payKhqr']) {
		const { status } = await client.call('v1', service, { seller_id: webPayAccount.sellerCode, qrcode });
		expect(status).toBe(400);
	}
});
