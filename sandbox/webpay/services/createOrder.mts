import { readOrderRequest } from './newOrder.mts';
import type { WebPayService } from './service.mts';

/** docs/gateway.md §12, CREATE ORDER; docs/gateway.md §3 for v2. */
export const createOrder: WebPayService = {
	name: 'webpay.acquire.createorder',
	versions: ['v1', 'v2'],
	handle: (request) => request.show(request.orders.create(readOrderRequest(request))),
};
