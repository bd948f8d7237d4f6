import { isoTime, type OrderData } from './orderData.mts';
import type { Subscription } from './subscriptions.mts';

/** A subscription in a list (docs/gateway.md §3, subscription row). */
export function subscriptionRow({ code, order, status, interval, createdAt }: Subscription): OrderData {
	return {
		subscription_code: code,
		out_trade_no: order.outTradeNo,
		amount: order.amount,
		currency: order.currency,
		status,
		interval,
		created_at: isoTime(createdAt),
	};
}
