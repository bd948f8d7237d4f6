import { textOf } from '../jsonObject';
import { isReadable, isSameMoney, type Money } from '../money';
import { cambodianNumber, plainPhone } from '../written/phone';
import { serviceNamed } from './services';

/** What an answer has to be about before it is believed; what is not known is left out. */
export interface AskedTransfer {
	outTradeNo: string;
	preTransferId?: string;
	money?: Money;
	receiverId?: string;
	/** Whose wallet it has to be. */
	receiverName?: string;
}

/**
 * Whether a well-signed answer is about the transfer that was asked for.
 *
 * @param asked what was sent; its `outTradeNo` has to be in every answer
 * @param data the answer's data
 * @param service the service that answered: what the specification promises for it has to be there when it was asked
 * @returns `undefined` when everything agrees; otherwise the first difference, as a clause without values of the answer. A KESS
 *   user ID instead of a phone number is none: KESS may name a receiver either way
 */
export function matchTransfer(
	asked: AskedTransfer,
	data: Record<string, unknown>,
	service: string,
): string | undefined {
	const { outTradeNo, preTransferId, money, receiverId } = asked;
	const checks: Array<[field: string, agrees: boolean]> = [
		['out_trade_no', textOf(data.out_trade_no) === outTradeNo],
		[
			'pre_transfer_id',
			preTransferId === undefined || textOf(data.pre_transfer_id) === preTransferId,
		],
		[
			'receiver_id',
			receiverId === undefined || isSameReceiver(receiverId, textOf(data.receiver_id)),
		],
		['currency', money === undefined || textOf(data.currency).toUpperCase() === money.currency],
		['amount', money === undefined || isSameMoney(money, data.amount, money.currency)],
	];
	for (const [field, agrees] of checks) {
		if (agrees) continue;
		if (isThere(data[field])) return `the answer has another ${field} than the one asked for`;
		if (field === 'out_trade_no' || serviceNamed(service).promises?.includes(field) === true)
			return `the answer has no ${field}`;
	}
	return undefined;
}

/**
 * What of a transfer can be compared with an answer at all.
 *
 * @returns `asked` without what cannot be compared, because it is not there or written as no number is, and its names as `missing`
 */
export function comparable(
	{ money, receiverId, ...asked }: AskedTransfer,
	data: Record<string, unknown>,
): { asked: AskedTransfer; missing: string[] } {
	const isMoney = isReadable(data.amount) && isThere(data.currency);
	const isReceiver = isThere(data.receiver_id);
	return {
		asked: {
			...asked,
			...(isMoney && money && { money }),
			...(isReceiver && receiverId !== undefined && { receiverId }),
		},
		missing: [
			...(money && !isMoney ? ['amount'] : []),
			...(receiverId !== undefined && !isReceiver ? ['receiver'] : []),
		],
	};
}

/** Whether the transfer has reached its receiver: KESS says SUCCESS and names the transfer (docs/gateway.md §13, fund_transfer_id). */
export function isPaid(data: Record<string, unknown>): boolean {
	return resultOf(data) === 'SUCCESS' && !NO_ID.test(textOf(data.fund_transfer_id));
}

/** What surely is no ID of a transfer: KESS has signed SUCCESS, so that it is better to take too few for none. */
const NO_ID = /^(0+|null)?$/i;

/** Whether KESS says of a transfer that is not paid that somebody has confirmed it: one that is prepared only waits. Its words for either are not published. */
export function isUnderWay(data: Record<string, unknown>): boolean {
	return /PROCESS|PROGRESS|SUCCESS/.test(resultOf(data));
}

/** Results of a transfer after which it is not carried out any more. Only SUCCESS, EXPIRED and NOTEXIST are published. */
const NOT_CARRIED_OUT: ReadonlySet<string> = new Set([
	'FAILED',
	'FAILURE',
	'EXPIRED',
	'NOTEXIST',
	'CANCELLED',
	'CANCELED',
	'REJECTED',
	'CLOSED',
]);

/** Whether KESS says that nothing came of it. */
export function isNothing(data: Record<string, unknown>): boolean {
	return NOT_CARRIED_OUT.has(resultOf(data));
}

function resultOf(data: Record<string, unknown>): string {
	return textOf(data.result_code).toUpperCase();
}

/**
 * When a prepared transfer can no longer be confirmed.
 *
 * @param expireIn the answer's `expire_in`: seconds, as a number or its text
 * @param now milliseconds since the epoch
 * @returns an ISO time in UTC, or `undefined` when the answer does not say
 */
export function expiresAt(expireIn: unknown, now = Date.now()): string | undefined {
	const text = textOf(expireIn);
	if (!/^\d{1,10}$/.test(text)) return undefined;
	return new Date(now + Number(text) * 1000).toISOString();
}

function isThere(value: unknown): boolean {
	return value !== undefined && value !== null && value !== '';
}

/** What a user has to know where KESS names the receiver in the other way, so that nobody here can compare them. */
export function receiverNote(
	{ receiverId }: AskedTransfer,
	data: Record<string, unknown>,
): string | undefined {
	const named = textOf(data.receiver_id);
	if (receiverId === undefined || named === '' || isPhone(named) === isPhone(receiverId))
		return undefined;
	return 'KESS names the receiver by another kind of ID than the one asked for, so the two could not be compared';
}

/** One text for all spellings of a receiver. A phone number without its zero is the KESS user ID of somebody else. */
export function personOf(receiverId: string): string {
	const number = cambodianNumber(receiverId);
	return number === undefined ? receiverId.replace(/\s/g, '') : `+855${number}`;
}

function isSameReceiver(asked: string, named: string): boolean {
	return personOf(asked) === personOf(named) || (named !== '' && isPhone(asked) !== isPhone(named));
}

function isPhone(receiverId: string): boolean {
	return plainPhone(receiverId) !== undefined;
}
