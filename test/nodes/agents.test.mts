import type { IAuthenticate, IAuthenticateGeneric, ICredentialDataDecryptedObject, IDataObject } from 'n8n-workflow';

import { KessPartnerApi } from '../../credentials/KessPartnerApi.credentials.ts';
import { KessWebPayApi } from '../../credentials/KessWebPayApi.credentials.ts';
import { KessPartner } from '../../nodes/KessPartner/KessPartner.node.ts';
import { KessWebPay } from '../../nodes/KessWebPay/KessWebPay.node.ts';
import { type NodeRun, runNode } from '../../sandbox/host/engine.mts';
import { cipherPublicKey } from '../../sandbox/webpay/cardCipher.mts';
import { Agent, type AgentKind, AGENTS } from '../support/agent.mts';
import { withSandbox } from '../support/kessSandbox.mts';
import { PAY_OUT } from '../support/partnerCells.mts';
import { encryptedCard, type ServiceExample, serviceExamples } from '../support/webPayServices.mts';
import { withStore } from '../support/withStore.mts';

/** What an AI agent may do with a node that it has as a tool, and what nobody may do above the credential's limits. */

const PREFIX = 'webpay.acquire.';
const NOT_ALLOWED = /^This moves money, and the KESS credential does not allow that to AI agents/;

/** Operations of KESS WebPay that move money, written down here once more: the node has it from the rows of its services. */
const PAYING = ['khqr:pay', 'payment:directPay', 'payment:quickPay', 'refund:create', 'subscription:create'];

const sandbox = withSandbox({ fastRsa: true });
withStore();

interface Call {
	agent?: AgentKind;
	credential?: ICredentialDataDecryptedObject;
	item?: IDataObject;
}

async function webPay(resource: string, operation: string, parameters: IDataObject, { agent, credential, item = {} }: Call): Promise<NodeRun> {
	const { kessWebPayApi } = sandbox.webPayCredential('v2', { publicKey: cipherPublicKey() });
	return await runNode({
		node: new KessWebPay(),
		parameters: { resource, operation, ...parameters },
		items: [item],
		credentialTypes: [new KessWebPayApi()],
		credentials: { kessWebPayApi: { ...kessWebPayApi, ...credential } },
		agent: agent && new Agent(agent),
	});
}

async function partner(operation: string, parameters: IDataObject, { agent, credential, item = { no: 'T-1' } }: Call, resource = 'fundTransfer'): Promise<NodeRun> {
	return await runNode({
		node: new KessPartner(),
		parameters: { resource, operation, ...parameters },
		items: [item],
		credentialTypes: [new KessPartnerApi()],
		credentials: { kessPartnerApi: { ...sandbox.partnerCredential().kessPartnerApi, ...credential } },
		agent: agent && new Agent(agent),
	});
}

/** How many requests the gateways have had, logins included. */
const requests = async () => (await sandbox.requestLog()).recent.length;

/**
 * Why the tool has failed, in the words that the model gets to read: n8n passes on the error of a tool that the engine runs,
 * and nothing of one that the agent has called.
 */
function failure({ error, items }: NodeRun): { message: string; advice: string } | undefined {
	const json: IDataObject = items[0]?.json ?? {};
	if (error !== undefined) return { message: String(json.error ?? error.message), advice: error.description ?? '' };
	const [told] = (json.response ?? []) as Array<Record<string, string>>;
	return told?.status === 'failed' ? { message: told.reason ?? '', advice: told.next_step ?? '' } : undefined;
}

const examples = serviceExamples(encryptedCard(cipherPublicKey()));
const nameOf = ({ resource, operation }: ServiceExample) => `${resource}:${operation}`;
/** One waits, and one takes files, which a call of a tool cannot carry. */
const callable = examples.filter((example) => !['order:createAndWait', 'user:uploadKyc'].includes(nameOf(example)));

