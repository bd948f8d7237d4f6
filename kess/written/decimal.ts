import { withoutEndZeros } from '../digits';
import { InvalidValueError } from '../errors';
import { takenOut, withoutInvisible } from './invisible';
import { missingAs, noValue } from './missing';
import { otherThanText, type Say, trimText } from './text';

/** Where the digits of other scripts begin: Khmer, Thai, Lao, and those as wide as a Chinese letter. */
const ZEROS = [0x17e0, 0x0e50, 0x0ed0, 0xff10];

const OTHER_DIGIT = /[\u17E0-\u17E9\u0E50-\u0E59\u0ED0-\u0ED9\uFF10-\uFF19]/g;

/** The digits of a spreadsheet: what is behind them is what computing with binary fractions has left. */
const SIGNIFICANT = 15;

/** The same text with the digits that KESS reads. */
export function plainDigits(text: string): string {
	return text.replace(OTHER_DIGIT, (digit) => {
		const code = digit.charCodeAt(0);
		const zero = ZEROS.find((start) => code >= start && code <= start + 9) ?? code;
		return String(code - zero);
	});
}

/** A plain decimal number, exactly as it was written but for zeros that say nothing. */
export interface Decimal {
	/** As it came, in quotes and cut, for messages. */
	shown: string;
	isNegative: boolean;
	/** The digits before the point, and behind it. */
	whole: string;
	fraction: string;
	/** Both, in the shortest form and without a sign: `10.5`. */
	text: string;
	/** Whether its point is where others put the one of the thousands: `1.500`, not `0.500`. */
	mayBeThousands: boolean;
}

/**
 * Reads a number as a person or a spreadsheet has written it. A JavaScript number is read with the 15 digits that
 * spreadsheets keep, so that 0.1 + 0.2 is 0.3; a text is read as it stands.
 *
 * @param example a number that would be right here, for the hint
 * @param say takes a note where something was read that looks different from what is sent
 * @throws InvalidValueError when it is empty or no plain decimal number
 */
export function readDecimal(value: unknown, example: string, say?: Say): Decimal {
	const other = otherThanText(value);
	if (other !== undefined)
		throw new InvalidValueError(
			`${other}, not a number`,
			`Enter a number, for example ${example}.`,
		);
	const came = withoutInvisible(
		typeof value === 'number' ? numberText(value, say) : String(value ?? ''),
	);
	const written = trimText(came.text);
	if (written === '')
		throw new InvalidValueError('is empty', `Enter a number, for example ${example}.`);
	const text = plainDigits(written).replace(/^\+(?=[\d.])/, '');
	const plain = /^(-?)(\d*)(?:\.(\d*))?$/.exec(text);
	const [, sign = '', whole = '', fraction = ''] = plain ?? [];
	if (plain === null || whole + fraction === '') {
		const missing = missingAs(written);
		if (missing !== undefined) throw noValue(missing, written);
		throw new InvalidValueError(
			`is ${shownText(written)}, which is not a plain number`,
			plainNumberHint(text, example),
		);
	}
	const note = takenOut(came.names);
	if (note !== undefined) say?.(note);
	if (text !== written) say?.(`is read as ${text}.`);
	const digits = {
		whole: whole.replace(/^0+(?=\d)/, '') || '0',
		fraction: withoutEndZeros(fraction),
	};
	return {
		shown: shownText(written),
		isNegative: sign === '-',
		...digits,
		text: digits.fraction === '' ? digits.whole : `${digits.whole}.${digits.fraction}`,
		mayBeThousands: /^[1-9]\d{0,2}\.\d{3}$/.test(text),
	};
}

function shownText(text: string): string {
	return JSON.stringify(text.slice(0, 40));
}

function numberText(value: number, say: Say | undefined): string {
	const text = String(Number(value.toPrecision(SIGNIFICANT)));
	if (Number.isFinite(value) && Number(text) !== value)
		say?.(`was computed as ${value}, and is taken as ${text}.`);
	return text;
}

function plainNumberHint(text: string, example: string): string {
	if (/^-?\d+(\.\d+)?e[+-]?\d+$/i.test(text))
		return `Write it out without an exponent, for example ${example}.`;
	if (/^-?[\d\s]*\d,\d/.test(text))
		return `Write it without separators for thousands and with a point before the decimals, for example ${example}.`;
	if (/infinity$/i.test(text))
		return 'Something is divided by nothing there. Check the expression.';
	return `Use only digits and a decimal point, for example ${example}, without a currency sign.`;
}
