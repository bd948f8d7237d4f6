import { InvalidValueError } from '../../../../kess/errors';
import { type Json, requireJsonObject } from '../../../../kess/jsonObject';
import { requireText } from '../../../../kess/textField';
import { type DetailInput, readDetail } from '../../../../kess/webPay/fields';
import { SERVICES } from '../../../../kess/webPay/services';
import type { ItemCall } from '../../../shared/run/item';
import type { WebPayClient } from '../../client';
import type { WebPayOperation } from '../operation';
import { qrCodeField, qrCodePropertyField, readQrCode, withQrCode } from '../common/qrPicture';
import { createOnce } from '../common/createOnce';
import { customerField, readEncryptedCustomer } from '../common/customer';
import { orderItem, orderNumber } from '../common/order';
import {
	descriptorField,
	expiresInField,
	type NewOrder,
	notifyUrlField,
	readTransaction,
	redirectUrlField,
	schemaUrlField,
	settingField,
	transactionProperties,
} from '../common/transaction';

/** `webpay.acquire.createorder` (docs/gateway.md §12, CREATE ORDER). */
export const create: WebPayOperation = {
	service: SERVICES.createOrder,
	option: {
		name: 'Create',
		value: 'create',
		action: 'Create order',
		description: 'Create an order and get its payment link. An order that already exists is returned instead of created twice.',
	},
	properties: [
		...transactionProperties,
		{
			displayName: 'Additional Fields',
			name: 'additionalFields',
			type: 'collection',
			placeholder: 'Add Field',
			default: {},
			options: [
				customerField,
				descriptorField,
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
				expiresInField,
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
				notifyUrlField,
				qrCodePropertyField,
				qrCodeField,
				redirectUrlField,
				schemaUrlField,
				settingField,
			],
		},
	],
	async execute(call, client) {
		const order = readOrder(call, client);
		const picture = readQrCode(call);
		const item = await call.once(orderNumber(client, order.outTradeNo), async () => {
			const made = await createOnce(client, SERVICES.createOrder, order);
			return orderItem(made.existed ? { ...made.order, already_existed: true } : made.data);
		});
		return [await withQrCode(call, picture, item, item.payment_link)];
	},
};

/** Reads the parameters of an order, all of them. */
export function readOrder(call: ItemCall, client: WebPayClient): NewOrder {
	const { fields, ...order } = readTransaction(call);
	const additional = call.collection('additionalFields');
	const detail = additional.read('detail', readDetailParameter);
	return {
		...order,
		fields: {
			...fields,
			customer: additional.read('customer', (value) => readEncryptedCustomer(value, client)),
			login_type: additional.read('loginType', (value) => requireText(value, 16)),
			descriptor: additional.read('descriptor', (value) => requireText(value, 255)),
			setting: additional.read('setting', requireJsonObject),
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