describe.each(AGENTS)('an agent that %s', (agent) => {
	test.each(callable.map((example) => [nameOf(example), example] as const))('%s of KESS WebPay', async (name, { resource, operation, service, required, prepare }) => {
		const item = (await prepare?.(sandbox)) ?? {};
		const call = { agent };
		const before = await requests();
		const parameters = { ...required, ...written(required, item) };
		const run = await webPay(resource, operation, parameters, call);
		if (!PAYING.includes(name)) {
			expect(failure(run)).toBeUndefined();
			expect(await sandbox.requests(PREFIX + service)).toBeGreaterThan(0);
			return;
		}
		expect(failure(run)?.message).toMatch(NOT_ALLOWED);
		expect(failure(run)?.advice).toContain('turn on "AI Agents May Pay" in the credential');
		expect(await requests()).toBe(before);

		expect(failure(await webPay(resource, operation, parameters, { ...call, credential: { aiAgentsMayPay: 'true' } }))?.message).toMatch(NOT_ALLOWED);
		expect(await requests()).toBe(before);

		const allowed = await webPay(resource, operation, parameters, { ...call, credential: { aiAgentsMayPay: true } });
		expect(failure(allowed)).toBeUndefined();
		expect(await sandbox.requests(PREFIX + service)).toBe(1);
	});

	test('cannot wait for a buyer, so its tool does not put the execution to sleep', async () => {
		const parameters = { outTradeNo: 'W-1', body: 'Iced coffee', totalAmount: '10.50', currency: 'USD' };
		const run = await webPay('order', 'createAndWait', parameters, { agent });
		expect(failure(run)?.message).toMatch(/^A tool of an AI agent cannot wait for a payment/);
		expect(run.status).toBe('success');
		expect(await requests()).toBe(0);
	});

	test('KESS Partner prepares and looks up', async () => {
		const { partnerTransactionId: _, ...create } = PAY_OUT;
		expect(failure(await partner('create', { ...create, outTradeNo: 'T-1' }, { agent }))).toBeUndefined();
		expect(failure(await partner('query', { outTradeNo: 'T-1' }, { agent }))).toBeUndefined();
		expect(await sandbox.requests('create.unified.fundTransfer')).toBe(1);
	});

	test.each(['payOut', 'confirm'])('%s of KESS Partner', async (operation) => {
		const { partnerTransactionId: _, ...create }: IDataObject = { ...PAY_OUT, outTradeNo: 'T-1' };
		const prepared = operation === 'confirm' ? (await partner('create', create, {})).items[0]?.json : undefined;
		const parameters = prepared
			? { outTradeNo: 'T-1', preTransferId: prepared.pre_transfer_id, partnerTransactionId: 'BANK-1' }
			: { ...create, partnerTransactionId: 'BANK-1' };
		const before = await requests();
		const run = await partner(operation, parameters, { agent });
		expect(failure(run)?.message).toMatch(NOT_ALLOWED);
		expect(await requests()).toBe(before);
		expect(await sandbox.paidOut()).toEqual([]);

		expect(failure(await partner(operation, parameters, { agent, credential: { aiAgentsMayPay: true } }))).toBeUndefined();
		expect(await sandbox.paidOut()).toEqual(['T-1']);
	});

	test('a service that nobody knows is refused too, unless the credential allows paying', async () => {
		const webPayCall = async (service: string, credential = {}) =>
			await webPay('service', 'call', { service, parameters: '{"user_id":"1"}' }, { agent, credential });
		expect(failure(await webPayCall('webpay.acquire.newService'))?.message).toMatch(/^This may move money, and the KESS credential does not allow that to AI agents/);
		expect(failure(await partner('call', { service: 'something.new', parameters: '{}' }, { agent }, 'service'))?.message).toMatch(/^This may move money/);
		expect(await requests()).toBe(0);
		await webPayCall('webpay.acquire.newService', { aiAgentsMayPay: true });
		await partner('call', { service: 'something.new', parameters: '{}' }, { agent, credential: { aiAgentsMayPay: true } }, 'service');
		expect([await sandbox.requests('webpay.acquire.newService'), await sandbox.requests('something.new')]).toEqual([1, 1]);
	});

	test('the limits hold for it', async () => {
		const credential = { aiAgentsMayPay: true, maxPaymentUsd: '1.24' };
		const run = await partner('payOut', { ...PAY_OUT, outTradeNo: 'T-1', amount: '1.25' }, { agent, credential });
		expect(failure(run)?.message).toMatch(/^The request is for 1.25 USD, and the KESS credential allows at most 1.24 USD for one payment/);
		expect(await sandbox.paidOut()).toEqual([]);
	});
});

