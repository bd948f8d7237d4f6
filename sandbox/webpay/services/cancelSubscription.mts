import type { WebPayService } from './service.mts';

/** Names its subscription in `code` (docs/gateway.md §11, 14). */
export const cancelSubscription: WebPayService = {
	name: 'webpay.acquire.cancelSubscription',
	versions: ['v2'],
	handle({ fields, subscriptions }) {
		subscriptions.cancel(subscriptions.find(fields.requiredText('code', 64)));
		return { message: 'The subscription has been cancelled.' };
	},
};
