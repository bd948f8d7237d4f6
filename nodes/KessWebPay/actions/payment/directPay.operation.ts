import { requireCipherText } from '../../../../kess/webPay/cipherText';
import type { JsonObject } from '../../../../kess/jsonObject';
import { requireText } from '../../../../kess/written/text';
import { requireIpAddress } from '../../../../kess/webPay/fields';
import { SERVICES } from '../../../../kess/webPay/services';
import { additionalFields } from '../../../shared/run/collections';
import type { ItemCall } from '../../../shared/run/item';
import type { WebPayClient } from '../../client';
import type { WebPayOperation } from '../operation';
import { customerField, readEncryptedCustomer } from '../common/customer';
import {
	cardProperty,
	descriptorField,
	expiresInField,
	notifyUrlField,
	pageFields,
	readSetting,
	readTransaction,
	redirectUrlField,
	schemaUrlField,
	settingField,
	transactionProperties,
} from '../common/transaction';
import { type Charge, chargeRow } from './charge';

/** `webpay.acquire.directPay` (docs/gateway.md §3, §7): a card is charged whose data the merchant has encrypted for KESS. */
export const directPay: WebPayOperation = {
	service: SERVICES.directPay,
	option: {
		name: 'Direct Pay',
		value: 'directPay',
		action: 'Charge encrypted card',
		description:
			'Charge a card whose data has been encrypted for KESS. The bank of the buyer may ask for 3-D Secure.',
	},
	properties: [
		{
			displayName:
				'Encrypted card data only, because n8n saves what passes through it. Easier is a payment link, or a link to save a card: the buyer enters the card at KESS.',
			name: 'cardNotice',
			type: 'notice',
			default: '',
		},
		...transactionProperties,
		cardProperty,
		{
			displayName: 'Payment Method',
			name: 'serviceCode',
			type: 'options',
			required: true,
			options: [
				{ name: 'Google Pay', value: 'GOOGLEPAY' },
				{ name: 'UnionPay', value: 'UNIONPAY' },
				{ name: 'Visa or Mastercard', value: 'VISA_MASTER' },
			],
			default: 'VISA_MASTER',
			description: 'Kind of card (service_code). Another code can be given by expression.',
		},
		additionalFields([
			customerField,
			descriptorField,
			expiresInField,
			{
				displayName: 'Holder Name',
				name: 'holderName',
				type: 'string',
				default: '',
				placeholder: 'e.g. SREY OUN',
				description: 'Name on the card (holder_name)',
			},
			{
				displayName: 'IP Address',
				name: 'ipAddress',
				type: 'string',
				default: '',
				placeholder: 'e.g. 203.0.113.7',
				description: 'Address that the buyer pays from (ip_address)',
			},
			notifyUrlField,
			...pageFields,
			redirectUrlField,
			schemaUrlField,
			settingField,
		]),
	],
	async execute(call, client) {
		return [await chargeRow(call, client, (outTradeNo) => readDirectPay(call, client, outTradeNo))];
	},
};

function readDirectPay(call: ItemCall, client: WebPayClient, outTradeNo: string): Charge {
	const { fields: transaction, ...order } = readTransaction(call, client, outTradeNo);
	const additional = call.collection('additionalFields');
	const fields: JsonObject = {
		...transaction,
		card: call.read('card', requireCipherText),
		service_code: call.read('serviceCode', (value, say) => requireText(value, 64, say)),
		customer: additional.read('customer', (value, say) =>
			readEncryptedCustomer(value, client, say),
		),
		ip_address: additional.read('ipAddress', requireIpAddress),
		holder_name: additional.read('holderName', (value, say) => requireText(value, 255, say)),
		descriptor: additional.read('descriptor', (value, say) => requireText(value, 255, say)),
		setting: readSetting(additional),
	};
	return { ...order, service: SERVICES.directPay, within: 'order_info', fields };
}
