import type { IDataObject, INode } from 'n8n-workflow';

import { KessPartnerApi } from '../../credentials/KessPartnerApi.credentials.ts';
import { KessWebPayApi } from '../../credentials/KessWebPayApi.credentials.ts';
import { KessPartner } from '../../nodes/KessPartner/KessPartner.node.ts';
import { KessWebPay } from '../../nodes/KessWebPay/KessWebPay.node.ts';
import { type NodeRun, runNode } from '../../sandbox/host/engine.mts';
import { withSandbox } from '../support/kessSandbox.mts';
import { createOrders, runWebPay } from '../support/webPayNode.mts';
import { encryptedCard } from '../support/webPayServices.mts';
import { withStore } from '../support/withStore.mts';

/** One number in one list: for two things it is an error, and for the very same one it is done once. */

const sandbox = withSandbox({ fastRsa: true });
withStore();

const CONTINUE: Partial<INode> = { onError: 'continueRegularOutput' };

interface Example {
	name: string;
	resource: string;
	operation: string;
	/** The service that brings it about, by which it is counted. */
	service: string;
	/** What the panel calls the number. */
	kind: string;
	/** The row; every field of it is a parameter, and those behind `additional` are Additional Fields. */
	row: IDataObject;
	additional?: IDataObject;
	/** Another value of a field, and what the panel calls it. */
	others: Array<[field: string, value: string, name: string]>;
	/** What the item of a repetition has. */
	mark?: IDataObject;
	prepare?(): Promise<IDataObject>;
}

const TRANSFER = { outTradeNo: 'W-1', receiverId: '012000232', senderName: 'Sunrise Garments', amount: '1.25', currency: 'USD' };
const ORDER = { outTradeNo: 'INV-1', body: 'For Sok', totalAmount: '10', currency: 'USD' };
const OTHER_ORDERS: Example['others'] = [
	['body', 'For Dara', 'Title'],
	['totalAmount', '11', 'Total Amount'],
	['currency', 'KHR', 'Currency'],
];
const EXISTED = { already_existed: true };

