import { InvalidValueError } from '../errors';
import { isSameMoney, type Money } from '../money';
import { requireText } from '../written/text';

/** Texts of KHQR codes: EMV merchant presented mode, as the National Bank of Cambodia uses it. */

/** EMV allows 512 characters. */
const MAX_TEXT = 512;

/** Numbers of the fields that are looked at (EMV QRCPS merchant presented mode, clause 4). */
const CURRENCY = '53';
const AMOUNT = '54';
const FORMAT = '00';
const CHECKSUM = '63';

const CURRENCIES = new Map([
	['840', 'USD'],
	['116', 'KHR'],
]);

const SCAN_AGAIN =
	'Scan the QR code again, and make sure that its whole text arrives here unchanged.';

/**
 * The text of a KHQR code.
 *
 * @param value the text as it was scanned
 * @returns the trimmed text; its fields may stand in any order
 * @throws InvalidValueError when it is no EMV QR code, or a part of it is missing or changed (its checksum is wrong)
 */
export function requireKhqr(value: unknown): string {
	const text = requireText(value, MAX_TEXT);
	if (!/^\d{4}/.test(text)) throw notKhqr();
	const parts = readParts(text);
	if (!parts.some(({ number, value: format }) => number === FORMAT && /^\d\d$/.test(format)))
		throw notKhqr();
	if (!isWhole(parts)) throw changed('its checksum is wrong');
	fieldsOf(parts);
	return text;
}

/**
 * Whether the checksum is right: it covers every field in its order, and of its own field number and length. EMV wants that
 * last; a code with it elsewhere is read as one that was put together in another order.
 */
function isWhole(parts: Part[]): boolean {
	const written = (some: Part[]) => some.map(({ head, value }) => head + value).join('');
	const [own, ...more] = parts.filter(({ number }) => number === CHECKSUM);
	if (own === undefined || more.length > 0 || !/^[0-9A-F]{4}$/i.test(own.value)) return false;
	const at = parts.indexOf(own);
	const [before, behind] = [written(parts.slice(0, at)), written(parts.slice(at + 1))];
	return [before + own.head + behind, before + behind + own.head].some(
		(text) => checksum(text) === own.value.toUpperCase(),
	);
}

function notKhqr(): InvalidValueError {
	return new InvalidValueError(
		'is not the text of a KHQR code',
		'The text of a KHQR code begins with 000201. A link or a picture is something else.',
	);
}

/** @param why as it continues the sentence */
function changed(why: string): InvalidValueError {
	return new InvalidValueError(
		`is a KHQR code of which a part is missing or changed: ${why}`,
		SCAN_AGAIN,
	);
}

/**
 * What keeps an amount from being paid by this code.
 *
 * @param text what `requireKhqr` returned
 * @throws InvalidValueError when the code names an amount, and it is another one
 */
export function requireKhqrAmount(text: string, money: Money): void {
	const asked = moneyIn(text);
	if (asked === undefined || isSameMoney(money, asked.amount, asked.currency)) return;
	throw new InvalidValueError(
		`is ${money.decimal} ${money.currency}, but the KHQR code asks for ${asked.amount} ${asked.currency}`,
		'Pay what the code asks for, or have a code without an amount shown to you.',
	);
}

/**
 * Whether a QR text of the gateway's may be for this payment: texts of other systems than KHQR, in a currency of theirs, and
 * those without an amount say nothing against it.
 */
export function mayAskFor(text: string, money: Money): boolean {
	if (!isEmv(text)) return true;
	try {
		const asked = moneyIn(text);
		const isForeign = asked !== undefined && /^\d{3}$/.test(asked.currency);
		return asked === undefined || isForeign || isSameMoney(money, asked.amount, asked.currency);
	} catch {
		return false;
	}
}

/** Whether a text wants to be one of EMV: by its usual beginning, or by its fields where these are in another order. */
function isEmv(text: string): boolean {
	if (text.startsWith('0002')) return true;
	try {
		const numbers = readParts(text).map(({ number }) => number);
		return numbers.includes(FORMAT) && numbers.includes(CHECKSUM);
	} catch {
		return false;
	}
}

/** What a code asks for; `undefined` when it leaves that to the payer. @throws InvalidValueError when its fields do not fit together */
function moneyIn(text: string): { amount: string; currency: string } | undefined {
	const fields = fieldsOf(readParts(text));
	const amount = fields.get(AMOUNT);
	const number = fields.get(CURRENCY) ?? 'no currency';
	return amount === undefined ? undefined : { amount, currency: CURRENCIES.get(number) ?? number };
}

/** A field as it stands in a code: `head` is its number and its length. */
interface Part {
	number: string;
	head: string;
	value: string;
}

/** The fields of a code in their order. @throws InvalidValueError when their lengths do not fit together */
function readParts(text: string): Part[] {
	const parts: Part[] = [];
	// Lengths count characters, also where a name is written in Khmer.
	const letters = [...text];
	for (let at = 0; at < letters.length; ) {
		const head = letters.slice(at, at + 4).join('');
		const end = at + 4 + Number(head.slice(2));
		if (!/^\d{4}$/.test(head) || end > letters.length) {
			throw changed('the lengths of its fields do not fit');
		}
		parts.push({ number: head.slice(0, 2), head, value: letters.slice(at + 4, end).join('') });
		at = end;
	}
	return parts;
}

/** The values by the numbers of their fields. @throws InvalidValueError when one stands there twice */
function fieldsOf(parts: Part[]): Map<string, string> {
	const fields = new Map<string, string>();
	for (const { number, value } of parts) {
		// With two amounts nobody knows which one is paid.
		if (fields.has(number))
			throw new InvalidValueError(
				'is a KHQR code with a field that stands in it twice',
				SCAN_AGAIN,
			);
		fields.set(number, value);
	}
	return fields;
}

/** CRC-16 with the polynomial 0x1021 and the start value 0xFFFF over the UTF-8 text, as four upper-case hex digits. */
function checksum(text: string): string {
	let crc = 0xffff;
	for (const byte of Buffer.from(text)) {
		crc ^= byte << 8;
		for (let bit = 0; bit < 8; bit++) crc = ((crc << 1) ^ (crc & 0x8000 ? 0x1021 : 0)) & 0xffff;
	}
	return crc.toString(16).toUpperCase().padStart(4, '0');
}
