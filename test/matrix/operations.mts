import { constants, publicEncrypt } from 'node:crypto';

import type { IDataObject } from 'n8n-workflow';

import type { MoneyKind } from '../../sandbox/money.mts';
import type { SettingChanges } from '../../sandbox/settings.mts';
import { KessSandbox } from '../support/kessSandbox.mts';
import { PAY_OUT } from '../support/partnerCells.mts';
import { createOrders, runWebPay } from '../support/webPayNode.mts';
import { LAG_MS } from './times.mts';
import { callNode, type NodeCall, type Said } from './worker.mts';

export interface RunCall extends Omit<NodeCall, 'gateway' | 'parameters' | 'says'> {
	/** Milliseconds that the node waits for an answer. */
	timeout: number;
}

/** A way to move money: what it sends, and what it says. */
export interface MoneyOperation {
	name: string;
	gateway: 'partner' | 'webpay';
	/** What it is in the ledger, under the number of the row (`no`). */
	kind: MoneyKind;
	/** The services that it goes through. */
	lookUp: string;
	create?: string;
	pay: string;
	/** How often it looks before the request that moves money, when all is well. */
	looksBefore: number;
	/** Whether it looks when the answer was lost. */
	looksAfter: boolean;
	/** Whether it is a buyer who is charged. */
	charges: boolean;
	/** The gateways that it is tried at. */
	worlds: SettingChanges[];
	/** After so long nothing that was sent can be carried out any more. */
	endMs: number;
	/** Whether a look-up can tell then what became of it. */
	mustEnd: boolean;
	/** Whether look-ups of it lag there. */
	looksLate(settings: SettingChanges): boolean;
	/** Whether nothing there can look up what was sent. */
	isBlind(settings: SettingChanges): boolean;
	/** Where the gateway itself carries out twice what the network has delivered twice, which no client can prevent. */
	deliveredTwice(settings: SettingChanges): boolean;
	/** Brings the sandbox into the state that the rows need. @returns what each row has besides its number */
	prepare?(sandbox: KessSandbox, numbers: string[]): Promise<IDataObject[]>;
	/** The number of a request that moves money. */
	numberOf(body: IDataObject, items: IDataObject[]): string | undefined;
	run(call: RunCall, state: Map<string, IDataObject>): Promise<Array<Said | undefined>>;
}

const optionsOf = ({ timeout }: RunCall): IDataObject => ({ timeout });

const MINUTE = 60_000;

/** A pre-transfer lives for five minutes; a quarter of an hour of grace, and times are kept by quarters. */
const TRANSFER_END_MS = 36 * MINUTE;
/** A day, and the same. */
export const DAY_END_MS = (24 * 60 + 31) * MINUTE;

const numberIn = (field: string) => (body: IDataObject) => (body[field] === undefined ? undefined : String(body[field]));

const partner = { gateway: 'partner', kind: 'transfer', lookUp: 'query.fundTransfer', create: 'create.unified.fundTransfer', pay: 'confirm.fundTransfer' } as const;

const PARTNER_WORLDS: SettingChanges[] = [
	{ secondCreate: 'refuse' },
	{ secondCreate: 'open', queryOpen: 'notexist', transferLagMs: LAG_MS },
	{ secondCreate: 'always', queryExpired: 'notexist', referencesAsNumbers: true, receiverAsUserId: ['confirm', 'query'] },
	{ secondCreate: 'expired', transferLagMs: LAG_MS, receiverAsUserId: ['create', 'confirm', 'query'], amountsAs: 'text' },
	{ secondCreate: 'used', amountsAs: 'three-decimals', queryOpen: 'notexist' },
];

const unknownOr = (says: NodeCall['says']) => (json: IDataObject) => (json.status === 'unknown' ? 'unknown' : says(json));

const paid = (json: IDataObject): Said['says'] => (json.status === 'paid' ? 'done' : 'unknown');

export const payOut: MoneyOperation = {
	...partner,
	name: 'Pay Out',
	looksBefore: 1,
	looksAfter: true,
	charges: false,
	worlds: PARTNER_WORLDS,
	endMs: TRANSFER_END_MS,
	mustEnd: true,
	looksLate: ({ transferLagMs = 0 }) => transferLagMs > 0,
	isBlind: () => false,
	deliveredTwice: () => false,
	numberOf: (body) => numberIn('partner_transaction_id')(body)?.replace('BANK-', ''),
	run: async (call) =>
		await callNode({
			...call,
			gateway: 'partner',
			parameters: { resource: 'fundTransfer', operation: 'payOut', ...PAY_OUT, options: optionsOf(call) },
			says: paid,
		}),
};

/** The truth about a number, for which nothing is prepared then. */
const IS_PAID = /\bhas been paid( already|, but)|this workflow has paid it/;

