import { checkCustomer, MAX_CIPHER_TEXT } from '../cardCipher.mts';
import { Refusal } from '../refusal.mts';
import type { OrderRequest } from '../orders.mts';
import type { ServiceRequest } from './service.mts';

/** Half an hour (docs/gateway.md §8). */
const DEFAULT_LIFE_SECONDS = 1800;

/** The fields of every service that makes an order (docs/gateway.md §3, transaction fields). @throws Refusal */
export function readOrderRequest({ version, signType, fields, sellerCode }: ServiceRequest): OrderRequest {
	if (sellerCode === undefined) {
		throw new Refusal('VALIDATION_ERROR', `The ${version === 'v1' ? 'seller_id' : 'seller_code'} field is required.`);
	}
	const customer = fields.text('customer', MAX_CIPHER_TEXT);
	if (customer !== undefined) checkCustomer(customer);
	return {
		version,
		signType,
		sellerCode,
		outTradeNo: fields.requiredText('out_trade_no', 64),
		body: fields.requiredText('body', 255),
		...fields.money(),
		detail: fields.detail(),
		loginType: fields.text('login_type', 16) ?? 'GENERAL',
		notifyUrl: fields.webAddress('notify_url') ?? null,
		redirectUrl: fields.webAddress('redirect_url') ?? null,
		expiresInSeconds: fields.seconds('expires_in') ?? DEFAULT_LIFE_SECONDS,
	};
}
