import { Refusal } from '../refusal.mts';
import { INTERVALS } from '../subscriptions.mts';
import type { WebPayService } from './service.mts';

/** As long as one block of the smallest RSA key in use, in hex (docs/gateway.md §7). */
const MIN_CIPHERTEXT = 256;

/** Charges an order to a card, and again in every period to come (docs/gateway.md §3). */
export const subscription: WebPayService = {
	name: 'webpay.acquire.subscription',
	versions: ['v2'],
	handle({ fields, orders, subscriptions, settings, charge }) {
		const order = orders.findByToken(fields.requiredText('pre_order_token', 255));
		const isAgain = order?.status === 'SUCCESS' && settings.secondSubscription === 'charge';
		if (order?.status !== 'WAITING' && !isAgain) throw new Refusal('PROCESS_FAILED', 'The pre_order_token names no order that can be paid.');
		fields.requiredText('holder_name', 255);
		const card = fields.requiredText('card', 4096);
		if (!/^(?:[0-9a-f]{2})+$/.test(card) || card.length < MIN_CIPHERTEXT) {
			throw new Refusal('VALIDATION_ERROR', 'The card field cannot be decrypted.');
		}
		const interval = fields.requiredWord('interval', INTERVALS);
		if (isAgain) orders.payAgain(order);
		else charge(order, 'subscription');
		const { code, status } = subscriptions.create(order, interval);
		return { code, status, html_confirm_payment: null };
	},
};
