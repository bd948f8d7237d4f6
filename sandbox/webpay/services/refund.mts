import { refundData } from '../orderData.mts';
import { Refusal } from '../refusal.mts';
import type { WebPayService } from './service.mts';

/** Gives back a paid order, or a part of it (docs/gateway.md §3). Without an amount: all that is left. */
export const refund: WebPayService = {
	name: 'webpay.acquire.v2Refund',
	versions: ['v2'],
	handle({ fields, orders, settings }) {
		const order = orders.find(fields.requiredText('out_trade_no', 64));
		const reason = fields.requiredText('reason', 255);
		const callbackUrl = fields.webAddress('callback_url') ?? null;
		const isPartial = fields.has('partial_refund_amount');
		const asked = isPartial ? fields.money('partial_refund_amount', 'partial_refund_amount_ccy') : undefined;
		if (asked !== undefined && asked.currency !== order.currency) {
			throw new Refusal('VALIDATION_ERROR', `The partial_refund_amount_ccy field must be ${order.currency}.`);
		}
		const merchantReference = fields.text('merchant_reference', 64) ?? null;
		const isTaken = merchantReference !== null && orders.all().some(({ refunds }) => refunds.some((made) => made.merchantReference === merchantReference));
		if (isTaken && settings.secondRefund === 'refuse') {
			throw new Refusal('DUPLICATED', `The merchant_reference ${merchantReference} has already been used.`);
		}
		return refundData(order, orders.refund(order, { amount: asked?.amount, reason, merchantReference, callbackUrl }));
	},
};
