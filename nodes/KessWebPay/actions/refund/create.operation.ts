import type { IDataObject, IDisplayOptions } from 'n8n-workflow';

import { InvalidValueError, KessError } from '../../../../kess/errors';
import { type Money, parseCurrency, parseMoney } from '../../../../kess/money';
import { requireText } from '../../../../kess/written/text';
import { additionalFields } from '../../../shared/run/collections';
import { moneyItem } from '../../../shared/money/moneyItem';
import type { MoneyEnd } from '../../../shared/money/moveMoney';
import { payRow } from '../../../shared/money/payRow';
import type { ItemCall } from '../../../shared/run/item';
import type { WebPayClient } from '../../client';
import type { WebPayOperation } from '../operation';
import {
	addressFor,
	orderNumber,
	ownNumber,
	outTradeNoProperty,
	readOutTradeNo,
} from '../common/order';
import { currencyProperty } from '../common/transaction';
import { SERVICES } from '../../../../kess/webPay/services';
import { merchantReferenceField, requireMerchantReference } from './refunds';
import { type NewRefund, refundMovement, refundNumber } from './movement';

/** The values of Refund. */
const FULL = 'full';
const PARTIAL = 'partial';

const onlyPartial: IDisplayOptions = { show: { refundType: [PARTIAL] } };

/** `webpay.acquire.v2Refund` (docs/gateway.md §3): without an amount, all of the order. */
export const create: WebPayOperation = {
	service: SERVICES.refund,
	option: {
		name: 'Create',
		value: 'create',
		action: 'Create refund',
		description:
			'Give the buyer of a paid order the money back, all of it or a part of it. An order that has been refunded in full is returned instead of refunded twice; with a merchant reference a partial refund too.',
	},
	properties: [
		{
			...outTradeNoProperty,
			description: 'Your own number of the order that is refunded (out_trade_no)',
		},
		{
			displayName: 'Refund',
			name: 'refundType',
			type: 'options',
			required: true,
			options: [
				{ name: 'Full', value: FULL, description: 'Give back all that the order has cost' },
				{ name: 'Partial', value: PARTIAL, description: 'Give back the amount below' },
			],
			default: FULL,
			description: 'How much goes back',
		},
		{
			displayName: 'Partial Refund Amount',
			name: 'partialRefundAmount',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. 2.50',
			displayOptions: onlyPartial,
			description:
				'How much goes back (partial_refund_amount), as a plain number. Nothing is rounded.',
		},
		{
			displayName: 'Partial Refund Currency',
			name: 'partialRefundAmountCcy',
			type: 'options',
			required: true,
			options: currencyProperty.options,
			default: 'USD',
			displayOptions: onlyPartial,
			description: 'Currency of the order (partial_refund_amount_ccy)',
		},
		{
			displayName: 'Reason',
			name: 'reason',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. Goods returned',
			description: 'Why the money goes back (reason). At most 255 characters.',
		},
		{
			...additionalFields([
				{
					displayName: 'Callback URL',
					name: 'callbackUrl',
					type: 'string',
					default: '',
					placeholder: 'e.g. https://n8n.shop.example/webhook/refund',
					description:
						'Address that KESS calls when the state of the refund changes (callback_url)',
				},
				{
					...merchantReferenceField,
					description:
						'Your own number for this refund, used only once (merchant_reference). Needed for a partial refund: it keeps the refund from being made twice when the item runs again.',
				},
			]),
			// A partial refund needs it, so it is in sight from the beginning.
			default: { [merchantReferenceField.name]: '' },
		},
	],
	async execute(call, client) {
		const outTradeNo = readOutTradeNo(call);
		const isPartial = call.read('refundType', requireRefundType) === PARTIAL;
		const readReference = () =>
			call.collection('additionalFields').read('merchantReference', requireMerchantReference);
		// Of a part nothing is known without its reference.
		const part = isPartial ? readReference() : undefined;
		const item = await payRow(call, {
			payment: refundNumber(client, outTradeNo, part),
			own:
				part === undefined
					? orderNumber(client, outTradeNo)
					: ownNumber(client, 'merchant reference', part),
			alsoOwn: ({ merchantReference }) =>
				part === undefined && merchantReference !== undefined
					? ownNumber(client, 'merchant reference', merchantReference)
					: undefined,
			read: () => readRefund(call, client, outTradeNo, isPartial, part ?? readReference()),
			told: ({ partial }) => ({
				what: JSON.stringify([outTradeNo, partial?.decimal, partial?.currency]),
			}),
			movement: (refund) => refundMovement(call, client, refund),
			output: (end, refund) =>
				refundItem(call, end, outTradeNo, refund?.merchantReference ?? part, isPartial),
		});
		return [item];
	},
};

function readRefund(
	call: ItemCall,
	client: WebPayClient,
	outTradeNo: string,
	isPartial: boolean,
	merchantReference: string | undefined,
): NewRefund {
	const reason = call.read('reason', (value, say) => requireText(value, 255, say));
	const callbackUrl = call.collection('additionalFields').read('callbackUrl', addressFor(client));
	const partial = isPartial ? readPart(call) : undefined;
	if (partial !== undefined && merchantReference === undefined) {
		throw new KessError(
			'A partial refund needs a Merchant Reference (additionalFields.merchantReference)',
			'Add one that is always the same for this refund, for example the number of your credit note. Without it the same part could be refunded twice when the item runs again.',
		);
	}
	if (merchantReference !== undefined)
		call.reference = `order ${outTradeNo}, refund ${merchantReference}`;
	return {
		outTradeNo,
		partial,
		merchantReference,
		fields: {
			out_trade_no: outTradeNo,
			reason,
			partial_refund_amount: partial && Number(partial.decimal),
			partial_refund_amount_ccy: partial?.currency,
			callback_url: callbackUrl,
			merchant_reference: merchantReference,
		},
	};
}

/** @throws InvalidValueError for anything else: what is empty in one row must not turn that row into a full refund */
function requireRefundType(value: unknown): string {
	if (value === FULL || value === PARTIAL) return value;
	throw new InvalidValueError(
		`is ${JSON.stringify(value ?? '')}`,
		`This run has refunded nothing. Use one of ${FULL}, ${PARTIAL}.`,
	);
}

function readPart(call: ItemCall): Money {
	const currency = call.read('partialRefundAmountCcy', parseCurrency);
	return call.read('partialRefundAmount', (value, say) => parseMoney(value, currency, say));
}

function refundItem(
	call: ItemCall,
	end: MoneyEnd,
	outTradeNo: string,
	merchantReference: string | undefined,
	isPart: boolean,
): IDataObject {
	return moneyItem(call, end, {
		known: {
			out_trade_no: outTradeNo,
			...(merchantReference !== undefined && { merchant_reference: merchantReference }),
			...(end.end === 'done' && { status: isPart ? 'PARTIAL_REFUNDED' : 'REFUNDED' }),
		},
		act: 'refund this',
		again:
			merchantReference === undefined ? 'the same order number' : 'the same merchant reference',
		mark: 'already_existed',
	});
}
