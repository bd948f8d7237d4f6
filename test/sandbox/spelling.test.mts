import { webPayAccount } from '../../sandbox/accounts.mts';
import { webPaySign } from '../../sandbox/webpay/signature.mts';
import { GatewayClient } from '../support/gatewayClient.mts';
import { withSandbox } from '../support/kessSandbox.mts';
import { PartnerClient } from '../support/partnerClient.mts';

const sandbox = withSandbox({ fastRsa: true });
const shop = new GatewayClient(sandbox);
const partner = new PartnerClient(sandbox);

describe('referencesAsNumbers', () => {
	beforeEach(() => sandbox.settings({ referencesAsNumbers: true }));

	test('Partner: numbers of digits are JSON numbers, signed, and too long for JavaScript', async () => {
		const created = await partner.create('20261121');
		const [, preTransferId = ''] = /"pre_transfer_id":(\d{18}),/.exec(created.text) ?? [];
		expect([created.verified, created.text.includes('"out_trade_no":20261121,'), preTransferId.length]).toEqual([true, true, 18]);
		const confirmed = await partner.confirm(preTransferId);
		expect(confirmed.verified).toBe(true);
		for (const part of ['"out_trade_no":20261121,', `"pre_transfer_id":${preTransferId},`]) expect(confirmed.text).toContain(part);
		expect((await partner.query('20261121')).text).toContain('"out_trade_no":20261121,');
		expect(await partner.paidOut()).toEqual(['20261121']);
	});

	test('others stay as they are', async () => {
		for (const outTradeNo of ['A1', '007']) expect((await partner.create(outTradeNo)).json.data?.out_trade_no).toBe(outTradeNo);
	});

	test('WebPay: at every depth, signed', async () => {
		await shop.create('v2', '17');
		await shop.pay('17');
		await shop.call('v2', 'v2Refund', { out_trade_no: '17', reason: 'x', merchant_reference: '99' });
		const { data, sign } = (await shop.query('v2', '17')).data;
		expect(data).toMatchObject({ out_trade_no: 17, refund_histories: [{ out_trade_no: 17, merchant_reference: 99 }] });
		expect(sign).toBe(webPaySign(data, 'MD5', webPayAccount.apiSecretKey));
		expect((await shop.query('v1', '17')).data.data.out_trade_no).toBe(17);
	});
});

test.each([
	['number', 1.25],
	['text', '1.25'],
	['three-decimals', '1.250'],
] as const)('amountsAs %s: %j', async (amountsAs, amount) => {
	await sandbox.settings({ amountsAs });
	const created = await partner.create('A', { amount: 1.25 });
	const confirmed = await partner.confirm(String(created.json.data?.pre_transfer_id));
	const queried = await partner.query('A');
	for (const { verified, json } of [created, confirmed, queried]) expect([verified, json.data?.amount]).toEqual([true, amount]);
	const order = (await shop.create('v2', 'A', { total_amount: 1.25 })).data;
	expect([order.data.total_amount, order.sign]).toEqual([amount, webPaySign(order.data, 'MD5', webPayAccount.apiSecretKey)]);
	await shop.pay('A');
	expect((await shop.call('v2', 'v2Refund', { out_trade_no: 'A', reason: 'x' })).data.data.amount).toEqual(amount);
	expect((await shop.query('v2', 'A')).data.data.refund_histories[0].amount).toEqual(amount);
});

test('receiverAsUserId: each answer names the receiver by phone number or user ID', async () => {
	await sandbox.settings({ receiverAsUserId: ['confirm', 'query'] });
	const created = await partner.create('A', { receiver_id: '+85512000117' });
	const queried = await partner.query('A');
	const confirmed = await partner.confirm(String(created.json.data?.pre_transfer_id));
	expect([created, queried, confirmed].map(({ json }) => json.data?.receiver_id)).toEqual(['+85512000117', '800100000017', '800100000017']);
	await sandbox.settings({ receiverAsUserId: ['create'] });
	expect((await partner.create('B')).json.data?.receiver_id).toBe('800100000017');
	expect((await partner.query('B')).json.data?.receiver_id).toBe('012000117');
	expect((await shop.post('/sandbox/settings', { receiverAsUserId: ['refund'] })).status).toBe(400);
});
