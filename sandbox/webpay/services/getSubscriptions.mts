import { inRange, pageOf } from '../pages.mts';
import { subscriptionRow } from '../subscriptionRow.mts';
import type { WebPayService } from './service.mts';

/** All subscriptions, newest first (docs/gateway.md §3). */
export const getSubscriptions: WebPayService = {
	name: 'webpay.acquire.getSubscriptions',
	versions: ['v2'],
	handle({ fields, subscriptions, seenAt }) {
		const within = inRange(fields);
		const rows = subscriptions.all().filter(({ createdAt }) => within(createdAt) && createdAt <= seenAt.orders);
		return pageOf(fields, rows.map(subscriptionRow), 'data');
	},
};
