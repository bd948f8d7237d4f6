import { constants, publicEncrypt } from 'node:crypto';

import type { IBinaryKeyData, IDataObject } from 'n8n-workflow';

import type { KessSandbox } from './kessSandbox.mts';
import { createOrders, runWebPay } from './webPayNode.mts';

/** An operation of the node with everything filled in that it offers, and what it sends to the gateway. */
export interface ServiceExample {
	resource: string;
	operation: string;
	/** The gateway's service, without `webpay.acquire.`. */
	service: string;
	/** Services that it asks before, to do nothing twice. */
	before?: string[];
	/** Services that it asks afterwards, because the answer does not prove enough. */
	after?: string[];
	/** The parameters that cannot be left out; values that belong to the gateway come from the item. */
	required: IDataObject;
	/** Parameters that another choice shows. */
	chosen?: IDataObject;
	/** All others. */
	optional?: IDataObject;
	/** Files of the item. */
	files?: IBinaryKeyData;
	/** Brings the sandbox into the state that the operation needs. @returns the item */
	prepare?(sandbox: KessSandbox): Promise<IDataObject>;
}

/** Card data as a merchant's own page encrypts it (docs/gateway.md §7). */
export function encryptedCard(publicKey: string): string {
	const card = JSON.stringify({ number: '5123456789012346', securityCode: '123', expiry: { month: '05', year: '28' } });
	return publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, Buffer.from(card)).toString('hex');
}

const NOTIFY_URL = 'http://127.0.0.1:9/notify?shop=1';
const REDIRECT_URL = 'https://shop.example/thanks';
const DAY = { startDate: '2026-11-01', endDate: '2099-12-31' };
const CUSTOMER = { details: { firstName: 'ស្រី', lastName: 'Oun', email: 'oun@shop.example', phoneNumber: '012345678', city: 'Phnom Penh' } };
const SETTING = '{ "payment_type": "online" }';

const TRANSACTION = { outTradeNo: 'NEW-1', body: ' Iced coffee ', totalAmount: '10.50', currency: 'USD' };
const ADDRESSES = { notifyUrl: NOTIFY_URL, redirectUrl: REDIRECT_URL, schemaUrl: 'myshop://paid', expiresIn: 600 };
const DETAIL = { items: [{ no: '03232', name: 'Iced coffee', price: '5.25', qty: '2', discount: '0.05' }] };
const PART = { refundType: 'partial', partialRefundAmount: '2.50', partialRefundAmountCcy: 'USD' };
const LINK = { outTradeNo: 'SUB-1', totalAmount: '5', currency: 'USD', interval: 'daily', notifyUrl: NOTIFY_URL };

const order = (paid: boolean) => async (sandbox: KessSandbox) => (await createOrders(sandbox, ['INV-1'], paid)).items[0]?.json ?? {};

async function refunded(sandbox: KessSandbox): Promise<IDataObject> {
	await order(true)(sandbox);
	const parameters = {
		outTradeNo: 'INV-1',
		reason: 'Returned',
		...PART,
		additionalFields: { merchantReference: 'REF-1' },
	};
	return (await runWebPay(sandbox, 'refund', 'create', parameters)).items[0]?.json ?? {};
}

/** A subscription whose first payment has arrived. */
async function subscribed(sandbox: KessSandbox): Promise<IDataObject> {
	await runWebPay(sandbox, 'subscription', 'createLink', LINK);
	await sandbox.pay('SUB-1');
	return (await runWebPay(sandbox, 'subscription', 'getMany', {})).items[0]?.json ?? {};
}

async function cancelled(sandbox: KessSandbox): Promise<IDataObject> {
	const subscription = await subscribed(sandbox);
	await runWebPay(sandbox, 'subscription', 'cancel', { subscriptionCode: subscription.subscription_code as string });
	return subscription;
}

/** The KHQR code of an order that is not paid. */
async function withCode(sandbox: KessSandbox): Promise<IDataObject> {
	const parameters = { ...TRANSACTION, outTradeNo: 'INV-1', serviceCode: 'KHQR' };
	return (await runWebPay(sandbox, 'payment', 'nativePay', parameters)).items[0]?.json ?? {};
}

/** Pictures that a form has taken. */
export const PICTURES: IBinaryKeyData = Object.fromEntries(
	['card', 'face'].map((name) => [
		name,
		{ data: Buffer.from(`\xff\xd8 the picture of a ${name}\r\n--\0`, 'latin1').toString('base64'), mimeType: 'image/jpeg', fileName: `${name}.jpg`, fileExtension: 'jpg' },
	]),
);

const LIST = { returnAll: true };
const QR_CODE = { qrcode: '={{ $json.qrcode }}' };
const CODE = { subscriptionCode: '={{ $json.subscription_code }}' };

/**
 * One example for each operation but `service:call`.
 *
 * @param card ciphertext of a card
 */
