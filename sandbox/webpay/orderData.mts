import { webPayAccount } from '../accounts.mts';
import type { PhpValue } from '../phpInput.mts';
import { findPaymentMethod } from './paymentMethods.mts';
import type { Order, Refund } from './orders.mts';

/** The fields of an order as the gateway names them. */
export type OrderData = { [field: string]: PhpValue };

/** ISO 8601 with microseconds, UTC (docs/gateway.md §12, `updated_at`). */
export function isoTime(time: number | null): string | null {
	return time === null ? null : new Date(time).toISOString().replace(/Z$/, '000Z');
}

/** `14/08/2020 09:24 AM`, UTC (docs/gateway.md §12, `created_at`). */
function v1Time(time: number): string {
	const [, year, month, day, hour = '', minute] = /^(\d+)-(\d+)-(\d+)T(\d+):(\d+)/.exec(new Date(time).toISOString()) ?? [];
	const hour12 = String(Number(hour) % 12 || 12).padStart(2, '0');
	return `${day}/${month}/${year} ${hour12}:${minute} ${Number(hour) < 12 ? 'AM' : 'PM'}`;
}

export function paymentLink(order: Order, origin: string): string {
	return `${origin}/pay/${order.token}`;
}

/** `data` of gateway v1: every scalar is text, `user_id` the text `null` (docs/gateway.md §12, RESPONSE). */
export function orderDataV1(order: Order, origin: string): OrderData {
	return {
		id: String(order.id),
		mch_id: '1',
		user_id: 'null',
		out_trade_no: order.outTradeNo,
		transaction_id: order.transactionId,
		token: order.token,
		body: order.body,
		total_amount: order.amountText,
		currency: order.currency,
		status: order.status,
		seller_id: order.sellerCode,
		notify_url: order.notifyUrl,
		detail: order.detail,
		created_at: v1Time(order.createdAt),
		updated_at: isoTime(order.updatedAt),
		payment_link: paymentLink(order, origin),
	};
}

/** `data` of gateway v2 (docs/gateway.md §3, Responses). */
export function orderDataV2(order: Order, origin: string) {
	return {
		token: order.token,
		out_trade_no: order.outTradeNo,
		transaction_id: order.transactionId,
		body: order.body,
		total_amount: order.amount,
		currency: order.currency,
		status: order.status,
		paid_at: isoTime(order.paidAt),
		settled_at: null,
		settlement_date: null,
		expired_at: isoTime(order.expiresAt),
		created_at: isoTime(order.createdAt),
		detail: order.detail,
		seller: { code: order.sellerCode, display_name: webPayAccount.sellerName },
		payment_detail: paymentDetail(order),
		bank_info: null,
		card_info: null,
		wechat_alipay_info: null,
		refund_histories: order.refunds.map((refund) => refundData(order, refund)),
		error_logs: [],
		queue_number: null,
		payment_link: paymentLink(order, origin),
		meta: null,
	};
}

/** `data` of a refund (docs/gateway.md §3, Responses). */
export function refundData(order: Order, refund: Refund) {
	return {
		amount: refund.amount,
		currency: order.currency,
		status: refund.status,
		reason: refund.reason,
		rejected_reason: null,
		transaction_id: refund.transactionId,
		out_trade_no: order.outTradeNo,
		merchant_reference: refund.merchantReference,
	};
}

/** An order as the sandbox's controls show it. */
export function orderReport(order: Order, origin: string) {
	return { gateway: order.version, ...orderDataV2(order, origin), notify_url: order.notifyUrl, redirect_url: order.redirectUrl };
}

export type OrderReport = ReturnType<typeof orderReport>;

/** The flat fields of a notification (docs/gateway.md §5, notify_url callback), the same for both versions. */
export function notificationFields(order: Order, origin: string): OrderData {
	const { payment_link: _link, error_logs: _logs, queue_number: _queue, ...data } = orderDataV2(order, origin);
	return { ...data, bank_ref: order.transactionId, trx_id: order.transactionId };
}

/** Buyers in the sandbox pay by KHQR unless the merchant has chosen a method for them. */
function paymentDetail(order: Order): PhpValue {
	if (order.paidAt === null) return null;
	const { title, bic } = findPaymentMethod(order.serviceCode ?? 'KHQR');
	const description = bic === 'KHQR' ? 'Bakong KHQR' : title;
	return {
		id: order.id,
		payer_id: null,
		method_id: 1,
		tokenize_id: null,
		method_desc: description,
		holder_name: 'SANDBOX BUYER',
		card_info: null,
		bank_info: null,
		payment_method_bic: bic,
		payment_method: description,
		created_at: isoTime(order.paidAt),
	};
}
