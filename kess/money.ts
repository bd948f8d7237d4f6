import { withoutEndZeros } from './digits';
import { InvalidValueError } from './errors';
import { type Decimal, readDecimal } from './written/decimal';
import { withoutInvisible } from './written/invisible';
import { otherThanText, type Say } from './written/text';

/** Decimals that KESS books for each currency it takes. Riel have none in everyday use (docs/gateway.md §12: "two decimal"). */
const DECIMALS = new Map([
	['USD', 2],
	['KHR', 0],
]);

/** PHP writes a number into the signed string with 14 significant digits; 11 before the point leave room for two after it. */
export const MAX_WHOLE_DIGITS = 11;

const EXAMPLE = '10.50';

/** An amount of money, exact: never a sum of floats. */
export interface Money {
	/** `USD` or `KHR`. */
	currency: string;
	/** Hundredths of a unit in every currency, so that amounts compare as whole numbers. */
	hundredths: bigint;
	/** The shortest decimal form, as the JSON number that is sent and signed carries it: `10.5`, `42000`. */
	decimal: string;
}

/**
 * The currency of an order, as the gateway spells it.
 *
 * @param value three letters in any case
 * @returns `USD` or `KHR` (docs/gateway.md §12, CREATE ORDER: `currency`)
 * @throws InvalidValueError for every other currency
 */
export function parseCurrency(value: unknown): string {
	const currency = writtenCurrency(value);
	if (DECIMALS.has(currency)) return currency;
	throw new InvalidValueError(
		currency === ''
			? 'is empty'
			: `is ${JSON.stringify(currency.slice(0, 40))}, which KESS does not take`,
		`Use one of ${[...DECIMALS.keys()].join(' or ')}.`,
	);
}

/**
 * The letters that somebody has written, whatever nobody sees between them.
 *
 * @throws InvalidValueError for a list, a date and the like
 */
export function writtenCurrency(value: unknown): string {
	const other = otherThanText(value);
	if (other !== undefined)
		throw new InvalidValueError(`${other}, not a currency`, 'Use three letters, for example USD.');
	return withoutInvisible(String(value ?? ''))
		.text.trim()
		.toUpperCase();
}

/**
 * Reads an amount from what the user or a spreadsheet wrote. Nothing is rounded: what cannot be booked exactly is refused.
 *
 * @param value text or number, for example `"10.50"`, `10.5`, `42000`
 * @param currency what `parseCurrency` returned
 * @param say takes a note where it was read otherwise than it looks
 * @returns the exact amount, greater than zero
 * @throws InvalidValueError when it is no plain decimal number, not greater than zero, or finer than the currency
 */
export function parseMoney(value: unknown, currency: string, say?: Say): Money {
	return moneyMeant(readDecimal(value, EXAMPLE, say), currency, 1n);
}

/** The same, for what may cost nothing. */
export function parsePrice(value: unknown, currency: string, say?: Say): Money {
	return moneyMeant(readDecimal(value, EXAMPLE, say), currency, 0n);
}

/** The money in an answer; `undefined` where it is not there or cannot be read. */
export function moneyIn(amount: unknown, currency: unknown): Money | undefined {
	try {
		return moneyOf(readDecimal(amount, EXAMPLE), parseCurrency(currency), 1n);
	} catch {
		return undefined;
	}
}

/** What a person has written: the point may stand before decimals, or, as in much of the world, before thousands. */
function moneyMeant(decimal: Decimal, currency: string, least: bigint): Money {
	const { shown, whole, fraction, mayBeThousands } = decimal;
	const decimals = DECIMALS.get(currency) ?? 2;
	if (decimal.isNegative || !mayBeThousands || fraction.length > decimals)
		return moneyOf(decimal, currency, least);
	const small = decimals === 0 ? whole : `${whole}.${fraction.padEnd(decimals, '0')}`;
	const large = `${whole}${fraction.padEnd(3, '0')}`;
	throw new InvalidValueError(
		`is ${shown}, which may mean ${small} or ${large} ${currency}`,
		`Write ${small} or ${large}, whichever it is.`,
	);
}

/** @param least hundredths that it has to be at least */
function moneyOf(
	{ shown, isNegative, whole, fraction, text: decimal }: Decimal,
	currency: string,
	least: bigint,
): Money {
	if (isNegative) throw tooLittle(shown);
	const decimals = DECIMALS.get(currency) ?? 2;
	if (fraction.length > decimals) {
		throw decimals === 0
			? new InvalidValueError(
					`is ${shown}, but ${currency} has no decimals`,
					`Round the amount to whole ${currency} yourself, or check whether the currency should be USD. Nothing is rounded for you.`,
				)
			: new InvalidValueError(
					`is ${shown}, which has more than two decimals`,
					'Round the amount to two decimals yourself. Nothing is rounded for you.',
				);
	}
	if (whole.length > MAX_WHOLE_DIGITS) {
		throw new InvalidValueError(
			`is ${shown}, which is too large`,
			`Enter an amount with at most ${MAX_WHOLE_DIGITS} digits before the decimal point.`,
		);
	}
	const hundredths = BigInt(whole + fraction.padEnd(2, '0'));
	if (hundredths < least) throw tooLittle(shown);
	return { currency, hundredths, decimal };
}

function tooLittle(shown: string): InvalidValueError {
	return new InvalidValueError(
		`is ${shown}, but has to be greater than 0`,
		'Enter an amount greater than 0.',
	);
}

/**
 * Whether an answer names the amount that was asked for. Gateways print it as `20`, `"20"`, `20.0` or `"20.00"`.
 *
 * @param asked what was sent
 * @param amount the answer's amount
 * @param currency the answer's currency
 */
export function isSameMoney(asked: Money, amount: unknown, currency: unknown): boolean {
	if (typeof currency !== 'string' || currency.trim().toUpperCase() !== asked.currency)
		return false;
	return hundredthsOf(amount) === asked.hundredths;
}

/** Whether an amount of a gateway can be compared: a plain number with whole cents. */
export function isReadable(amount: unknown): boolean {
	return hundredthsOf(amount) !== undefined;
}

function hundredthsOf(amount: unknown): bigint | undefined {
	if (typeof amount !== 'number' && typeof amount !== 'string') return undefined;
	const plain = /^(\d+)(?:\.(\d+))?$/.exec(String(amount).trim());
	if (!plain) return undefined;
	const whole = (plain[1] ?? '').replace(/^0+(?=\d)/, '');
	const fraction = withoutEndZeros(plain[2] ?? '');
	if (whole.length > MAX_WHOLE_DIGITS || fraction.length > 2) return undefined;
	return BigInt(whole + fraction.padEnd(2, '0'));
}
