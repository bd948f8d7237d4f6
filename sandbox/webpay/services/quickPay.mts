import { findPaymentMethod, SCANNED } from '../paymentMethods.mts';
import { Refusal } from '../refusal.mts';
import { readOrderRequest } from './newOrder.mts';
import type { WebPayService } from './service.mts';

/** Charges the buyer whose code was scanned (docs/gateway.md §3). A code that ends with 0000 has run out. */
export const quickPay: WebPayService = {
	name: 'webpay.acquire.quickpay',
	versions: ['v2'],
	handle(request) {
		const { fields, orders, show, charge } = request;
		const { bic } = findPaymentMethod(fields.requiredText('service_code', 64), SCANNED);
		const authCode = fields.requiredText('auth_code', 128);
		if (!/^\d{16,24}$/.test(authCode)) throw new Refusal('VALIDATION_ERROR', 'The auth_code field is invalid.');
		const requested = readOrderRequest(request);
		if (authCode.endsWith('0000')) throw new Refusal('PROCESS_FAILED', 'The payment code has expired.');
		const order = orders.create({ ...requested, serviceCode: bic });
		charge(order);
		return show(order);
	},
};
