import { InvalidValueError } from '../errors';
import { type Money, parseMoney, writtenCurrency } from '../money';
import { plainDigits } from '../written/decimal';
import { cambodianNumber, hasSeveralPhones, plainPhone } from '../written/phone';
import { requireReference } from '../written/reference';
import { requireText, said, type Say } from '../written/text';

/** Lengths in characters (docs/gateway.md §13, Sample Parameters of each service). */
const MAX_REFERENCE = 64;
const MAX_RECEIVER = 25;
/** With what people write between the digits. */
const MAX_WRITTEN_RECEIVER = 60;
const MAX_SENDER = 96;

/**
 * The partner's own reference of a transfer (`out_trade_no`, Alpha 64).
 *
 * @throws InvalidValueError when it is empty, too long, or has lost digits on its way here
 */
export function requireTransferReference(value: unknown, say?: Say): string {
	return requireReference(value, MAX_REFERENCE, say);
}

/** The ID that KESS gave a prepared transfer (`pre_transfer_id`, Alpha 64). Throws as `requireTransferReference`. */
export function requirePreTransferId(value: unknown, say?: Say): string {
	return requireReference(value, MAX_REFERENCE, say);
}

/**
 * The partner's ID of the payment that the transfer passes on (`partner_transaction_id`, Alpha 64). Throws as
 * `requireTransferReference`.
 */
export function requirePartnerTransactionId(value: unknown, say?: Say): string {
	return requireReference(value, MAX_REFERENCE, say);
}

/**
 * The receiver of a transfer (`receiver_id`, Alpha 25: KESS user ID or phone number). What people write between the digits
 * means nothing and is left out; what cannot be right is refused, never repaired: a guess would pay somebody else. How a user
 * ID looks is not published, but it is one word.
 *
 * @param value text, or a whole number from a spreadsheet
 * @param say takes a note when it is sent otherwise than it was written, or looks as if a spreadsheet had taken something away
 * @throws InvalidValueError when it is empty, too long, or cannot be the ID or phone number of anybody
 */
export function requireReceiverId(value: unknown, say?: Say): string {
	const text = plainDigits(requireReference(value, MAX_WRITTEN_RECEIVER));
	const mangled =
		(!/[A-Za-z]/.test(text) && hasSeveralPhones(text) && 'has several numbers in it') ||
		(/^-?\d+[.,]\d+$/.test(text) && 'is a number with decimals') ||
		(/^-\d/.test(text) && 'is a negative number') ||
		(hasLetterAsDigit(text) && 'has a letter O or l in it where a phone number has a digit');
	const phone = mangled === false ? plainPhone(text) : undefined;
	// Digits with spaces or dashes between them have no other meaning than the digits.
	const receiver = phone ?? (/^\d[\d -]*$/.test(text) ? text.replace(/[ -]/g, '') : text);
	const problem =
		mangled ||
		(phone === undefined &&
			((receiver.includes('+') && 'has a plus sign, but is not a phone number') ||
				(/^00[1-9]\d{6,}$/.test(receiver) &&
					'begins with two zeros, but not as a number from another country') ||
				(!/^[\w.@-]+$/.test(receiver) && 'is neither a phone number nor a KESS user ID')));
	if (problem === false) {
		requireText(receiver, MAX_RECEIVER);
		said(receiver, value, say);
		const loss = lossIn(receiver);
		if (loss !== undefined) say?.(loss);
		return receiver;
	}
	throw new InvalidValueError(
		problem,
		'Format the column as text in the spreadsheet and enter the KESS user ID or phone number again, for example 012345678 or +85512345678.',
	);
}

/** A letter that looks like a digit, where the rest is the number of a phone. */
function hasLetterAsDigit(text: string): boolean {
	const digits = text.replace(/o/gi, '0').replace(/[Il|]/g, '1');
	return digits !== text && cambodianNumber(digits) !== undefined;
}

/** What a spreadsheet seems to have taken from a receiver that may be right all the same; `undefined` when nothing. */
function lossIn(receiverId: string): string | undefined {
	if (/^(?!0|855)\d{8,9}$/.test(receiverId)) {
		return 'looks like a phone number that has lost its leading zero. If it is one, format the column as text and write the zero before it.';
	}
	if (/^855\d{8,9}$/.test(receiverId)) {
		return 'looks like a phone number that has lost its plus sign. If KESS does not find it, format the column as text and write the plus sign before it.';
	}
	return undefined;
}

/** The name of who sends the money (`sender_name`, String 96). */
export function requireSenderName(value: unknown, say?: Say): string {
	return requireText(value, MAX_SENDER, say);
}

/**
 * The currency of a transfer (`currency`: "Only USD allowed").
 *
 * @param value three letters in any case
 * @throws InvalidValueError for every other currency
 */
export function requirePartnerCurrency(value: unknown): 'USD' {
	const text = writtenCurrency(value);
	if (text === 'USD') return text;
	throw new InvalidValueError(
		text === ''
			? 'is empty'
			: `is ${JSON.stringify(text.slice(0, 10))}, but KESS Partner transfers take USD only`,
		'Enter USD, and the amount in US dollars. Nothing is converted for you.',
	);
}

/**
 * The amount of a transfer in US dollars (`amount`, Double). It is sent as `Number(money.decimal)`.
 *
 * @throws InvalidValueError as `parseMoney`
 */
export function requirePartnerAmount(value: unknown, say?: Say): Money {
	return parseMoney(value, 'USD', say);
}
