import type { IDataObject } from 'n8n-workflow';

import { KessError } from '../../../../kess/errors';
import { quoted } from '../../../../kess/gateway/redaction';
import type { JsonObject } from '../../../../kess/jsonObject';
import { isSameMoney } from '../../../../kess/money';
import { isOver, isPaid, saysFailed } from '../../../../kess/webPay/orderStates';
import type { WebPayService } from '../../../../kess/webPay/services';
import { moneyItem } from '../../../shared/money/moneyItem';
import {
	type Look,
	type MoneyEnd,
	type Movement,
	type Sent,
} from '../../../shared/money/moveMoney';
import { LONGEST_MS } from '../../../shared/money/paymentNotes';
import { payRow } from '../../../shared/money/payRow';
import type { ItemCall } from '../../../shared/run/item';
import type { WebPayClient } from '../../client';
import { orderNumber, queryOrder, readOutTradeNo } from '../common/order';
import { LAG_MS, lookedInVain, refusedPayment } from '../common/payments';
import type { NewOrder } from '../common/transaction';

/** A charge: an order that is to be paid at once. */
export interface Charge extends NewOrder {
	service: WebPayService;
	/** Where the answer has the order, when it is not the answer itself: no signature covers it there, so it is looked up. */
	within?: 'order_info';
	/** By what the buyer pays, where that tells one charge from another. */
	payer?: string;
}

/**
 * A row that charges a buyer.
 *
 * @param read the rest of the row
 */
export async function chargeRow(
	call: ItemCall,
	client: WebPayClient,
	read: (outTradeNo: string) => Charge,
): Promise<IDataObject> {
	const outTradeNo = readOutTradeNo(call);
	return await payRow(call, {
		payment: { account: client.merchant, kind: 'order', number: outTradeNo, what: undefined },
		own: orderNumber(client, outTradeNo),
		read: () => read(outTradeNo),
		told: ({ service, money, payer }) => ({
			what: JSON.stringify([service.name, money.decimal, money.currency, payer]),
		}),
		movement: (charge) => chargeMovement(client, charge),
		output: (end, charge) => chargeItem(call, end, outTradeNo, charge?.within),
	});
}

/** An order that is charged at once, or that an earlier attempt has charged. */
function chargeMovement(client: WebPayClient, charge: Charge): Omit<Movement, 'payment'> {
	// As long as its link takes money, another attempt may follow.
	const linkMs = Number(charge.fields.expires_in ?? 0) * 1000;
	return {
		lifeMs: Math.max(LONGEST_MS, linkMs),
		refusedMs: LAG_MS,
		lookUp: async () => await lookUp(client, charge),
		send: async () => await send(client, charge),
		spent: (reason) =>
			new KessError(
				`This order number is used${reason === undefined ? ' for another charge' : `: ${reason}`}`,
				'This run has charged nothing. Use another order number for a new charge, or correct the amount.',
			),
	};
}

/** The answer of the gateway, or the order where an earlier attempt has made it; one that is not paid yet comes with its status. */
function chargeItem(
	call: ItemCall,
	end: MoneyEnd,
	outTradeNo: string,
	within: Charge['within'],
): IDataObject {
	const nested = (order: IDataObject): IDataObject =>
		within === undefined ? order : { [within]: order };
	if (end.end === 'unknown' && end.data !== undefined) {
		call.end = 'pending';
		call.advise(
			`The order has the status ${quoted(end.data.status)}, and whether the buyer will be charged is not known yet. Query it later, and do not charge the buyer in another way before you know.`,
		);
		return { ...nested(end.data), already_existed: true };
	}
	const known = { out_trade_no: outTradeNo, ...(end.end === 'done' && { status: 'SUCCESS' }) };
	const item = moneyItem(call, end, {
		known,
		act: 'charge the buyer',
		again: 'the same order number',
	});
	return end.end === 'done' && end.existed ? { ...nested(item), already_existed: true } : item;
}

async function send(client: WebPayClient, charge: Charge): Promise<Sent> {
	const { service, within, outTradeNo } = charge;
	// Whatever it costs, an order under this number is what was asked for: another amount is said, and is no reason to call it unpaid.
	const result = await client.call(
		service,
		charge.fields,
		within === undefined ? { outTradeNo } : {},
	);
	if (result.kind === 'refused') return refusedPayment(result, 'charge the buyer');
	if (result.kind !== 'done') return result;
	const own = result.data as IDataObject;
	if (within === undefined && isSameMoney(charge.money, own.total_amount, own.currency))
		return ended(charge, own, own);
	const look = await lookUp(client, charge);
	if (within === undefined)
		return look.found === 'this'
			? { kind: 'unknown', reason: 'its answer names another amount' }
			: ended(charge, own, own);
	const order = 'data' in look ? look.data : undefined;
	if (order === undefined)
		return { kind: 'unknown', reason: 'its answer does not have the order that KESS shows' };
	// What is nested is not signed, and what is a list in place of a text was none when KESS signed it.
	const signed = Object.entries(own as JsonObject).filter(
		([, value]) => value === null || typeof value !== 'object',
	);
	return ended(charge, order, { ...Object.fromEntries(signed), [within]: order });
}

/** The buyer may still have to confirm it. */
function ended({ money }: Charge, order: IDataObject, data: IDataObject): Sent {
	if (saysFailed(order.status))
		return {
			kind: 'unknown',
			reason: `KESS gives the order the status ${quoted(order.status)}, after which another attempt may follow`,
		};
	if (!isPaid(order.status)) return { kind: 'pending', data };
	if (isSameMoney(money, order.total_amount, order.currency)) return { kind: 'done', data };
	const warning = `KESS has charged ${quoted(order.total_amount)} ${quoted(order.currency)} instead of ${money.decimal} ${money.currency}`;
	return { kind: 'done', data, warning };
}

async function lookUp(client: WebPayClient, { outTradeNo, money }: Charge): Promise<Look> {
	const result = await queryOrder(client, outTradeNo);
	if (result.kind !== 'done') return lookedInVain(result, 'show the order');
	const data = result.data as IDataObject;
	if (!isSameMoney(money, data.total_amount, data.currency)) {
		return {
			found: 'another',
			reason: `an order over ${quoted(data.total_amount)} ${quoted(data.currency)} instead of ${money.decimal} ${money.currency} has it`,
			data,
		};
	}
	if (isPaid(data.status)) return { found: 'this', data };
	const reason = `the order has the status ${quoted(data.status)}`;
	if (isOver(data.status)) return { found: 'ended', reason, data };
	return { found: saysFailed(data.status) ? 'failed' : 'open', reason, data };
}
