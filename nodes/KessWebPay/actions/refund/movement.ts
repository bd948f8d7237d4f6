import type { IDataObject } from 'n8n-workflow';

import { asKessError, KessError } from '../../../../kess/errors';
import { isPlainObject, type JsonObject, textOf } from '../../../../kess/jsonObject';
import { isSameMoney, type Money, moneyIn } from '../../../../kess/money';
import { decide, hasEnded, isDone, type Remembered } from '../../../shared/money/decision';
import { quoted } from '../../../../kess/gateway/redaction';
import { type Look, type Movement, type Sent, unclear } from '../../../shared/money/moveMoney';
import { LONGEST_MS, type Payment, PaymentNotes } from '../../../shared/money/paymentNotes';
import type { ItemCall } from '../../../shared/run/item';
import type { WebPayClient } from '../../client';
import { queryOrder } from '../common/order';
import { refusal } from '../common/outcomes';
import { copiedFrom, LAG_MS, lookedInVain, refusedPayment } from '../common/payments';
import {
	hasRefund,
	isGivenBack,
	isKnown,
	isPending,
	saysDone,
	saysFailed,
} from '../../../../kess/webPay/orderStates';
import { SERVICES } from '../../../../kess/webPay/services';
import { findRefund, refundFacts, tellsOfRefund } from './refunds';

/** A refund as it is sent, with what its answer has to agree with. */
export interface NewRefund {
	outTradeNo: string;
	/** `undefined` for the whole order. */
	partial: Money | undefined;
	merchantReference: string | undefined;
	fields: JsonObject;
}

/** All of an order goes back once, whichever reference that has; of its parts each has its own. @param reference of a part */
export function refundNumber(
	client: WebPayClient,
	outTradeNo: string,
	reference: string | undefined,
): Payment {
	return {
		account: client.merchant,
		kind: 'refund',
		number: JSON.stringify(reference === undefined ? [outTradeNo] : ['reference', reference]),
		what: undefined,
	};
}

/** A refund, or the one that an earlier attempt has made: found by its reference, or a full one by the order's status. */
export function refundMovement(
	call: ItemCall,
	client: WebPayClient,
	refund: NewRefund,
): Omit<Movement, 'payment'> {
	const { outTradeNo, partial, merchantReference } = refund;
	const isPart = partial !== undefined;
	// All of an order and its parts are remembered apart: what one of them has begun may be what the other is asked for.
	const parts = new PaymentNotes(
		call.context,
		{
			...refundNumber(client, outTradeNo, undefined),
			number: JSON.stringify(['parts', outTradeNo]),
			what: isPart ? merchantReference : undefined,
		},
		false,
	);
	let order: JsonObject = {};
	let isRefused = false;
	return {
		lifeMs: LONGEST_MS,
		refusedMs: LAG_MS,
		line: JSON.stringify(['refund', client.merchant, outTradeNo]),
		async lookUp() {
			const look = isPart
				? await lookUpPart(call, client, refund)
				: await lookUpAll(client, refund);
			if (isPart && (look.found === 'this' || look.found === 'ended')) await parts.release();
			if (look.found !== 'none' && look.found !== 'rejected') return look;
			if (isRefused && look.found === 'none') await parts.settle('notSent');
			order = (look.data ?? {}) as JsonObject;
			const known = await parts.recall();
			return isUnderWay(known) && (!isPart || known.state === 'another') ? OTHER_UNDER_WAY : look;
		},
		async send() {
			if (!isPart) return await send(client, refund, order);
			try {
				await parts.beginAnew(Date.now() + LONGEST_MS);
			} catch (error) {
				return { kind: 'notSent', error: asKessError(error) };
			}
			const sent = await send(client, refund, order);
			isRefused = sent.kind === 'refused' && sent.isProof;
			if (sent.kind === 'done' || sent.kind === 'notSent') await parts.settle('notSent');
			return sent;
		},
		spent(reason) {
			const said = reason === undefined ? '' : `: ${reason}`;
			if (reason === ALL_IS_BACK)
				return new KessError(
					`No part of this order can be refunded${said}`,
					'This run has refunded nothing. Look at the order in the merchant portal of KESS.',
				);
			return merchantReference === undefined
				? new KessError(
						`A refund of this order has come to nothing${said}`,
						'This run has refunded nothing. Look at the order in the merchant portal of KESS. A part of it can be refunded under a merchant reference.',
					)
				: new KessError(
						`This merchant reference is used${said}`,
						'This run has refunded nothing. Use another merchant reference for another refund. If the same one is meant, correct the order number and the amount.',
					);
		},
	};
}