/** The parameters of an example whose values come from the item, as somebody would write them. */
function written(parameters: IDataObject, item: IDataObject): IDataObject {
	const fields = Object.entries(parameters).flatMap(([name, value]) => {
		const field = /^=\{\{ \$json\.(\w+) \}\}$/.exec(String(value))?.[1];
		return field === undefined ? [] : [[name, item[field]]];
	});
	return Object.fromEntries(fields) as IDataObject;
}

describe('without an agent', () => {
	test('the switch changes nothing', async () => {
		expect((await partner('payOut', PAY_OUT, { credential: { aiAgentsMayPay: false } })).error).toBeUndefined();
		expect(await sandbox.paidOut()).toEqual(['T-1']);
	});

	test('in an n8n that cannot say whether a tool is run, the name of the type tells', async () => {
		const run = await runNode({
			node: withoutToolExecution(new KessPartner()),
			parameters: { resource: 'fundTransfer', operation: 'payOut', ...PAY_OUT, outTradeNo: 'T-1' },
			credentialTypes: [new KessPartnerApi()],
			credentials: sandbox.partnerCredential(),
			agent: new Agent('calls the tool'),
		});
		expect(failure(run)?.message).toMatch(NOT_ALLOWED);
		expect(await requests()).toBe(0);
	});
});

/** The node in an n8n whose contexts have no `isToolExecution`. */
function withoutToolExecution(node: KessPartner): KessPartner {
	const { execute } = node;
	node.execute = async function () {
		return await execute.call(new Proxy(this, { get: (target, name) => (name === 'isToolExecution' ? undefined : Reflect.get(target, name)) as unknown }));
	};
	return node;
}

