import { requireDay, requireLastDay } from '../../../../kess/written/day';
import { SERVICES } from '../../../../kess/webPay/services';
import { endDateField, startDateField } from '../common/dateRange';
import { listProperties, readLimit } from '../common/list';
import type { WebPayOperation } from '../operation';
import { listOrders } from '../common/listOrders';
import { ORDER_FIELDS } from '../common/order';

/** `webpay.acquire.queryorderbydaterange` (docs/gateway.md §3). */
export const queryByDateRange: WebPayOperation = {
	service: SERVICES.queryOrderByDateRange,
	option: {
		name: 'Query by Date Range',
		value: 'queryByDateRange',
		action: 'Query orders by date range',
		description:
			'List the orders of some days, for example to compare them with your books. The signature of KESS does not cover the orders in a list: query an order before you deliver for it.',
	},
	properties: [
		{ ...startDateField, required: true },
		{ ...endDateField, required: true },
		...listProperties,
	],
	simplified: ORDER_FIELDS,
	async execute(call, client) {
		const startDate = call.read('startDate', requireDay);
		const endDate = call.read('endDate', (value, say) => requireLastDay(value, startDate, say));
		const limit = readLimit(call);
		call.reference = `orders of ${startDate} to ${endDate}`;
		return await listOrders(client, startDate, endDate, limit, (note) => call.advise(note));
	},
};
