import { createHash } from 'node:crypto';

import { isPlainObject, type JsonObject, textOf } from '../jsonObject';
import { goesOn, hasRefund, isGivenBack, isPaid, saysFailed } from './orderStates';

/** What has happened, in plain words. */
type WebPayEventName =
	| 'paid'
	| 'renewed'
	| 'closed'
	| 'refunded'
	| 'partiallyRefunded'
	| 'cardSaved'
	| 'other';

/** What a notification tells of. */
export interface WebPayEvent {
	name: WebPayEventName;
	/** The same for all notifications of the same event, and for no other. */
	key: string;
}

const PAID = 'SUCCESS';
const CLOSED = 'CLOSED';
const WAITING = 'WAITING';

const STATUS_EVENTS: ReadonlyMap<string, WebPayEventName> = new Map([
	[CLOSED, 'closed'],
	['REFUNDED', 'refunded'],
	['PARTIAL_REFUNDED', 'partiallyRefunded'],
]);

/** What a notification is about: an order, or what has none. */
export function orderNumberIn(told: JsonObject): string {
	return textOf(told.out_trade_no);
}

/**
 * Whether a notification without an order number tells of a card. What KESS sends to the `notify_url` of a saved card is not
 * published (docs/gateway.md §5, notify_url callback); an order's notification has a token, too, and a total.
 */
export function isAboutCard(told: JsonObject): boolean {
	const names = Object.keys(told);
	const hasTotal = textOf(told.total_amount) !== '';
	return (
		orderNumberIn(told) === '' &&
		names.some((name) => /card|tokeni[sz]e/i.test(name) || (!hasTotal && /token/i.test(name)))
	);
}

/** What a notification about a card tells of. Everything in it counts: two cards may differ in nothing that is signed. */
export function cardEvent(told: JsonObject): WebPayEvent {
	const key = createHash('sha256').update(JSON.stringify(told)).digest('base64url');
	const isSaved = !saysFailed(textOf(told.status)) && told.success !== false;
	return { name: isSaved ? 'cardSaved' : 'other', key: JSON.stringify(['card', key]) };
}

/** Whether it tells of a refund of an order, in the order's words or in the refund's own (docs/gateway.md §3, Responses). */
export function isAboutRefund(told: JsonObject): boolean {
	if (hasRefund(told.status)) return true;
	return (
		textOf(told.total_amount) === '' &&
		[told.amount, told.merchant_reference].some((value) => textOf(value) !== '')
	);
}

/**
 * Whether the gateway's order has yet to show what its own notification tells: that it is no longer waited for, that
 * something was given back, or as many refunds. After an attempt that has failed it is waited for the next one.
 */
export function isBehind(shown: JsonObject, told: JsonObject): boolean {
	const [said, status] = [textOf(told.status), textOf(shown.status)];
	if (status === WAITING) return said !== '' && !goesOn(said);
	if (!isAboutRefund(told) || saysFailed(said)) return false;
	const [shownRefunds, toldRefunds] = [refundsOf(shown), refundsOf(told)];
	return status === PAID || (shownRefunds.length > 0 && toldRefunds.length > shownRefunds.length);
}

/**
 * What an order's notification tells of: a status of an order, with the transaction that brought it about. A subscription
 * is charged for one order again and again, and an order can be refunded in several parts; each is an event of its own.
 * An order of which a part was given back before anybody was told of the payment is paid first of all.
 *
 * @param told the notification; none of its fields counts that its signature does not prove, but for the refunds of an
 *   order that the gateway is not asked for
 * @param shown the order as the gateway has it, if it was asked
 * @param known the keys of the events that have been handled and begin so
 */
export function orderEvent(
	told: JsonObject,
	shown: JsonObject | undefined,
	known: (beginning: string) => readonly string[],
): WebPayEvent {
	const number = orderNumberIn(told);
	const order = shown ?? told;
	const status = textOf(order.status);
	if (isAboutRefund(told) && !hasRefund(status)) {
		return {
			name: 'other',
			key: keyOf('refund', number, textOf(told.status), ...refundTold(told)),
		};
	}
	if (isRenewal(told, shown))
		return { name: 'renewed', key: keyOf(PAID, number, transactionOf(told)) };
	// An attempt that has failed has a transaction of its own: whose status is not the order's does not count.
	const charge = textOf(told.status) === status ? told : order;
	const transaction = textOf(charge.transaction_id) || transactionOf(order);
	const payments = known(beginningOf(PAID, number));
	if (status === PAID || (isLeft(status) && !isAboutRefund(told) && payments.length === 0))
		return paymentEvent(number, transaction, textOf(charge.paid_at), payments);
	const name = STATUS_EVENTS.get(status) ?? 'other';
	if (name === 'closed') return { name, key: keyOf(status, number) };
	if (hasRefund(status)) return { name, key: keyOf(status, number, ...refundIn(told, shown)) };
	return { name, key: keyOf(status, number, transaction) };
}