const EXAMPLES: Example[] = [
	{
		name: 'Pay Out',
		resource: 'fundTransfer',
		operation: 'payOut',
		service: 'confirm.fundTransfer',
		kind: 'transfer number',
		row: { ...TRANSFER, partnerTransactionId: 'week 1' },
		additional: { expectedReceiverName: '' },
		others: [
			['receiverId', '012000117', 'Receiver ID'],
			['amount', '1.26', 'Amount'],
			['senderName', 'Sunset Garments', 'Sender Name'],
			['partnerTransactionId', 'week 2', 'Partner Transaction ID'],
		],
		mark: { already_confirmed: true, status: 'paid' },
	},
	{
		name: 'Create fund transfer',
		resource: 'fundTransfer',
		operation: 'create',
		service: 'create.unified.fundTransfer',
		kind: 'transfer number',
		row: TRANSFER,
		others: [
			['receiverId', '012000117', 'Receiver ID'],
			['amount', '100', 'Amount'],
		],
	},
	{
		name: 'Confirm',
		resource: 'fundTransfer',
		operation: 'confirm',
		service: 'confirm.fundTransfer',
		kind: 'transfer number',
		row: { outTradeNo: 'W-1', preTransferId: '', partnerTransactionId: 'week 1' },
		others: [
			['partnerTransactionId', 'week 2', 'Partner Transaction ID'],
			['preTransferId', 'another', 'Pre-Transfer ID'],
		],
		mark: { already_confirmed: true, status: 'paid' },
		async prepare() {
			const { items } = await run({ resource: 'fundTransfer', operation: 'create', parameters: TRANSFER, items: [{}] });
			return { preTransferId: items[0]?.json.pre_transfer_id };
		},
	},
	{ name: 'Create order', resource: 'order', operation: 'create', service: 'webpay.acquire.createorder', kind: 'order number', row: ORDER, others: OTHER_ORDERS, mark: EXISTED },
	{
		name: 'Native Pay',
		resource: 'payment',
		operation: 'nativePay',
		service: 'webpay.acquire.nativePay',
		kind: 'order number',
		row: { ...ORDER, serviceCode: 'KHQR' },
		others: [...OTHER_ORDERS, ['serviceCode', 'ABAAKHPP', 'Payment Method Name or ID']],
		mark: EXISTED,
	},
	{
		name: 'Quick Pay',
		resource: 'payment',
		operation: 'quickPay',
		service: 'webpay.acquire.quickpay',
		kind: 'order number',
		row: { ...ORDER, serviceCode: 'WECHAT', authCode: '134567890123456789' },
		others: [...OTHER_ORDERS, ['authCode', '134567890123456780', 'Payment Code'], ['serviceCode', 'ALIPAY', 'Payment Method']],
		mark: { ...EXISTED, status: 'SUCCESS' },
	},
	{
		name: 'Direct Pay',
		resource: 'payment',
		operation: 'directPay',
		service: 'webpay.acquire.directPay',
		kind: 'order number',
		row: { ...ORDER, serviceCode: 'VISA_MASTER', card: '' },
		others: [['body', 'For Dara', 'Title'], ['card', 'ab'.repeat(128), 'Encrypted Card']],
		mark: EXISTED,
		prepare: async () => ({ card: encryptedCard(await sandbox.cardKey()) }),
	},
	{
		name: 'Pay KHQR',
		resource: 'khqr',
		operation: 'pay',
		service: 'webpay.acquire.payKhqr',
		kind: 'payment number',
		row: { outTradeNo: 'PAY-1', amount: '10', currency: 'USD', senderId: '10023', qrcode: '' },
		others: [['senderId', '10024', 'Sender ID']],
		mark: { ...EXISTED, status: 'SUCCEEDED' },
		async prepare() {
			const { items } = await runWebPay(sandbox, 'payment', 'nativePay', { ...ORDER, outTradeNo: 'SHOP-1', serviceCode: 'KHQR' });
			return { qrcode: items[0]?.json.qrcode };
		},
	},
	{
		name: 'Refund by its reference',
		resource: 'refund',
		operation: 'create',
		service: 'webpay.acquire.v2Refund',
		kind: 'merchant reference',
		row: { outTradeNo: 'INV-1', reason: 'Goods returned', partialRefundAmount: '2.50', refundType: 'partial' },
		additional: { merchantReference: 'REF-1' },
		others: [
			['partialRefundAmount', '3', 'Partial Refund Amount'],
			['reason', 'Goods broken', 'Reason'],
			['outTradeNo', 'INV-2', 'Order Number'],
		],
		mark: EXISTED,
		async prepare() {
			await createOrders(sandbox, ['INV-1', 'INV-2'], true);
			return {};
		},
	},
	{
		name: 'Create subscription link',
		resource: 'subscription',
		operation: 'createLink',
		service: 'webpay.acquire.generateSubscriptionLink',
		kind: 'order number',
		row: { outTradeNo: 'SUB-1', totalAmount: '5', currency: 'USD', interval: 'daily', notifyUrl: 'http://127.0.0.1:9/n' },
		others: [['interval', 'monthly', 'Interval']],
		mark: EXISTED,
	},
];

async function run(options: { resource: string; operation: string; parameters: IDataObject; items: IDataObject[]; settings?: Partial<INode> }): Promise<NodeRun> {
	const isPartner = options.resource === 'fundTransfer';
	const { resource, operation, parameters, items, settings = {} } = options;
	return await runNode({
		node: isPartner ? new KessPartner() : new KessWebPay(),
		parameters: { resource, operation, ...parameters },
		items,
		credentialTypes: [isPartner ? new KessPartnerApi() : new KessWebPayApi()],
		credentials: isPartner ? sandbox.partnerCredential() : sandbox.webPayCredential('v2'),
		settings,
	});
}

