import type { INodeProperties } from 'n8n-workflow';

import type { Outcome } from '../../../../kess/gateway/outcome';
import type { Json } from '../../../../kess/jsonObject';
import { requireOutTradeNo, requireWebAddress } from '../../../../kess/webPay/fields';
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
