import { SERVICES } from '../../../../kess/webPay/services';
import type { WebPayOperation } from '../operation';
import { ORDER_FIELDS, outTradeNoProperty, queryOrder, readOutTradeNo } from '../common/order';
import { READ_AGAIN, requireItem } from '../common/outcomes';

/** `webpay.acquire.queryorder` (docs/gateway.md §12, QUERY ORDER): only the status SUCCESS means paid. */
export const query: WebPayOperation = {
	service: SERVICES.queryOrder,
	option: {
		name: 'Query',
		value: 'query',
		action: 'Query order',
		description:
			'Look up an order and whether it has been paid. Only the status SUCCESS means paid.',
	},
	properties: [outTradeNoProperty],
	simplified: ORDER_FIELDS,
	async execute(call, client) {
		const outTradeNo = readOutTradeNo(call);
		const result = await queryOrder(client, outTradeNo);
		return [requireItem(result, 'query the order', READ_AGAIN)];
	},
};
