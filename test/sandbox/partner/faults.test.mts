import { GatewayClient, until } from '../../support/gatewayClient.mts';
import { withSandbox } from '../../support/kessSandbox.mts';
import { PartnerClient } from '../../support/partnerClient.mts';

const sandbox = withSandbox({ fastRsa: true });
const client = new PartnerClient(sandbox);

/** How late something is booked: time enough for a few questions before it, on a machine that is busy with other things. */
const LATE_MS = 2000;

beforeAll(async () => {
	await client.authorization();
});

test.each([
	['lost-before-booking', []],
	['lost-after-booking', ['A']],
] as const)('%s: a confirmation without an answer, paid: %j', async (fault, paid) => {
	const preTransferId = await client.prepare('A');
	await client.fault(fault, { service: 'confirm.fundTransfer' });
	await expect(client.confirm(preTransferId)).rejects.toMatchObject({ code: 'ECONNRESET' });
	expect(await client.paidOut()).toEqual(paid);
	await until(async () => (await client.requestLog()).inFlight === 0);
	expect((await client.requestLog()).recent.at(-1)).toMatchObject({ service: 'confirm.fundtransfer', out_trade_no: 'A', status: null, answered: false });
	expect((await client.confirm(preTransferId)).json.error_code).toBe(paid.length > 0 ? 'USED' : undefined);
});

test.each([
	['error-500-before', []],
	['error-500-after', ['A']],
] as const)('%s: a Laravel error page, paid: %j', async (fault, paid) => {
	const preTransferId = await client.prepare('A');
	await client.fault(fault);
	const { status, text } = await client.confirm(preTransferId);
	expect([status, text]).toEqual([500, expect.stringContaining('Server Error')]);
	expect(await client.paidOut()).toEqual(paid);
});

test('hang-after: paid, and the caller waits in vain', async () => {
	const preTransferId = await client.prepare('A');
	await client.fault('hang-after');
	await expect(client.confirm(preTransferId, {}, 300)).rejects.toMatchObject({ code: 'ECONNABORTED' });
	expect(await client.paidOut()).toEqual(['A']);
});

test('reset-mid-body: paid, and the answer breaks off', async () => {
	const preTransferId = await client.prepare('A');
	await client.fault('reset-mid-body');
	await expect(client.confirm(preTransferId)).rejects.toMatchObject({ code: expect.stringMatching(/ECONNRESET|ERR_BAD_RESPONSE/) });
	expect(await client.paidOut()).toEqual(['A']);
});

test('slow: paid at once, the answer comes late', async () => {
	const preTransferId = await client.prepare('A');
	await client.fault('slow', { delayMs: 250 });
	const start = performance.now();
	expect((await client.confirm(preTransferId)).verified).toBe(true);
	expect(performance.now() - start).toBeGreaterThanOrEqual(245);
});

test('html and empty: HTTP 200 with nothing in it, paid unless told otherwise', async () => {
	const [first, second] = [await client.prepare('A'), await client.prepare('B')];
	await client.fault('html', { booked: false });
	await client.fault('empty');
	const html = await client.confirm(first);
	expect([html.status, html.text]).toEqual([200, expect.stringContaining('<html')]);
	const empty = await client.confirm(second);
	expect([empty.status, empty.text]).toEqual([200, '']);
	expect(await client.paidOut()).toEqual(['B']);
});

test('redirect: not paid, and who follows it is seen', async () => {
	const preTransferId = await client.prepare('A');
	await client.fault('redirect');
	const { status, headers } = await client.confirm(preTransferId);
	expect([status, headers.location]).toEqual([302, '/moved']);
	expect(await client.paidOut()).toEqual([]);
});

test('expired-token: refused without a signature, and the next call goes through', async () => {
	await client.fault('expired-token');
	const { status, json } = await client.create('A');
	expect([status, json]).toEqual([401, { success: false, error_code: 'UNAUTHENTICATED', error_desc: 'Unauthorized' }]);
	expect((await client.create('A')).json.success).toBe(true);
});

