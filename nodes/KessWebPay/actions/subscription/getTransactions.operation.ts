import { requireDay, requireLastDay } from '../../../../kess/written/day';
import { requireOutTradeNo } from '../../../../kess/webPay/fields';
import { SERVICES } from '../../../../kess/webPay/services';
import { endDateField, startDateField } from '../common/dateRange';
import { listProperties, readLimit } from '../common/list';
import { additionalFields } from '../../../shared/run/collections';
import type { WebPayOperation } from '../operation';
import { readPages } from '../common/readPages';
import { requireSubscriptionCode } from './subscriptions';

/** `webpay.acquire.getSubscriptionTrxs` (docs/gateway.md §3). */
export const getTransactions: WebPayOperation = {
	service: SERVICES.getSubscriptionTransactions,
	option: {
		name: 'Get Transactions',
		value: 'getTransactions',
		action: 'Get subscription transactions',
		description: 'List what has been charged for one subscription or for all',
	},
	properties: [
		...listProperties,
		additionalFields([
			endDateField,
			{
				displayName: 'Order Number',
				name: 'outTradeNo',
				type: 'string',
				default: '',
				placeholder: 'e.g. INV-1001',
				description: 'Only charges that belong to this order (out_trade_no)',
			},
			startDateField,
			{
				displayName: 'Subscription Code',
				name: 'subscriptionCode',
				type: 'string',
				default: '',
				description: 'Only charges of this subscription (subscription_code)',
			},
		]),
	],
	async execute(call, client) {
		const limit = readLimit(call);
		const additional = call.collection('additionalFields');
		const startDate = additional.read('startDate', requireDay);
		const fields = {
			subscription_code: additional.readAdded('subscriptionCode', requireSubscriptionCode),
			out_trade_no: additional.readAdded('outTradeNo', requireOutTradeNo),
			start_date: startDate,
			end_date: additional.read('endDate', (value, say) => requireLastDay(value, startDate, say)),
		};
		return await readPages(
			client,
			{
				service: SERVICES.getSubscriptionTransactions,
				// The first page is what KESS gives when no page is asked for.
				fields: (page) => (page === 1 ? fields : { ...fields, page }),
				subject: 'the subscription transactions',
				tell: (note) => call.advise(note),
			},
			limit,
		);
	},
};
