import { readOrderRequest } from './newOrder.mts';
import type { WebPayService } from './service.mts';

/** spec-webpay-v1, CREATE ORDER; kess-api section 3 for v2. */
export const createOrder: WebPayService = {
	name: 'webpay.acquire.createorder',
	versions: ['v1', 'v2'],
	handle: (request) => request.show(request.orders.create(readOrderRequest(request))),
};
