import { requireKhqr, requireKhqrAmount } from '../../../../kess/webPay/khqr';
import { parseCurrency, parseMoney } from '../../../../kess/money';
import { requireReference } from '../../../../kess/written/reference';
import { requireText } from '../../../../kess/written/text';
import { SERVICES } from '../../../../kess/webPay/services';
import { additionalFields } from '../../../shared/run/collections';
import { payRow } from '../../../shared/money/payRow';
import type { ItemCall } from '../../../shared/run/item';
import type { WebPayOperation } from '../operation';
import { ownNumber, readOutTradeNo } from '../common/order';
import { currencyProperty } from '../common/transaction';
import { khqrItem, khqrMovement, type KhqrPayment } from './khqrPayment';
import { qrcodeProperty } from './fields';

/** `webpay.acquire.payKhqr` (docs/gateway.md §3): pays a KHQR code with the money of a KESS user. */
export const pay: WebPayOperation = {
	service: SERVICES.payKhqr,
	option: {
		name: 'Pay',
		value: 'pay',
		action: 'Pay KHQR',
		description:
			'Pay a KHQR code with the money of a KESS user. Only the status SUCCEEDED means paid.',
	},
	properties: [
		{
			displayName:
				'A payment number is paid once: this workflow remembers at least 2,500. "unknown" may be paid: see <b>next_step</b>. <a href="https://github.com/n8n-nodes-kesspay/n8n-nodes-kesspay/blob/main/docs/what-happens-when.md#kess-webpay" target="_blank">More</a>',
			name: 'payKhqrNotice',
			type: 'notice',
			default: '',
		},
		qrcodeProperty,
		{
			displayName: 'Payment Number',
			name: 'outTradeNo',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. PAY-1001',
			description:
				'Your own number for the payment (out_trade_no), used only once. At most 64 characters.',
		},
		{
			displayName: 'Amount',
			name: 'amount',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. 10.50',
			description:
				'What is paid, as a plain number. Nothing is rounded. If the code names an amount, it has to be the same.',
		},
		currencyProperty,
		{
			displayName: 'Sender ID',
			name: 'senderId',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. 10023',
			description: 'KESS user ID of the one who pays (sender_id)',
		},
		additionalFields([
			{
				displayName: 'Remark',
				name: 'remark',
				type: 'string',
				default: '',
				placeholder: 'e.g. Lunch',
			},
		]),
	],
	async execute(call, client) {
		const outTradeNo = readOutTradeNo(call);
		call.reference = `payment ${outTradeNo}`;
		const item = await payRow(call, {
			payment: { account: client.merchant, kind: 'khqr', number: outTradeNo, what: undefined },
			own: ownNumber(client, 'payment number', outTradeNo),
			read: () => readPayment(call, outTradeNo),
			told: ({ money, qrcode, fields }) => ({
				what: JSON.stringify([money.decimal, money.currency, qrcode, fields.sender_id]),
			}),
			movement: (payment) => khqrMovement(client, payment),
			output: (end, payment) => khqrItem(call, end, outTradeNo, payment),
		});
		return [item];
	},
};

function readPayment(call: ItemCall, outTradeNo: string): KhqrPayment {
	const qrcode = call.read('qrcode', requireKhqr);
	const currency = call.read('currency', parseCurrency);
	const money = call.read('amount', (value, say) => {
		const amount = parseMoney(value, currency, say);
		requireKhqrAmount(qrcode, amount);
		return amount;
	});
	return {
		outTradeNo,
		money,
		qrcode,
		fields: {
			qrcode,
			out_trade_no: outTradeNo,
			currency,
			amount: Number(money.decimal),
			sender_id: call.read('senderId', (value, say) => requireReference(value, 64, say)),
			remark: call
				.collection('additionalFields')
				.read('remark', (value, say) => requireText(value, 255, say)),
		},
	};
}
