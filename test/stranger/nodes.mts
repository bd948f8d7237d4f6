import type { IDataObject, INode } from 'n8n-workflow';

import { DurableStore } from '../../sandbox/host/durableStore.mts';
import { runNode } from '../../sandbox/host/engine.mts';
import { startWorker, type Worker } from '../matrix/worker.mts';
import { API_KEY, Gateway, KESS, PARTNER } from './gateway.mts';

export const gateway = new Gateway();
export const store = new DurableStore();
let ahead = 0;
const real = Date.now.bind(Date);
export const forward = (ms: number) => {
	ahead += ms;
	jest.spyOn(Date, 'now').mockImplementation(() => real() + ahead);
};
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const pause = async (ms: number) => await new Promise((resolve) => setTimeout(resolve, ms));

export const workers: Worker[] = [];
export function setUp(): void {
	beforeAll(async () => {
		await store.attach();
		await gateway.start();
		workers.push(await startWorker(), await startWorker());
	});
	beforeEach(() => {
		store.clear();
		gateway.reset();
		ahead = 0;
	});
	afterEach(() => {
		ahead = 0;
		jest.restoreAllMocks();
	});
	afterAll(() => gateway.stop());
}

export interface Options {
	items?: IDataObject[];
	settings?: Partial<INode>;
	credential?: IDataObject;
	workflowId?: string;
	worker?: number | Worker;
	timeout?: number;
	options?: IDataObject;
}

export const partnerCredential = (extra: IDataObject = {}) => ({
	environment: 'custom',
	baseUrl: gateway.url,
	partnerId: 'PARTNER-ONE',
	partnerSecretKey: 'partner-secret-key-1',
	userName: 'atk-user-1',
	password: 'atk-password-1',
	privateKey: PARTNER.privateKey,
	kessPublicKey: KESS.publicKey,
	...extra,
});
export const webPayCredential = (extra: IDataObject = {}) => ({
	environment: 'custom',
	baseUrl: gateway.url,
	gatewayVersion: 'v2',
	username: 'atk-user-1',
	password: 'atk-password-1',
	clientId: 'atk-client-1',
	clientSecret: 'atk-client-secret-1',
	apiSecretKey: API_KEY,
	signType: 'MD5',
	sellerCode: 'CU2601-0000001',
	...extra,
});

export interface Result {
	error?: string;
	items: IDataObject[];
	/** What the row says in one word. */
	says: string[];
	text: string;
}

export async function run(kind: 'partner' | 'webpay', resource: string, operation: string, parameters: IDataObject, given: Options = {}): Promise<Result> {
	const { items = [{}], settings = { onError: 'continueRegularOutput' } as Partial<INode>, credential = {}, workflowId = 'wf', worker = 0 } = given;
	const { node, credential: type } = (typeof worker === 'number' ? workers[worker] : worker)!.nodes[kind];
	const credentials = (kind === 'partner' ? { kessPartnerApi: partnerCredential(credential) } : { kessWebPayApi: webPayCredential(credential) }) as never;
	const out = await runNode({
		node,
		parameters: { resource, operation, ...parameters, options: { timeout: given.timeout ?? 5000, ...given.options } },
		items,
		credentialTypes: [type],
		credentials,
		settings,
		workflowId,
	});
	const error = out.error === undefined ? undefined : `${out.error.message} || ${out.error.description ?? ''}`;
	const rows = out.items.map(({ json, error: failure }) => ({ ...json, ...(failure !== undefined && { error: `${failure.message} || ${(failure as { description?: string }).description ?? ''}` }) }) as IDataObject);
	const says = rows.map((json) => (json.error !== undefined ? 'REFUSED' : String(json.status)));
	return { ...(error !== undefined && { error }), items: rows, says: error !== undefined ? ['REFUSED'] : says, text: JSON.stringify({ error, rows }) };
}

export const payOut = async (row: IDataObject = {}, given: Options = {}) =>
	await run('partner', 'fundTransfer', 'payOut', { outTradeNo: 'WAGE-1', receiverId: '012345678', senderName: 'Shop', amount: '100.00', currency: 'USD', partnerTransactionId: '={{ $json.no ?? "WAGE-1" }}', ...row }, given);
export const confirm = async (row: IDataObject, given: Options = {}) =>
	await run('partner', 'fundTransfer', 'confirm', { outTradeNo: 'WAGE-1', partnerTransactionId: 'WAGE-1', ...row }, given);
export const create = async (row: IDataObject = {}, given: Options = {}) =>
	await run('partner', 'fundTransfer', 'create', { outTradeNo: 'WAGE-1', receiverId: '012345678', senderName: 'Shop', amount: '100.00', currency: 'USD', ...row }, given);
export const quickPay = async (row: IDataObject = {}, given: Options = {}) =>
	await run('webpay', 'payment', 'quickPay', { outTradeNo: 'INV-1', body: 'Coffee', totalAmount: '10.50', currency: 'USD', authCode: '134567890123456789', serviceCode: 'WECHAT', ...row }, given);
export const directPay = async (row: IDataObject = {}, given: Options = {}) =>
	await run('webpay', 'payment', 'directPay', { outTradeNo: 'INV-1', body: 'Coffee', totalAmount: '10.50', currency: 'USD', card: 'ab'.repeat(256), serviceCode: 'VISA_MASTER', ...row }, given);
export const crc = (text: string) => {
	let value = 0xffff;
	for (const byte of Buffer.from(text)) {
		value ^= byte << 8;
		for (let bit = 0; bit < 8; bit++) value = ((value << 1) ^ (value & 0x8000 ? 0x1021 : 0)) & 0xffff;
	}
	return value.toString(16).toUpperCase().padStart(4, '0');
};
const field = (id: string, value: string) => `${id}${String(value.length).padStart(2, '0')}${value}`;
export const khqr = (amount?: string, currency = '840') => {
	const body = `${field('00', '01')}${field('01', amount ? '12' : '11')}${field('29', field('00', 'dara@wing'))}${field('52', '5999')}${field('53', currency)}${amount ? field('54', amount) : ''}${field('58', 'KH')}${field('59', 'DARA')}${field('60', 'PHNOM PENH')}6304`;
	return body + crc(body);
};
export const khqrPay = async (row: IDataObject = {}, given: Options = {}) =>
	await run('webpay', 'khqr', 'pay', { qrcode: khqr(), outTradeNo: 'PAY-1', amount: '10.50', currency: 'USD', senderId: '10023', ...row }, given);
export const refund = async (fields: IDataObject = {}, given: Options = {}, row: IDataObject = {}) =>
	await run('webpay', 'refund', 'create', { outTradeNo: 'INV-1', reason: 'Damaged', ...fields, ...row }, given);
export const PART = { refundType: 'partial', partialRefundAmount: '2.50', partialRefundAmountCcy: 'USD', additionalFields: { merchantReference: 'REF-1' } };
export const subscribe = async (row: IDataObject = {}, given: Options = {}) =>
	await run('webpay', 'subscription', 'create', { preOrderToken: 'TOKEN-1', holderName: 'SREY OUN', card: 'ab'.repeat(256), interval: 'monthly', ...row }, given);
