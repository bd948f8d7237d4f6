import { khqrPaymentData } from '../khqrPayments.mts';
import type { WebPayService } from './service.mts';

/** docs/gateway.md §12, QUERY ORDER. Whether the real gateway finds payments of KHQR codes by it, too, is not published: a setting. */
export const queryOrder: WebPayService = {
	name: 'webpay.acquire.queryOrder',
	versions: ['v1', 'v2'],
	handle({ fields, orders, khqrPayments, show, seenAt, settings }) {
		const outTradeNo = fields.requiredText('out_trade_no', 64);
		const payment = settings.queryKhqr ? khqrPayments.find(outTradeNo, seenAt.orders) : undefined;
		return payment === undefined ? show(orders.findAt(outTradeNo, seenAt.orders)) : khqrPaymentData(payment);
	},
};