describe('above the limit of the credential nothing leaves', () => {
	const card = encryptedCard(cipherPublicKey());
	const order = { body: 'Iced coffee', outTradeNo: 'A-1' };
	const OVER = /^The request is for ([\d.]+ [A-Z]{3}), and the KESS credential allows at most ([\d.]+ [A-Z]{3}) for one payment \(.+\) \[item 0\]$/;

	const amounts: Array<[string, string, string, string, boolean]> = [
		['USD', '100', '99.99', '', true],
		['USD', '100', '100', '', true],
		['USD', '100', '100.01', '100.01 USD', false],
		['KHR', '400000', '399999', '', true],
		['KHR', '400000', '400000', '', true],
		['KHR', '400000', '400000.00', '', true],
		['KHR', '400000', '400001', '400001 KHR', false],
	];

	const paying: Array<[string, (amount: string, currency: string) => [string, string, IDataObject], string, string?]> = [
		['Quick Pay', (totalAmount, currency) => ['payment', 'quickPay', { ...order, totalAmount, currency, authCode: '134567890123456789', serviceCode: 'WECHAT' }], 'quickpay'],
		['Direct Pay', (totalAmount, currency) => ['payment', 'directPay', { ...order, totalAmount, currency, card, serviceCode: 'VISA_MASTER' }], 'directPay'],
	];

	describe.each(paying)('%s', (_, parametersOf, service) => {
		test.each(amounts)('%s, at most %s: %s', async (currency, limit, amount, shown, passes) => {
			const credential = { [currency === 'USD' ? 'maxPaymentUsd' : 'maxPaymentKhr']: limit };
			const { error } = await webPay(...parametersOf(amount, currency), { credential });
			if (passes) expect(error).toBeUndefined();
			else {
				expect(error?.message).toMatch(OVER);
				expect(OVER.exec(error?.message ?? '')?.slice(1)).toEqual([shown, `${limit} ${currency}`]);
				expect(error?.description).toContain(`change Maximum Payment (${currency}) in the credential`);
			}
			expect(await sandbox.requests(PREFIX + service)).toBe(passes ? 1 : 0);
		});
	});

	test.each([
		['99.99', true],
		['100', true],
		['100.01', false],
	])('KHQR > Pay, at most 100 USD: %s', async (amount, passes) => {
		const native = await webPay('payment', 'nativePay', { ...order, outTradeNo: 'CODE-1', totalAmount: amount, currency: 'USD', serviceCode: 'KHQR' }, {});
		const parameters = { qrcode: native.items[0]?.json.qrcode as string, outTradeNo: 'PAY-1', amount, currency: 'USD', senderId: '10023' };
		const { error } = await webPay('khqr', 'pay', parameters, { credential: { maxPaymentUsd: '100' } });
		expect(error?.message ?? '').toMatch(passes ? /^$/ : OVER);
		expect((await sandbox.khqrPayments()).length).toBe(passes ? 1 : 0);
		if (passes) return;
		// Nothing was sent, so nothing keeps the payment from being made once the limit allows it.
		expect((await webPay('khqr', 'pay', parameters, { credential: { maxPaymentUsd: '101' } })).items[0]?.json.status).toBe('SUCCEEDED');
	});

	test.each([
		['4.99', true],
		['5', true],
		['5.01', false],
		[undefined, true],
	])('Refund > Create, at most 5 USD: %s; a full refund names no amount', async (amount, passes) => {
		await webPay('order', 'create', { ...order, totalAmount: '10.50', currency: 'USD' }, {});
		await sandbox.pay('A-1');
		const partial = amount === undefined ? {} : { refundType: 'partial', partialRefundAmount: amount, partialRefundAmountCcy: 'USD', additionalFields: { merchantReference: 'R-1' } };
		const { error } = await webPay('refund', 'create', { outTradeNo: 'A-1', reason: 'Returned', ...partial }, { credential: { maxPaymentUsd: '5' } });
		expect(error?.message ?? '').toMatch(passes ? /^$/ : OVER);
		expect(await sandbox.requests('webpay.acquire.v2Refund')).toBe(passes ? 1 : 0);
	});

	test.each([
		['99.99', true],
		['100', true],
		['100.01', false],
	])('a payout, at most 100 USD: %s', async (amount, passes) => {
		const credential = { maxPaymentUsd: '100' };
		const { partnerTransactionId: _, ...create } = PAY_OUT;
		for (const [operation, parameters, no] of [['create', create, 'T-0'], ['payOut', PAY_OUT, 'T-1']] as const) {
			const { error } = await partner(operation, { ...parameters, amount }, { credential, item: { no } });
			expect(error?.message ?? '').toMatch(passes ? /^$/ : OVER);
		}
		expect(await sandbox.requests('create.unified.fundTransfer')).toBe(passes ? 2 : 0);
		expect(await sandbox.paidOut()).toEqual(passes ? ['T-1'] : []);
		if (passes) return;
		expect((await partner('payOut', { ...PAY_OUT, amount }, { credential: { maxPaymentUsd: '100.01' } })).items[0]?.json.status).toBe('paid');
	});

	test('also a request that the HTTP Request node signs with the credential', async () => {
		const credential = { ...sandbox.webPayCredential('v2').kessWebPayApi, maxPaymentUsd: '100' };
		const authenticate = new KessWebPayApi().authenticate as Exclude<IAuthenticate, IAuthenticateGeneric>;
		const sign = async (amount: string) =>
			await authenticate(credential, { url: `${sandbox.url}/api/mch/v2/gateway`, body: { service: 'PayKHQR', amount, currency: 'USD' } });
		await expect(sign('100')).resolves.toMatchObject({ body: expect.stringContaining('"sign"') as string });
		await expect(sign('100.01')).rejects.toThrow('The request is for 100.01 USD');
	});

	test('a service called by its name, also one that nobody knows', async () => {
		const credential = { maxPaymentUsd: '100' };
		const call = async (service: string, parameters: object) => (await partner('call', { service, parameters: JSON.stringify(parameters) }, { credential }, 'service')).error?.message;
		const transfer = { out_trade_no: 'T-1', receiver_id: '012000232', sender_name: 'Sunrise', currency: 'USD' };
		expect(await call('Create.Unified.FundTransfer', { ...transfer, amount: 100.01 })).toMatch(/is for 100.01 USD/);
		expect(await call('create.unified.fundTransfer', { ...transfer, amount: '1,000' })).toMatch(/has a field amount that is "1,000", which is not a plain number, so it cannot be compared/);
		expect(await call('something.new', { amount: 101, currency: 'USD' })).toMatch(/is for 101 USD/);
		const unknown = await webPay('service', 'call', { service: 'webpay.acquire.newService', parameters: '{"total_amount":"101","currency":"USD"}' }, { credential });
		expect(unknown.error?.message).toMatch(/is for 101 USD/);
		expect(await requests()).toBe(0);
	});
});

