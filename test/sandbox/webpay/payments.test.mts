import { constants, publicEncrypt } from 'node:crypto';

import { emvChecksum } from '../../../sandbox/webpay/khqr.mts';
import { GatewayClient, orderFields, type Body } from '../../support/gatewayClient.mts';
import { withSandbox } from '../../support/kessSandbox.mts';

const CODE = '134567890123456789';

let kessPublicKey: string;
const client = new GatewayClient(withSandbox());

beforeAll(async () => {
	kessPublicKey = await client.cardKey();
});

const pay = (service: string, fields: Body) => client.call('v2', service, { ...orderFields('v2', 'A'), ...fields });

const encrypt = (text: string) =>
	publicEncrypt({ key: kessPublicKey, padding: constants.RSA_PKCS1_PADDING }, Buffer.from(text)).toString('hex');

const card = (number: string, change: Body = {}) =>
	encrypt(JSON.stringify({ number, securityCode: '123', expiry: { month: '05', year: '28' }, ...change }));

/** The fields of an EMV QR code by their numbers. */
function fieldsOf(text: string): Record<string, string> {
	const fields: Record<string, string> = {};
	for (let at = 0; at < text.length; ) {
		const length = Number(text.slice(at + 2, at + 4));
		fields[text.slice(at, at + 2)] = text.slice(at + 4, at + 4 + length);
		at += 4 + length;
	}
	return fields;
}

describe('nativePay', () => {
	test('gives a KHQR text of this order with a right checksum', async () => {
		const { data } = await pay('nativePay', { service_code: 'KHQR', total_amount: '42000', currency: 'KHR', out_trade_no: 'INV-7', expires_in: 600 });
		const { qrcode, order_info: order, ...rest } = data.data;
		expect(rest).toMatchObject({ expires_in: 600, for_ios: false, app_name: 'KHQR', service_code: 'KHQR', qrcode_link: order.payment_link });
		expect(order).toMatchObject({ out_trade_no: 'INV-7', status: 'WAITING', total_amount: 42000 });
		const { 99: times = '', ...fields } = fieldsOf(qrcode);
		expect(fields).toMatchObject({
			'00': '01',
			'01': '12',
			'53': '116',
			'54': '42000',
			'58': 'KH',
			'59': 'Srey Oun Online Seller',
			'60': 'Phnom Penh',
			'62': '0105INV-7',
			'63': emvChecksum(qrcode.slice(0, -4)),
		});
		const { '00': from, '01': to } = fieldsOf(times);
		expect(Number(to) - Number(from)).toBe(600_000);
	});

	test('the checksum is CRC-16 with its published check value', () => {
		expect(emvChecksum('123456789')).toBe('29B1');
	});

	test('a bill number that a KHQR cannot carry is replaced', async () => {
		const { data } = await pay('nativePay', { service_code: 'KHQR', out_trade_no: 'ក'.repeat(64) });
		expect(fieldsOf(data.data.qrcode)['62']).toMatch(/^0125[0-9a-f]{25}$/);
	});

	test('only the app link', async () => {
		const { data } = await pay('nativePay', { service_code: 'ABAAKHPP', only_deeplink: 1, is_ios_device: '1' });
		expect(data.data).toMatchObject({ qrcode: null, qrcode_link: null, for_ios: true, deeplink: data.data.order_info.payment_link });
	});

	test('is paid by the chosen method', async () => {
		await pay('nativePay', { service_code: 'WING' });
		await client.pay('A');
		expect((await client.query('v2', 'A')).data.data).toMatchObject({ status: 'SUCCESS', payment_detail: { payment_method_bic: 'WING' } });
	});

	test.each<[string, Body, RegExp]>([
		['no method', {}, /service_code field is required/],
		['a method that does not exist', { service_code: 'NOBANK' }, /invalid payment method bic/],
		['no flag', { service_code: 'KHQR', only_deeplink: 'yes' }, /only_deeplink field must be 1 or 0/],
	])('%s', async (_name, fields, reason) => {
		const { status, data } = await pay('nativePay', fields);
		expect([status, data.error_des]).toEqual([400, expect.stringMatching(reason)]);
		expect(await client.orderNumbers()).toEqual([]);
	});

	test('takes an order number once', async () => {
		await client.create('v2', 'A');
		expect((await pay('nativePay', { service_code: 'KHQR' })).status).toBe(409);
	});
});

