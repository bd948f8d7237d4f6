import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { InvalidValueError, KessError } from '../../../../kess/errors';
import { quoted } from '../../../../kess/gateway/redaction';
import { isPlainObject, type Json, jsonOf } from '../../../../kess/jsonObject';
import { momentWritten } from '../../../../kess/written/day';
import { requireText } from '../../../../kess/written/text';
import { type DetailInput, readDetail } from '../../../../kess/webPay/fields';
import { hasEnded, isPaid } from '../../../../kess/webPay/orderStates';
import { SERVICES } from '../../../../kess/webPay/services';
import { additionalFields } from '../../../shared/run/collections';
import type { ItemCall } from '../../../shared/run/item';
import type { WebPayClient } from '../../client';
import type { WebPayOperation } from '../operation';
import { qrCodeField, qrCodePropertyField, readQrCode, withQrCode } from '../common/qrPicture';
import { linkValidForProperties, readLinkLife } from './timeSpan';
import { createOnce } from '../common/createOnce';
import { customerField, readEncryptedCustomer } from '../common/customer';
import { ORDER_FIELDS, orderNumber } from '../common/order';
import {
	descriptorField,
	expiresInField,
	type NewOrder,
	notifyUrlField,
	pageFields,
	readSetting,
	readTransaction,
	redirectUrlField,
	schemaUrlField,
	settingField,
	transactionProperties,
} from '../common/transaction';

export const failIfClosedField: INodeProperties = {
	displayName: 'Fail If Closed',
	name: 'failIfClosed',
	type: 'boolean',
	default: true,
	description:
		'Whether the item fails when the order exists already and can no longer be paid, because it was closed or has expired',
};

/** `webpay.acquire.createorder` (docs/gateway.md §12, CREATE ORDER). */
export const create: WebPayOperation = {
	service: SERVICES.createOrder,
	option: {
		name: 'Create',
		value: 'create',
		action: 'Create order with payment link',
		description:
			'Create an order and get the payment link for the buyer. An order that already exists is returned instead of created twice.',
	},
	properties: [
		...transactionProperties,
		...linkValidForProperties,
		additionalFields([
			customerField,
			descriptorField,
			{
				displayName: 'Product Lines',
				name: 'detail',
				type: 'fixedCollection',
				typeOptions: { multipleValues: true, multipleValueButtonText: 'Add Product' },
				placeholder: 'Add Product',
				default: {},
				description:
					'What is bought, line by line, as the buyer sees it (detail). A line with all fields empty is left out.',
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
				displayName: 'Product Lines (JSON)',
				name: 'detailJson',
				type: 'json',
				default: '',
				placeholder: 'e.g. {{ $json.lines }}',
				description:
					'What is bought as a list, for example from an expression: each line with no, name, price, qty and, if there is one, discount (detail). In place of Product Lines.',
			},
			expiresInField,
			failIfClosedField,
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
				description: 'How the buyer logs in at KESS (login_type)',
			},
			notifyUrlField,
			qrCodePropertyField,
			qrCodeField,
			...pageFields,
			redirectUrlField,
			schemaUrlField,
			settingField,
		]),
	],
	simplified: ORDER_FIELDS,
	async execute(call, client) {
		const order = withLife(readOrder(call, client), readLinkLife(call));
		const picture = readQrCode(call);
		const failIfClosed = call
			.collection('additionalFields')
			.read(failIfClosedField.name, (value) => value === true);
		const item = await call.once(orderNumber(client, order.outTradeNo), async () => {
			const made = await createOnce(call, client, SERVICES.createOrder, order);
			const created = (
				made.existed ? { ...made.order, already_existed: true } : made.data
			) as IDataObject;
			if (made.existed) tellIfClosed(call, created, failIfClosed === true);
			return created;
		});
		return [await withQrCode(call, picture, item, item.payment_link)];
	},
};

/** An order that existed may have had its time: then nobody can pay by the link that it still has. */
function tellIfClosed(
	call: ItemCall,
	{ status, expired_at: end }: IDataObject,
	isFailure: boolean,
): void {
	const isLate = (momentWritten(end) ?? Infinity) < Date.now();
	if (!hasEnded(status) && !isLate) return;
	const message = `The order existed already and ${hasEnded(status) ? `has the status ${quoted(status)}` : 'has expired'}: nobody can pay by its link any more`;
	if (isFailure && !isPaid(status))
		throw new KessError(message, 'Use a new order number, or switch off Fail If Closed.');
	call.advise(`${message}.`);
}

/** Expires In counts to the second, for those who have added it. */
function withLife({ fields, ...order }: NewOrder, seconds: number): NewOrder {
	return { ...order, fields: { ...fields, expires_in: fields.expires_in ?? seconds } };
}

/** Reads the parameters of an order, all of them. */
export function readOrder(call: ItemCall, client: WebPayClient): NewOrder {
	const { fields, ...order } = readTransaction(call, client);
	const additional = call.collection('additionalFields');
	const panel =
		additional.read('detail', (value, say) =>
			readDetail(linesOf((value as { items?: unknown }).items ?? []), order.money, say),
		) ?? [];
	const list =
		additional.readAdded('detailJson', (value, say) =>
			value === '' ? [] : readDetail(linesOf(jsonOf(value)), order.money, say),
		) ?? [];
	if (panel.length > 0 && list.length > 0)
		throw new KessError(
			'There are lines in Product Lines and in Product Lines (JSON)',
			'Use one of the two.',
		);
	const detail = [...panel, ...list];
	return {
		...order,
		fields: {
			...fields,
			customer: additional.read('customer', (value, say) =>
				readEncryptedCustomer(value, client, say),
			),
			login_type: additional.read('loginType', (value, say) => requireText(value, 16, say)),
			descriptor: additional.read('descriptor', (value, say) => requireText(value, 255, say)),
			setting: readSetting(additional),
			detail: detail.length > 0 ? (detail as unknown as Json) : undefined,
		},
	};
}

function linesOf(value: unknown): DetailInput[] {
	if (Array.isArray(value) && value.every((line) => isPlainObject(line)))
		return value as DetailInput[];
	throw new InvalidValueError(
		'is not a list of products',
		'Give a list in which each product has no, name, price and qty.',
	);
}
