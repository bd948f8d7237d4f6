import { parseCurrency, parseMoney } from '../../../../kess/money';
import { SERVICES } from '../../../../kess/webPay/services';
import { additionalFields } from '../../../shared/run/collections';
import type { WebPayOperation } from '../operation';
import { addressFor, orderNumber, readOutTradeNo } from '../common/order';
import { requireItem } from '../common/outcomes';
import { notifyUrlField, redirectUrlField, transactionProperties } from '../common/transaction';
import { intervalProperty, requireInterval } from './subscriptions';

/** `webpay.acquire.generateSubscriptionLink` (docs/gateway.md §3). */
export const createLink: WebPayOperation = {
	service: SERVICES.generateSubscriptionLink,
	option: {
		name: 'Create Link',
		value: 'createLink',
		action: 'Create subscription link',
		description:
			'Get a link to a page of KESS where the buyer agrees to pay regularly. The card number never comes to n8n.',
	},
	properties: [
		...transactionProperties.filter(({ name }) => name !== 'body'),
		intervalProperty,
		{
			...notifyUrlField,
			required: true,
			description: 'Address that KESS calls when the buyer has paid',
		},
		additionalFields([redirectUrlField]),
	],
	async execute(call, client) {
		const outTradeNo = readOutTradeNo(call);
		const currency = call.read('currency', parseCurrency);
		const money = call.read('totalAmount', (value, say) => parseMoney(value, currency, say));
		const fields = {
			out_trade_no: outTradeNo,
			total_amount: Number(money.decimal),
			currency,
			interval: call.read('interval', requireInterval),
			notify_url: call.read('notifyUrl', addressFor(client)),
			redirect_url: call.collection('additionalFields').read('redirectUrl', addressFor(client)),
		};
		const asked = { outTradeNo, money, mayOmit: true };
		const item = await call.once(orderNumber(client, outTradeNo), async () => {
			const result = await client.call(SERVICES.generateSubscriptionLink, fields, asked);
			const advice =
				'A link may have been made, and nobody has it, so nobody can pay with it. Run the item again; if KESS says that the order number is used, take a new one.';
			return requireItem(result, 'make a subscription link', advice);
		});
		return [item];
	},
};
