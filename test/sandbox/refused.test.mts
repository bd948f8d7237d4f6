import { FAULTS, type FaultName } from '../../sandbox/faults.mts';
import { GatewayClient } from '../support/gatewayClient.mts';
import { withSandbox } from '../support/kessSandbox.mts';
import { PartnerClient } from '../support/partnerClient.mts';
import { variantsOf } from '../support/partnerFaults.mts';

const sandbox = withSandbox({ fastRsa: true });
const shop = new GatewayClient(sandbox);
const partner = new PartnerClient(sandbox);

beforeAll(async () => {
	await shop.authorization('v2');
	await partner.authorization();
});

const both = (before: FaultName, after: FaultName) => [before, after].map((fault) => [fault, FAULTS[fault].books === true] as const);

describe.each(both('refused-before', 'refused-after'))('%s: booked: %p', (fault, booked) => {
	test.each(variantsOf(fault, 'partner'))('Partner, signed: %j', async (options) => {
		const preTransferId = await partner.prepare('A');
		await partner.fault(fault, { service: 'confirm.fundTransfer', ...options });
		const { status, json, verified } = await partner.confirm(preTransferId);
		expect([status, json.success, json.error_code, verified]).toEqual([400, false, options.code, true]);
		expect(await partner.paidOut()).toEqual(booked ? ['A'] : []);
		expect((await partner.query('A')).json.data?.result_code).toBe(booked ? 'SUCCESS' : 'PENDING');
	});

	test.each(variantsOf(fault, 'webpay'))("WebPay, in KESS's own shape: %j", async (options) => {
		await shop.fault(fault, options);
		const { status, data } = await shop.create('v2', 'A');
		expect(data).toEqual({
			success: false,
			...(options.shape === 'msg' ? { data: null, msg: expect.any(String) } : { error_des: expect.any(String) }),
			status_code: options.code === 'VALIDATION_ERROR' ? 400 : 422,
			code: options.code,
		});
		expect(status).toBe(data.status_code);
		expect(await shop.orderNumbers()).toEqual(booked ? ['A'] : []);
	});

	test('a look-up and a create can be refused, too', async () => {
		await partner.fault(fault, { times: 2, code: 'NOTEXIST' });
		expect((await partner.create('A')).json.error_code).toBe('NOTEXIST');
		expect((await partner.query('A')).json.error_code).toBe('NOTEXIST');
		expect((await partner.query('A')).json.data?.result_code).toBe(booked ? 'PENDING' : undefined);
	});

	test('what KESS would refuse anyway is refused for its own reason', async () => {
		await partner.fault(fault, { code: 'USED' });
		expect((await partner.confirm('none')).json.error_code).toBe(booked ? 'NOTEXIST' : 'USED');
	});
});

const WORDS: Record<string, unknown> = { 400: 'Bad Request', 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found', 419: 'Page Expired' };

describe.each(both('foreign-before', 'foreign-after'))('%s: booked: %p', (fault, booked) => {
	const body = ({ status, shape }: ReturnType<typeof variantsOf>[number]) => {
		const words = WORDS[String(status)];
		if (shape === 'html') return expect.stringMatching(new RegExp(`^<!DOCTYPE html>[^]*${String(words)}`));
		return JSON.stringify(shape === 'success-false' ? { success: false } : { [String(shape)]: words });
	};

	test('of every status and shape', () => {
		for (const gateway of ['partner', 'webpay'] as const) expect(variantsOf(fault, gateway)).toHaveLength(5 * 4);
	});

	test.each(variantsOf(fault, 'partner'))('Partner: %j', async (options) => {
		const preTransferId = await partner.prepare('A');
		await partner.fault(fault, { service: 'confirm.fundTransfer', ...options });
		const { status, text } = await partner.confirm(preTransferId);
		expect([status, text]).toEqual([options.status, body(options)]);
		expect(await partner.paidOut()).toEqual(booked ? ['A'] : []);
	});

	test.each(variantsOf(fault, 'webpay'))('WebPay: %j', async (options) => {
		await shop.fault(fault, options);
		const { status, data } = await shop.create('v1', 'A');
		expect([status, typeof data === 'string' ? data : JSON.stringify(data)]).toEqual([options.status, body(options)]);
		expect(await shop.orderNumbers()).toEqual(booked ? ['A'] : []);
	});

	test('look-ups and logins, too', async () => {
		await shop.fault(fault, { times: 2, status: 404, shape: 'message' });
		const said = [(await shop.query('v2', 'A')).data, (await partner.query('A')).json];
		expect(said).toEqual([{ message: 'Not Found' }, { message: 'Not Found' }]);
		for (const service of ['oauth', 'partner-oauth']) await shop.fault(fault, { service });
		expect([(await shop.login()).status, (await partner.login()).status]).toEqual([400, 400]);
	});
});

test.each([
	{ fault: 'html', code: 'USED' },
	{ fault: 'refused-before', status: 404 },
	{ fault: 'refused-after', shape: 'html' },
	{ fault: 'foreign-after', shape: 'msg' },
	{ fault: 'foreign-after', status: 200 },
	{ fault: 'foreign-after', code: 'USED' },
])('%j is refused', async (wrong) => {
	expect((await shop.post('/sandbox/faults', wrong)).status).toBe(400);
});
