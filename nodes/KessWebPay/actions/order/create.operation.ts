import type { IDataObject } from 'n8n-workflow';

import { InvalidValueError } from '../../../../kess/invalidValueError';
import { isSameMoney, type Money, parseCurrency, parseMoney } from '../../../../kess/money';
import {
	type DetailInput,
	readDetail,
	requireSeconds,
	requireTitle,
	requireWebAddress,
} from '../../../../kess/webPayFields';
import { requireText } from '../../../../kess/textField';
import type { Json, JsonObject } from '../../../../kess/jsonObject';
import { KessError } from '../../../../kess/kessError';
import type { ItemCall } from '../../../shared/itemCall';
import type { WebPayClient } from '../../transport';
import type { WebPayOperation } from '../operation';
import { orderItem, outTradeNoProperty, queryOrder, readOutTradeNo, refusal } from './shared';

const SERVICE = 'webpay.acquire.createorder';

/** An order as it is sent, with what its answer has to agree with. */
interface NewOrder {
	outTradeNo: string;
	money: Money;
	fields: JsonObject;
}

/** `webpay.acquire.createorder` (spec-webpay-v1, CREATE ORDER). */
export const create: WebPayOperation = {
	option: {
		name: 'Create',
		value: 'create',
		action: 'Create order',
		description: 'Create an order and get its payment link. An order that already exists is returned instead of created twice.',
	},
	properties: [
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
		{
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
		},
		{
			displayName: 'Additional Fields',
			name: 'additionalFields',
			type: 'collection',
			placeholder: 'Add Field',
			default: {},
			options: [
				{
					displayName: 'Detail',
					name: 'detail',
					type: 'fixedCollection',
					typeOptions: { multipleValues: true, multipleValueButtonText: 'Add Product' },
					placeholder: 'Add Product',
					default: {},
					description: 'Product lines shown to the buyer. A line with all fields empty is left out.',
					options: [
						{
							displayName: 'Product',
							name: 'items',
							values: [
								{
									displayName: 'Name',
									name: 'name',
									type: 'string',
									default: '',
									placeholder: 'e.g. Iced coffee',
								},
								{
									displayName: 'Product ID',
									name: 'no',
									type: 'string',
									default: '',
									placeholder: 'e.g. 03232',
								},
								{
									displayName: 'Quantity',
									name: 'qty',
									type: 'string',
									default: '',
									placeholder: 'e.g. 2',
								},
								{
									displayName: 'Unit Discount',
									name: 'discount',
									type: 'string',
									default: '',
									placeholder: 'e.g. 0.05',
									description: 'May be left empty',
								},
								{
									displayName: 'Unit Price',
									name: 'price',
									type: 'string',
									default: '',
									placeholder: 'e.g. 2.50',
								},
							],
						},
					],
				},
				{
					displayName: 'Expires In (Seconds)',
					name: 'expiresIn',
					type: 'number',
					typeOptions: { minValue: 1 },
					default: 1800,
					description: 'How long the payment link takes money',
				},
				{
					displayName: 'Login Type',
					name: 'loginType',
					type: 'options',
					options: [
						{
							name: 'Anonymous',
							value: 'ANONYMOUS',
							description: 'The buyer pays without logging in at KESS',
						},
						{
							name: 'Facebook',
							value: 'FACEBOOK',
							description: 'The buyer logs in with Facebook',
						},
						{
							name: 'General',
							value: 'GENERAL',
							description: 'The buyer logs in or registers with a phone number',
						},
					],
					default: 'ANONYMOUS',
				},
				{
					displayName: 'Notify URL',
					name: 'notifyUrl',
					type: 'string',
					default: '',
					placeholder: 'e.g. https://n8n.shop.example/webhook/kess',
					description: 'Address that KESS calls when the order has been paid or closed',
				},
				{
					displayName: 'Redirect URL',
					name: 'redirectUrl',
					type: 'string',
					default: '',
					placeholder: 'e.g. https://shop.example/thank-you',
					description: 'Where the buyer is sent after paying. Being sent there is no proof of payment.',
				},
			],
		},
	],
	async execute(call, client) {
		const order = readOrder(call, client);
		return [orderItem(await createOnce(client, order))];
	},
};

function readOrder(call: ItemCall, client: WebPayClient): NewOrder {
	const outTradeNo = readOutTradeNo(call);
	const body = call.read('body', requireTitle);
	const currency = call.read('currency', parseCurrency);
	const money = call.read('totalAmount', (value) => parseMoney(value, currency));
	const additional = call.collection('additionalFields');
	const detail = additional.read('detail', readDetailParameter);
	return {
		outTradeNo,
		money,
		fields: {
			...client.seller,
			out_trade_no: outTradeNo,
			body,
			total_amount: Number(money.decimal),
			currency,
			login_type: additional.read('loginType', (value) => requireText(value, 16)),
			notify_url: additional.read('notifyUrl', requireWebAddress),
			redirect_url: additional.read('redirectUrl', requireWebAddress),
			expires_in: additional.read('expiresIn', requireSeconds),
			detail: detail && detail.length > 0 ? (detail as unknown as Json) : undefined,
		},
	};
}

function readDetailParameter(value: unknown) {
	const { items } = value as { items?: unknown };
	if (items === undefined) return [];
	if (!Array.isArray(items)) {
		throw new InvalidValueError('is not a list of products', 'Add the products one by one, each with its own fields.');
	}
	return readDetail(items as DetailInput[]);
}

/**
 * Creates the order, or finds the one that an earlier attempt has made: the gateway takes each order number once, so
 * after a refusal or a lost answer the order number tells what is there.
 */
async function createOnce(client: WebPayClient, order: NewOrder): Promise<Json> {
	const asked = { outTradeNo: order.outTradeNo, money: order.money };
	let result = await client.call(SERVICE, order.fields, asked);
	if (result.kind === 'unknown') {
		const existing = await findExisting(client, order, result.reason);
		if (existing !== undefined) return existing;
		// The gateway does not have it and takes the number only once: now repeating cannot make a second order.
		result = await client.call(SERVICE, order.fields, asked);
	}
	if (result.kind === 'done') return result.data;
	const existing = await findExisting(client, order, result.reason);
	if (existing !== undefined) return existing;
	if (result.kind === 'refused') throw refusal(result, 'create the order');
	throw new KessError(
		`KESS gave no clear answer, twice, and does not have the order: ${result.reason}`,
		'Run the item again with the same order number: an order that has been created in the meantime is found.',
	);
}

/**
 * The order that the gateway has under this number.
 *
 * @param because why it is looked up, for the message when looking fails too
 * @returns `undefined` when it has none
 * @throws KessError when it has one with another amount, or cannot say
 */
async function findExisting(client: WebPayClient, order: NewOrder, because: string): Promise<Json | undefined> {
	const found = await queryOrder(client, order.outTradeNo);
	if (found.kind === 'refused') return undefined;
	if (found.kind === 'unknown') {
		throw new KessError(
			`KESS gave no clear answer when creating the order (${because}) and none when asked about it (${found.reason})`,
			'The order may exist. Run the item again with the same order number: if it exists, its payment link is returned.',
		);
	}
	const existing = found.data as IDataObject;
	if (!isSameMoney(order.money, existing.total_amount, existing.currency)) {
		throw new KessError(
			`An order with this number exists already, over ${String(existing.total_amount)} ${String(existing.currency)} instead of ${order.money.decimal} ${order.money.currency}`,
			'Use another order number for the new order, or correct the amount.',
		);
	}
	return { ...(existing as Record<string, Json>), already_existed: true };
}
