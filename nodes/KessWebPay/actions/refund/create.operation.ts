import type { IDataObject } from 'n8n-workflow';

import { Flights } from '../../../../kess/gateway/flights';
import { InvalidValueError, KessError } from '../../../../kess/errors';
import { afterSending, orThrow, type Outcome } from '../../../../kess/gateway/outcome';
import { isPlainObject, type Json, type JsonObject, textOf } from '../../../../kess/jsonObject';
import { isSameMoney, type Money, parseCurrency, parseMoney } from '../../../../kess/money';
import { quoted } from '../../../../kess/gateway/redaction';
import { requireText } from '../../../../kess/textField';
import { requireWebAddress } from '../../../../kess/webPay/fields';
import type { ItemCall } from '../../../shared/run/item';
import type { WebPayClient } from '../../client';
import type { WebPayOperation } from '../operation';
import { outTradeNoProperty, queryOrder, readOutTradeNo, refusal } from '../common/order';
import { currencyProperty } from '../common/transaction';
import { isKnown } from '../../../../kess/webPay/orderStates';
import { SERVICES } from '../../../../kess/webPay/services';
import { findRefund, merchantReferenceField, refundFacts, requireMerchantReference, tellsOfRefund } from './refunds';

/** A refund as it is sent, with what its answer has to agree with. */
interface NewRefund {
	outTradeNo: string;
	/** `undefined` for the whole order. */
	partial: Money | undefined;
	merchantReference: string | undefined;
	fields: JsonObject;
}

/** Order states that say that nothing is left to be given back, or soon will be (docs/gateway.md §3, States). */
const FULLY_REFUNDED = ['REFUNDED', 'PENDING_REFUNDED'];

/** Between looking for a refund and making it, no other item of this process may make it. */
const flights = new Flights();

/** `webpay.acquire.v2Refund` (docs/gateway.md §3): without an amount, all of the order. */
export const create: WebPayOperation = {
	service: SERVICES.refund,
	option: {
		name: 'Create',
		value: 'create',
		action: 'Create refund',
		description:
			'Give the buyer of a paid order the money back, all of it or a part. An order that has been refunded in full is returned instead of refunded twice; with a merchant reference a partial refund too.',
	},
	properties: [
		{ ...outTradeNoProperty, description: 'Your own number of the order that is refunded (out_trade_no)' },
		{
			displayName: 'Reason',
			name: 'reason',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. Goods returned',
			description: 'Why the money goes back. At most 255 characters.',
		},
		{
			displayName: 'Additional Fields',
			name: 'additionalFields',
			type: 'collection',
			placeholder: 'Add Field',
			default: {},
			options: [
				{
					displayName: 'Callback URL',
					name: 'callbackUrl',
					type: 'string',
					default: '',
					placeholder: 'e.g. https://n8n.shop.example/webhook/refund',
					description: 'Address that KESS calls when the state of the refund changes (callback_url)',
				},
				{
					...merchantReferenceField,
					description:
						'Your own number for this refund, used only once (merchant_reference). Needed for a partial refund: it keeps the refund from being made twice when the item runs again.',
				},
				{
					displayName: 'Partial Refund Amount',
					name: 'partialRefundAmount',
					type: 'string',
					default: '',
					placeholder: 'e.g. 2.50',
					description: 'How much goes back, as a plain number. Without this field all of the order does.',
				},
				{
					displayName: 'Partial Refund Currency',
					name: 'partialRefundAmountCcy',
					type: 'options',
					options: currencyProperty.options,
					default: 'USD',
					description: 'Currency of the order. Needed together with the amount.',
				},
			],
		},
	],
	async execute(call, client) {
		const refund = readRefund(call);
		const { merchantReference } = refund;
		return [
			merchantReference === undefined
				? await flights.run(`order ${refund.outTradeNo}`, async () => await refundUnnamed(client, refund))
				: await flights.run(`refund ${merchantReference}`, async () => await refundOnce(client, refund, merchantReference)),
		];
	},
};