/** All fields of the row by expression. */
function parametersOf({ row, additional }: Example): IDataObject {
	const fields = Object.keys(row).filter((field) => additional === undefined || !(field in additional));
	const parameters: IDataObject = Object.fromEntries(fields.map((field) => [field, `={{ $json.${field} }}`]));
	const added = Object.entries(additional ?? {}).filter(([, value]) => value !== '');
	return { ...parameters, ...(added.length > 0 && { additionalFields: Object.fromEntries(added) }) };
}

async function runRows(example: Example, changes: IDataObject[], { batchSize, ...settings }: Partial<INode> & { batchSize?: number } = {}): Promise<NodeRun> {
	const row = { ...example.row, ...(await example.prepare?.()) };
	const parameters = { ...parametersOf(example), ...(batchSize !== undefined && { options: { batching: { batch: { batchSize } } } }) };
	return await run({ ...example, parameters, items: changes.map((change) => ({ ...row, ...change })), settings });
}

describe.each(EXAMPLES.map((example) => [example.name, example] as const))('%s', (_, example) => {
	test.each(example.others)('for another %s is an error that names the first item', async (field, value, name) => {
		const { items } = await runRows(example, [{}, { [field]: value }], { ...CONTINUE, batchSize: 2 });
		expect(items[0]?.error).toBeUndefined();
		expect(items[0]?.json.status).not.toBe('unknown');
		const message = items[1]?.error?.message ?? '';
		expect(message).toContain(`Item 0 uses this ${example.kind} too, for another ${name} (`);
		expect(message).toContain('[item 1]');
		expect(items[1]?.error).toHaveProperty('description', expect.stringContaining('nothing was sent for this item'));
		expect(await sandbox.requests(example.service)).toBe(1);
	});

	test('said again with nothing changed it is done once, and both have the result', async () => {
		const { items, error, run: result } = await runRows(example, [{}, {}, {}], { batchSize: 3 });
		expect(error).toBeUndefined();
		expect(items).toHaveLength(3);
		const { already_existed: _existed, already_confirmed: _confirmed, ...first } = items[0]?.json ?? {};
		expect(Object.keys(first).length).toBeGreaterThan(0);
		expect(items[0]?.json).toEqual(first);
		for (const { json } of items.slice(1)) expect(json).toEqual({ ...first, ...example.mark });
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }, { item: 2 }]);
		expect(await sandbox.requests(example.service)).toBe(1);
		const hints = result.data.resultData.runData.Node?.at(-1)?.hints?.map(({ message }) => message) ?? [];
		expect(hints).toContainEqual(expect.stringMatching(new RegExp(`^This item repeats item 0: the same ${example.kind}, and all else the same. It is done once, and both have the result. \\[[a-z]+ [^;]+\\]$`)));
	});

	test('in the next execution it is none of this', async () => {
		await runRows(example, [{}]);
		const [field, value] = example.others[0] as [string, string, string];
		const { items } = await runRows({ ...example, prepare: async () => ({}) }, [{ [field]: value }], CONTINUE);
		expect(items[0]?.error?.message ?? '').not.toContain('Item 0 uses');
	});
});

const payOut = EXAMPLES[0] as Example;
const createOrder = EXAMPLES[3] as Example;

