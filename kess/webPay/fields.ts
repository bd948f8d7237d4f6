import { inContext, InvalidValueError } from '../errors';
import { undecidedAddress } from '../webPaySignature';
import { requireReference, requireText, trimText } from '../textField';

/** Lengths in characters (docs/gateway.md §12, CREATE ORDER). */
const MAX_REFERENCE = 64;
const MAX_TITLE = 255;
const MAX_DETAIL = 64;

/**
 * The merchant's own order number (docs/gateway.md §12: `out_trade_no`, String 64, unique).
 *
 * @throws InvalidValueError when it is empty, too long, or a number that has lost digits on its way here
 */
export function requireOutTradeNo(value: unknown): string {
	return requireReference(value, MAX_REFERENCE);
}

/**
 * Advice on an order number that KESS accepts as specified but that a sibling gateway is known to refuse.
 *
 * @returns a sentence, or `undefined` when there is nothing to say
 */
export function outTradeNoAdvice(outTradeNo: string): string | undefined {
	if ([...outTradeNo].length <= 32 && /^[A-Za-z0-9-]+$/.test(outTradeNo)) return undefined;
	return `The order number "${outTradeNo}" is longer than 32 characters or has characters other than letters, digits and dashes. KESS takes it, some of its channels may not.`;
}

/** The order's title (docs/gateway.md §12: `body`, String 255). */
export function requireTitle(value: unknown): string {
	return requireText(value, MAX_TITLE);
}

/** One product line of an order as the user wrote it (docs/gateway.md §12, Detail). */
export interface DetailInput {
	no?: unknown;
	name?: unknown;
	price?: unknown;
	qty?: unknown;
	discount?: unknown;
}

/** One product line as it is sent. */
export interface DetailLine {
	no: string;
	name: string;
	price: string;
	qty: string;
	discount?: number;
}

/**
 * The product lines of an order. A line whose fields are all empty is left out, so that a spreadsheet may have
 * columns for a second and third product that most rows do not fill.
 *
 * @throws InvalidValueError naming the line (counted from 1) and the field
 */
export function readDetail(lines: DetailInput[]): DetailLine[] {
	return lines.flatMap((line, index) => {
		const { no, name, price, qty, discount } = line;
		if ([no, name, price, qty, discount].every((field) => trimText(String(field ?? '')) === '')) return [];
		const required = (field: 'no' | 'name' | 'price' | 'qty') =>
			inLine(index, field, () => requireText(line[field], MAX_DETAIL));
		const read: DetailLine = { no: required('no'), name: required('name'), price: required('price'), qty: required('qty') };
		const off = trimText(String(discount ?? ''));
		if (off !== '') read.discount = inLine(index, 'discount', () => readDiscount(off));
		return [read];
	});
}

function readDiscount(text: string): number {
	if (/^\d{1,11}(\.\d{1,4})?$/.test(text)) return Number(text);
	throw new InvalidValueError(
		`is ${JSON.stringify(text.slice(0, 40))}, which is not a plain number`,
		'Enter the discount for one unit, for example 0.05, or leave it empty.',
	);
}

function inLine<T>(index: number, field: string, read: () => T): T {
	try {
		return read();
	} catch (error) {
		throw inContext(error, `has a product line ${index + 1} whose ${field}`);
	}
}

/**
 * An address that KESS will call or send the buyer to (`notify_url`, `redirect_url`).
 *
 * @returns it in a spelling that the signature does not take for other fields
 * @throws InvalidValueError when it is not an absolute http or https address
 */
export function requireWebAddress(value: unknown): string {
	const text = requireText(value, 2048);
	if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return undecidedAddress(text);
	throw new InvalidValueError(
		'is not a web address',
		'Enter the whole address with its beginning, for example https://shop.example/thank-you.',
	);
}

/**
 * A time in whole seconds (`expires_in`).
 *
 * @throws InvalidValueError when it is not a whole number greater than zero
 */
export function requireSeconds(value: unknown): number {
	const seconds = typeof value === 'string' ? Number(value.trim() || Number.NaN) : value;
	if (typeof seconds === 'number' && Number.isSafeInteger(seconds) && seconds > 0) return seconds;
	throw new InvalidValueError('is not a whole number of seconds', 'Enter a whole number greater than 0, for example 1800 for half an hour.');
}

/**
 * The address that a buyer pays from (docs/gateway.md §3, directPay: `ip_address`).
 *
 * @throws InvalidValueError when it is neither an IPv4 nor an IPv6 address
 */
export function requireIpAddress(value: unknown): string {
	const text = requireText(value, 64);
	const isV4 = /^\d{1,3}(\.\d{1,3}){3}$/.test(text) && text.split('.').every((part) => Number(part) <= 255);
	if (isV4 || (/^[0-9a-f:.]+$/i.test(text) && URL.canParse(`http://[${text}]`))) return text;
	throw new InvalidValueError('is not an IP address', 'Enter the address of the buyer, for example 203.0.113.7.');
}
