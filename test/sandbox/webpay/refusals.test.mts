import { webPayAccount } from '../../../sandbox/accounts.mts';
import { GatewayClient, orderFields, sign, type Body, type Version } from '../../support/gatewayClient.mts';
import { withSandbox } from '../../support/kessSandbox.mts';

const client = new GatewayClient(withSandbox());

const LINE = { no: '1', name: 'Shirt', price: '4.00', qty: '1' };

/** What is wrong with an order, and the field that the refusal must name. */
const WRONG_ORDERS: Array<[what: string, fields: Body, named: string]> = [
	['no order number', { out_trade_no: undefined }, 'out_trade_no'],
	['a blank order number', { out_trade_no: '' }, 'out_trade_no'],
	['an order number that is a number', { out_trade_no: 123 }, 'out_trade_no'],
	['an order number of 65 characters', { out_trade_no: 'x'.repeat(65) }, 'out_trade_no'],
	['no title', { body: undefined }, 'body'],
	['a title of 256 characters', { body: 'ក'.repeat(256) }, 'body'],
	['no amount', { total_amount: undefined }, 'total_amount'],
	['an amount of nothing', { total_amount: 0 }, 'total_amount'],
	['a negative amount', { total_amount: -1 }, 'total_amount'],
	['an amount that is a word', { total_amount: 'ten' }, 'total_amount'],
	['an amount with a comma', { total_amount: '1,000' }, 'total_amount'],
	['an amount that is true', { total_amount: true }, 'total_amount'],
	['an amount beyond 14 digits', { total_amount: 1e20 }, 'total_amount'],
	['three decimals', { total_amount: 1.005 }, 'total_amount'],
	['three decimals as text', { total_amount: '1.500' }, 'total_amount'],
	['riel with decimals', { total_amount: 4000.5, currency: 'KHR' }, 'total_amount'],
	['no currency', { currency: undefined }, 'currency'],
	['another currency', { currency: 'EUR' }, 'currency'],
	['a currency in lower case', { currency: 'usd' }, 'currency'],
	['a currency of four letters', { currency: 'USDT' }, 'currency'],
	['a login type of 17 characters', { login_type: 'x'.repeat(17) }, 'login_type'],
	['detail that is text', { detail: 'Shirt' }, 'detail'],
	['a line that is text', { detail: ['Shirt'] }, 'detail.0'],
	['a line without number', { detail: [{ ...LINE, no: undefined }] }, 'detail.0.no'],
	['a second line without name', { detail: [LINE, { ...LINE, name: ' ' }] }, 'detail.1.name'],
	['a line without price', { detail: [{ ...LINE, price: undefined }] }, 'detail.0.price'],
	['a price that is a number', { detail: [{ ...LINE, price: 4 }] }, 'detail.0.price'],
	['a line without quantity', { detail: [{ ...LINE, qty: undefined }] }, 'detail.0.qty'],
	['a name of 65 characters', { detail: [{ ...LINE, name: 'x'.repeat(65) }] }, 'detail.0.name'],
	['a discount that is a word', { detail: [{ ...LINE, discount: 'much' }] }, 'detail.0.discount'],
	['a negative discount', { detail: [{ ...LINE, discount: -1 }] }, 'detail.0.discount'],
	['no time', { expires_in: 0 }, 'expires_in'],
	['half a second', { expires_in: 0.5 }, 'expires_in'],
	['time as a word', { expires_in: 'soon' }, 'expires_in'],
	['a notify address without host', { notify_url: 'shop/notify' }, 'notify_url'],
	['a redirect address that is a script', { redirect_url: 'javascript:alert(1)' }, 'redirect_url'],
	['another sign type', { sign_type: 'SHA1' }, 'sign_type'],
	['a sign type in lower case', { sign_type: 'md5' }, 'sign_type'],
	['a service name of 65 characters', { service: 'x'.repeat(65) }, 'service'],
	['no service', { service: undefined }, 'service'],
	['the client secret', { client_secret: 'x' }, 'client_secret'],
	['the password', { password: 'x' }, 'password'],
	['the API secret key', { apiSecretKey: 'x' }, 'apiSecretKey'],
];

