import type { INodeProperties } from 'n8n-workflow';

import { InvalidValueError } from '../../../../kess/errors';
import type { JsonObject } from '../../../../kess/jsonObject';
import { type Money, parseCurrency, parseMoney } from '../../../../kess/money';
import { requireText } from '../../../../kess/written/text';
import { requireSeconds, requireTitle } from '../../../../kess/webPay/fields';
import type { ItemCall } from '../../../shared/run/item';
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
	description: 'Riel have no decimals',
};

/** The parameters of everything that makes an order (docs/gateway.md §3, transaction fields). */
export const transactionProperties: INodeProperties[] = [
	outTradeNoProperty,
	{
		displayName: 'Title',
		name: 'body',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. Two iced coffees',
		description: 'What the buyer sees on the payment page. At most 255 characters.',
	},
	{
		displayName: 'Total Amount',
		name: 'totalAmount',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. 10.50',
		description: 'What the buyer pays, as a plain number. Nothing is rounded.',
	},
	currencyProperty,
];

export const expiresInField: INodeProperties = {
	displayName: 'Expires In (Seconds)',
	name: 'expiresIn',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: 1800,
	description: 'How long the payment link takes money',
};

export const notifyUrlField: INodeProperties = {
	displayName: 'Notify URL',
	name: 'notifyUrl',
	type: 'string',
	default: '',
	placeholder: 'e.g. https://n8n.shop.example/webhook/kess',
	description: 'Address that KESS calls when the order has been paid or closed',
};

export const redirectUrlField: INodeProperties = {
	displayName: 'Redirect URL',
	name: 'redirectUrl',
	type: 'string',
	default: '',
	placeholder: 'e.g. https://shop.example/thank-you',
	description: 'Where the buyer is sent after paying. Being sent there is no proof of payment.',
};

export const schemaUrlField: INodeProperties = {
	displayName: 'Schema URL',
	name: 'schemaUrl',
	type: 'string',
	default: '',
	placeholder: 'e.g. myshop://paid',
	description: 'Address that opens your own app after paying',
};

export const descriptorField: INodeProperties = {
	displayName: 'Descriptor',
	name: 'descriptor',
	type: 'string',
	default: '',
	description: 'Text beside the payment on the statement of the buyer',
};

export const settingField: INodeProperties = {
	displayName: 'Setting',
	name: 'setting',
	type: 'json',
	default: '{}',
	placeholder: 'e.g. { "payment_type": "online" }',
	description:
		'Look of the payment page as a JSON object: template, enabled_payment_methods, payment_type, background_color, display_fee_amount',
};

/** Reads the transaction fields of an item, those in `additionalFields` too. @param outTradeNo where it has been read before */
export function readTransaction(call: ItemCall, client: WebPayClient, outTradeNo = readOutTradeNo(call)): NewOrder {
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
			notify_url: additional.read('notifyUrl', addressFor(client)),
			redirect_url: additional.read('redirectUrl', addressFor(client)),
			schema_url: additional.read('schemaUrl', requireAppAddress),
			expires_in: additional.read('expiresIn', requireSeconds),
		},
	};
}

/** An address of any scheme: apps register their own. */
function requireAppAddress(value: unknown): string {
	const text = requireText(value, 2048);
	if (URL.canParse(text)) return text;
	throw new InvalidValueError('is not an address', 'Enter the whole address with its scheme, for example myshop://paid.');
}
