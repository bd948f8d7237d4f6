import { khqrText, readKhqr } from '../khqr.mts';
import { khqrPaymentData } from '../khqrPayments.mts';
import { Refusal } from '../refusal.mts';
import type { WebPayService } from './service.mts';

/** What every user of the sandbox has, in each currency. */
const BALANCE = 1_000_000;

/** Pays a KHQR code with the money of a KESS user (docs/gateway.md §3). The code of an order of this sandbox pays that order. */
export const payKhqr: WebPayService = {
	name: 'webpay.acquire.payKhqr',
	versions: ['v2'],
	handle({ fields, sellerCode, orders, khqrPayments, settings }) {
		if (sellerCode === undefined) throw new Refusal('VALIDATION_ERROR', 'The seller_code field is required.');
		const qrcode = fields.requiredText('qrcode', 512);
		const outTradeNo = fields.requiredText('out_trade_no', 64);
		const senderId = fields.requiredText('sender_id', 64);
		const remark = fields.text('remark', 255) ?? null;
		const { amount, currency } = fields.money('amount');
		const receiver = readKhqr(qrcode);
		if (receiver.amount !== null && (receiver.amount !== amount || receiver.currency !== currency)) {
			throw new Refusal('VALIDATION_ERROR', `The amount field must be ${receiver.amount} ${receiver.currency}.`);
		}
		if (amount > BALANCE) throw new Refusal('PROCESS_FAILED', 'The balance of the sender is too low.');
		if (settings.secondKhqr === 'refuse' && khqrPayments.find(outTradeNo, Infinity)) {
			throw new Refusal('DUPLICATED', `The out_trade_no ${outTradeNo} has already been used.`);
		}
		const order = orders.all().find((entry) => khqrText(entry) === qrcode);
		if (order !== undefined) orders.pay(order);
		return khqrPaymentData(khqrPayments.pay({ outTradeNo, amount, currency, senderId, remark, receiver }));
	},
};