function readRefund(call: ItemCall): NewRefund {
	const outTradeNo = readOutTradeNo(call);
	const reason = call.read('reason', (value) => requireText(value, 255));
	const additional = call.collection('additionalFields');
	const callbackUrl = additional.read('callbackUrl', requireWebAddress);
	const merchantReference = additional.read('merchantReference', requireMerchantReference);
	const currency = additional.readAdded('partialRefundAmountCcy', parseCurrency);
	const partial = additional.readAdded('partialRefundAmount', (value) => requirePartialAmount(value, currency));
	if (currency !== undefined && partial === undefined) {
		throw new KessError(
			'There is a Partial Refund Currency, but no Partial Refund Amount',
			'Add the amount for a partial refund. For a full refund remove the currency.',
		);
	}
	if (partial !== undefined && merchantReference === undefined) {
		throw new KessError(
			'A partial refund needs a Merchant Reference (additionalFields.merchantReference)',
			'Add one that is always the same for this refund, for example the number of your credit note. Without it the same part could be refunded twice when the item runs again.',
		);
	}
	if (merchantReference !== undefined) call.reference = `order ${outTradeNo}, refund ${merchantReference}`;
	return {
		outTradeNo,
		partial,
		merchantReference,
		fields: {
			out_trade_no: outTradeNo,
			reason,
			partial_refund_amount: partial && Number(partial.decimal),
			partial_refund_amount_ccy: currency,
			callback_url: callbackUrl,
			merchant_reference: merchantReference,
		},
	};
}

/** An amount that is empty in one row must not turn that row into a full refund. */
function requirePartialAmount(value: unknown, currency: string | undefined): Money {
	if (String(value ?? '').trim() === '') {
		throw new InvalidValueError('is empty', 'Enter an amount. For a full refund remove the field: an empty one is not taken for all.');
	}
	if (currency === undefined) {
		throw new InvalidValueError('has no currency', 'Add the field Partial Refund Currency with the currency of the order.');
	}
	return parseMoney(value, currency);
}

/** A full refund without a reference: the order's own status tells whether an earlier attempt has made it. */
async function refundUnnamed(client: WebPayClient, refund: NewRefund): Promise<IDataObject> {
	const before = orThrow(await queryOrder(client, refund.outTradeNo));
	if (before.kind === 'refused') throw refusal(before, 'show the order that is to be refunded');
	if (before.kind === 'unknown') {
		throw before.unbelieved ?? new KessError(
			`KESS gave no clear answer when asked whether the order has been refunded already: ${before.reason}`,
			'This run has refunded nothing. Run the item again: the order is looked up first.',
		);
	}
	const order = before.data as IDataObject;
	const status = textOf(order.status);
	if (FULLY_REFUNDED.includes(status)) return { ...order, already_existed: true };
	if (!isKnown(status)) {
		throw new KessError(
			`KESS shows the order with the status ${quoted(status)}, so this node cannot tell whether it has been refunded`,
			'This run has refunded nothing. Look at the order at KESS, or give the refund a merchant reference: then it is looked up by that.',
		);
	}
	const result = orThrow(await send(client, refund));
	if (result.kind === 'done') return answeredRefund(result.data, refund);
	if (result.kind === 'refused') throw refusal(result, 'refund the order');
	throw new KessError(
		`KESS gave no clear answer to the refund: ${result.reason}`,
		'The order may have been refunded. Query the order: the status REFUNDED or PENDING_REFUNDED says that it has been. Running the item again looks first too: an order that has been refunded is returned, not refunded again.',
	);
}

/** Makes a refund, or finds the one that an earlier attempt has made. Never sent twice: only looked up. */
async function refundOnce(client: WebPayClient, refund: NewRefund, reference: string): Promise<IDataObject> {
	const before = await findRefund(client, reference);
	if (before.kind === 'notSent') throw before.error;
	if (before.kind === 'found') return await existingRefund(client, refund, before.data);
	if (before.kind === 'unclear') {
		throw new KessError(
			`KESS does not say whether a refund with this reference exists already: ${before.reason}`,
			'This run has refunded nothing. Run the item again: the reference is looked up first.',
		);
	}
	const result = orThrow(await send(client, refund));
	if (result.kind === 'done') return answeredRefund(result.data, refund);
	const after = await findRefund(client, reference);
	if (after.kind === 'found') return await existingRefund(client, refund, after.data);
	if (result.kind === 'refused') throw refusal(result, 'refund the order');
	throw after.kind === 'none'
		? new KessError(
				`KESS gave no clear answer to the refund and does not have it: ${result.reason}`,
				'It may still be on its way. Query the refund in a minute, then run the item again with the same merchant reference: a refund that exists is returned instead of made twice.',
			)
		: new KessError(
				`KESS gave no clear answer to the refund (${result.reason}) and none when asked about it (${after.kind === 'notSent' ? after.error.message : after.reason})`,
				'The money may have gone back. Run the item again with the same merchant reference: if the refund exists, it is returned with its status, and nothing is refunded twice.',
			);
}

