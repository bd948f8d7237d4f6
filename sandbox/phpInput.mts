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

/** PHP's own trim() has these too. */
const FEW = String.raw`\s\0\u0085\u200B\u200E\uFEFF`;

/** All that Str::trim has had since version 11.40: code points by their numbers. */
const MANY = `${FEW}${[0xad, 0x34f, 0x61c, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x180e, 0x200c, 0x200d, 0x200f, 0x2800, 0x3164, 0xffa0, 0x1d159, 0xe0020]
	.map((code) => `\\u{${code.toString(16)}}`)
	.join('')}${String.raw`\u2060-\u2065\u206A-\u206F\u{1D173}-\u{1D17A}`}`;

const atEnds = (characters: string) => new RegExp(`^[${characters}]+|[${characters}]+$`, 'gu');

/** What Laravel's TrimStrings strips: few characters in its older versions, many in its newer ones. */
export const TRIMS = { few: atEnds(FEW), many: atEnds(MANY) } as const;

export type Trims = keyof typeof TRIMS;

/** One text after Laravel's TrimStrings and ConvertEmptyStringsToNull. */
export function laravelText(text: string, trims: Trims): string | null {
	return text.replace(TRIMS[trims], '') || null;
}

/** Laravel's TrimStrings and ConvertEmptyStringsToNull, at every depth: a gateway built on it never sees other input. */
export function laravelInput(value: PhpValue, trims: Trims): PhpValue {
	if (typeof value === 'string') return laravelText(value, trims);
	if (Array.isArray(value)) return value.map((entry) => laravelInput(entry, trims));
	if (isPhpArray(value)) return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, laravelInput(entry, trims)]));
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