describe('a limit that cannot be read keeps everything from being sent', () => {
	test.each([
		['maxPaymentUsd', 'five hundred', 'Maximum Payment (USD)'],
		['maxPaymentUsd', '1,000', 'Maximum Payment (USD)'],
		['maxPaymentUsd', '-1', 'Maximum Payment (USD)'],
		['maxPaymentUsd', '10.001', 'Maximum Payment (USD)'],
		['maxPaymentKhr', '4000.50', 'Maximum Payment (KHR)'],
	])('%s %s', async (name, value, shown) => {
		const credential = { [name]: value };
		const paid = await partner('payOut', PAY_OUT, { credential });
		const asked = await webPay('order', 'query', { outTradeNo: 'A-1' }, { credential });
		for (const { error } of [paid, asked]) {
			expect(error?.message).toContain(`${shown} in the KESS credential is ${JSON.stringify(value)}`);
			expect(error?.description).toContain('Leave the field empty for no limit.');
		}
		expect(await requests()).toBe(0);
	});
});

describe('Service > Call', () => {
	test.each([
		['webpay.acquire.payKhqr', 'Use KHQR > Pay'],
		['WEBPAY.ACQUIRE.V2REFUND', 'Use Refund > Create'],
		[' webpay.acquire.quickpay\u200B', 'Use Payment > Quick Pay'],
		['webpay..acquire.direct.Pay', 'Use Payment > Direct Pay'],
		['subscription', 'Use Subscription > Create'],
		['webpay.acquire.webpay.acquire.payKhqr', 'Use KHQR > Pay'],
		['webpay.acquire.partnerConfirmFundTransfer', 'There is no operation for it'],
	])('of KESS WebPay refuses %s', async (service, advice) => {
		const { error } = await webPay('service', 'call', { service, parameters: '{"amount":"1"}' }, { credential: { aiAgentsMayPay: true } });
		expect(error?.message).toMatch(/^Service \(service\) is webpay\.acquire\.\w+, which moves money \[item 0\]$/);
		expect(error?.description).toContain(advice);
		expect(await requests()).toBe(0);
	});

	test.each(['confirm.fundTransfer', 'Confirm.FUNDTRANSFER', 'confirm.fund\u200BTransfer', 'confirmfundtransfer.'])('of KESS Partner refuses %s', async (service) => {
		const { error } = await partner('call', { service, parameters: '{"pre_transfer_id":"1"}' }, {}, 'service');
		expect(error?.message).toBe('Service (service) is confirm.fundTransfer, which moves money [item 0]');
		expect(error?.description).toContain('Use Fund Transfer > Confirm');
		expect(await requests()).toBe(0);
	});

	test('a service that nobody knows is sent once, and what became of it is unknown when its answer is lost', async () => {
		await sandbox.fault('lost-after-booking', { service: 'webpay.acquire.newService', times: 3 });
		const { error } = await webPay('service', 'call', { service: 'webpay.acquire.newService', parameters: '{}' }, {});
		expect(error?.message).toMatch(/^KESS gave no clear answer when asked to run the service/);
		expect(error?.description).toContain('The service may have been carried out.');
		expect(await sandbox.requests('webpay.acquire.newService')).toBe(1);
	});
});