describe('quickpay', () => {
	test('charges at once', async () => {
		const { data } = await pay('quickpay', { service_code: 'ALIPAY', auth_code: CODE });
		expect(data.data).toMatchObject({ out_trade_no: 'A', status: 'SUCCESS', transaction_id: expect.any(String), payment_detail: { payment_method_bic: 'ALIPAY' } });
	});

	test('notifies the merchant as for every payment', async () => {
		await pay('quickpay', { service_code: 'ALIPAY', auth_code: CODE, notify_url: 'http://127.0.0.1:9/n' });
		expect(await client.notifications()).toHaveLength(1);
	});

	test.each<[string, Body, number, RegExp]>([
		['no code', { service_code: 'WECHAT' }, 400, /auth_code field is required/],
		['no digits', { service_code: 'WECHAT', auth_code: 'abc' }, 400, /auth_code field is invalid/],
		['a code that has run out', { service_code: 'WECHAT', auth_code: '1345678901230000' }, 422, /has expired/],
		['a bank', { service_code: 'KHQR', auth_code: CODE }, 400, /invalid payment method bic/],
	])('%s is refused and books nothing', async (_name, fields, expected, reason) => {
		const { status, data } = await pay('quickpay', fields);
		expect([status, data.error_des]).toEqual([expected, expect.stringMatching(reason)]);
		expect(await client.orderNumbers()).toEqual([]);
	});

	test('takes an order number once', async () => {
		await pay('quickpay', { service_code: 'ALIPAY', auth_code: CODE });
		expect((await pay('quickpay', { service_code: 'ALIPAY', auth_code: CODE })).status).toBe(409);
	});
});

describe('directPay', () => {
	test('over 3-D Secure: paid when the buyer confirms', async () => {
		const { data } = await pay('directPay', { service_code: 'VISA_MASTER', card: card('5123456789012346') });
		expect(data.data).toMatchObject({ required_3ds: true, pre_card_input: false, order_info: { status: 'WAITING' } });
		const action = /action="([^"]+)"/.exec(data.data.html_confirm_payment)?.[1] ?? '';
		await client.post(action.replace(client.url, ''), 'action=pay', { 'content-type': 'application/x-www-form-urlencoded' });
		expect((await client.query('v2', 'A')).data.data).toMatchObject({ status: 'SUCCESS', payment_detail: { payment_method_bic: 'VISA_MASTER' } });
	});

	test('without 3-D Secure: paid at once', async () => {
		const { data } = await pay('directPay', { service_code: 'UNIONPAY', card: card('5200000000000007') });
		expect(data.data).toMatchObject({ required_3ds: false, html_confirm_payment: null, order_info: { status: 'SUCCESS' } });
	});

	test('a customer with all that is required', async () => {
		const customer = encrypt(JSON.stringify({ first_name: 'ស្រី', last_name: 'Oun', email: 'a@b.example', phone_number: '012345678' }));
		expect((await pay('directPay', { service_code: 'VISA_MASTER', card: card('5123456789012346'), customer })).status).toBe(200);
	});

	test.each<[string, () => Body, number, RegExp]>([
		['a card in the clear', () => ({ card: '5123456789012346' }), 400, /card field cannot be decrypted/],
		['a damaged ciphertext', () => ({ card: card('5123456789012346').replace(/..$/, '00') }), 400, /card field cannot be decrypted/],
		['no JSON', () => ({ card: encrypt('5123456789012346') }), 400, /card field cannot be decrypted/],
		['no month', () => ({ card: card('5123456789012346', { expiry: { month: '', year: '28' } }) }), 400, /expiry are required/],
		['a declined card', () => ({ card: card('4000000000000002') }), 422, /declined/],
		['a customer without e-mail', () => ({ card: card('5123456789012346'), customer: encrypt('{"first_name":"A","last_name":"B"}') }), 400, /email is required/],
		['no card', () => ({}), 400, /card field is required/],
	])('%s is refused and books nothing', async (_name, fields, expected, reason) => {
		const { status, data } = await pay('directPay', { service_code: 'VISA_MASTER', ...fields() });
		expect([status, data.error_des]).toEqual([expected, expect.stringMatching(reason)]);
		expect(await client.orderNumbers()).toEqual([]);
	});
});

test('getbakongmembers lists the members', async () => {
	const { data } = await client.call('v2', 'getbakongmembers');
	expect(data.data.length).toBeGreaterThan(3);
	expect(data.data[0]).toMatchObject({ id: 1, name: 'ABA Bank', bic: 'ABAAKHPP', is_display_on_app: true });
});

test.each(['nativePay', 'quickpay', 'directPay', 'getbakongmembers'])('%s is no service of version 1', async (service) => {
	const { status, data } = await client.call('v1', service, orderFields('v1', 'A'));
	expect([status, data.error_des]).toEqual([400, expect.stringContaining('there is no service')]);
});
