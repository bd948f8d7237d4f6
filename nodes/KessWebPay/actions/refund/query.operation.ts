import type { IDataObject } from 'n8n-workflow';

import { InvalidValueError } from '../../../../kess/errors';
import { requireReference } from '../../../../kess/written/reference';
import { SERVICES } from '../../../../kess/webPay/services';
import type { WebPayOperation } from '../operation';
import { listedIn, requireAnswer } from '../common/outcomes';
import { matchReference, merchantReferenceField, requireMerchantReference } from './refunds';

/** The values of Look Up By, and the parameters with what to look for. */
const REFERENCE = 'merchantReference';
const TRANSACTION = 'transactionId';

/** `webpay.acquire.queryRefund` (docs/gateway.md §3): by one of two numbers. */
export const query: WebPayOperation = {
	service: SERVICES.queryRefund,
	option: {
		name: 'Query',
		value: 'query',
		action: 'Query refund',
		description: 'Look up a refund by your own reference or by the transaction ID of KESS',
	},
	properties: [
		{
			displayName: 'Look Up By',
			name: 'lookUpBy',
			type: 'options',
			options: [
				{
					name: 'Merchant Reference',
					value: REFERENCE,
					description: 'Your own reference for the refund',
				},
				{
					name: 'Transaction ID',
					value: TRANSACTION,
					description: 'The number that KESS gave to the refund',
				},
			],
			default: REFERENCE,
		},
		{
			...merchantReferenceField,
			required: true,
			displayOptions: { show: { lookUpBy: [REFERENCE] } },
			description: 'Your own reference for the refund (merchant_reference)',
		},
		{
			displayName: 'Transaction ID',
			name: TRANSACTION,
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. 9179571657490400005',
			displayOptions: { show: { lookUpBy: [TRANSACTION] } },
			description: 'Number that KESS gave to the refund (transaction_id)',
		},
	],
	async execute(call, client) {
		const isByReference = call.read('lookUpBy', requireWay) === REFERENCE;
		const reference = isByReference ? call.read(REFERENCE, requireMerchantReference) : undefined;
		const transactionId = isByReference
			? undefined
			: call.read(TRANSACTION, (value, say) => requireReference(value, 64, say));
		call.reference =
			reference === undefined ? `transaction ${transactionId}` : `refund ${reference}`;
		const result = await client.call(SERVICES.queryRefund, {
			merchant_reference: reference,
			transaction_id: transactionId,
		});
		const refunds = listedIn(requireAnswer(result, 'query the refund'));
		if (reference !== undefined) refunds.forEach((refund) => matchReference(refund, reference));
		return refunds as IDataObject[];
	},
};

function requireWay(value: unknown): string {
	if (value === REFERENCE || value === TRANSACTION) return value;
	throw new InvalidValueError(
		`is ${JSON.stringify(value ?? '')}`,
		`Use one of ${REFERENCE}, ${TRANSACTION}.`,
	);
}
