import type { IDataObject } from 'n8n-workflow';

import { isPlainObject, type Json } from '../../../../kess/jsonObject';
import { KessError } from '../../../../kess/errors';
import { requireReference } from '../../../../kess/written/reference';
import { SERVICES } from '../../../../kess/webPay/services';
import type { WebPayOperation } from '../operation';
import { requireDone } from '../common/order';
import { matchReference, merchantReferenceField, queryRefund, requireMerchantReference } from './refunds';

/** `webpay.acquire.queryRefund` (docs/gateway.md §3): by one of the two numbers, or by both. */
export const query: WebPayOperation = {
	service: SERVICES.queryRefund,
	option: {
		name: 'Query',
		value: 'query',
		action: 'Query refund',
		description: 'Look up a refund by your own reference or by the transaction ID of KESS. One of the two is needed.',
	},
	properties: [
		{
			displayName: 'Additional Fields',
			name: 'additionalFields',
			type: 'collection',
			placeholder: 'Add Field',
			default: {},
			options: [
				{ ...merchantReferenceField, description: 'Your own reference for the refund (merchant_reference)' },
				{
					displayName: 'Transaction ID',
					name: 'transactionId',
					type: 'string',
					default: '',
					description: 'Number that KESS gave to the transaction (transaction_id)',
				},
			],
		},
	],
	async execute(call, client) {
		const additional = call.collection('additionalFields');
		const reference = additional.read('merchantReference', requireMerchantReference);
		const transactionId = additional.read('transactionId', (value, say) => requireReference(value, 64, say));
		if (reference === undefined && transactionId === undefined) {
			throw new KessError(
				'Merchant Reference and Transaction ID are both empty',
				'Add one of the two fields. If it comes from an expression, check that this row has it.',
			);
		}
		call.reference = reference === undefined ? `transaction ${transactionId}` : `refund ${reference}`;
		const result = await queryRefund(client, { merchant_reference: reference, transaction_id: transactionId });
		const data: Json = requireDone(result, 'query the refund', 'Looking changes nothing: run the item again.');
		const refunds = (Array.isArray(data) ? data : [data]).filter(isPlainObject);
		if (reference !== undefined) refunds.forEach((refund) => matchReference(refund, reference));
		return refunds as IDataObject[];
	},
};
