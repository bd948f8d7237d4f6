import type { IDataObject } from 'n8n-workflow';

import { KessError } from '../../../../kess/errors';
import type { JsonObject } from '../../../../kess/jsonObject';
import { mayAskFor } from '../../../../kess/webPay/khqr';
import { requireText } from '../../../../kess/written/text';
import { SERVICES } from '../../../../kess/webPay/services';
import { additionalFields } from '../../../shared/run/collections';
import type { ItemCall } from '../../../shared/run/item';
import type { WebPayClient } from '../../client';
import type { WebPayOperation } from '../operation';
import { createOnce } from '../common/createOnce';
import { orderNumber } from '../common/order';
import {
	descriptorField,
	expiresInField,
	type NewOrder,
	notifyUrlField,
	readTransaction,
	redirectUrlField,
	schemaUrlField,
	transactionProperties,
} from '../common/transaction';
import { qrCodeField, qrCodePropertyField, readQrCode, withQrCode } from '../common/qrPicture';

/** `webpay.acquire.nativePay` (docs/gateway.md §3): an order that is paid by QR code or in the app of one payment method. */
export const nativePay: WebPayOperation = {
	service: SERVICES.nativePay,
	option: {
		name: 'Native Pay',
		value: 'nativePay',
		action: 'Create QR or app payment',
		description:
			'Create an order and get its QR text and the link that opens the app of a payment method',
	},
	properties: [
		...transactionProperties,
		{
			displayName: 'Payment Method Name or ID',
			name: 'serviceCode',
			type: 'options',
			typeOptions: { loadOptionsMethod: 'getPaymentMethods' },
			required: true,
			default: '',
			description:
				'Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>',
		},
		additionalFields([
			descriptorField,
			expiresInField,
			{
				displayName: 'Is iOS Device',
				name: 'isIosDevice',
				type: 'boolean',
				default: false,
				description: 'Whether the buyer pays on an iPhone or iPad. Needed for Only Deeplink.',
			},
			notifyUrlField,
			{
				displayName: 'Only Deeplink',
				name: 'onlyDeeplink',
				type: 'boolean',
				default: false,
				description: 'Whether to ask only for the link that opens the app, without a QR text',
			},
			qrCodePropertyField,
			qrCodeField,
			redirectUrlField,
			schemaUrlField,
		]),
	],
	async execute(call, client) {
		const order = readNativePay(call, client);
		const picture = readQrCode(call);
		const item = await call.once(
			orderNumber(client, order.outTradeNo),
			async (): Promise<IDataObject> => {
				const made = await createOnce(call, client, SERVICES.nativePay, order, 'order_info');
				if (!made.existed) {
					requireOwnCode(made.data as JsonObject, order);
					return made.data as IDataObject;
				}
				if (made.order.status === 'WAITING') {
					call.advise(
						'The order existed already, and KESS tells its QR text only once. Send the buyer order_info.payment_link, or use a new order number.',
					);
				}
				return { order_info: made.order as IDataObject, already_existed: true };
			},
		);
		return [await withQrCode(call, picture, item, item.qrcode)];
	},
};

/** The order in the answer is not signed, the QR text is. @throws KessError when it asks for another amount */
function requireOwnCode({ qrcode }: JsonObject, { money, fields }: NewOrder): void {
	const isOwn =
		typeof qrcode === 'string'
			? mayAskFor(qrcode, money)
			: fields.only_deeplink === true && (qrcode ?? null) === null;
	if (isOwn) return;
	throw new KessError(
		`The QR code in the answer does not ask for ${money.decimal} ${money.currency}, so it is not handed on`,
		'Query the order, and send the buyer its payment_link instead. If this stays so, report it to KESS.',
	);
}

function readNativePay(call: ItemCall, client: WebPayClient): NewOrder {
	const { fields: transaction, ...order } = readTransaction(call, client);
	const additional = call.collection('additionalFields');
	const fields = {
		...transaction,
		service_code: call.read('serviceCode', (value, say) => requireText(value, 64, say)),
		only_deeplink: additional.read('onlyDeeplink', (value) => value === true),
		is_ios_device: additional.read('isIosDevice', (value) => value === true),
		descriptor: additional.read('descriptor', (value, say) => requireText(value, 255, say)),
	};
	return { ...order, fields };
}
