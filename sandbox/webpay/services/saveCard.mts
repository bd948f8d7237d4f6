import { Refusal } from '../refusal.mts';
import type { WebPayService } from './service.mts';

/** A page on which the buyer saves a card (docs/gateway.md §3). */
export const saveCard: WebPayService = {
	name: 'webpay.acquire.saveCard',
	versions: ['v2'],
	handle({ fields, origin, signType, savedCards }) {
		const notifyUrl = fields.webAddress('notify_url');
		if (notifyUrl === undefined) throw new Refusal('VALIDATION_ERROR', 'The notify_url field is required.');
		fields.webAddress('redirect_url');
		return { link: `${origin}/save-card/${savedCards.create(notifyUrl, signType).token}` };
	},
};
