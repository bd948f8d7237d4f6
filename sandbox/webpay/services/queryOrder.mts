import type { WebPayService } from './service.mts';

/** spec-webpay-v1, QUERY ORDER. */
export const queryOrder: WebPayService = {
	name: 'webpay.acquire.queryOrder',
	versions: ['v1', 'v2'],
	handle: ({ fields, orders, show }) => show(orders.find(fields.requiredText('out_trade_no', 64))),
};
