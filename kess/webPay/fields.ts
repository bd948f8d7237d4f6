import { inContext, InvalidValueError } from '../errors';
import { MAX_WHOLE_DIGITS, type Money, parsePrice } from '../money';
import { undecidedAddress } from '../webPaySignature';
import { nameOfInvisible, takenOut, withoutInvisible } from '../written/invisible';
import { missingWithin, noValue } from '../written/missing';
import { requireReference } from '../written/reference';
import { readDecimal } from '../written/decimal';
import { isBlank, requireText, type Say } from '../written/text';

/** Lengths in characters (docs/gateway.md §12, CREATE ORDER). */
const MAX_REFERENCE = 64;
const MAX_TITLE = 255;
const MAX_DETAIL = 64;

/**
 * The merchant's own order number (docs/gateway.md §12: `out_trade_no`, String 64, unique).
 *
 * @param say takes a note also where KESS accepts it as specified, and some of its channels may not
 * @throws InvalidValueError as `requireReference`
 */
export function requireOutTradeNo(value: unknown, say?: Say): string {
	const outTradeNo = requireReference(value, MAX_REFERENCE, say);
	// A sibling gateway is known to refuse them.
	const isPlain = [...outTradeNo].length <= 32 && /^[A-Za-z0-9-]+$/.test(outTradeNo);
	if (!isPlain)
		say?.(
			'is longer than 32 characters, or has characters other than letters, digits and dashes. KESS takes it, some of its channels may not.',
		);
	return outTradeNo;
}

