import { webPayAccount } from '../../sandbox/accounts.mts';
import { startSandbox } from '../../sandbox/server.mts';
import { webPaySign } from '../../sandbox/webpay/signature.mts';
import { GatewayClient, until, type Version } from '../support/gatewayClient.mts';
import { withSandbox } from '../support/kessSandbox.mts';

const client = new GatewayClient(withSandbox());

beforeAll(async () => {
	await client.authorization('v2');
});

const lastRequest = async () => (await client.requestLog()).recent.at(-1);

describe.each<Version>(['v1', 'v2'])('on %s', (version) => {
	test.each([
		['lost-before-booking', false],
		['lost-after-booking', true],
	] as const)('%s: no answer, booked: %p', async (fault, booked) => {
		await client.fault(fault);
		await expect(client.create(version, 'A')).rejects.toMatchObject({ code: 'ECONNRESET' });
		expect(await client.orderNumbers()).toEqual(booked ? ['A'] : []);
		await until(async () => (await client.requestLog()).inFlight === 0);
		expect(await lastRequest()).toMatchObject({ service: 'webpay.acquire.createorder', out_trade_no: 'A', status: null, answered: false });
		expect((await client.query(version, 'A')).status).toBe(booked ? 200 : 404);
	});

	test.each([
		['error-500-before', false],
		['error-500-after', true],
	] as const)('%s: a Laravel error page, booked: %p', async (fault, booked) => {
		await client.fault(fault);
		const { status, data } = await client.create(version, 'A');
		expect(status).toBe(500);
		expect(data).toMatch(/^<!DOCTYPE html>[^]*Server Error/);
		expect(await client.orderNumbers()).toEqual(booked ? ['A'] : []);
	});

	test('hang-after: booked, and the caller waits in vain', async () => {
		await client.fault('hang-after');
		await expect(client.create(version, 'A', {}, 300)).rejects.toMatchObject({ code: 'ECONNABORTED' });
		expect(await client.orderNumbers()).toEqual(['A']);
	});

	test('reset-mid-body: booked, and the answer breaks off', async () => {
		await client.fault('reset-mid-body');
		const error = await client.create(version, 'A').then(
			() => undefined,
			(reason: { code: string; response?: unknown }) => reason,
		);
		expect(error?.code).toMatch(/ECONNRESET|ERR_BAD_RESPONSE/);
		expect(await client.orderNumbers()).toEqual(['A']);
	});

	test('slow: the answer comes late', async () => {
		await client.fault('slow', { delayMs: 250 });
		const start = performance.now();
		expect((await client.create(version, 'A')).status).toBe(200);
		expect(performance.now() - start).toBeGreaterThanOrEqual(245);
	});

	test('wrong-signature', async () => {
		await client.fault('wrong-signature');
		const { data } = await client.create(version, 'A');
		expect(data.sign).toMatch(/^[0-9a-f]{32}$/);
		expect(data.sign).not.toBe(webPaySign(data.data, 'MD5', webPayAccount.apiSecretKey));
	});

	test('wrong-order and wrong-amount are signed well', async () => {
		await client.settings({ signV1: true });
		await client.create(version, 'A');
		await client.fault('wrong-order', { service: 'webpay.acquire.QUERYORDER' });
		const other = (await client.query(version, 'A')).data;
		expect(other.data.out_trade_no).toBe('A-OTHER');
		await client.fault('wrong-amount');
		const dearer = (await client.query(version, 'A')).data;
		expect(dearer.data.total_amount).toBe(version === 'v1' ? '11.5' : 11.5);
		for (const { data, sign } of [other, dearer]) expect(sign).toBe(webPaySign(data, 'MD5', webPayAccount.apiSecretKey));
	});

	test('html and empty: HTTP 200 with nothing in it', async () => {
		await client.fault('html');
		await client.fault('empty', { booked: false });
		const html = await client.create(version, 'A');
		expect([html.status, html.data]).toEqual([200, expect.stringContaining('<html')]);
		const empty = await client.create(version, 'B');
		expect([empty.status, empty.data]).toEqual([200, '']);
		expect(await client.orderNumbers()).toEqual(['A']);
	});

	test('success-false-200', async () => {
		await client.fault('success-false-200');
		const { status, data } = await client.create(version, 'A');
		expect(status).toBe(200);
		expect(data).toMatchObject({ success: false, code: 'PROCESS_FAILED', error_des: expect.any(String) });
		expect(await client.orderNumbers()).toEqual([]);
	});

	test('expired-token and token-expired-200', async () => {
		await client.fault('expired-token');
		await client.fault('token-expired-200');
		const [first, second, third] = [await client.create(version, 'A'), await client.create(version, 'A'), await client.create(version, 'A')];
		expect([first.status, first.data.status_code, second.status, second.data.status_code]).toEqual([401, 401, 200, 401]);
		expect(second.data).toMatchObject({ success: false, error_des: expect.stringContaining('expired') });
		expect(third.status).toBe(200);
	});

	test('redirect: who follows it is seen', async () => {
		await client.fault('redirect');
		const { status, headers } = await client.create(version, 'A');
		expect([status, headers.location]).toEqual([302, '/moved']);
		expect(await client.orderNumbers()).toEqual([]);
		await client.get(headers.location);
		expect((await lastRequest())?.service).toBe('redirected');
	});
});

