import { Refusal } from '../refusal.mts';
import type { WebPayService } from './service.mts';

/** Half an hour (kess-api section 8). */
const DEFAULT_LIFE_SECONDS = 1800;

/** spec-webpay-v1, CREATE ORDER; kess-api section 3 for v2. */
export const createOrder: WebPayService = {
	name: 'webpay.acquire.createorder',
	versions: ['v1', 'v2'],
	handle({ version, signType, fields, sellerCode, orders, show }) {
		if (sellerCode === undefined) {
			throw new Refusal('VALIDATION_ERROR', `The ${version === 'v1' ? 'seller_id' : 'seller_code'} field is required.`);
		}
		return show(
			orders.create({
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
			}),
		);
	},
};
