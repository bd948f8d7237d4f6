import type { WebPayService } from './service.mts';

/** Names its subscription in `subscription_code` (docs/gateway.md §11, 14). */
export const reActiveSubscription: WebPayService = {
	name: 'webpay.acquire.reActiveSubscription',
	versions: ['v2'],
	handle({ fields, subscriptions }) {
		subscriptions.reactivate(subscriptions.find(fields.requiredText('subscription_code', 64)));
		return { message: 'The subscription has been re-activated.' };
	},
};
