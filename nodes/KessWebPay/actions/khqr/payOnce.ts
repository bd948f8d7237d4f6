import { randomUUID } from 'node:crypto';

import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { Flights } from '../../../../kess/gateway/flights';
import { isPlainObject, type Json, type JsonObject } from '../../../../kess/jsonObject';
import { KessError } from '../../../../kess/errors';
import { isSameMoney, type Money } from '../../../../kess/money';
import { SERVICES } from '../../../../kess/webPay/services';
import { quoted } from '../../../../kess/gateway/redaction';
import type { WebPayClient } from '../../client';
import { queryOrder, refusal } from '../common/order';
import { type SentPayment, SentPayments } from './sentPayments';

/** The only word for a payment that has been made (docs/gateway.md §3, States); an open set otherwise. */
const PAID = 'SUCCEEDED';

/**
 * With these the gateway has not begun to pay (docs/gateway.md §6). Not among them: a number that was used before, a payment
 * that could not be processed, and every failure on the gateway's side, because money may have moved.
 */
const NOT_CARRIED_OUT = new Set([
	...['400', '401', '403', '404', '419'],
	...['VALIDATION_ERROR', 'UNAUTHENTICATED', 'FORBIDDEN', 'NOT_FOUND', 'EXPIRED'],
]);

/** A payment as it is sent. */
export interface KhqrPayment {
	outTradeNo: string;
	money: Money;
	qrcode: string;
	fields: JsonObject;
}

/** What the gateway has under the number. */
type Found = { state: 'paid'; data: IDataObject } | { state: 'none' | 'order' | 'unclear'; reason: string };

const flights = new Flights();

/**
 * Pays a KHQR code and never sends the payment a second time: KESS publishes neither what it does with a number that it
 * knows, nor a service that surely finds the payment again.
 *
 * @returns the answer of the gateway; or, when nobody can tell whether money has moved, what was asked for with the status
 *   `unknown`, a reason and the next step
 * @throws KessError when this run has certainly paid nothing
 */
export async function payOnce(context: IExecuteFunctions, client: WebPayClient, payment: KhqrPayment): Promise<IDataObject> {
	const notes = new SentPayments(context, client.identity);
	return await flights.run(`${client.identity}|${payment.outTradeNo}`, async () => await pay(client, notes, payment));
}

async function pay(client: WebPayClient, notes: SentPayments, payment: KhqrPayment): Promise<IDataObject> {
	const { outTradeNo, money, qrcode } = payment;
	const noted: SentPayment = { outTradeNo, run: randomUUID(), what: `${money.decimal} ${money.currency} ${qrcode}` };
	const before = await notes.begin(noted);
	if (before === 'another') {
		throw new KessError(
			'This payment number has been used for another KHQR code or another amount before',
			'This run has paid nothing. Use a new payment number for a new payment.',
		);
	}
	const found = await lookUp(client, payment);
	if (found.state === 'paid') {
		await notes.settle(noted);
		return { ...found.data, already_existed: true };
	}
	if (before === 'paid') return { ...known(payment), status: PAID, already_existed: true };
	if (before === 'sent') return unknown(payment, `an earlier run has sent this payment, and ${found.reason}`);
	if (found.state !== 'none') {
		await notes.release(noted);
		throw found.state === 'order'
			? new KessError(
					`This payment number belongs to an order or another payment: ${found.reason}`,
					'This run has paid nothing. Use a payment number of its own for each payment.',
				)
			: new KessError(
					`KESS does not say whether this payment number has been paid before: ${found.reason}`,
					'This run has paid nothing. Run the item again with the same payment number.',
				);
	}
	if (!(await notes.isMine(noted))) return unknown(payment, 'another run is about to send this payment');
	return await send(client, notes, noted, payment);
}

async function send(client: WebPayClient, notes: SentPayments, noted: SentPayment, payment: KhqrPayment): Promise<IDataObject> {
	const result = await client.call(SERVICES.payKhqr, payment.fields, { outTradeNo: payment.outTradeNo, mayOmit: true });
	if (result.kind === 'notSent') {
		await notes.release(noted);
		throw result.error;
	}
	if (result.kind === 'refused' && NOT_CARRIED_OUT.has(result.code)) {
		await notes.release(noted);
		throw refusal(result, 'pay the KHQR code');
	}
	const answer = result.kind === 'done' ? readAnswer(payment, result.data) : undefined;
	if (answer?.status === PAID) {
		await notes.settle(noted);
		return answer;
	}
	const found = await lookUp(client, payment);
	if (found.state === 'paid') {
		await notes.settle(noted);
		return { ...found.data, already_existed: true };
	}
	if (answer !== undefined) return { ...answer, next_step: nextStep(payment) };
	const reason = result.kind === 'done' ? 'the answer is not about this payment' : result.reason;
	return unknown(payment, result.kind === 'refused' ? `KESS refuses to pay it: ${reason} (${result.code})` : reason);
}

/** The answer about this payment, whatever its status; `undefined` when it names none or is about another one. */
function readAnswer({ money }: KhqrPayment, data: Json): IDataObject | undefined {
	if (!isPlainObject(data) || typeof data.status !== 'string' || data.status === '') return undefined;
	const amount = data.amount ?? data.total_amount ?? undefined;
	// Money is only compared where it is named (docs/gateway.md §3, payKhqr: it need not be).
	if (amount !== undefined && !isSameMoney(money, amount, data.currency ?? money.currency)) return undefined;
	return data as IDataObject;
}

/** Looks the number up as an order. Whether KESS shows payments of KHQR codes there is not published. */
async function lookUp(client: WebPayClient, payment: KhqrPayment): Promise<Found> {
	const result = await queryOrder(client, payment.outTradeNo);
	if (result.kind === 'notSent') return { state: 'unclear', reason: result.error.message };
	if (result.kind === 'refused') return { state: 'none', reason: `KESS does not find it as an order: ${result.reason} (${result.code})` };
	if (result.kind === 'unknown') {
		return { state: 'unclear', reason: result.unbelieved?.message ?? `KESS gave no clear answer when asked about it: ${result.reason}` };
	}
	const data = readAnswer(payment, result.data);
	if (data?.status === PAID) return { state: 'paid', data };
	const status = quoted((result.data as JsonObject).status);
	return { state: 'order', reason: `KESS shows something under this number that is not this payment, paid (status ${status})` };
}

function known({ outTradeNo, fields }: KhqrPayment): IDataObject {
	return { out_trade_no: outTradeNo, amount: fields.amount as number, currency: fields.currency as string };
}

function unknown(payment: KhqrPayment, reason: string): IDataObject {
	return { ...known(payment), status: 'unknown', reason, next_step: nextStep(payment) };
}

function nextStep({ outTradeNo }: KhqrPayment): string {
	return `Do not pay this code in another way yet. Ask KESS, or the receiver, whether payment ${outTradeNo} was made. Running it again in this same node looks it up and does not send it again. If it was not made, pay with a new payment number.`;
}
