import { refundData } from '../orderData.mts';
import { Refusal } from '../refusal.mts';
import type { WebPayService } from './service.mts';

/** A refund by KESS's number of it or by the merchant's reference (docs/gateway.md §3). */
export const queryRefund: WebPayService = {
	name: 'webpay.acquire.queryRefund',
	versions: ['v2'],
	handle({ fields, orders, seenAt }) {
		const transactionId = fields.text('transaction_id', 64);
		const reference = fields.text('merchant_reference', 64);
		if (transactionId === undefined && reference === undefined) {
			throw new Refusal('VALIDATION_ERROR', 'The transaction_id field is required when merchant_reference is not present.');
		}
		for (const order of orders.allAt(seenAt.refunds)) {
			const found = order.refunds.find(
				(entry) =>
					(transactionId === undefined || entry.transactionId === transactionId) &&
					(reference === undefined || entry.merchantReference === reference),
			);
			if (found !== undefined) return refundData(order, found);
		}
		throw new Refusal('NOT_FOUND', 'There is no such refund.');
	},
};
