import { SERVICES } from '../../../../kess/webPay/services';
import type { WebPayOperation } from '../operation';
import { changeSubscription, subscriptionCodeProperty } from './subscriptions';

/** `webpay.acquire.cancelSubscription` (docs/gateway.md §3): here the subscription is named by `code`. */
export const cancel: WebPayOperation = {
	service: SERVICES.cancelSubscription,
	option: {
		name: 'Cancel',
		value: 'cancel',
		action: 'Cancel subscription',
		description: 'End a subscription, so that the buyer is no longer charged',
	},
	properties: [subscriptionCodeProperty],
	async execute(call, client) {
		return await changeSubscription(call, client, {
			service: SERVICES.cancelSubscription,
			field: 'code',
			intent: 'cancel the subscription',
		});
	},
};
