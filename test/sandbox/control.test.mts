import { webPayAccount } from '../../sandbox/accounts.mts';
import { startSandbox } from '../../sandbox/server.mts';
import { GatewayClient } from '../support/gatewayClient.mts';
import { withSandbox } from '../support/kessSandbox.mts';

const sandbox = withSandbox();
const client = new GatewayClient(sandbox);

beforeEach(() => client.forgetToken());

test('the request log counts by service, without secrets', async () => {
	await client.create('v2', 'A');
	await client.query('v1', 'A');
	await client.query('v1', 'B');
	await client.send('v1', 'not JSON');
	const data = await client.requestLog();
	expect(data).toMatchObject({ requests: 5, answered: 5, inFlight: 0, maxInFlight: 1 });
	expect(data.services).toMatchObject({
		oauth: { requests: 1 },
		'webpay.acquire.createorder': { requests: 1, answered: 1 },
		'webpay.acquire.queryorder': { requests: 2, answered: 2 },
		'': { requests: 1 },
	});
	expect(data.recent.map((entry) => [entry.gateway, entry.service, entry.out_trade_no, entry.status, entry.answered])).toEqual([
		['webpay v2', 'oauth', null, 200, true],
		['webpay v2', 'webpay.acquire.createorder', 'A', 200, true],
		['webpay v1', 'webpay.acquire.queryorder', 'A', 200, true],
		['webpay v1', 'webpay.acquire.queryorder', 'B', 404, true],
		['webpay v1', '', null, 400, true],
	]);
	const text = JSON.stringify(data);
	for (const secret of [webPayAccount.password, webPayAccount.clientSecret, webPayAccount.apiSecretKey]) expect(text).not.toContain(secret);
});

test('it knows how many requests were in flight at once', async () => {
	await client.fault('slow', { delayMs: 2000, times: 30 });
	await Promise.all(Array.from({ length: 30 }, (_, index) => client.create('v1', `ORDER-${index}`)));
	const data = await client.requestLog();
	expect(data.maxInFlight).toBe(30);
	expect(data.services['webpay.acquire.createorder']).toMatchObject({ requests: 30, answered: 30, inFlight: 0, maxInFlight: 30 });
});

test('a reset forgets orders, faults, logs and settings', async () => {
	await client.create('v1', 'A', { notify_url: 'http://127.0.0.1:9/' });
	await client.pay('A');
	await client.fault('html');
	await client.settings({ envelope200: true });
	await client.reset();
	expect(await client.orderNumbers()).toEqual([]);
	expect(await client.faults()).toEqual([]);
	expect(await client.notifications()).toEqual([]);
	expect(await client.requestLog()).toMatchObject({ requests: 0, recent: [] });
	expect((await client.settings({})).envelope200).toBe(false);
	expect((await client.create('v1', 'A')).status).toBe(200);
});

test('settings are all or nothing', async () => {
	const wrongs: Array<[sent: unknown, said: string]> = [
		[{ envelope200: true, nonsense: 1 }, 'nonsense'],
		[{ envelope200: true, notifyFormat: 'xml' }, "notifyFormat: Invalid enum value. Expected 'form' | 'multipart' | 'json' | 'envelope', received 'xml'"],
		[{ tokenLifeSeconds: 0 }, 'tokenLifeSeconds: '],
		[{ toString: 1 }, 'toString'],
		[[], 'JSON object'],
		['x', 'JSON object'],
	];
	for (const [wrong, said] of wrongs) {
		const { status, data } = await client.post('/sandbox/settings', JSON.stringify(wrong));
		expect([status, data]).toEqual([400, { error: expect.stringContaining(said) }]);
	}
	expect((await client.get('/sandbox/settings')).data).toEqual({
		envelope200: false,
		notifyFormat: 'form',
		notifyByteOrderMark: false,
		notifySignsSignType: true,
		signV1: false,
		tokenLifeSeconds: 1800,
		oneLiveToken: false,
		maxInFlight: 0,
		partnerTokenInData: false,
		preTransferLifeSeconds: 300,
		secondCreate: 'refuse',
		queryOpen: 'pending',
		queryExpired: 'expired',
		secondOrder: 'refuse',
		secondKhqr: 'pay',
		queryKhqr: true,
		secondRefund: 'pay',
		secondSubscription: 'refuse',
		orderShowsCharge: 'first',
		referencesAsNumbers: false,
		amountsAs: 'number',
		receiverAsUserId: [],
		orderLagMs: 0,
		refundLagMs: 0,
		transferLagMs: 0,
		trims: 'many',
	});
});

test('orders are paid and closed from outside, newest first in the list', async () => {
	await client.create('v1', 'A/1 ក');
	await client.create('v2', 'B');
	const path = `/sandbox/orders/${encodeURIComponent('A/1 ក')}`;
	expect((await client.post(`${path}/pay`, {})).data).toMatchObject({ out_trade_no: 'A/1 ក', status: 'SUCCESS' });
	expect((await client.post(`${path}/close`, {})).status).toBe(422);
	expect((await client.post('/sandbox/orders/NONE/pay', {})).status).toBe(404);
	expect(await client.orders()).toMatchObject([
		{ out_trade_no: 'B', gateway: 'v2', status: 'WAITING', redirect_url: null },
		{ out_trade_no: 'A/1 ក', gateway: 'v1', status: 'SUCCESS', notify_url: null },
	]);
});

test('two sandboxes know nothing of each other; a port in use is an error', async () => {
	const other = await startSandbox({ port: 0 });
	try {
		await new GatewayClient(other).create('v1', 'A');
		expect(await client.orderNumbers()).toEqual([]);
		await expect(startSandbox({ port: other.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
	} finally {
		await other.close();
	}
});

describe('pages of other people in a browser on this computer', () => {
	const send = async (headers: Record<string, string>, path = '/sandbox/reset') =>
		(await client.post(path, {}, headers)).status;

	test('cannot reach it under a name of their own', async () => {
		for (const host of ['evil.example', 'evil.example:4010', '127.0.0.1.evil.example', '10.0.0.1', '[::2]']) {
			expect(await send({ host })).toBe(421);
			expect(await send({ host }, '/api/mch/v1/gateway')).toBe(421);
		}
		for (const host of ['localhost:1', '127.0.0.1', '[::1]:4010']) expect(await send({ host })).toBe(200);
	});

	test('cannot send it a form', async () => {
		for (const origin of ['https://evil.example', 'null', `${sandbox.url}.evil.example`, sandbox.url.replace('http:', 'https:')]) {
			expect(await send({ origin })).toBe(403);
		}
		expect(await send({ origin: sandbox.url })).toBe(200);
	});
});
