import type { IDataObject } from 'n8n-workflow';

import type { NodeRun } from '../../../sandbox/host/engine.mts';
import { withSandbox } from '../../support/kessSandbox.mts';
import { refused, type StubGateway, startStubGateway } from '../../support/stubGateway.mts';
import { runWebPay } from '../../support/webPayNode.mts';
import { withStore } from '../../support/withStore.mts';

withStore();

const order = { outTradeNo: 'LOST-1', body: 'Iced coffee', totalAmount: '10.50', currency: 'USD' };
const refund = { outTradeNo: 'LOST-1', reason: 'Damaged', refundType: 'partial', partialRefundAmount: '2', partialRefundAmountCcy: 'USD', additionalFields: { merchantReference: 'CREDIT-1' } };

const CASES: Array<[resource: string, operation: string, parameters: IDataObject, says: string]> = [
	['order', 'create', order, 'The order may exist'],
	['payment', 'nativePay', { ...order, serviceCode: 'ABAAKHPP' }, 'The order may exist'],
	['payment', 'quickPay', { ...order, authCode: '134567890123456789', serviceCode: 'WECHAT' }, 'Do not charge the buyer in another way yet'],
	['refund', 'create', refund, 'Do not refund this in another way yet'],
];

const isLook = (service: string) => service.includes('query');

describe('a gateway that knows nothing', () => {
	const sandbox = withSandbox();
	let gateway: StubGateway;

	afterEach(() => {
		gateway.stop();
	});

	async function run(resource: string, operation: string, parameters: IDataObject): Promise<NodeRun> {
		return await runWebPay(sandbox, resource, operation, parameters, { credential: { baseUrl: gateway.url, accessToken: 'a token' } });
	}

	it.each(CASES)('and is gone after the request: %s %s stays open, and nobody says that nothing was sent', async (...[resource, operation, parameters, says]) => {
		gateway = await startStubGateway((service) => (isLook(service) ? refused(404, 'NOT_FOUND', 'Not found') : 'dies'));
		const { error, items } = await run(resource, operation, parameters);
		expect(gateway.services.filter((service) => !isLook(service))).toHaveLength(1);
		if (resource === 'order' || operation === 'nativePay') {
			expect(error?.message).toContain('connection refused');
			expect(error?.description).toContain(says);
		} else {
			expect(error).toBeUndefined();
			expect(items[0]?.json).toMatchObject({ status: 'unknown', reason: expect.stringMatching(/connection/), next_step: expect.stringContaining(says) });
		}
		expect(JSON.stringify([error?.message, error?.description, items])).not.toMatch(/nothing was sent|was not sent/i);
	});

	it.each([
		['login', refused(401, 'UNAUTHENTICATED', 'Unauthenticated')],
		['token of every login', { status: 200, body: { access_token: 'another token', expires_in: 1800 } }],
	])('and refuses the %s after a refund without an answer: the refund stays open', async (_, login) => {
		let sent = false;
		gateway = await startStubGateway((service) => {
			if (service === 'oauth') return login;
			if (sent) return refused(401, 'UNAUTHENTICATED', 'Unauthenticated');
			sent = !isLook(service);
			return sent ? { status: 500, body: {} } : refused(404, 'NOT_FOUND', 'Not found');
		});
		const { error, items } = await run('refund', 'create', refund);
		expect(gateway.services.filter((service) => service === 'webpay.acquire.v2refund')).toHaveLength(1);
		expect(error).toBeUndefined();
		expect(items[0]?.json).toMatchObject({
			out_trade_no: 'LOST-1',
			merchant_reference: 'CREDIT-1',
			status: 'unknown',
			next_step: expect.stringContaining('Do not refund this in another way yet'),
		});
	});

	it.each([
		[403, 'FORBIDDEN', 'There is no permission for this service'],
		[403, 'FORBIDDEN', 'No such permission'],
		[400, 'VALIDATION_ERROR', 'Seller not found'],
		[400, 'SESSION', 'Session does not exist'],
	])('and refuses the look-up with %s %s "%s": that is no reason to refund', async (status, code, reason) => {
		gateway = await startStubGateway(() => refused(status, code, reason));
		const { error } = await run('refund', 'create', refund);
		expect(gateway.services).toEqual(['webpay.acquire.queryrefund']);
		expect(error?.message).toContain(`KESS refuses to look up the refund: ${reason}`);
	});

	it.each([
		[404, 'NOT_FOUND', 'Not found'],
		[400, 'ERROR', 'There is no such refund.'],
		[400, 'ERROR', 'Refund not found'],
		[400, 'ERROR', 'The merchant reference does not exist'],
		[400, 'ERROR', 'No data'],
	])('and answers the look-up with %s %s "%s": there is no such refund', async (status, code, reason) => {
		gateway = await startStubGateway(() => refused(status, code, reason));
		await run('refund', 'create', refund);
		expect(gateway.services).toContain('webpay.acquire.v2refund');
	});
});
