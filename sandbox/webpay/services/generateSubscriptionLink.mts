import { paymentLink } from '../orderData.mts';
import { Refusal } from '../refusal.mts';
import { INTERVALS } from '../subscriptions.mts';
import type { WebPayService } from './service.mts';

/** A link under which the buyer starts to pay regularly (docs/gateway.md §3). It is the payment link of the first order. */
export const generateSubscriptionLink: WebPayService = {
	name: 'webpay.acquire.generateSubscriptionLink',
	versions: ['v2'],
	handle({ version, signType, fields, sellerCode, orders, subscriptions, origin }) {
		if (sellerCode === undefined) throw new Refusal('VALIDATION_ERROR', 'The seller_code field is required.');
		const notifyUrl = fields.webAddress('notify_url');
		if (notifyUrl === undefined) throw new Refusal('VALIDATION_ERROR', 'The notify_url field is required.');
		const interval = fields.requiredWord('interval', INTERVALS);
		const order = orders.create({
			version,
			signType,
			sellerCode,
			outTradeNo: fields.requiredText('out_trade_no', 64),
			body: 'Subscription',
			...fields.money(),
			detail: [],
			loginType: 'ANONYMOUS',
			notifyUrl,
			redirectUrl: fields.webAddress('redirect_url') ?? null,
			expiresInSeconds: 1800,
		});
		subscriptions.create(order, interval);
		return { link: paymentLink(order, origin), total_amount: order.amount, currency: order.currency, interval };
	},
};
