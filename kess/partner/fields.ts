import { InvalidValueError } from '../errors';
import { type Money, parseMoney } from '../money';
import { requireReference, requireText } from '../textField';

/** Lengths in characters (docs/gateway.md §13, Sample Parameters of each service). */
const MAX_REFERENCE = 64;
const MAX_RECEIVER = 25;
const MAX_SENDER = 96;

/** A phone number with the code of its country, spaced as people write it. */
const INTERNATIONAL = /^\+\d[\d\s().-]*$/;

/**
 * The partner's own reference of a transfer (`out_trade_no`, Alpha 64).
 *
 * @throws InvalidValueError when it is empty, too long, or has lost digits on its way here
 */
export function requireTransferReference(value: unknown): string {
	return requireReference(value, MAX_REFERENCE);
}

/** The ID that KESS gave a prepared transfer (`pre_transfer_id`, Alpha 64). Throws as `requireTransferReference`. */
export function requirePreTransferId(value: unknown): string {
	return requireReference(value, MAX_REFERENCE);
}

/**
 * The partner's ID of the payment that the transfer passes on (`partner_transaction_id`, Alpha 64). Throws as
 * `requireTransferReference`.
 */
export function requirePartnerTransactionId(value: unknown): string {
	return requireReference(value, MAX_REFERENCE);
}

/**
 * The receiver of a transfer (`receiver_id`, Alpha 25: KESS user ID or phone number). What cannot be right is refused,
 * never repaired: a guess would pay somebody else.
 *
 * @param value text, or a whole number from a spreadsheet
 * @throws InvalidValueError when it is empty, too long, or cannot be the ID or phone number of anybody
 */
export function requireReceiverId(value: unknown): string {
	const text = requireReference(value, MAX_RECEIVER);
	const mangled =
		(/^-?\d+[.,]\d+$/.test(text) && 'is a number with decimals') ||
		(/^\d{1,3}(,\d{3})+$/.test(text) && 'is a number with separators for thousands') ||
		(/^-\d/.test(text) && 'is a negative number') ||
		(/^#/.test(text) && 'is not a value: the spreadsheet shows that it could not work it out') ||
		(text.includes('+') && !INTERNATIONAL.test(text) && 'has a plus sign, but is not a phone number');
	if (mangled === false) return text;
	throw new InvalidValueError(
		mangled,
		'Format the column as text in the spreadsheet and enter the KESS user ID or phone number again, for example 012345678 or +85512345678.',
	);
}

/**
 * Advice on a receiver that may be right, but looks as if a spreadsheet had taken something away.
 *
 * @param receiverId what `requireReceiverId` returned
 * @returns a sentence, or `undefined` when there is nothing to say
 */
export function receiverIdAdvice(receiverId: string): string | undefined {
	if (/^(?!0|855)\d{8,9}$/.test(receiverId)) {
		return 'The receiver looks like a phone number that has lost its leading zero. If it is one, format the column as text and write the zero before it.';
	}
	if (/^855\d{8,9}$/.test(receiverId)) {
		return 'The receiver looks like a phone number that has lost its plus sign. If KESS does not find it, format the column as text and write the plus sign before it.';
	}
	return undefined;
}

/** The name of who sends the money (`sender_name`, String 96). */
export function requireSenderName(value: unknown): string {
	return requireText(value, MAX_SENDER);
}

/**
 * The currency of a transfer (`currency`: "Only USD allowed").
 *
 * @param value three letters in any case
 * @throws InvalidValueError for every other currency
 */
export function requirePartnerCurrency(value: unknown): 'USD' {
	const text = typeof value === 'string' ? value.trim().toUpperCase() : '';
	if (text === 'USD') return text;
	throw new InvalidValueError(
		text === '' ? 'is empty' : `is ${JSON.stringify(text.slice(0, 10))}, but KESS Partner transfers take USD only`,
		'Enter USD, and the amount in US dollars. Nothing is converted for you.',
	);
}

/**
 * The amount of a transfer in US dollars (`amount`, Double). It is sent as `Number(money.decimal)`.
 *
 * @throws InvalidValueError as `parseMoney`
 */
export function requirePartnerAmount(value: unknown): Money {
	return parseMoney(value, 'USD');
}