test('wrong-signature: a signature that belongs to another text', async () => {
	await client.fault('wrong-signature', { times: 2 });
	const [created, unknown] = [await client.create('A'), await client.query('B')];
	for (const { json, verified } of [created, unknown]) expect([json.sign?.length, verified]).toEqual([344, false]);
});

test('unsigned: a success, and a refusal, without sign', async () => {
	await client.fault('unsigned', { times: 2 });
	const created = await client.create('A');
	expect([created.status, Object.keys(created.json)]).toEqual([200, ['success', 'code', 'message', 'data']]);
	expect(Object.keys((await client.query('B')).json)).toEqual(['success', 'error_code', 'error_desc']);
});

test('wrong-transfer and wrong-amount are signed well, and the payment itself is right', async () => {
	await client.fault('wrong-transfer', { service: 'confirm.fundTransfer' });
	const preTransferId = await client.prepare('A');
	const other = await client.confirm(preTransferId);
	expect(other.verified).toBe(true);
	expect(other.json.data).toMatchObject({ result_code: 'SUCCESS', out_trade_no: 'A-OTHER', pre_transfer_id: `${preTransferId}-OTHER`, amount: 10.5 });
	expect(await client.paidOut()).toEqual(['A']);
	await client.fault('wrong-amount');
	const dearer = await client.query('A');
	expect([dearer.verified, dearer.json.data]).toEqual([true, expect.objectContaining({ out_trade_no: 'A', amount: 11.5 })]);
});

test('duplicate-key: signed well, only a reader with the rules of PHP can tell', async () => {
	await client.fault('duplicate-key', { times: 2 });
	const { text, json, verified } = await client.create('A');
	expect(verified).toBe(true);
	expect(text.match(/"data":/g)).toHaveLength(2);
	expect(json.data).toMatchObject({ out_trade_no: 'A', meta: { 1: 'first', 2: 'second' } });
	expect(text).toContain('"meta":{"2":"second","1":"first"}');
	const refused = await client.query('B');
	expect([refused.verified, refused.json.error_code, refused.text.match(/"success":/g)?.length]).toEqual([true, 'NOTEXIST', 2]);
});

describe('system-error', () => {
	test('signed, and nothing is paid', async () => {
		const preTransferId = await client.prepare('A');
		await client.fault('system-error', { service: 'confirm.fundTransfer' });
		const { status, json, verified } = await client.confirm(preTransferId);
		expect([status, json.error_code, verified]).toEqual([500, 'SYSTEMERROR', true]);
		expect(await client.paidOut()).toEqual([]);
		expect((await client.confirm(preTransferId)).json.success).toBe(true);
	});

	test('booked: signed, and it is paid all the same', async () => {
		const preTransferId = await client.prepare('A');
		await client.fault('system-error', { booked: true });
		expect((await client.confirm(preTransferId)).json.error_code).toBe('SYSTEMERROR');
		expect(await client.paidOut()).toEqual(['A']);
	});
});

describe.each(['PENDING', 'PROCESSING', 'FAILED'])('not-final %s', (code) => {
	const seen = async () => (await client.query('A')).json.data;

	test('a confirmation pays later, and is said to be so until then', async () => {
		const preTransferId = await client.prepare('A');
		await client.fault('not-final', { service: 'confirm.fundTransfer', code, delayMs: LATE_MS });
		const { status, json, verified } = await client.confirm(preTransferId);
		expect([status, verified, json.data]).toEqual([200, true, expect.objectContaining({ result_code: code, out_trade_no: 'A', amount: 10.5 })]);
		expect(json.data?.fund_transfer_id).toBeUndefined();
		expect(await seen()).toMatchObject({ result_code: code, receiver_id: '012000117' });
		expect((await client.confirm(preTransferId)).json.error_code).toBe('USED');
		expect(await client.paidOut()).toEqual([]);
		await until(async () => (await client.paidOut()).length === 1);
		expect(await seen()).toMatchObject({ result_code: 'SUCCESS', fund_transfer_id: expect.any(String) });
	});

	test('not booked: it never pays', async () => {
		const preTransferId = await client.prepare('A');
		await client.fault('not-final', { code, booked: false, delayMs: 0 });
		await client.confirm(preTransferId);
		expect(await seen()).toMatchObject({ result_code: code });
		expect(await client.paidOut()).toEqual([]);
		await client.settings({ secondCreate: 'open' });
		expect((await client.create('A')).status).toBe(400);
	});

	test('a query says so of what is paid', async () => {
		await client.confirm(await client.prepare('A'));
		await client.fault('not-final', { service: 'query.fundTransfer', code });
		const { verified, json } = await client.query('A');
		expect([verified, json.data?.result_code, json.data?.fund_transfer_id]).toEqual([true, code, undefined]);
		expect(await seen()).toMatchObject({ result_code: 'SUCCESS' });
	});
});

