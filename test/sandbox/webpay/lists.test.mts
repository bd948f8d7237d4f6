import { GatewayClient, type Body } from '../../support/gatewayClient.mts';
import { withSandbox } from '../../support/kessSandbox.mts';

const DAY = 86_400_000;

let now = Date.UTC(2026, 0, 30, 12);
const client = new GatewayClient(withSandbox({ now: () => now }));

beforeEach(() => {
	now = Date.UTC(2026, 0, 30, 12);
	client.forgetToken();
});

const call = async (service: string, fields: Body = {}) => {
	client.forgetToken();
	return (await client.call('v2', service, fields)).data;
};

describe('queryorderbydaterange', () => {
	const list = (fields: Body = {}) => call('queryorderbydaterange', { start_date: '2026-01-30', end_date: '2026-01-30', page: 1, per_page: 2, ...fields });

	test('pages with counters, newest first', async () => {
		for (const no of ['A', 'B', 'C']) await client.create('v2', no);
		const first = (await list()).data;
		expect(first).toMatchObject({ current_page: 1, last_page: 2, per_page: 2, total: 3, from: 1, to: 2 });
		expect(first.items.map((order: Body) => order.out_trade_no)).toEqual(['C', 'B']);
		expect((await list({ page: 2 })).data).toMatchObject({ current_page: 2, from: 3, to: 3, items: [{ out_trade_no: 'A', status: 'WAITING' }] });
		expect((await list({ page: 3 })).data).toMatchObject({ items: [], from: null, to: null });
		expect((await list({ per_page: 5000 })).data.per_page).toBe(100);
	});

	test('takes whole days', async () => {
		await client.create('v2', 'A');
		expect((await list({ start_date: '2026-01-29', end_date: '2026-01-29' })).data.total).toBe(0);
		expect((await list({ start_date: '2026-01-31', end_date: '2026-01-31' })).data.total).toBe(0);
	});

	test.each(['start_date', 'end_date', 'page', 'per_page'])('%s is required', async (field) => {
		expect((await list({ [field]: undefined })).error_des).toMatch(new RegExp(`^The ${field} field`));
	});

	test.each<[Body]>([[{ start_date: '30/01/2026' }], [{ end_date: '2026-13-01' }], [{ page: 0 }], [{ per_page: 1.5 }]])('%p is refused', async (fields) => {
		expect((await list(fields)).code).toBe('VALIDATION_ERROR');
	});
});

describe('subscriptions', () => {
	const link = (outTradeNo: string, interval = 'monthly') =>
		call('generateSubscriptionLink', {
			seller_code: 'CU2611-100200300',
			out_trade_no: outTradeNo,
			total_amount: 5,
			currency: 'USD',
			interval,
			notify_url: 'http://127.0.0.1:9/',
		});

	test('a link begins one when it is paid, and every period is charged once', async () => {
		expect((await link('S')).data).toEqual({ link: expect.stringContaining(`${client.url}/pay/`), total_amount: 5, currency: 'USD', interval: 'monthly' });
		expect((await call('getSubscriptions')).data.data).toMatchObject([{ out_trade_no: 'S', status: 'PENDING', amount: 5, currency: 'USD', interval: 'monthly' }]);
		await client.pay('S');
		now += 62 * DAY;
		const { data } = (await call('getSubscriptionTrxs', { out_trade_no: 'S' })).data;
		expect(data.map((row: Body) => row.billing_date)).toEqual(['2026-01-30T12:00:00.000000Z', '2026-02-28T12:00:00.000000Z', '2026-03-28T12:00:00.000000Z']);
		expect(new Set(data.map((row: Body) => row.transaction_id)).size).toBe(3);
		expect((await call('getSubscriptionTrxs', { start_date: '2026-03-01', end_date: '2026-03-31' })).data.total).toBe(1);
	});

	test('cancel takes code, re-activate subscription_code', async () => {
		await link('S', 'daily');
		await client.pay('S');
		const code = (await call('getSubscriptions')).data.data[0].subscription_code;
		expect((await call('cancelSubscription', { subscription_code: code })).error_des).toBe('The code field is required.');
		expect((await call('cancelSubscription', { code })).data).toEqual({ message: expect.any(String) });
		expect((await call('cancelSubscription', { code })).code).toBe('PROCESS_FAILED');
		now += 5 * DAY;
		expect((await call('reActiveSubscription', { code })).error_des).toBe('The subscription_code field is required.');
		expect((await call('reActiveSubscription', { subscription_code: code })).data).toEqual({ message: expect.any(String) });
		expect((await call('getSubscriptionTrxs')).data.total).toBe(1);
		now += DAY;
		expect((await call('getSubscriptionTrxs')).data.total).toBe(2);
		expect((await call('cancelSubscription', { code: 'NONE' })).code).toBe('NOT_FOUND');
	});

	test('with a card the order of the token is charged at once', async () => {
		const { token } = (await client.create('v2', 'A')).data.data;
		const fields = { pre_order_token: token, holder_name: 'SREY OUN', card: 'ab'.repeat(256), interval: 'weekly' };
		expect((await call('subscription', { ...fields, card: '4111111111111111' })).code).toBe('VALIDATION_ERROR');
		expect((await call('subscription', { ...fields, interval: 'yearly' })).code).toBe('VALIDATION_ERROR');
		expect((await call('subscription', fields)).data).toEqual({ code: expect.stringMatching(/^SUB-/), status: 'ACTIVE', html_confirm_payment: null });
		expect((await client.query('v2', 'A')).data.data.status).toBe('SUCCESS');
		expect((await call('subscription', fields)).code).toBe('PROCESS_FAILED');
	});
});

test('saveCard gives a link that opens', async () => {
	const { link } = (await call('saveCard', { notify_url: 'http://127.0.0.1:9/' })).data;
	expect((await client.get(new URL(link).pathname)).status).toBe(200);
	expect((await client.get(`${new URL(link).pathname}x`)).status).toBe(404);
	expect((await call('saveCard')).code).toBe('VALIDATION_ERROR');
});