/** The order's title (docs/gateway.md §12: `body`, String 255). */
export function requireTitle(value: unknown, say?: Say): string {
	return requireText(value, MAX_TITLE, say);
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
 * @param total what the order costs: prices are in its currency
 * @param say takes a note when the lines come to another sum
 * @throws InvalidValueError naming the line (counted from 1) and the field
 */
export function readDetail(lines: DetailInput[], total: Money, say?: Say): DetailLine[] {
	const { currency } = total;
	let sum = 0n;
	const read = lines.flatMap((line, index): DetailLine[] => {
		const { no, name, price, qty, discount } = line;
		if ([no, name, price, qty, discount].every(isBlank)) return [];
		const field = <T>(called: keyof DetailInput, check: (value: unknown, say: Say) => T) =>
			inLine(index, called, () =>
				check(line[called], (note) => say?.(`${nameOf(index, called)} ${note}`)),
			);
		const cost = field('price', (value, told) => parsePrice(value, currency, told));
		const off = isBlank(discount)
			? NO_DISCOUNT
			: field('discount', (value) => readSmall(value, '0.05', DISCOUNT_DECIMALS));
		const quantity = field('qty', readQuantity);
		const price10000 = cost.hundredths * 100n;
		if (off.scaled > price10000) {
			throw inContext(
				new InvalidValueError('is more than its price', 'Enter the discount for one unit.'),
				nameOf(index, 'discount'),
			);
		}
		sum += (price10000 - off.scaled) * quantity.scaled;
		return [
			{
				no: field('no', (value, told) => requireText(value, MAX_DETAIL, told)),
				name: field('name', (value, told) => requireText(value, MAX_DETAIL, told)),
				price: cost.decimal,
				qty: quantity.text,
				...(off.scaled > 0n && { discount: Number(off.text) }),
			},
		];
	});
	if (read.length > 0 && sum !== total.hundredths * 100n * 10n ** BigInt(QUANTITY_DECIMALS)) {
		say?.('comes to another sum than the order. The buyer pays the Total Amount.');
	}
	return read;
}

/** Of a discount for one unit. */
const DISCOUNT_DECIMALS = 4;

/** In kilograms there may be 1.25 of a product. */
const QUANTITY_DECIMALS = 3;

const NO_DISCOUNT = { text: '0', scaled: 0n };

function readQuantity(value: unknown) {
	const quantity = readSmall(value, '2', QUANTITY_DECIMALS);
	if (quantity.scaled > 0n) return quantity;
	throw new InvalidValueError(
		'is 0',
		'Enter how many, for example 2. A line that is not wanted stays empty.',
	);
}

/** @returns a number of at least 0, as it is sent and as a whole number of its smallest parts */
function readSmall(
	value: unknown,
	example: string,
	decimals: number,
): { text: string; scaled: bigint } {
	const { shown, isNegative, whole, fraction, text } = readDecimal(value, example);
	if (!isNegative && fraction.length <= decimals && whole.length <= MAX_WHOLE_DIGITS) {
		return { text, scaled: BigInt(whole + fraction.padEnd(decimals, '0')) };
	}
	throw new InvalidValueError(
		`is ${shown}`,
		`Enter a number of at least 0 with at most ${decimals} decimals, for example ${example}.`,
	);
}

function inLine<T>(index: number, field: string, read: () => T): T {
	try {
		return read();
	} catch (error) {
		throw inContext(error, nameOf(index, field));
	}
}

function nameOf(index: number, field: string): string {
	return `has a product line ${index + 1} whose ${field}`;
}

/** What means something inside a network only: some endings, a name without a point, and numbers that nobody has alone. */
const PRIVATE = [
	/(?:^|\.)(?:local|localhost|internal|lan|home|test)\.?$/i,
	/^[^.:]+\.?$/,
	/^(?:0\.0\.0\.0$|10\.|127\.|169\.254\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.)/,
	/^100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./,
	/^\[(?:::1\]|::ffff:|f[cd]|fe80:)/i,
];

/** Whether an address, which has to be one, means something on this machine or in its own network only. */
export function isPrivateAddress(address: string): boolean {
	const { hostname } = new URL(address);
	return PRIVATE.some((shape) => shape.test(hostname));
}

/** What no address has in it: a program would leave it out or write it otherwise, and which one nobody knows. */
const GAP = /[\s\p{Cc}\p{Z}]/u;

/** One address without what nobody sees in it, or a complaint that it cannot be one. */
function readAddress(value: unknown, say: Say | undefined): string {
	const { text, names } = withoutInvisible(requireText(value, 2048));
	const missing = missingWithin(text);
	if (missing !== undefined) throw noValue(missing, text);
	const gap = GAP.exec(text);
	if (gap !== null) {
		throw new InvalidValueError(
			`has ${gap[0] === ' ' ? 'a space' : nameOfInvisible(gap[0])} behind ${JSON.stringify(text.slice(0, gap.index))}`,
			'Enter one address, and write %20 where a space belongs into it.',
		);
	}
	const note = takenOut(names);
	if (note !== undefined) say?.(note);
	return text;
}

/**
 * An address of any scheme (`schema_url`): apps register their own.
 *
 * @param say takes a note of what was taken out
 * @throws InvalidValueError when it is none, has a gap in it, or lacks a value
 */
export function requireAppAddress(value: unknown, say?: Say): string {
	const text = readAddress(value, say);
	if (URL.canParse(text)) return text;
	throw new InvalidValueError(
		'is not an address',
		'Enter the whole address with its scheme, for example myshop://paid.',
	);
}

/**
 * An address that KESS will call or send the buyer to (`notify_url`, `redirect_url`).
 *
 * @param say takes a note of what was taken out, and where KESS would call in vain
 * @param isNearby whether the gateway is on this machine or in its network, and reaches what others do not
 * @returns it in a spelling that the signature does not take for other fields
 * @throws InvalidValueError as `requireAppAddress`, and when it is not one absolute http or https address
 */
export function requireWebAddress(value: unknown, say?: Say, isNearby = false): string {
	const text = readAddress(value, say);
	if (!/^https?:\/\/[^/\\?#]/i.test(text) || !URL.canParse(text)) {
		throw new InvalidValueError(
			'is not a web address',
			'Enter the whole address with its beginning, for example https://shop.example/thank-you.',
		);
	}
	if (/[,;|]https?:/i.test(text))
		throw new InvalidValueError('has several addresses in it', 'Enter one of them.');
	if (!isNearby && isPrivateAddress(text))
		say?.(
			'is an address of this machine or its own network, which KESS cannot reach from outside.',
		);
	if (new URL(text).pathname.startsWith('/webhook-test/'))
		say?.(
			'is an address of n8n for trying out, which answers only while somebody listens in the editor. Use the Production URL of the trigger, and publish its workflow.',
		);
	return undecidedAddress(text);
}

/**
 * A time in whole seconds (`expires_in`).
 *
 * @throws InvalidValueError when it is not a whole number greater than zero
 */
export function requireSeconds(value: unknown, say?: Say): number {
	const { isNegative, text } = readDecimal(value, '1800', say);
	const seconds = Number(text);
	if (!isNegative && Number.isSafeInteger(seconds) && seconds > 0) return seconds;
	throw new InvalidValueError(
		'is not a whole number of seconds',
		'Enter a whole number greater than 0, for example 1800 for half an hour.',
	);
}

/**
 * The address that a buyer pays from (docs/gateway.md §3, directPay: `ip_address`).
 *
 * @throws InvalidValueError when it is neither an IPv4 nor an IPv6 address
 */
export function requireIpAddress(value: unknown): string {
	const text = requireText(value, 64);
	const isV4 =
		/^\d{1,3}(\.\d{1,3}){3}$/.test(text) && text.split('.').every((part) => Number(part) <= 255);
	if (isV4 || (/^[0-9a-f:.]+$/i.test(text) && URL.canParse(`http://[${text}]`))) return text;
	throw new InvalidValueError(
		'is not an IP address',
		'Enter the address of the buyer, for example 203.0.113.7.',
	);
}