const OTHER_UNDER_WAY: Look = {
	found: 'open',
	reason:
		'an earlier run has asked KESS for another refund of this order, and it is not known here what became of it: run that one again first',
};

const ALL_IS_BACK = 'the whole order has been refunded';

function isUnderWay(known: Remembered): boolean {
	return (known.state === 'sent' || known.state === 'another') && !hasEnded(known, Date.now());
}

async function lookUpAll(client: WebPayClient, refund: NewRefund): Promise<Look> {
	const look =
		refund.merchantReference === undefined
			? undefined
			: await lookUpRefund(client, refund, refund.merchantReference);
	return look === undefined || look.found === 'none'
		? await lookUpOrder(client, refund.outTradeNo)
		: look;
}

/** An order that has been refunded in full has no part left: KESS would refuse it, in words that may come from the same request before. */
async function lookUpPart(call: ItemCall, client: WebPayClient, refund: NewRefund): Promise<Look> {
	const { outTradeNo, merchantReference = '' } = refund;
	const look = await lookUpRefund(client, refund, merchantReference);
	if (look.found !== 'none') return look;
	const recall = async (reference?: string) =>
		await new PaymentNotes(
			call.context,
			refundNumber(client, outTradeNo, reference),
			false,
		).recall();
	const order = await lookUpOrder(client, outTradeNo);
	const all = await recall();
	// It may be the very part that an earlier run has sent, as long as that can be carried out.
	if ((order.found === 'this' && order.isUnderWay !== true) || isDone(all))
		return {
			found: isUnderWay(await recall(merchantReference)) ? 'another' : 'ended',
			reason: ALL_IS_BACK,
		};
	const isOver = order.found === 'rejected' && decide(all, 'rejected', Date.now()) === 'spent';
	if (order.found === 'this' || (isUnderWay(all) && !isOver)) return OTHER_UNDER_WAY;
	return 'data' in order ? { ...look, data: order.data } : look;
}

/**
 * An answer that tells of no refund, of another one, or of none that is made, leaves open whether there is one.
 *
 * @param order as it was shown before; empty where it was not
 */
async function send(client: WebPayClient, refund: NewRefund, order: JsonObject): Promise<Sent> {
	const result = await client.call(SERVICES.refund, refund.fields);
	if (result.kind === 'refused') return refusedPayment(result, 'refund the order');
	if (result.kind !== 'done') return result;
	if (!isPlainObject(result.data) || !tellsOfRefund(result.data))
		return { kind: 'unknown', reason: 'its answer tells of no refund' };
	// The parts of an order may all have the ID of its payment.
	const data = result.data as IDataObject;
	const other = copiedFrom(client, 'transaction_id', data, refund.outTradeNo);
	if (other !== undefined)
		return { kind: 'unknown', reason: `its answer has the transaction_id of order ${other}` };
	const { status, merchantReference } = refundFacts(result.data, refund.merchantReference);
	if (saysFailed(status)) {
		const error = new KessError(
			`KESS gives the refund the status ${quoted(status)}`,
			'Look at the order in the merchant portal of KESS, or ask KESS why.',
		);
		// What the order shows may be another one, where it has one.
		const isThis =
			!hasRefund(order.status) ||
			(merchantReference !== undefined && textOf(merchantReference) === refund.merchantReference);
		// Of all such words only this one is known to end it (docs/gateway.md §3, States).
		return { kind: 'refused', error, isProof: isThis && status === 'REJECT_REFUNDED' };
	}
	const difference = findDifference(result.data, refund);
	if (difference !== undefined)
		return {
			kind: 'unknown',
			reason: `the answer to the refund names another ${difference} than the one sent`,
		};
	if (status === undefined)
		return { kind: 'unknown', reason: 'its answer does not say whether the refund is made' };
	return saysDone(status)
		? { kind: 'done', data, warning: findOtherAmount(result.data, refund, order) }
		: { kind: 'pending', data };
}

