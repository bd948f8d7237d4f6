import { inRange, pageOf } from '../pages.mts';
import type { WebPayService } from './service.mts';

/** Orders created on the days of a range, newest first (docs/gateway.md §3). */
export const queryOrderByDateRange: WebPayService = {
	name: 'webpay.acquire.queryorderbydaterange',
	versions: ['v2'],
	handle({ fields, orders, show, seenAt }) {
		for (const name of ['start_date', 'end_date']) fields.requiredText(name, 10);
		for (const name of ['page', 'per_page']) fields.requiredWholeNumber(name, 10 ** 6);
		const within = inRange(fields);
		return pageOf(fields, orders.allAt(seenAt.orders).filter((order) => within(order.createdAt)).map(show), 'items');
	},
};