/**
 * A payment of an order: the first, or a further one. One of which no transaction is told cannot be told from another, so it is
 * taken for the same as the only other one.
 *
 * @param payments the keys of those that have been handled
 */
function paymentEvent(
	number: string,
	transaction: string,
	paidAt: string,
	payments: readonly string[],
): WebPayEvent {
	const key = keyOf(PAID, number, transaction);
	const [first, second] = payments;
	if (first === undefined) return { name: 'paid', key };
	const vague = ['', paidAt].map((text) => keyOf(PAID, number, text));
	const isSame = transaction === '' || (second === undefined && vague.includes(first));
	return { name: 'renewed', key: isSame ? first : key };
}

/**
 * What an order tells to those who ask for it again and again: that it was paid, and by which transaction, and what became of
 * it since, with the refunds that were made.
 *
 * @param isKnown whether an event of a key that begins so has been handled before
 */
export function shownEvents(
	order: JsonObject,
	isKnown: (beginning: string) => boolean,
): WebPayEvent[] {
	const [status, number] = [textOf(order.status), orderNumberIn(order)];
	const wasPaid = isKnown(beginningOf(PAID, number));
	const payment: WebPayEvent = {
		name: wasPaid ? 'renewed' : 'paid',
		key: keyOf(PAID, number, textOf(order.transaction_id)),
	};
	if (status === PAID) return [payment];
	const refunds = refundsOf(order).map(
		(refund) => textOf(refund.transaction_id) || textOf(refund.merchant_reference),
	);
	const since: WebPayEvent = {
		name: STATUS_EVENTS.get(status) ?? 'other',
		key: keyOf(status, number, ...(hasRefund(status) ? refunds.sort() : [])),
	};
	return isLeft(status) && !wasPaid ? [payment, since] : [since];
}

/** Whether something of a payment is left: of one that has gone back whole nobody is told as if there were one to deliver for. */
function isLeft(status: string): boolean {
	return hasRefund(status) && !isGivenBack(status);
}

/** A charge that is not the one which the gateway shows with the order, nor of the same time. */
function isRenewal(told: JsonObject, shown: JsonObject | undefined): boolean {
	if (
		shown === undefined ||
		textOf(told.status) !== PAID ||
		!isPaid(shown.status) ||
		isAboutRefund(told)
	)
		return false;
	return (['transaction_id', 'paid_at'] as const).every((field) => {
		const [said, known] = [textOf(told[field]), textOf(shown[field])];
		return said !== '' && known !== '' && said !== known;
	});
}

/** What tells one charge of an order from the next. */
function transactionOf(order: JsonObject): string {
	return textOf(order.transaction_id) || textOf(order.paid_at);
}

/** What tells one refund of an order from the next: as the gateway lists it, or else as the notification has it. */
function refundIn(told: JsonObject, shown: JsonObject | undefined): string[] {
	const listed = refundsOf(shown ?? told);
	const named =
		listed.find(isRefundOf(told, 'transaction_id')) ??
		listed.find(isRefundOf(told, 'merchant_reference'));
	const own = refundTold(told);
	if (named === undefined && own.some((text) => text !== '')) return [transactionOf(told), ...own];
	const [toldRefunds, transaction] = [refundsOf(told), transactionOf(told)];
	const refund = named ?? listed[Math.min(toldRefunds.length || Infinity, listed.length) - 1];
	if (refund === undefined) return [transaction];
	const isOfItsOwn =
		named === undefined &&
		toldRefunds.length === 0 &&
		isAboutRefund(told) &&
		transaction !== transactionOf(shown ?? told);
	const known = textOf(refund.transaction_id);
	return [...(known !== '' ? [known] : refundTold(refund)), ...(isOfItsOwn ? [transaction] : [])];
}

/** By a number of the refund, KESS's or the merchant's; under one of the merchant's there may be several. */
function isRefundOf(
	told: JsonObject,
	field: 'transaction_id' | 'merchant_reference',
): (refund: JsonObject) => boolean {
	const [number, amount] = [textOf(told[field]), textOf(told.amount)];
	return (refund) =>
		number !== '' &&
		textOf(refund[field]) === number &&
		(amount === '' || Number(textOf(refund.amount)) === Number(amount));
}

/** The fields at the top level by which a refund is known. The names of most of them are not published. */
function refundTold(told: JsonObject): string[] {
	return Object.keys(told)
		.filter((name) => name === 'amount' || /refund|reference/i.test(name))
		.sort()
		.map((name) => textOf(told[name]));
}

function refundsOf(order: JsonObject): JsonObject[] {
	const list = order.refund_histories;
	return Array.isArray(list) ? list.filter(isPlainObject) : [];
}

/** Not a plain joining, because a number may contain what would join. */
function keyOf(...parts: string[]): string {
	return JSON.stringify(parts);
}

/** How the keys of all events begin that begin with these parts and have more. */
function beginningOf(...parts: string[]): string {
	return `${keyOf(...parts).slice(0, -1)},`;
}
