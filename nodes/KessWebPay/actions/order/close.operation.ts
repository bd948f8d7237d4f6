import { SERVICES } from '../../../../kess/webPay/services';
import type { WebPayOperation } from '../operation';
import { ORDER_FIELDS, outTradeNoProperty, readOutTradeNo } from '../common/order';
import { requireItem } from '../common/outcomes';

/** `webpay.acquire.closeorder` (docs/gateway.md §3): nobody can pay the order any more. */
export const close: WebPayOperation = {
	service: SERVICES.closeOrder,
	option: {
		name: 'Close',
		value: 'close',
		action: 'Close order',
		description: 'Close an unpaid order, so that its payment link no longer takes money',
	},
	properties: [outTradeNoProperty],
	simplified: ORDER_FIELDS,
	async execute(call, client) {
		const outTradeNo = readOutTradeNo(call);
		const result = await client.call(
			SERVICES.closeOrder,
			{ out_trade_no: outTradeNo },
			{ outTradeNo },
		);
		const advice =
			'Query the order: its status says whether it is closed. Closing it again does no harm.';
		return [requireItem(result, 'close the order', advice)];
	},
};
