import { requireReference } from '../../../../kess/written/reference';
import { requireText } from '../../../../kess/written/text';
import { SERVICES } from '../../../../kess/webPay/services';
import { additionalFields } from '../../../shared/run/collections';
import type { ItemCall } from '../../../shared/run/item';
import type { WebPayClient } from '../../client';
import type { WebPayOperation } from '../operation';
import { ORDER_FIELDS } from '../common/order';
import {
	expiresInField,
	notifyUrlField,
	readTransaction,
	redirectUrlField,
	schemaUrlField,
	transactionProperties,
} from '../common/transaction';
import { type Charge, chargeRow } from './charge';

/** `webpay.acquire.quickpay` (docs/gateway.md §3): the buyer shows a code and is charged at once. */
export const quickPay: WebPayOperation = {
	service: SERVICES.quickPay,
	option: {
		name: 'Quick Pay',
		value: 'quickPay',
		action: 'Charge code of buyer',
		description:
			'Charge the buyer whose payment code has been scanned. Only the status SUCCESS means paid.',
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
			description:
				'The code that the app of the buyer shows (auth_code), as scanned. It is good for one payment.',
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
		additionalFields([expiresInField, notifyUrlField, redirectUrlField, schemaUrlField]),
	],
	simplified: ORDER_FIELDS,
	async execute(call, client) {
		return [await chargeRow(call, client, (outTradeNo) => readQuickPay(call, client, outTradeNo))];
	},
};

function readQuickPay(call: ItemCall, client: WebPayClient, outTradeNo: string): Charge {
	const { fields: transaction, ...order } = readTransaction(call, client, outTradeNo);
	const payer = call.read('authCode', (value, say) => requireReference(value, 128, say));
	const fields = {
		...transaction,
		auth_code: payer,
		service_code: call.read('serviceCode', (value, say) => requireText(value, 64, say)),
	};
	return { ...order, service: SERVICES.quickPay, payer, fields };
}