/** Prepared in one step and paid in another, as after an approval: the second step is what is run again, with what was approved. */
export const createAndConfirm: MoneyOperation = {
	...payOut,
	name: 'Create, Confirm',
	looksBefore: 2,
	// What was approved may not say when it runs out: then it may be paid for a day.
	endMs: DAY_END_MS,
	async run(call, state) {
		const { partnerTransactionId, ...transfer } = PAY_OUT;
		const waiting = call.items.filter(({ no }) => !state.has(String(no)));
		const created = await callNode({
			...call,
			gateway: 'partner',
			items: waiting,
			settings: { ...call.settings, onError: 'continueRegularOutput' },
			parameters: { resource: 'fundTransfer', operation: 'create', ...transfer, options: optionsOf(call) },
			says: unknownOr(() => 'done'),
		});
		const failed = new Map<string, Said | undefined>();
		for (const [index, { no }] of waiting.entries()) {
			const said = created[index];
			if (said?.says === 'done' && said.json !== undefined) state.set(String(no), said.json);
			else if (said !== undefined) failed.set(String(no), IS_PAID.test(said.text) ? { ...said, says: 'done' } : { ...said, prepares: true });
			else failed.set(String(no), undefined);
		}
		const approved = call.items.filter(({ no }) => !failed.has(String(no)));
		const confirmed = await callNode({
			...call,
			gateway: 'partner',
			items: approved.map(({ no, ...row }) => ({ no, ...row, ...state.get(String(no)), ...(Number(String(no).slice(-4)) % 2 === 0 && { expires_at: '' }) })),
			parameters: {
				...{ resource: 'fundTransfer', operation: 'confirm', partnerTransactionId, outTradeNo: '={{ $json.no }}' },
				...{ preTransferId: '={{ $json.pre_transfer_id }}', additionalFields: { expiresAt: '={{ $json.expires_at }}' }, options: optionsOf(call) },
			},
			says: paid,
		});
		return call.items.map((item) => (failed.has(String(item.no)) ? failed.get(String(item.no)) : confirmed[approved.indexOf(item)]));
	},
};

/** What all operations of KESS WebPay have in common. */
const webpay = { gateway: 'webpay', looksBefore: 1, looksAfter: true, charges: false, endMs: DAY_END_MS, mustEnd: true, looksLate: ({ orderLagMs = 0 }: SettingChanges) => orderLagMs > 0, isBlind: () => false } as const;

const TRANSACTION = { outTradeNo: '={{ $json.no }}', body: 'Iced coffee', totalAmount: '10.50', currency: 'USD' };

/** Runs one operation of KESS WebPay. */
const runs = (parameters: IDataObject, says: NodeCall['says']) => async (call: RunCall) =>
	await callNode({ ...call, gateway: 'webpay', parameters: { ...parameters, options: optionsOf(call) }, says });

export const payKhqr: MoneyOperation = {
	...webpay,
	name: 'KHQR Pay',
	kind: 'khqr',
	lookUp: 'webpay.acquire.queryOrder',
	pay: 'webpay.acquire.payKhqr',
	worlds: [
		{},
		{ queryKhqr: false },
		{ orderLagMs: LAG_MS },
		{ secondKhqr: 'refuse', referencesAsNumbers: true },
		{ queryKhqr: false, secondKhqr: 'refuse', envelope200: true, amountsAs: 'text' },
	],
	// KESS publishes no look-up that surely finds it.
	mustEnd: false,
	isBlind: ({ queryKhqr = true }) => !queryKhqr,
	deliveredTwice: ({ secondKhqr = 'pay' }) => secondKhqr === 'pay',
	async prepare(_sandbox, numbers) {
		// A code of somebody else's: at this gateway no order is paid by it.
		const other = await KessSandbox.start();
		const parameters = { ...TRANSACTION, outTradeNo: 'OTHER-1', serviceCode: 'KHQR' };
		const { qrcode } = (await runWebPay(other, 'payment', 'nativePay', parameters)).items[0]?.json ?? {};
		await other.stop();
		return numbers.map(() => ({ qrcode }));
	},
	numberOf: numberIn('out_trade_no'),
	run: runs(
		{ resource: 'khqr', operation: 'pay', qrcode: '={{ $json.qrcode }}', outTradeNo: '={{ $json.no }}', amount: '10.50', currency: 'USD', senderId: '10023' },
		unknownOr(({ status }) => (status === 'SUCCEEDED' ? 'done' : 'pending')),
	),
};

const REFUND_WORLDS: SettingChanges[] = [
	{},
	{ refundLagMs: LAG_MS, orderLagMs: LAG_MS },
	{ secondRefund: 'refuse' },
	{ secondRefund: 'refuse', refundLagMs: LAG_MS, orderLagMs: LAG_MS, referencesAsNumbers: true },
	{ amountsAs: 'text', envelope200: true },
];

/** Orders that are paid. */
async function paidOrders(sandbox: KessSandbox, numbers: string[]): Promise<void> {
	for (let first = 0; first < numbers.length; first += 200) await createOrders(sandbox, numbers.slice(first, first + 200), true);
}

