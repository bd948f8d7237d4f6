import { randomUUID } from 'node:crypto';

/** A decoded JSON value. A whole number with more digits than PHP prints for a float is a bigint. */
export type PhpValue = string | number | bigint | boolean | null | PhpValue[] | { [key: string]: PhpValue };

export type PhpArray = { [key: string]: PhpValue };

const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const LONG_INTEGER = /^-?\d{15,}$/;
const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

/**
 * Decodes JSON as PHP's `json_decode($text, true)` does.
 *
 * @param bytes the body as it arrived
 * @throws SyntaxError for what PHP refuses: malformed JSON or UTF-8, a byte order mark, half a surrogate pair
 */
export function decodePhpJson(bytes: ArrayBuffer | Uint8Array): PhpValue {
	let text: string;
	try {
		text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
	} catch {
		throw new SyntaxError('The text is not UTF-8');
	}
	JSON.parse(text);
	// JSON.parse would round long integers, PHP keeps 64 bits: they travel through it as marked strings. PHP has no
	// integer -0 either.
	const mark = `${randomUUID()}:`;
	const marked = text.replace(TOKEN, (token) => {
		if (token === '-0') return '0';
		return LONG_INTEGER.test(token) ? JSON.stringify(mark + token) : token;
	});
	return JSON.parse(marked, (key, value: PhpValue) => {
		if (/\p{Surrogate}/u.test(key)) throw new SyntaxError('A key holds half a surrogate pair');
		if (typeof value !== 'string') return value;
		if (/\p{Surrogate}/u.test(value)) throw new SyntaxError('A value holds half a surrogate pair');
		return value.startsWith(mark) ? toInteger(value.slice(mark.length)) : value;
	}) as PhpValue;
}

function toInteger(digits: string): number | bigint {
	const integer = BigInt(digits);
	return integer > INT64_MAX || integer < INT64_MIN ? Number(digits) : integer;
}

export function isPhpArray(value: PhpValue | undefined): value is PhpArray {
	return value !== null && typeof value === 'object' && !Array.isArray(value);
}

const OUTER_SPACE = /^[\s\u200B\u200E\uFEFF]+|[\s\u200B\u200E\uFEFF]+$/gu;

/** One text after Laravel's TrimStrings and ConvertEmptyStringsToNull. */
export function laravelText(text: string): string | null {
	return text.replace(OUTER_SPACE, '') || null;
}

/** Laravel's TrimStrings and ConvertEmptyStringsToNull, at every depth: a gateway built on it never sees other input. */
export function laravelInput(value: PhpValue): PhpValue {
	if (typeof value === 'string') return laravelText(value);
	if (Array.isArray(value)) return value.map(laravelInput);
	if (isPhpArray(value)) return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, laravelInput(entry)]));
	return value;
}

/**
 * What PHP 8 makes of a scalar when it is joined to a string: `true` is `1`, `false` and `null` are nothing, a float has
 * 14 significant digits (php.ini `precision`) and goes over to `1.0E+15` beyond them.
 */
export function phpText(value: string | number | bigint | boolean | null): string {
	if (value === null || value === false) return '';
	if (value === true) return '1';
	return typeof value === 'number' ? phpFloat(value) : String(value);
}

function phpFloat(value: number): string {
	if (value === 0) return Object.is(value, -0) ? '-0' : '0';
	if (!Number.isFinite(value)) return value > 0 ? 'INF' : '-INF';
	const [mantissa = '', power = ''] = value.toExponential(13).split('e');
	const exponent = Number(power);
	if (exponent >= -4 && exponent < 14) return Number(value.toPrecision(14)).toFixed(13 - exponent).replace(/\.?0+$/, '');
	const short = mantissa.replace(/0+$/, '').replace(/\.$/, '.0');
	return `${short}E${exponent < 0 ? '-' : '+'}${Math.abs(exponent)}`;
}

const NUMERIC = /^[ \t\n\r\v\f]*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?[ \t\n\r\v\f]*$/;

/** The order of PHP 8.2's `ksort`: numeric keys by number, all others byte by byte. */
export function comparePhpKeys(a: string, b: string): number {
	if (NUMERIC.test(a) && NUMERIC.test(b)) return Number(a) - Number(b);
	return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
