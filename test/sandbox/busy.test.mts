import { GatewayClient, until } from '../support/gatewayClient.mts';
import { withSandbox } from '../support/kessSandbox.mts';
import { PartnerClient } from '../support/partnerClient.mts';

const sandbox = withSandbox({ fastRsa: true });
const client = new GatewayClient(sandbox);
const partner = new PartnerClient(sandbox);

beforeAll(async () => {
	await client.authorization('v2');
	await partner.authorization();
});

describe.each([
	['too-many-requests', 429],
	['unavailable', 503],
] as const)('%s: HTTP %d', (fault, status) => {
	test('nothing is booked, unless that is asked for', async () => {
		await client.fault(fault, { retryAfter: 7 });
		const answer = await client.create('v2', 'A');
		expect([answer.status, answer.headers['retry-after']]).toEqual([status, '7']);
		expect(answer.data).toMatchObject({ success: false, status_code: status, error_des: expect.any(String) });
		expect(await client.orderNumbers()).toEqual([]);
		await client.fault(fault, { booked: true });
		const booked = await client.create('v2', 'A');
		expect([booked.status, booked.headers['retry-after']]).toEqual([status, undefined]);
		expect(await client.orderNumbers()).toEqual(['A']);
	});

	test('the Partner gateway says so unsigned', async () => {
		const preTransferId = await partner.prepare('A');
		await partner.fault(fault, { retryAfter: 'Sat, 21 Nov 2026 08:00:00 GMT' });
		const answer = await partner.confirm(preTransferId);
		expect([answer.status, answer.headers['retry-after']]).toEqual([status, 'Sat, 21 Nov 2026 08:00:00 GMT']);
		expect(answer.json).toEqual({ success: false, error_code: expect.any(String), error_desc: expect.any(String) });
		expect(await partner.paidOut()).toEqual([]);
		await partner.fault(fault, { booked: true });
		expect((await partner.confirm(preTransferId)).status).toBe(status);
		expect(await partner.paidOut()).toEqual(['A']);
	});

	test('a login can be turned away too', async () => {
		for (const service of ['oauth', 'partner-oauth']) await client.fault(fault, { service, retryAfter: 1 });
		const logins = [await client.login(), await partner.login()];
		expect(logins.map((answer) => [answer.status, answer.headers['retry-after']])).toEqual([[status, '1'], [status, '1']]);
	});
});

test('only busy answers have a Retry-After', async () => {
	for (const wrong of [{ fault: 'html', retryAfter: 1 }, { fault: 'unavailable', retryAfter: true }]) {
		expect((await client.post('/sandbox/faults', wrong)).status).toBe(400);
	}
});

test('maxInFlight: who comes when so many are under way is turned away, but for logins, and counted', async () => {
	await client.settings({ maxInFlight: 2 });
	await client.fault('slow', { delayMs: 2000, times: 2 });
	const served = [client.create('v2', 'A'), partner.create('B')];
	await until(async () => (await client.requestLog()).inFlight === 2);
	const third = await client.create('v1', 'C');
	expect([third.status, third.headers['retry-after']]).toEqual([429, '1']);
	expect((await partner.query('B')).status).toBe(429);
	expect((await client.login()).status).toBe(200);
	expect((await Promise.all(served)).map(({ status }) => status)).toEqual([200, 200]);
	expect((await client.create('v1', 'C')).status).toBe(200);
	expect(await client.orderNumbers()).toEqual(['C', 'A']);
	expect((await client.requestLog()).tooManyRequests).toBe(2);
	expect((await client.requestLog()).services['webpay.acquire.createorder']).toMatchObject({ requests: 3, tooManyRequests: 1 });
});

test('oneLiveToken: a login ends the earlier tokens of its gateway', async () => {
	await client.settings({ oneLiveToken: true });
	await partner.login();
	expect((await client.query('v2', 'NONE')).status).toBe(404);
	await client.login();
	expect((await client.query('v2', 'NONE')).status).toBe(401);
	expect((await partner.query('NONE')).status).toBe(401);
	client.forgetToken();
	expect((await client.query('v2', 'NONE')).status).toBe(404);
});
