import { SERVICES } from '../../../../kess/webPay/services';
import type { WebPayOperation } from '../operation';
import { changeSubscription, subscriptionCodeProperty } from './subscriptions';

/** `webpay.acquire.reActiveSubscription` (docs/gateway.md §3): here the subscription is named by `subscription_code`. */
export const reactivate: WebPayOperation = {
	service: SERVICES.reactivateSubscription,
	option: {
		name: 'Reactivate',
		value: 'reactivate',
		action: 'Reactivate subscription',
		description:
			'Take up a cancelled subscription again, so that the buyer is charged from the next period on',
	},
	properties: [subscriptionCodeProperty],
	async execute(call, client) {
		return await changeSubscription(call, client, {
			service: SERVICES.reactivateSubscription,
			field: 'subscription_code',
			intent: 'reactivate the subscription',
		});
	},
};