describe('late-booking', () => {
	test('the connection breaks at once, and it is paid later', async () => {
		const preTransferId = await client.prepare('A');
		await client.fault('late-booking', { delayMs: LATE_MS, outTradeNo: 'A' });
		const start = performance.now();
		await expect(client.confirm(preTransferId)).rejects.toMatchObject({ code: 'ECONNRESET' });
		expect((await client.query('A')).json.data?.result_code).toBe('PENDING');
		expect(await client.paidOut()).toEqual([]);
		await until(async () => (await client.paidOut()).length === 1);
		expect(performance.now() - start).toBeGreaterThanOrEqual(LATE_MS - 5);
		expect((await client.query('A')).json.data?.result_code).toBe('SUCCESS');
	});

	test('it pays nothing that has been paid, or has run out, by then', async () => {
		const preTransferId = await client.prepare('A');
		await client.fault('late-booking', { delayMs: LATE_MS });
		await expect(client.confirm(preTransferId)).rejects.toMatchObject({ code: 'ECONNRESET' });
		expect((await client.confirm(preTransferId)).json.success).toBe(true);
		await new Promise((resolve) => setTimeout(resolve, LATE_MS + 100));
		expect(await client.paidOut()).toEqual(['A']);
	});

	test('a reset ends it', async () => {
		await client.fault('late-booking', { delayMs: LATE_MS });
		await expect(client.create('A')).rejects.toMatchObject({ code: 'ECONNRESET' });
		await client.reset();
		await new Promise((resolve) => setTimeout(resolve, LATE_MS + 100));
		expect((await client.query('A')).json.error_code).toBe('NOTEXIST');
	});

	test('WebPay knows it too', async () => {
		const shop = new GatewayClient(sandbox);
		await client.fault('late-booking', { delayMs: LATE_MS });
		await expect(shop.create('v1', 'A')).rejects.toMatchObject({ code: 'ECONNRESET' });
		expect(await shop.orderNumbers()).toEqual([]);
		await until(async () => (await shop.orderNumbers()).length === 1);
	});
});

test('with transfer numbers, a fault strikes their confirmations too', async () => {
	const [first, second] = [await client.prepare('A'), await client.prepare('B')];
	await client.fault('error-500-before', { service: 'CONFIRM.fundtransfer', outTradeNo: ['B'] });
	expect((await client.confirm(first)).status).toBe(200);
	expect((await client.confirm(second)).status).toBe(500);
	expect((await client.confirm(second)).status).toBe(200);
});

test('the login has faults of its own and is spared by the others', async () => {
	await client.fault('error-500-before');
	expect((await client.login()).status).toBe(200);
	await client.fault('error-500-before', { service: 'partner-oauth' });
	await client.fault('error-500-before', { service: 'oauth' });
	expect((await client.login()).status).toBe(500);
	expect((await client.login()).status).toBe(200);
	expect(await client.requests('partner-oauth')).toBe(3);
});

test('a fault that one gateway alone knows waits for that gateway', async () => {
	const shop = new GatewayClient(sandbox);
	await client.fault('unsigned');
	await client.fault('wrong-order');
	expect((await shop.create('v1', 'A')).data.data.out_trade_no).toBe('A-OTHER');
	expect((await client.create('A')).json.sign).toBeUndefined();
});
