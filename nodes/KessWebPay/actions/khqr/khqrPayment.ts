import type { IDataObject } from 'n8n-workflow';

import { isPlainObject, type Json, type JsonObject } from '../../../../kess/jsonObject';
import { KessError } from '../../../../kess/errors';
import { isSameMoney, type Money } from '../../../../kess/money';
import { isKnown } from '../../../../kess/webPay/orderStates';
import { SERVICES } from '../../../../kess/webPay/services';
import { quoted } from '../../../../kess/gateway/redaction';
import { moneyItem } from '../../../shared/money/moneyItem';
import {
	type Look,
	type MoneyEnd,
	type Movement,
	type Sent,
} from '../../../shared/money/moveMoney';
import type { ItemCall } from '../../../shared/run/item';
import type { WebPayClient } from '../../client';
import { queryOrder } from '../common/order';
import { copiedFrom, LAG_MS, lookedInVain, refusedPayment } from '../common/payments';

/** The only word for a payment that has been made (docs/gateway.md §3, States); an open set otherwise. */
const PAID = 'SUCCEEDED';

/** A payment as it is sent. */
export interface KhqrPayment {
	outTradeNo: string;
	money: Money;
	qrcode: string;
	fields: JsonObject;
}

/**
 * A payment that is never sent a second time: KESS publishes neither what it does with a number that it knows, nor a service
 * that surely finds the payment again.
 */
export function khqrMovement(
	client: WebPayClient,
	payment: KhqrPayment,
): Omit<Movement, 'payment'> {
	return {
		lifeMs: undefined,
		lookUp: async () => await lookUp(client, payment),
		send: async () => await send(client, payment),
		refusedMs: LAG_MS,
		spent: (reason) =>
			new KessError(
				`This payment number stands for another payment${reason === undefined ? '' : `: ${reason}`}`,
				'This run has paid nothing. Use a payment number of its own for each payment.',
			),
	};
}

/** The output item of a payment, whatever became of it. @param payment left out where the row could not be read */
export function khqrItem(
	call: ItemCall,
	end: MoneyEnd,
	outTradeNo: string,
	payment?: KhqrPayment,
): IDataObject {
	return moneyItem(call, end, {
		known: {
			out_trade_no: outTradeNo,
			...(payment && { amount: payment.fields.amount, currency: payment.fields.currency }),
			...(end.end === 'done' && { status: PAID }),
		} as IDataObject,
		act: 'pay this code',
		again: 'the same payment number',
		ask: `Ask KESS, or the receiver, whether payment ${outTradeNo} was made; if it was not, pay with a new payment number.`,
		mark: 'already_existed',
	});
}

async function send(client: WebPayClient, payment: KhqrPayment): Promise<Sent> {
	const result = await client.call(SERVICES.payKhqr, payment.fields, {
		outTradeNo: payment.outTradeNo,
		mayOmit: true,
	});
	if (result.kind === 'refused') return refusedPayment(result, 'pay the KHQR code');
	if (result.kind !== 'done') return result;
	const answer = readAnswer(payment, result.data);
	if (answer === undefined)
		return { kind: 'unknown', reason: 'the answer is not about this payment' };
	if (answer.status !== PAID)
		return { kind: 'unknown', reason: `KESS gives it the status ${quoted(answer.status)}` };
	const other = copiedFrom(client, 'transaction_ref', answer, payment.outTradeNo);
	return other === undefined
		? { kind: 'done', data: answer }
		: { kind: 'unknown', reason: `its answer has the transaction_ref of payment ${other}` };
}

/** The answer about this payment, whatever its status; `undefined` when it names none or is about another one. */
function readAnswer({ money }: KhqrPayment, data: Json): IDataObject | undefined {
	if (!isPlainObject(data) || typeof data.status !== 'string' || data.status === '')
		return undefined;
	const amount = data.amount ?? data.total_amount ?? undefined;
	// Money is only compared where it is named (docs/gateway.md §3, payKhqr: it need not be).
	if (amount !== undefined && !isSameMoney(money, amount, data.currency ?? money.currency))
		return undefined;
	return data as IDataObject;
}

/**
 * Looks the number up as an order. Whether KESS shows payments of KHQR codes there is not published, so that finding none is
 * no proof of anything: a payment without a known end stays unknown.
 */
async function lookUp(client: WebPayClient, payment: KhqrPayment): Promise<Look> {
	const result = await queryOrder(client, payment.outTradeNo);
	if (result.kind !== 'done') return lookedInVain(result, 'show what is under the payment number');
	const data = readAnswer(payment, result.data);
	if (data?.status === PAID)
		return {
			found: 'this',
			data,
			isPart: true,
			warning: 'KESS does not show which code was paid under this number',
		};
	const { status } = result.data as JsonObject;
	// Only an order has most of these words; the others may be said of this payment.
	const isOrder = isKnown(status) && status !== 'SUCCESS';
	return {
		found: data === undefined || isOrder ? 'another' : 'open',
		reason: `KESS shows something under this number that is not this payment, paid (status ${quoted(status)})`,
	};
}
