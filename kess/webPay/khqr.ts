import { InvalidValueError } from '../errors';
import { isSameMoney, type Money } from '../money';
import { requireText } from '../written/text';

/** Texts of KHQR codes: EMV merchant presented mode, as the National Bank of Cambodia uses it. */

/** EMV allows 512 characters. */
const MAX_TEXT = 512;

/** Numbers of the fields that are looked at (EMV QRCPS merchant presented mode, clause 4). */
const CURRENCY = '53';
const AMOUNT = '54';

const CURRENCIES = new Map([
	['840', 'USD'],
	['116', 'KHR'],
]);

const SCAN_AGAIN = 'Scan the QR code again, and make sure that its whole text arrives here unchanged.';

/**
 * The text of a KHQR code.
 *
 * @param value the text as it was scanned
 * @returns the trimmed text
 * @throws InvalidValueError when it is no EMV QR code, or a part of it is missing or changed (its checksum is wrong)
 */
export function requireKhqr(value: unknown): string {
	const text = requireText(value, MAX_TEXT);
	if (!/^0002\d\d/.test(text)) {
		throw new InvalidValueError('is not the text of a KHQR code', 'The text of a KHQR code begins with 000201. A link or a picture is something else.');
	}
	if (!/6304[0-9A-F]{4}$/i.test(text) || checksum(text.slice(0, -4)) !== text.slice(-4).toUpperCase()) {
		throw new InvalidValueError('is a KHQR code of which a part is missing or changed: its checksum is wrong', SCAN_AGAIN);
	}
	readFields(text);
	return text;
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
	if (!text.startsWith('0002')) return true;
	try {
		const asked = moneyIn(text);
		const isForeign = asked !== undefined && /^\d{3}$/.test(asked.currency);
		return asked === undefined || isForeign || isSameMoney(money, asked.amount, asked.currency);
	} catch {
		return false;
	}
}

/** What a code asks for; `undefined` when it leaves that to the payer. @throws InvalidValueError as `readFields` */
function moneyIn(text: string): { amount: string; currency: string } | undefined {
	const fields = readFields(text);
	const amount = fields.get(AMOUNT);
	const number = fields.get(CURRENCY) ?? 'no currency';
	return amount === undefined ? undefined : { amount, currency: CURRENCIES.get(number) ?? number };
}

/** Number, length and value of each field. @throws InvalidValueError when they do not fit together */
function readFields(text: string): Map<string, string> {
	const fields = new Map<string, string>();
	// Lengths count characters, also where a name is written in Khmer.
	const letters = [...text];
	for (let at = 0; at < letters.length; ) {
		const header = letters.slice(at, at + 4).join('');
		const end = at + 4 + Number(header.slice(2));
		if (!/^\d{4}$/.test(header) || end > letters.length) {
			throw new InvalidValueError('is not the text of a KHQR code', SCAN_AGAIN);
		}
		// With two amounts nobody knows which one is paid.
		if (fields.has(header.slice(0, 2))) throw new InvalidValueError('is a KHQR code with a field that stands in it twice', SCAN_AGAIN);
		fields.set(header.slice(0, 2), letters.slice(at + 4, end).join(''));
		at = end;
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
