import type { INodeProperties } from 'n8n-workflow';

import { type JsonObject, requireJsonObject } from '../../../../kess/jsonObject';
import { type Money, parseCurrency, parseMoney } from '../../../../kess/money';
import { requireText } from '../../../../kess/written/text';
import { requireAppAddress, requireSeconds, requireTitle } from '../../../../kess/webPay/fields';
import type { CollectionReader, ItemCall } from '../../../shared/run/item';
import type { WebPayClient } from '../../client';
import { addressFor, outTradeNoProperty, readOutTradeNo } from './order';

/** An order as it is sent, with what its answer has to agree with. */
export interface NewOrder {
	outTradeNo: string;
	money: Money;
	fields: JsonObject;
}

/** What the gateway takes money in. */
export const currencyProperty: INodeProperties = {
	displayName: 'Currency',
	name: 'currency',
	type: 'options',
	required: true,
	options: [
		{ name: 'KHR (Riel)', value: 'KHR' },
		{ name: 'USD (US Dollar)', value: 'USD' },
	],
	default: 'USD',
	description: 'What the amount is in (currency). Riel have no decimals.',
};

/** The parameters of everything that makes an order (docs/gateway.md §3, transaction fields). */
export const transactionProperties: INodeProperties[] = [
	outTradeNoProperty,
	{
		displayName: 'Title',
		name: 'body',
		type: 'string',
		required: true,
		default: 'Order',
		placeholder: 'e.g. Two iced coffees',
		description: 'What the buyer sees on the payment page (body). At most 255 characters.',
	},
	{
		displayName: 'Total Amount',
		name: 'totalAmount',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. 10.50',
		description: 'What the buyer pays (total_amount), as a plain number. Nothing is rounded.',
	},
	currencyProperty,
];

export const cardProperty: INodeProperties = {
	displayName: 'Encrypted Card',
	name: 'card',
	type: 'string',
	typeOptions: { password: true },
	required: true,
	default: '',
	description:
		'Card data as ciphertext in hexadecimal: number, securityCode and expiry (month, year) as JSON, encrypted with the RSA public key of KESS (PKCS#1 v1.5)',
};

export const expiresInField: INodeProperties = {
	displayName: 'Expires In (Seconds)',
	name: 'expiresIn',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: 1800,
	description: 'How long the payment link takes money (expires_in)',
};

export const notifyUrlField: INodeProperties = {
	displayName: 'Notify URL',
	name: 'notifyUrl',
	type: 'string',
	default: '',
	placeholder: 'e.g. https://n8n.shop.example/webhook/kess',
	description:
		'Address that KESS calls when the order has been paid or closed (notify_url): the Production URL of a KESS WebPay Trigger. A row in which it is empty fails.',
};

export const redirectUrlField: INodeProperties = {
	displayName: 'Redirect URL',
	name: 'redirectUrl',
	type: 'string',
	default: '',
	placeholder: 'e.g. https://shop.example/thank-you',
	description:
		'Where the buyer is sent after paying (redirect_url). Being sent there is no proof of payment.',
};

export const schemaUrlField: INodeProperties = {
	displayName: 'App Link',
	name: 'schemaUrl',
	type: 'string',
	default: '',
	placeholder: 'e.g. myshop://paid',
	description: 'Address that opens your own app after paying (schema_url)',
};

export const descriptorField: INodeProperties = {
	displayName: 'Statement Text',
	name: 'descriptor',
	type: 'string',
	default: '',
	description: 'Text beside the payment on the bank statement of the buyer (descriptor)',
};

/** What of `setting` has a field of its own (docs/gateway.md §3, detail and setting). */
export const pageFields: INodeProperties[] = [
	{
		displayName: 'Page Background Color',
		name: 'backgroundColor',
		type: 'color',
		default: '#ffffff',
		description: 'Color behind the payment page (setting.background_color)',
	},
	{
		displayName: 'Page Payment Method Names or IDs',
		name: 'enabledPaymentMethods',
		type: 'multiOptions',
		typeOptions: { loadOptionsMethod: 'getPaymentMethods' },
		default: [],
		description:
			'The only methods that the buyer can choose (setting.enabled_payment_methods). Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
	},
];

export const settingField: INodeProperties = {
	displayName: 'Page Setting (JSON)',
	name: 'setting',
	type: 'json',
	default: '{}',
	placeholder: 'e.g. { "payment_type": "online" }',
	description:
		'Look of the payment page as a JSON object (setting): template, enabled_payment_methods, payment_type, background_color, display_fee_amount',
};

/** The look of the payment page; `undefined` when nothing is said about it. */
export function readSetting(additional: CollectionReader): JsonObject | undefined {
	const own = Object.entries({
		background_color: additional.read('backgroundColor', (value, say) =>
			requireText(value, 32, say),
		),
		enabled_payment_methods: additional.read('enabledPaymentMethods', requireCodes),
	}).filter(([, value]) => value !== undefined);
	const setting = additional.read('setting', requireJsonObject);
	return own.length === 0 ? setting : { ...setting, ...Object.fromEntries(own) };
}

/** An expression may give the codes as a list, or one after the other with commas. */
function requireCodes(value: unknown): string[] | undefined {
	const codes = (Array.isArray(value) ? value : String(value).split(',')).map((code) =>
		requireText(code, 64),
	);
	return codes.length === 0 ? undefined : codes;
}

/** Reads the transaction fields of an item, those in `additionalFields` too. @param outTradeNo where it has been read before */
export function readTransaction(
	call: ItemCall,
	client: WebPayClient,
	outTradeNo = readOutTradeNo(call),
): NewOrder {
	const body = call.read('body', requireTitle);
	const currency = call.read('currency', parseCurrency);
	const money = call.read('totalAmount', (value, say) => parseMoney(value, currency, say));
	const additional = call.collection('additionalFields');
	return {
		outTradeNo,
		money,
		fields: {
			out_trade_no: outTradeNo,
			body,
			total_amount: Number(money.decimal),
			currency,
			notify_url: additional.readAdded('notifyUrl', addressFor(client)),
			redirect_url: additional.read('redirectUrl', addressFor(client)),
			schema_url: additional.read('schemaUrl', requireAppAddress),
			expires_in: additional.read('expiresIn', requireSeconds),
		},
	};
}
