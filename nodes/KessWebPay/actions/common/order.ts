import type { IDataObject, INodeProperties } from 'n8n-workflow';

import type { Outcome, RefusalSaid } from '../../../../kess/gateway/outcome';
import { isPlainObject, type Json, type JsonObject } from '../../../../kess/jsonObject';
import { requireOutTradeNo, requireWebAddress } from '../../../../kess/webPay/fields';
import { KessError } from '../../../../kess/errors';
import { explainRefusal } from '../../../../kess/webPay/refusal';
import { SERVICES } from '../../../../kess/webPay/services';
import type { Check, ItemCall } from '../../../shared/run/item';
import type { OwnNumber } from '../../../shared/run/runNumbers';
import type { WebPayClient } from '../../client';

/** What matters of an order. */
export const ORDER_FIELDS = [
	'payment_link',
	'status',
	'out_trade_no',
	'total_amount',
	'currency',
	'expired_at',
	'body',
	'transaction_id',
	'paid_at',
	'token',
] as const;

/** The same of what a trigger tells: a refund has an amount of its own, and an order with several of them lists them. */
export const EVENT_FIELDS = [
	...ORDER_FIELDS,
	'amount',
	'merchant_reference',
	'refund_histories',
] as const;

/** The parameter by which every order operation names its order. */
export const outTradeNoProperty: INodeProperties = {
	displayName: 'Order Number',
	name: 'outTradeNo',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'e.g. INV-1001',
	description:
		'Your own number for the order (out_trade_no), used only once. At most 64 characters.',
};

/** Reads the order number and makes it the item's reference in messages. */
export function readOutTradeNo(call: ItemCall): string {
	const outTradeNo = call.read('outTradeNo', requireOutTradeNo);
	call.reference = `order ${outTradeNo}`;
	return outTradeNo;
}

/** A number of something that is paid at KESS, as one of this execution's. */
export function ownNumber(client: WebPayClient, kind: string, number: string): OwnNumber {
	return { kind, account: client.identity, number, mark: 'already_existed' };
}

export function orderNumber(client: WebPayClient, number: string): OwnNumber {
	return ownNumber(client, 'order number', number);
}

/** The check of an address that KESS has to reach: a gateway on this machine reaches what others do not. */
export function addressFor(client: WebPayClient): Check<string> {
	return (value, say) => requireWebAddress(value, say, client.isNearby);
}

/** Asks for an order by its number. */
export async function queryOrder(client: WebPayClient, outTradeNo: string): Promise<Outcome<Json>> {
	return await client.call(SERVICES.queryOrder, { out_trade_no: outTradeNo }, { outTradeNo });
}

/** The order in an answer, as an output item. */
export function orderItem(data: Json): IDataObject {
	return data as IDataObject;
}

/**
 * The answer's data, for an operation to which a refusal or a lost answer is simply a failure.
 *
 * @param intent what was to be done, as it continues "KESS refuses to …"
 * @param advice what to do when nobody knows whether it was done
 */
export function requireDone(result: Outcome<Json>, intent: string, advice: string): Json {
	switch (result.kind) {
		case 'done':
			return result.data;
		case 'refused':
			throw refusal(result, intent);
		case 'unknown':
			throw (
				result.unbelieved ??
				new KessError(`KESS gave no clear answer when asked to ${intent}: ${result.reason}`, advice)
			);
		case 'notSent':
			throw result.error;
	}
}

/** The same for a question, which changes nothing. */
export function requireAnswer(result: Outcome<Json>, intent: string): Json {
	return requireDone(result, intent, 'Looking changes nothing: run the item again.');
}

/** What an answer lists; it may be one thing alone. */
export function listedIn(data: Json): JsonObject[] {
	return (Array.isArray(data) ? data : [data]).filter(isPlainObject);
}

/** The gateway's own words, with its code. */
export function refusal(refused: RefusalSaid, intent: string): KessError {
	const { message, hint } = explainRefusal(refused, intent);
	return new KessError(message, hint, refused.code);
}
