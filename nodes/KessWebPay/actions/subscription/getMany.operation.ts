import { requireDay, requireLastDay } from '../../../../kess/written/day';
import { SERVICES } from '../../../../kess/webPay/services';
import { endDateField, startDateField } from '../common/dateRange';
import { listProperties, readLimit } from '../common/list';
import { additionalFields } from '../../../shared/run/collections';
import type { WebPayOperation } from '../operation';
import { readPages } from '../common/readPages';

/** `webpay.acquire.getSubscriptions` (docs/gateway.md §3). */
export const getMany: WebPayOperation = {
	service: SERVICES.getSubscriptions,
	option: {
		name: 'Get Many',
		value: 'getMany',
		action: 'Get many subscriptions',
		description: 'List your subscriptions with their status',
	},
	properties: [...listProperties, additionalFields([endDateField, startDateField])],
	async execute(call, client) {
		const limit = readLimit(call);
		const additional = call.collection('additionalFields');
		const startDate = additional.read('startDate', requireDay);
		const endDate = additional.read('endDate', (value, say) =>
			requireLastDay(value, startDate, say),
		);
		const fields = { start_date: startDate, end_date: endDate };
		return await readPages(
			client,
			{
				service: SERVICES.getSubscriptions,
				// The first page is what KESS gives when no page is asked for.
				fields: (page) => (page === 1 ? fields : { ...fields, page }),
				subject: 'the subscriptions',
				tell: (note) => call.advise(note),
			},
			limit,
		);
	},
};
