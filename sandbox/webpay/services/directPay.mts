import { decryptCard, MAX_CIPHER_TEXT } from '../cardCipher.mts';
import { paymentLink } from '../orderData.mts';
import { CARDS, findPaymentMethod } from '../paymentMethods.mts';
import { Refusal } from '../refusal.mts';
import { readOrderRequest } from './newOrder.mts';
import type { WebPayService } from './service.mts';

/** Made-up cards that do not take the usual way over 3-D Secure. */
const DECLINED = '4000000000000002';
const WITHOUT_3DS = '5200000000000007';

/**
 * Charges a card (docs/gateway.md §3): at once without 3-D Secure, otherwise when the buyer has confirmed in the HTML that
 * the merchant shows.
 */
export const directPay: WebPayService = {
	name: 'webpay.acquire.directPay',
	versions: ['v2'],
	handle(request) {
		const { fields, orders, origin, show, charge } = request;
		const { bic } = findPaymentMethod(fields.requiredText('service_code', 64), CARDS);
		const { number } = decryptCard(fields.requiredText('card', MAX_CIPHER_TEXT));
		fields.text('ip_address', 64);
		fields.text('holder_name', 255);
		const requested = readOrderRequest(request);
		if (number === DECLINED) throw new Refusal('PROCESS_FAILED', 'The card was declined.');
		const order = orders.create({ ...requested, serviceCode: bic });
		const required3ds = number !== WITHOUT_3DS;
		if (!required3ds) charge(order);
		return {
			required_3ds: required3ds,
			pre_card_input: false,
			html_confirm_payment: required3ds ? confirmHtml(paymentLink(order, origin)) : null,
			order_info: show(order),
		};
	},
};

/** Stands in for the page of the buyer's bank. */
function confirmHtml(link: string): string {
	return `<form method="post" action="${link}"><button name="action" value="pay">Confirm payment</button></form>`;
}
