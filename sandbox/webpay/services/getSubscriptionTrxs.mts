import { isoTime } from '../orderData.mts';
import { inRange, pageOf } from '../pages.mts';
import { subscriptionRow } from '../subscriptionRow.mts';
import type { WebPayService } from './service.mts';

/** What has been charged (docs/gateway.md §3). */
export const getSubscriptionTrxs: WebPayService = {
	name: 'webpay.acquire.getSubscriptionTrxs',
	versions: ['v2'],
	handle({ fields, subscriptions, seenAt }) {
		const within = inRange(fields);
		const code = fields.text('subscription_code', 64);
		const outTradeNo = fields.text('out_trade_no', 64);
		const rows = subscriptions
			.all()
			.filter((entry) => code === undefined || entry.code === code)
			.filter((entry) => outTradeNo === undefined || entry.order.outTradeNo === outTradeNo)
			.flatMap((entry) => entry.charges.map((charge) => ({ entry, charge })))
			.filter(({ charge }) => within(charge.at) && charge.at <= seenAt.orders)
			.map(({ entry, charge }) => ({
				...subscriptionRow(entry),
				status: 'SUCCESS',
				transaction_id: charge.transactionId,
				billing_date: isoTime(charge.at),
			}));
		return pageOf(fields, rows, 'data');
	},
};