/** In what an answer about a refund differs from it, as far as it says. */
function findDifference(
	data: JsonObject,
	{ outTradeNo, partial, merchantReference }: NewRefund,
): string | undefined {
	const facts = refundFacts(data, merchantReference);
	if (facts.outTradeNo !== undefined && textOf(facts.outTradeNo) !== outTradeNo) return 'order';
	const isOther =
		merchantReference !== undefined &&
		facts.merchantReference !== undefined &&
		textOf(facts.merchantReference) !== merchantReference;
	if (isOther) return 'reference';
	const isSame =
		partial === undefined ||
		facts.amount === undefined ||
		isSameMoney(partial, facts.amount, facts.currency ?? partial.currency);
	return isSame ? undefined : 'amount';
}

/** Where all of an order was to be given back, and nothing of it was before: how much it was instead, as far as anything says. */
function findOtherAmount(
	data: JsonObject,
	{ partial, merchantReference }: NewRefund,
	{ status, ...order }: JsonObject,
): string | undefined {
	const total =
		partial === undefined && status === 'SUCCESS'
			? moneyIn(order.total_amount ?? data.total_amount, order.currency ?? data.currency)
			: undefined;
	const { amount, currency } = refundFacts(data, merchantReference);
	if (
		total === undefined ||
		amount === undefined ||
		isSameMoney(total, amount, currency ?? total.currency)
	)
		return undefined;
	return `KESS has refunded ${quoted(amount)} ${quoted(currency ?? total.currency)} instead of ${total.decimal} ${total.currency}`;
}

/** Without a reference the order's own status tells whether all of it has been given back. */
async function lookUpOrder(client: WebPayClient, outTradeNo: string): Promise<Look> {
	const result = await queryOrder(client, outTradeNo);
	if (result.kind === 'refused')
		return unclear(refusal(result, 'show the order that is to be refunded'));
	if (result.kind !== 'done') return lookedInVain(result, 'show the order that is to be refunded');
	const order = result.data as IDataObject;
	const status = textOf(order.status);
	if (isGivenBack(status)) return { found: 'this', data: order, isUnderWay: isPending(status) };
	const hasOthers = hasRefund(status);
	if (hasOthers || isKnown(status))
		return {
			found: hasOthers && saysFailed(status) ? 'rejected' : 'none',
			reason: `the order has the status ${quoted(status)}`,
			data: order,
			hasOthers,
		};
	return unclear(
		new KessError(
			`KESS shows the order with the status ${quoted(status)}, so this node cannot tell whether it has been refunded`,
			'This run has refunded nothing. Look at the order in the merchant portal of KESS.',
		),
	);
}

async function lookUpRefund(
	client: WebPayClient,
	refund: NewRefund,
	reference: string,
): Promise<Look> {
	const found = await findRefund(client, reference);
	if (found.found !== 'this') return found;
	const { outTradeNo, amount, currency } = refundFacts(found.data as JsonObject, reference);
	if (outTradeNo !== undefined && textOf(outTradeNo) !== refund.outTradeNo) {
		return {
			found: 'another',
			reason: `the refund with it is one of the order ${quoted(outTradeNo)}`,
		};
	}
	const asked = refund.partial ?? (await wholeOrder(client, refund.outTradeNo));
	if (asked === undefined)
		return {
			found: 'unclear',
			reason:
				'a refund with this reference is there, and KESS does not show the order to compare it with',
		};
	if (asked === 'all' || isSameMoney(asked, amount, currency ?? asked.currency)) return found;
	const shown = [
		amount === undefined ? 'an unknown amount' : quoted(amount),
		currency === undefined ? '' : quoted(currency),
	]
		.join(' ')
		.trim();
	return {
		found: 'another',
		reason: `the refund with it is one over ${shown} instead of ${refund.partial ? `${asked.decimal} ${asked.currency}` : 'the whole order'}`,
	};
}

/** How much a full refund gives back: the order's total, or `all` where the order itself says so; `undefined` when it is not shown. */
async function wholeOrder(
	client: WebPayClient,
	outTradeNo: string,
): Promise<Money | 'all' | undefined> {
	const result = await queryOrder(client, outTradeNo);
	if (result.kind !== 'done') return undefined;
	const order = result.data as JsonObject;
	if (isGivenBack(order.status)) return 'all';
	return moneyIn(order.total_amount, order.currency);
}