describe('a login', () => {
	test('has faults of its own and is spared by the others', async () => {
		await client.fault('error-500-before');
		expect((await client.login()).status).toBe(200);
		await client.fault('error-500-before', { service: 'oauth' });
		expect((await client.login()).status).toBe(500);
		await client.fault('success-false-200', { service: 'oauth' });
		expect((await client.login()).data).toMatchObject({ success: false });
		await client.fault('lost-after-booking', { service: 'OAuth' });
		await expect(client.login()).rejects.toMatchObject({ code: 'ECONNRESET' });
		expect(await client.requests('oauth')).toBe(4);
	});
});

describe('the plan', () => {
	test('a fault strikes the given service, so many times', async () => {
		await client.fault('error-500-before', { service: 'Webpay.Acquire.QueryOrder', times: 2 });
		await client.create('v1', 'A');
		const statuses = [];
		for (let call = 0; call < 3; call += 1) statuses.push((await client.query('v1', 'A')).status);
		expect(statuses).toEqual([500, 500, 200]);
	});

	test('with order numbers, it strikes each of them so many times and no other', async () => {
		await client.fault('error-500-before', { outTradeNo: ['A', 'B'], times: 1 });
		const statuses = [];
		for (const outTradeNo of ['A', 'A', 'C', 'B', 'B']) statuses.push((await client.create('v1', outTradeNo)).status);
		expect(statuses).toEqual([500, 200, 200, 500, 200]);
	});

	test('slowness adds to another fault', async () => {
		await client.fault('slow', { delayMs: 200 });
		await client.fault('error-500-after', { delayMs: 100, outTradeNo: 'A' });
		const start = performance.now();
		expect((await client.create('v1', 'A')).status).toBe(500);
		expect(performance.now() - start).toBeGreaterThanOrEqual(295);
	});

	test('it can be read and cleared', async () => {
		await client.fault('html', { outTradeNo: ['A', 'B'], times: 3 });
		await client.create('v1', 'B');
		expect(await client.faults()).toEqual([
			{ fault: 'html', service: '*', delayMs: 0, outTradeNo: ['A', 'B'], remaining: 5 },
		]);
		await client.clearFaults();
		expect(await client.faults()).toEqual([]);
		expect((await client.create('v1', 'A')).data.success).toBe('true');
	});

	test.each([
		[{ fault: 'nonsense' }],
		[{}],
		[{ fault: 'html', times: 0 }],
		[{ fault: 'html', outTradeNo: [] }],
		[{ fault: 'html', outTradeNo: [7] }],
		[{ fault: 'slow', delayMs: '5' }],
		[{ fault: 'slow', booked: true }],
		[{ fault: 'html', service: 5 }],
		[{ fault: 'html', tiems: 2 }],
	])('%j is refused', async (body) => {
		const { status, data } = await client.post('/sandbox/faults', body);
		expect([status, data]).toEqual([400, { error: expect.any(String) }]);
		expect(await client.faults()).toEqual([]);
	});
});

test('the sandbox closes although a request hangs', async () => {
	const other = await startSandbox({ port: 0 });
	const hanging = new GatewayClient(other);
	try {
		await hanging.fault('hang-after');
		const lost = expect(hanging.create('v1', 'A')).rejects.toMatchObject({ code: 'ECONNRESET' });
		await until(async () => (await hanging.orderNumbers()).length === 1);
		await other.close();
		await lost;
	} finally {
		await other.close();
	}
});
