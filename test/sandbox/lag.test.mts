import { webPayAccount } from '../../sandbox/accounts.mts';
import { GatewayClient, orderFields, type Body } from '../support/gatewayClient.mts';
import { withSandbox } from '../support/kessSandbox.mts';
import { PartnerClient } from '../support/partnerClient.mts';

let now = Date.now();
const sandbox = withSandbox({ fastRsa: true, now: () => now });
const shop = new GatewayClient(sandbox);
const partner = new PartnerClient(sandbox);

const refund = (amount: number, reference: string) =>
	shop.call('v2', 'v2Refund', { out_trade_no: 'A', reason: 'Returned', partial_refund_amount: amount, partial_refund_amount_ccy: 'USD', merchant_reference: reference });

describe('orderLagMs', () => {
	beforeEach(() => shop.settings({ orderLagMs: 3000 }));

	const seen = async () => {
		const { status, data } = await shop.query('v2', 'A');
		return status === 200 ? data.data.status : data.code;
	};

	test('an order that was just made is not there, and one that was just paid still waits', async () => {
		expect((await shop.create('v2', 'A')).status).toBe(200);
		const there = (await shop.query('v2', 'NONE')).data;
		expect((await shop.query('v2', 'A')).data).toEqual({ ...there, error_des: there.error_des.replace('NONE', 'A') });
		now += 2999;
		expect(await seen()).toBe('NOT_FOUND');
		now += 1;
		await shop.pay('A');
		expect((await shop.query('v2', 'A')).data.data).toMatchObject({ status: 'WAITING', transaction_id: null, paid_at: null, payment_detail: null });
		now += 3000;
		await refund(1, 'R');
		expect((await shop.query('v2', 'A')).data.data).toMatchObject({ status: 'SUCCESS', transaction_id: expect.any(String), refund_histories: [] });
		now += 3000;
		expect((await shop.query('v2', 'A')).data.data).toMatchObject({ status: 'PARTIAL_REFUNDED', refund_histories: [{ merchant_reference: 'R' }] });
	});

	test('a closed order still waits', async () => {
		await shop.create('v1', 'A');
		now += 3000;
		await shop.close('A');
		expect((await shop.query('v1', 'A')).data.data.status).toBe('WAITING');
		now += 3000;
		expect((await shop.query('v1', 'A')).data.data.status).toBe('CLOSED');
	});

	test('lists of orders lag, and what changes something does not', async () => {
		await shop.create('v2', 'A');
		const day = new Date(now).toISOString().slice(0, 10);
		const list = async () => (await shop.call('v2', 'queryorderbydaterange', { start_date: day, end_date: day, page: 1, per_page: 10 })).data.data.total;
		expect(await list()).toBe(0);
		expect((await shop.create('v2', 'A')).status).toBe(409);
		expect((await shop.call('v2', 'closeorder', { out_trade_no: 'A' })).data.data.status).toBe('CLOSED');
		expect(await shop.orders()).toMatchObject([{ status: 'CLOSED' }]);
	});

	test('so do payments of KHQR codes', async () => {
		const { qrcode } = (await shop.call('v2', 'nativePay', { ...orderFields('v2', 'INV'), service_code: 'KHQR' })).data.data;
		const fields: Body = { seller_code: webPayAccount.sellerCode, qrcode, out_trade_no: 'A', currency: 'USD', amount: 10.5, sender_id: '10023' };
		expect((await shop.call('v2', 'payKhqr', fields)).data.data.status).toBe('SUCCEEDED');
		expect(await seen()).toBe('NOT_FOUND');
		now += 3000;
		expect(await seen()).toBe('SUCCEEDED');
	});
});

describe('lagging: so many look-ups of one number', () => {
	test('orders and their refunds', async () => {
		await shop.create('v2', 'A');
		await shop.pay('A');
		await refund(1, 'R');
		now += 1000;
		await shop.fault('lagging', { outTradeNo: ['A', 'R'], delayMs: 5000 });
		expect((await shop.query('v2', 'A')).data.code).toBe('NOT_FOUND');
		expect((await shop.query('v2', 'A')).status).toBe(200);
		const seen = () => shop.call('v2', 'queryRefund', { merchant_reference: 'R' });
		expect([(await seen()).data.code, (await seen()).status]).toEqual(['NOT_FOUND', 200]);
	});

	test('transfers', async () => {
		await partner.confirm(await partner.prepare('A'));
		await partner.fault('lagging', { service: 'query.fundTransfer', outTradeNo: 'A' });
		expect((await partner.query('A')).json.error_code).toBe('NOTEXIST');
		expect((await partner.query('A')).json.data?.result_code).toBe('SUCCESS');
	});
});

test('refundLagMs: a refund that was just made is not there', async () => {
	await shop.settings({ refundLagMs: 3000 });
	await shop.create('v2', 'A');
	await shop.pay('A');
	expect((await refund(1, 'R')).status).toBe(200);
	const seen = async () => (await shop.call('v2', 'queryRefund', { merchant_reference: 'R' })).data;
	expect(await seen()).toEqual({ success: false, error_des: 'There is no such refund.', status_code: 404, code: 'NOT_FOUND' });
	expect((await shop.query('v2', 'A')).data.data.status).toBe('PARTIAL_REFUNDED');
	now += 3000;
	expect((await seen()).data).toMatchObject({ merchant_reference: 'R', amount: 1 });
});

test('transferLagMs: a transfer is not there, then prepared, then paid', async () => {
	await partner.settings({ transferLagMs: 3000 });
	const preTransferId = await partner.prepare('A');
	const unknown = await partner.query('A');
	expect([unknown.status, unknown.json.error_code, unknown.verified]).toEqual([400, 'NOTEXIST', true]);
	expect(unknown.json.error_desc).toBe((await partner.query('NONE')).json.error_desc);
	now += 2000;
	await partner.confirm(preTransferId);
	now += 1000;
	expect((await partner.query('A')).json.data).toMatchObject({ result_code: 'PENDING' });
	expect((await partner.query('A')).json.data?.fund_transfer_id).toBeUndefined();
	now += 2000;
	expect((await partner.query('A')).json.data).toMatchObject({ result_code: 'SUCCESS', fund_transfer_id: expect.any(String) });
});