export const partialRefund: MoneyOperation = {
	...webpay,
	name: 'Refund, part',
	kind: 'refund',
	lookUp: 'webpay.acquire.queryRefund',
	pay: 'webpay.acquire.v2Refund',
	worlds: REFUND_WORLDS,
	deliveredTwice: ({ secondRefund = 'pay' }) => secondRefund === 'pay',
	async prepare(sandbox, numbers) {
		const orders = numbers.map((no) => `5${no}`);
		await paidOrders(sandbox, orders);
		return orders.map((order) => ({ order }));
	},
	numberOf: numberIn('merchant_reference'),
	run: runs(
		{
			resource: 'refund',
			operation: 'create',
			outTradeNo: '={{ $json.order }}',
			reason: 'Returned',
			...{ refundType: 'partial', partialRefundAmount: '2.50', partialRefundAmountCcy: 'USD' },
			additionalFields: { merchantReference: '={{ $json.no }}' },
		},
		unknownOr(() => 'done'),
	),
};

/** All of an order, known by nothing but the order. */
export const fullRefund: MoneyOperation = {
	...partialRefund,
	name: 'Refund, all',
	lookUp: 'webpay.acquire.queryOrder',
	deliveredTwice: () => false,
	async prepare(sandbox, numbers) {
		await paidOrders(sandbox, numbers);
		return numbers.map(() => ({}));
	},
	numberOf: numberIn('out_trade_no'),
	run: runs({ resource: 'refund', operation: 'create', outTradeNo: '={{ $json.no }}', reason: 'Returned' }, unknownOr(() => 'done')),
};

const CHARGE_WORLDS: SettingChanges[] = [
	{},
	{ orderLagMs: LAG_MS },
	{ secondOrder: 'open', orderLagMs: LAG_MS },
	{ secondOrder: 'open', referencesAsNumbers: true },
	{ amountsAs: 'three-decimals', envelope200: true },
];

const charged = (order: IDataObject): Said['says'] => (order.status === 'SUCCESS' ? 'done' : 'pending');

const charge = {
	...webpay,
	kind: 'charge',
	lookUp: 'webpay.acquire.queryOrder',
	charges: true,
	worlds: CHARGE_WORLDS,
	deliveredTwice: ({ secondOrder }: SettingChanges) => secondOrder === 'open',
	numberOf: numberIn('out_trade_no'),
} as const;

export const quickPay: MoneyOperation = {
	...charge,
	name: 'Quick Pay',
	pay: 'webpay.acquire.quickpay',
	prepare: async (_sandbox, numbers) => await Promise.resolve(numbers.map((_, index) => ({ code: `13${String(index).padStart(15, '0')}7` }))),
	run: runs({ resource: 'payment', operation: 'quickPay', ...TRANSACTION, serviceCode: 'WECHAT', authCode: '={{ $json.code }}' }, unknownOr(charged)),
};

/** The sandbox's made-up card that is charged without asking the buyer. */
const CARD = JSON.stringify({ number: '5200000000000007', securityCode: '123', expiry: { month: '05', year: '28' } });

async function encryptedCard(sandbox: KessSandbox): Promise<string> {
	return publicEncrypt({ key: await sandbox.cardKey(), padding: constants.RSA_PKCS1_PADDING }, Buffer.from(CARD)).toString('hex');
}

export const directPay: MoneyOperation = {
	...charge,
	name: 'Direct Pay',
	pay: 'webpay.acquire.directPay',
	async prepare(sandbox, numbers) {
		const card = await encryptedCard(sandbox);
		return numbers.map(() => ({ card }));
	},
	run: runs(
		{ resource: 'payment', operation: 'directPay', ...TRANSACTION, serviceCode: 'VISA_MASTER', card: '={{ $json.card }}' },
		unknownOr(({ order_info: order, ...rest }) => charged((order ?? rest) as IDataObject)),
	),
};

export const subscribe: MoneyOperation = {
	...charge,
	name: 'Subscription',
	kind: 'subscription',
	// A question before, whose answer does not matter; there is no look-up.
	lookUp: 'webpay.acquire.getSubscriptions',
	looksAfter: false,
	pay: 'webpay.acquire.subscription',
	worlds: [{}, { secondSubscription: 'charge' }, { secondSubscription: 'charge', referencesAsNumbers: true }, { amountsAs: 'text', envelope200: true }],
	mustEnd: false,
	isBlind: () => true,
	deliveredTwice: ({ secondSubscription }) => secondSubscription === 'charge',
	async prepare(sandbox, numbers) {
		const card = await encryptedCard(sandbox);
		const rows: IDataObject[] = [];
		for (let first = 0; first < numbers.length; first += 200) {
			const { items } = await createOrders(sandbox, numbers.slice(first, first + 200), false);
			rows.push(...items.map(({ json }) => ({ token: json.token, card })));
		}
		return rows;
	},
	numberOf: ({ pre_order_token: token }, items) => items.find((item) => item.token === token)?.no as string | undefined,
	run: runs(
		{ resource: 'subscription', operation: 'create', preOrderToken: '={{ $json.token }}', holderName: 'SREY OUN', card: '={{ $json.card }}', interval: 'monthly' },
		// A subscription may wait for the buyer, and one that only the memory knows of says nothing of a charge.
		unknownOr(({ status }) => (status === 'ACTIVE' ? 'done' : 'pending')),
	),
};
