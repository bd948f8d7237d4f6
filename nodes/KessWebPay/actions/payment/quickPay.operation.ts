import { requireReference, requireText } from '../../../../kess/textField';
import type { ItemCall } from '../../../shared/run/item';
import type { WebPayClient } from '../../client';
import { needsV2 } from '../common/needsV2';
import type { WebPayOperation } from '../operation';
import { orderItem } from '../common/order';
import {
	expiresInField,
	type NewOrder,
	notifyUrlField,
	readTransaction,
	redirectUrlField,
	schemaUrlField,
	transactionProperties,
} from '../common/transaction';
import { chargeOnce } from './chargeOnce';
import { adviseUnpaid } from './existing';
import { extraFieldsField, readExtraFields } from './extraFields';

/** `webpay.acquire.quickpay` (kess-api §3): the buyer shows a code and is charged at once. */
export const quickPay: WebPayOperation = {
	option: {
		name: 'Quick Pay',
		value: 'quickPay',
		action: 'Charge code of buyer',
		description: 'Charge the buyer whose payment code has been scanned. Only the status SUCCESS means paid.',
	},
	properties: [
		...transactionProperties,
		{
			displayName: 'Payment Code',
			name: 'authCode',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. 134567890123456789',
			description: 'The code that the app of the buyer shows (auth_code), as scanned. It is good for one payment.',
		},
		{
			displayName: 'Payment Method',
			name: 'serviceCode',
			type: 'options',
			required: true,
			options: [
				{ name: 'Alipay', value: 'ALIPAY' },
				{ name: 'WeChat Pay', value: 'WECHAT' },
			],
			default: 'WECHAT',
			description: 'App of the buyer (service_code). Another code can be given by expression.',
		},
		{
			displayName: 'Additional Fields',
			name: 'additionalFields',
			type: 'collection',
			placeholder: 'Add Field',
			default: {},
			options: [expiresInField, extraFieldsField, notifyUrlField, redirectUrlField, schemaUrlField],
		},
	],
	async execute(call, client) {
		needsV2(client);
		const made = await chargeOnce(client, 'webpay.acquire.quickpay', readQuickPay(call, client));
		if (!made.existed) return [orderItem(made.data)];
		adviseUnpaid(call, made.order);
		return [orderItem({ ...made.order, already_existed: true })];
	},
};

function readQuickPay(call: ItemCall, client: WebPayClient): NewOrder {
	const { fields: transaction, ...order } = readTransaction(call, client);
	const fields = {
		...transaction,
		auth_code: call.read('authCode', (value) => requireReference(value, 128)),
		service_code: call.read('serviceCode', (value) => requireText(value, 64)),
	};
	const additional = call.collection('additionalFields');
	const extra = additional.read('extraFields', (value) => readExtraFields(value, Object.keys(fields)));
	return { ...order, fields: { ...fields, ...extra } };
}