/** Sends it; an answer that tells of no refund leaves open whether there is one. */
async function send(client: WebPayClient, { fields }: NewRefund): Promise<Outcome<Json>> {
	const result = await client.call(SERVICES.refund, fields);
	const isClear = result.kind !== 'done' || (isPlainObject(result.data) && tellsOfRefund(result.data));
	return isClear ? result : { kind: 'unknown', reason: 'its answer tells of no refund' };
}

/** @throws KessError when the gateway says that it has refunded something else than what was asked for */
function answeredRefund(data: unknown, { outTradeNo, partial, merchantReference }: NewRefund): IDataObject {
	const answer: JsonObject = isPlainObject(data) ? data : {};
	const facts = refundFacts(answer, merchantReference);
	const differs =
		(facts.outTradeNo !== undefined && textOf(facts.outTradeNo) !== outTradeNo && 'order') ||
		(merchantReference !== undefined &&
			facts.merchantReference !== undefined &&
			textOf(facts.merchantReference) !== merchantReference &&
			'reference') ||
		(partial !== undefined &&
			facts.amount !== undefined &&
			!isSameMoney(partial, facts.amount, facts.currency ?? partial.currency) &&
			'amount');
	if (differs === false) return answer as IDataObject;
	throw new KessError(
		`The answer to the refund names another ${differs} than the one sent, so it is not believed`,
		'Money may have gone back. Query the refund and the order, and compare them, before you refund anything again.',
	);
}

/** @throws KessError when the reference belongs to a refund of something else */
async function existingRefund(client: WebPayClient, refund: NewRefund, data: JsonObject): Promise<IDataObject> {
	const { outTradeNo, amount, currency } = refundFacts(data, refund.merchantReference);
	const shown = `${amount === undefined ? 'an unknown amount' : quoted(amount)} ${currency === undefined ? '' : quoted(currency)}`.trim();
	if (outTradeNo !== undefined && textOf(outTradeNo) !== refund.outTradeNo) {
		throw new KessError(
			`A refund with this reference exists already, of the order ${quoted(outTradeNo)}`,
			'Use another merchant reference for this refund.',
		);
	}
	const isSame =
		refund.partial === undefined
			? await isWholeOrder(client, refund, { amount, currency })
			: isSameMoney(refund.partial, amount, currency ?? refund.partial.currency);
	if (isSame) return { ...(data as IDataObject), already_existed: true };
	throw new KessError(
		`A refund with this reference exists already, over ${shown} instead of ${refund.partial ? `${refund.partial.decimal} ${refund.partial.currency}` : 'the whole order'}`,
		'Use another merchant reference for the new refund, or correct the amount.',
	);
}

/** Whether an existing refund has given back the order's total, or what an earlier partial refund had left of it. */
async function isWholeOrder(
	client: WebPayClient,
	{ outTradeNo }: NewRefund,
	{ amount, currency }: { amount: unknown; currency: unknown },
): Promise<boolean> {
	const result = afterSending(await queryOrder(client, outTradeNo));
	if (result.kind !== 'done') {
		throw new KessError(
			`A refund with this reference exists already, but KESS does not show the order to compare it with: ${result.reason}`,
			'Query the refund and the order, and compare them, before you refund anything again.',
		);
	}
	const order = result.data as JsonObject;
	if (FULLY_REFUNDED.includes(textOf(order.status))) return true;
	const total = parseMoney(order.total_amount, parseCurrency(order.currency));
	return isSameMoney(total, amount, currency ?? order.currency);
}
