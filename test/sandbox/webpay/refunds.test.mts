import { webPayAccount } from '../../../sandbox/accounts.mts';
import { webPaySign } from '../../../sandbox/webpay/signature.mts';
import { GatewayClient, type Body } from '../../support/gatewayClient.mts';
import { withSandbox } from '../../support/kessSandbox.mts';

const client = new GatewayClient(withSandbox());

beforeEach(async () => {
	await client.create('v2', 'A');
	await client.pay('A');
});

const refund = (fields: Body = {}) => client.call('v2', 'v2Refund', { out_trade_no: 'A', reason: 'Returned', ...fields });
const part = (amount: number | string, reference: string, currency = 'USD') =>
	refund({ partial_refund_amount: amount, partial_refund_amount_ccy: currency, merchant_reference: reference });
const status = async () => (await client.query('v2', 'A')).data.data.status;

test('a refund without an amount gives back everything', async () => {
	const { data } = await refund();
	expect(data.data).toEqual({
		amount: 10.5,
		currency: 'USD',
		status: 'REFUNDED',
		reason: 'Returned',
		rejected_reason: null,
		transaction_id: expect.stringMatching(/^R\d+$/),
		out_trade_no: 'A',
		merchant_reference: null,
	});
	expect(data.sign).toBe(webPaySign(data.data, 'MD5', webPayAccount.apiSecretKey));
	expect(await status()).toBe('REFUNDED');
});

test('parts add up to the total and no further, exact to the cent', async () => {
	for (const [index, amount] of [0.1, 0.2, 0.3, 3.9].entries()) expect((await part(amount, `P${index}`)).data.data.status).toBe('PARTIAL_REFUNDED');
	expect(await status()).toBe('PARTIAL_REFUNDED');
	expect((await part(6.01, 'X')).data).toMatchObject({ success: false, code: 'PROCESS_FAILED', error_des: 'Only 6 USD of the order A can be refunded.' });
	expect((await part('6.00', 'P4')).data.data).toMatchObject({ amount: 6, status: 'REFUNDED' });
	expect((await refund()).data.error_des).toMatch(/already refunded/);
	const { refund_histories: histories } = (await client.query('v2', 'A')).data.data;
	expect(histories.map((entry: { merchant_reference: string }) => entry.merchant_reference)).toEqual(['P0', 'P1', 'P2', 'P3', 'P4']);
});

test('a refunded order cannot be paid or closed again', async () => {
	await refund();
	await client.pay('A');
	expect(await status()).toBe('REFUNDED');
	expect((await client.call('v2', 'closeorder', { out_trade_no: 'A' })).data.code).toBe('PROCESS_FAILED');
});

test('only paid orders are refunded', async () => {
	await client.create('v2', 'B');
	expect((await refund({ out_trade_no: 'B' })).data.code).toBe('PROCESS_FAILED');
	expect((await refund({ out_trade_no: 'NOBODY' })).data.code).toBe('NOT_FOUND');
});

test('a merchant reference does not protect: the caller has to', async () => {
	await part(1, 'SAME');
	expect((await part(1, 'SAME')).status).toBe(200);
});

test.each<[string, Body]>([
	['no reason', { reason: undefined }],
	['amount 0', { partial_refund_amount: '0', partial_refund_amount_ccy: 'USD' }],
	['three decimals', { partial_refund_amount: 1.005, partial_refund_amount_ccy: 'USD' }],
	['no currency', { partial_refund_amount: 1 }],
	['another currency', { partial_refund_amount: 1, partial_refund_amount_ccy: 'KHR' }],
	['no address', { callback_url: 'here' }],
])('%s is refused', async (_name, fields) => {
	expect((await refund(fields)).data.code).toBe('VALIDATION_ERROR');
	expect(await status()).toBe('SUCCESS');
});

test('queryRefund finds a refund by either number', async () => {
	const made = (await part(1, 'R1')).data.data;
	await part(2, 'R2');
	expect((await client.call('v2', 'queryRefund', { merchant_reference: 'R1' })).data.data).toEqual(made);
	expect((await client.call('v2', 'queryRefund', { transaction_id: made.transaction_id })).data.data).toEqual(made);
	expect((await client.call('v2', 'queryRefund', { merchant_reference: 'R3' })).data.code).toBe('NOT_FOUND');
	expect((await client.call('v2', 'queryRefund')).data.code).toBe('VALIDATION_ERROR');
});

test.each(['v2Refund', 'queryRefund', 'queryorderbydaterange'])('gateway v1 has no %s', async (service) => {
	expect((await client.call('v1', service, {})).data.error_des).toContain('there is no service');
});
