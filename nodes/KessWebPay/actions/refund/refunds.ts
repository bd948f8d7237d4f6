import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { isPlainObject, type Json, type JsonObject, textOf } from '../../../../kess/jsonObject';
import { hasRefund, isPending, saysDone, saysFailed } from '../../../../kess/webPay/orderStates';
import { KessError } from '../../../../kess/errors';
import { quoted } from '../../../../kess/gateway/redaction';
import { requireReference } from '../../../../kess/written/reference';
import type { Say } from '../../../../kess/written/text';
import { SERVICES } from '../../../../kess/webPay/services';
import type { Look } from '../../../shared/money/moveMoney';
import type { WebPayClient } from '../../client';
import { listedIn } from '../common/outcomes';
import { lookedInVain } from '../common/payments';

/** Not published; as long as an order number. */
const MAX_REFERENCE = 64;

export const merchantReferenceField: INodeProperties = {
	displayName: 'Merchant Reference',
	name: 'merchantReference',
	type: 'string',
	default: '',
	placeholder: 'e.g. REFUND-1001',
};

export function requireMerchantReference(value: unknown, say?: Say): string {
	return requireReference(value, MAX_REFERENCE, say);
}

/** What an answer says about a refund; what it does not say is `undefined`. */
type RefundFacts = Record<
	'outTradeNo' | 'merchantReference' | 'amount' | 'currency' | 'status',
	Json | undefined
>;

/**
 * Reads a refund from an answer, which is the refund itself or its order with all refunds in `refund_histories`
 * (docs/gateway.md §3, Responses).
 *
 * @param reference tells which of an order's refunds is meant; without it a single one
 */
export function refundFacts(data: JsonObject, reference: string | undefined): RefundFacts {
	const histories = Array.isArray(data.refund_histories)
		? data.refund_histories.filter(isPlainObject)
		: [];
	const inOrder =
		reference === undefined
			? histories.length === 1
				? histories[0]
				: undefined
			: histories.find((entry) => textOf(entry.merchant_reference) === reference);
	const refund =
		data.amount === undefined && data.total_amount !== undefined ? (inOrder ?? {}) : data;
	// What has a total is an order, or the refund in it: SUCCESS says there that the order is paid.
	const status =
		data.total_amount === undefined || hasRefund(data.status) ? data.status : undefined;
	return {
		outTradeNo: data.out_trade_no ?? undefined,
		merchantReference: refund.merchant_reference ?? undefined,
		amount: refund.amount ?? undefined,
		currency: refund.currency ?? data.currency ?? undefined,
		// Of an order that has several refunds the status is not that of one.
		status:
			(refund === data
				? status
				: (refund.status ??
					(reference === undefined || (inOrder !== undefined && histories.length < 2)
						? status
						: undefined))) ?? undefined,
	};
}

/**
 * Whether an answer tells of a refund: by fields of its own, or by the state of the order. The refunds that are listed in an
 * order are not signed, so that alone they prove nothing.
 */
export function tellsOfRefund(data: JsonObject): boolean {
	return (
		data.amount !== undefined || data.merchant_reference !== undefined || hasRefund(data.status)
	);
}

/** Looks for the refund with the merchant's reference. */
export async function findRefund(client: WebPayClient, reference: string): Promise<Look> {
	const result = await client.call(SERVICES.queryRefund, { merchant_reference: reference });
	if (result.kind !== 'done') return lookedInVain(result, 'look up the refund');
	const entries = listedIn(result.data).filter((entry) => Object.keys(entry).length > 0);
	const refund =
		entries.find(
			(entry) => textOf(refundFacts(entry, reference).merchantReference) === reference,
		) ?? entries[0];
	// Nothing in such an answer is signed, so anybody could have written it.
	if (refund === undefined)
		return {
			found: 'unclear',
			reason: 'KESS names no refund, and does not say that there is none',
		};
	if (!tellsOfRefund(refund))
		return { found: 'unclear', reason: 'KESS shows an order that has not been refunded' };
	const { merchantReference: named, status } = refundFacts(refund, reference);
	if (named !== undefined && textOf(named) !== reference)
		return {
			found: 'unclear',
			reason: 'the answer is about another refund than the one asked for',
		};
	if (status === undefined)
		return {
			found: 'open',
			reason: 'the refund with it is there, and KESS does not say whether it is made',
		};
	const reason = `the refund with it has the status ${quoted(status)}`;
	// Of all such words only this one is known to end it (docs/gateway.md §3, States).
	if (status === 'REJECT_REFUNDED') return { found: 'ended', reason };
	if (saysFailed(status)) return { found: 'failed', reason };
	if (!isPending(status) && !saysDone(status)) return { found: 'open', reason };
	return { found: 'this', data: refund as IDataObject, isUnderWay: isPending(status) };
}

/** @throws KessError when the answer names another reference than the one asked for */
export function matchReference(data: JsonObject, reference: string): void {
	const named = refundFacts(data, reference).merchantReference;
	if (named === undefined || textOf(named) === reference) return;
	throw new KessError(
		'The answer is about another refund than the one asked for, so it is not believed',
		'Query the refund again. If this stays so, report it to KESS.',
	);
}
