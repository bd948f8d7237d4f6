import { PAYMENT_METHODS } from '../paymentMethods.mts';
import type { WebPayService } from './service.mts';

/** The methods a buyer can choose from (docs/gateway.md §3, payment method). */
export const getPaymentMethods: WebPayService = {
	name: 'webpay.acquire.getpaymentmethods',
	versions: ['v1', 'v2'],
	handle: ({ origin }) =>
		PAYMENT_METHODS.map(({ title, bic }, index) => ({
			id: index + 1,
			title,
			img_url: `${origin}/img/methods/${bic.toLowerCase()}.png`,
			bic,
			storelink: { ios: null, android: null },
		})),
};