describe('whichever rows run side by side', () => {
	test('the first of the input has the number, though it is slower', async () => {
		for (let round = 0; round < 5; round++) {
			await sandbox.reset();
			await sandbox.fault('slow', { service: 'webpay.acquire.createorder', delayMs: 300 });
			const { items } = await runRows(createOrder, [{}, { body: 'For Dara' }, { body: 'For Dara' }, {}], { ...CONTINUE, batchSize: 4 });
			expect(items.map(({ error }) => error === undefined)).toEqual([true, false, false, true]);
			expect((await sandbox.orders()).map(({ body }) => body)).toEqual(['For Sok']);
		}
	});

	test('a row that is wrong in itself has no number', async () => {
		const { items } = await runRows(payOut, [{ receiverId: '' }, { amount: '2' }, {}], { ...CONTINUE, batchSize: 3 });
		expect(items[0]?.error?.message).toContain('Receiver ID');
		expect(items[1]?.json).toMatchObject({ status: 'paid', amount: 2 });
		expect(items[2]?.error?.message).toContain('Item 1 uses this transfer number too, for another Amount');
		expect(await sandbox.paidOut()).toEqual(['W-1']);
	});

	test('spellings of the same are the same', async () => {
		const { items, error } = await runRows(payOut, [{}, { amount: 1.25, outTradeNo: ' W-1 ' }, { amount: '1.2500' }], { ...CONTINUE, batchSize: 3 });
		expect(error).toBeUndefined();
		expect(items.map(({ json }) => json.status)).toEqual(['paid', 'paid', 'paid']);
		expect(await sandbox.paidOut()).toEqual(['W-1']);
	});

	test('all differences are named, and an end that is missing', async () => {
		const { items } = await runRows(payOut, [{ outTradeNo: 'WAGE-' }, { outTradeNo: 'WAGE-', amount: '2', receiverId: '012000117', partnerTransactionId: 'B' }], CONTINUE);
		expect(items[1]?.error?.message).toContain('for another Receiver ID, Amount and Partner Transaction ID (transfer WAGE-)');
		expect(items[1]?.error).toHaveProperty('description', expect.stringContaining('The transfer number ends in "-"'));
	});

	test('the refusal of the first is that of its repetition, with one request', async () => {
		const { items } = await runRows(payOut, [{ receiverId: '019999999' }, { receiverId: '019999999' }], { ...CONTINUE, batchSize: 2 });
		const [first, second] = items.map(({ error }) => error?.message ?? '');
		expect(first).toContain('[item 0]');
		expect(second).toBe(first?.replace('[item 0]', '[item 1]'));
		expect(await sandbox.requests('create.unified.fundTransfer')).toBe(1);
	});

	test('what is unknown of the first is unknown of its repetition, and not marked as done', async () => {
		await sandbox.fault('lost-after-booking', { service: 'confirm.fundTransfer' });
		await sandbox.settings({ transferLagMs: 60_000 });
		const { items } = await runRows(payOut, [{}, {}], { batchSize: 2 });
		expect(items.map(({ json }) => json.status)).toEqual(['unknown', 'unknown']);
		expect(items[1]?.json).toEqual(items[0]?.json);
		expect(await sandbox.requests('confirm.fundTransfer')).toBe(1);
	});
});

describe('Retry On Fail', () => {
	test('is no repetition: the same rows are tried again', async () => {
		await sandbox.fault('lost-before-booking', { service: 'create.unified.fundTransfer', times: 3 });
		const { items, error, run: result } = await runRows(payOut, [{}, {}], { retryOnFail: true, maxTries: 2, waitBetweenTries: 0 });
		expect(error).toBeUndefined();
		expect(items.map(({ json }) => json.status)).toEqual(['paid', 'paid']);
		expect(result.status).toBe('success');
		expect(await sandbox.paidOut()).toEqual(['W-1']);
	});

	test('keeps the error of a number that stands for two things', async () => {
		const { error } = await runRows(payOut, [{}, { amount: '2' }], { retryOnFail: true, maxTries: 2, waitBetweenTries: 0 });
		expect(error?.message).toContain('Item 0 uses this transfer number too, for another Amount');
		expect(error?.description).toContain('Already done in this run: items 0');
		expect(await sandbox.paidOut()).toEqual(['W-1']);
	});
});

test('numbers of two rows that differ have nothing to do with each other', async () => {
	const { items, error } = await runRows(payOut, Array.from({ length: 20 }, (_, index) => ({ outTradeNo: `W-${index}`, amount: `${index + 1}` })), { batchSize: 5 });
	expect(error).toBeUndefined();
	expect(items.map(({ json }) => [json.out_trade_no, json.amount])).toEqual(Array.from({ length: 20 }, (_, index) => [`W-${index}`, index + 1]));
	expect((await sandbox.paidOut()).sort()).toEqual(Array.from({ length: 20 }, (_, index) => `W-${index}`).sort());
});