export const serviceExamples = (card: string): ServiceExample[] => [
	{
		resource: 'order',
		operation: 'create',
		service: 'createorder',
		required: TRANSACTION,
		optional: { ...ADDRESSES, customer: CUSTOMER, detail: DETAIL, loginType: 'ANONYMOUS', descriptor: 'COFFEE', setting: SETTING },
	},
	{
		resource: 'order',
		operation: 'createAndWait',
		service: 'createorder',
		required: { ...TRANSACTION, outTradeNo: 'NEW-2' },
		optional: {
			redirectUrl: REDIRECT_URL,
			schemaUrl: 'myshop://paid',
			expiresIn: 600,
			customer: CUSTOMER,
			detail: DETAIL,
			loginType: 'ANONYMOUS',
			descriptor: 'COFFEE',
			setting: SETTING,
		},
	},
	{ resource: 'order', operation: 'query', service: 'queryOrder', required: { outTradeNo: 'INV-1' }, prepare: order(true) },
	{ resource: 'order', operation: 'close', service: 'closeorder', required: { outTradeNo: 'INV-1' }, prepare: order(false) },
	{ resource: 'order', operation: 'queryByDateRange', service: 'queryorderbydaterange', required: { ...DAY, ...LIST }, prepare: order(true) },
	{
		resource: 'payment',
		operation: 'nativePay',
		service: 'nativePay',
		required: { ...TRANSACTION, serviceCode: 'ABAAKHPP' },
		optional: { ...ADDRESSES, descriptor: 'COFFEE', onlyDeeplink: true, isIosDevice: true },
	},
	{
		resource: 'payment',
		operation: 'quickPay',
		service: 'quickpay',
		before: ['queryOrder'],
		required: { ...TRANSACTION, serviceCode: 'WECHAT', authCode: '134567890123456789' },
		optional: ADDRESSES,
	},
	{
		resource: 'payment',
		operation: 'directPay',
		service: 'directPay',
		before: ['queryOrder'],
		after: ['queryOrder'],
		required: { ...TRANSACTION, serviceCode: 'VISA_MASTER', card },
		optional: { ...ADDRESSES, customer: CUSTOMER, ipAddress: '203.0.113.7', holderName: 'SREY OUN', descriptor: 'COFFEE', setting: SETTING },
	},
	{ resource: 'paymentMethod', operation: 'getMany', service: 'getpaymentmethods', required: LIST },
	{ resource: 'bakongMember', operation: 'getMany', service: 'getbakongmembers', required: LIST },
	{
		resource: 'refund',
		operation: 'create',
		service: 'v2Refund',
		before: ['queryRefund', 'queryOrder'],
		required: { outTradeNo: 'INV-1', reason: 'Returned' },
		chosen: PART,
		optional: { merchantReference: 'REF-1', callbackUrl: NOTIFY_URL },
		prepare: order(true),
	},
	{
		resource: 'refund',
		operation: 'query',
		service: 'queryRefund',
		required: { merchantReference: 'REF-1' },
		chosen: { lookUpBy: 'transactionId', transactionId: '={{ $json.transaction_id }}' },
		prepare: refunded,
	},
	{ resource: 'savedCard', operation: 'createLink', service: 'saveCard', required: { notifyUrl: NOTIFY_URL }, optional: { redirectUrl: REDIRECT_URL } },
	{
		resource: 'subscription',
		operation: 'create',
		service: 'subscription',
		before: ['getSubscriptions'],
		required: { preOrderToken: '={{ $json.token }}', holderName: 'SREY OUN', card, interval: 'monthly' },
		prepare: order(false),
	},
	{ resource: 'subscription', operation: 'createLink', service: 'generateSubscriptionLink', required: LINK, optional: { redirectUrl: REDIRECT_URL } },
	{ resource: 'subscription', operation: 'cancel', service: 'cancelSubscription', required: CODE, prepare: subscribed },
	{ resource: 'subscription', operation: 'reactivate', service: 'reActiveSubscription', required: CODE, prepare: cancelled },
	{ resource: 'subscription', operation: 'getMany', service: 'getSubscriptions', required: LIST, optional: DAY, prepare: subscribed },
	{
		resource: 'subscription',
		operation: 'getTransactions',
		service: 'getSubscriptionTrxs',
		required: LIST,
		optional: { ...DAY, ...CODE, outTradeNo: 'SUB-1' },
		prepare: subscribed,
	},
	{ resource: 'khqr', operation: 'decode', service: 'decodeKhqr', required: QR_CODE, prepare: withCode },
	{
		resource: 'khqr',
		operation: 'pay',
		service: 'payKhqr',
		before: ['queryOrder'],
		required: { ...QR_CODE, outTradeNo: 'PAY-1', amount: '10.50', currency: 'USD', senderId: '10023' },
		optional: { remark: 'Lunch' },
		prepare: withCode,
	},
	{
		resource: 'user',
		operation: 'create',
		service: 'adduserundermerchant',
		required: { firstName: 'ស្រី', lastName: 'Oun', email: 'oun@shop.example', phoneNumber: '012 999 888' },
	},
	{
		resource: 'user',
		operation: 'uploadKyc',
		service: 'uploadUserKyc',
		required: { userId: '10024', front: 'card', back: 'card', selfe: 'face' },
		files: PICTURES,
	},
	{ resource: 'user', operation: 'get', service: 'userprofile', required: { userId: '10023' } },
];
