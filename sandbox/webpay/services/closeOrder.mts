import type { WebPayService } from './service.mts';

/** Closes an order that has not been paid (docs/gateway.md §3). */
export const closeOrder: WebPayService = {
	name: 'webpay.acquire.closeorder',
	versions: ['v1', 'v2'],
	handle({ fields, orders, show }) {
		const order = orders.find(fields.requiredText('out_trade_no', 64));
		orders.close(order);
		return show(order);
	},
};
