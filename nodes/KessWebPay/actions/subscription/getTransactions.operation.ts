import { requireDay, requireLastDay } from '../../../../kess/webPay/dates';
import { requireOutTradeNo } from '../../../../kess/webPay/fields';
import { endDateField, startDateField } from '../common/dateRange';
import { listProperties, readLimit } from '../common/list';
import { needsV2 } from '../common/needsV2';
import type { WebPayOperation } from '../operation';
import { readPages } from '../common/readPages';
import { requireSubscriptionCode } from './subscriptions';

/** `webpay.acquire.getSubscriptionTrxs` (kess-api §3). */
export const getTransactions: WebPayOperation = {
	option: {
		name: 'Get Transactions',
		value: 'getTransactions',
		action: 'Get subscription transactions',
		description: 'List what has been charged for one subscription or for all',
	},
	properties: [
		...listProperties,
		{
			displayName: 'Additional Fields',
			name: 'additionalFields',
			type: 'collection',
			placeholder: 'Add Field',
			default: {},
			options: [
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
			],
		},
	],
	async execute(call, client) {
		needsV2(client);
		const limit = readLimit(call);
		const additional = call.collection('additionalFields');
		const startDate = additional.read('startDate', requireDay);
		const fields = {
			...client.seller,
			subscription_code: additional.readAdded('subscriptionCode', requireSubscriptionCode),
			out_trade_no: additional.readAdded('outTradeNo', requireOutTradeNo),
			start_date: startDate,
			end_date: additional.read('endDate', (value) => requireLastDay(value, startDate)),
		};
		return await readPages(
			client,
			{
				service: 'webpay.acquire.getSubscriptionTrxs',
				// The first page is what KESS gives when no page is asked for.
				fields: (page) => (page === 1 ? fields : { ...fields, page }),
				subject: 'the subscription transactions',
				identify: (charge) => JSON.stringify(charge),
			},
			limit,
		);
	},
};