describe.each<Version>(['v1', 'v2'])('%s refuses', (version) => {
	const sellerField = version === 'v1' ? 'seller_id' : 'seller_code';

	async function expectRefusal(answer: Promise<{ status: number; data: Body }>, code: string, status: number, reason: string): Promise<void> {
		const { status: httpStatus, data } = await answer;
		expect(data).toEqual({ success: false, error_des: expect.stringContaining(reason), status_code: status, code });
		expect(httpStatus).toBe(status);
	}

	test.each(WRONG_ORDERS)('%s', async (_what, fields, named) => {
		const body = sign({ service: 'webpay.acquire.createorder', sign_type: 'MD5', ...orderFields(version, 'A', fields) });
		await expectRefusal(client.send(version, body), 'VALIDATION_ERROR', 400, `The ${named} field`);
		expect(await client.orderNumbers()).toEqual([]);
	});

	test('no seller, or one that is not there', async () => {
		await expectRefusal(client.create(version, 'A', { [sellerField]: undefined }), 'VALIDATION_ERROR', 400, `The ${sellerField} field is required`);
		await expectRefusal(client.create(version, 'A', { [sellerField]: 'CU0' }), 'VALIDATION_ERROR', 400, `The ${sellerField} field`);
		await expectRefusal(client.call(version, 'queryOrder', { out_trade_no: 'A', [sellerField]: 'CU0' }), 'VALIDATION_ERROR', 400, sellerField);
	});

	test('a missing, wrong, upper-case or foreign signature', async () => {
		const body = sign({ service: 'webpay.acquire.createorder', sign_type: 'MD5', ...orderFields(version, 'A') });
		await expectRefusal(client.send(version, { ...body, sign: undefined }), 'VALIDATION_ERROR', 400, 'The sign field is required');
		for (const wrong of [{ ...body, body: 'Else' }, { ...body, sign: String(body.sign).toUpperCase() }, sign(body, webPayAccount.clientSecret)]) {
			await expectRefusal(client.send(version, wrong), 'VALIDATION_ERROR', 400, 'The sign field is invalid');
		}
		expect(await client.orderNumbers()).toEqual([]);
	});

	test('a service that is not there', async () => {
		await expectRefusal(client.call(version, 'makeMoney'), 'VALIDATION_ERROR', 400, 'webpay.acquire.makeMoney');
	});

	test('a repeated order number, even of a closed order', async () => {
		await client.create(version, 'A');
		await expectRefusal(client.create(version, 'A'), 'DUPLICATED', 409, 'out_trade_no');
		await client.close('A');
		await expectRefusal(client.create(version, 'A', { total_amount: 3 }), 'DUPLICATED', 409, 'out_trade_no');
	});

	test('to query or close an order that is not there', async () => {
		await expectRefusal(client.query(version, 'A'), 'NOT_FOUND', 404, 'A');
		await expectRefusal(client.call(version, 'closeorder', { out_trade_no: 'A' }), 'NOT_FOUND', 404, 'A');
	});

	test('a body that is not a JSON object', async () => {
		for (const body of ['[]', '"x"', '7', 'null', '{"a":', '', '\ufeff{}', '{"a":"\\ud83d"}']) {
			await expectRefusal(client.send(version, body), 'VALIDATION_ERROR', 400, 'The request body');
		}
		await expectRefusal(client.send(version, Buffer.from([0x7b, 0xff, 0x7d])), 'VALIDATION_ERROR', 400, 'JSON');
	});

	test('another content type', async () => {
		const body = sign({ service: 'webpay.acquire.queryOrder', sign_type: 'MD5', out_trade_no: 'A' });
		for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonx']) {
			await expectRefusal(client.send(version, JSON.stringify(body), { 'content-type': type }), 'VALIDATION_ERROR', 400, 'application/json');
		}
	});

	test('a stranger', async () => {
		const wrong = version === 'v1' ? ['', 'Basic', `Basic ${Buffer.from('sandbox-user:no').toString('base64')}`] : ['', 'Bearer', 'Bearer no'];
		const body = sign({ service: 'webpay.acquire.createorder', sign_type: 'MD5', ...orderFields(version, 'A') });
		for (const authorization of wrong) await expectRefusal(client.send(version, body, { authorization }), 'UNAUTHENTICATED', 401, 'The');
		const other = await client.authorization(version === 'v1' ? 'v2' : 'v1');
		await expectRefusal(client.send(version, body, { authorization: other }), 'UNAUTHENTICATED', 401, 'The');
		expect(await client.orderNumbers()).toEqual([]);
	});

	test('with HTTP 200 when told so, except strangers', async () => {
		await client.settings({ envelope200: true });
		const refused = await client.query(version, 'A');
		expect(refused.status).toBe(200);
		expect(refused.data).toMatchObject({ success: false, status_code: 404, code: 'NOT_FOUND' });
		expect((await client.send(version, {}, { authorization: '' })).status).toBe(401);
	});
});
