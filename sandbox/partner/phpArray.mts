import { type Node, parseTree } from 'jsonc-parser';

import { comparePhpKeys, laravelText, type Trims } from '../phpInput.mts';

/**
 * Arrays as PHP has them after `json_decode($text, true)`: an int is a bigint, a float a number, and an object keeps the
 * order of its keys, which JavaScript's own objects do not. Written from PHP's rules, and from nothing that the nodes use.
 */
export type PhpValue = null | boolean | string | bigint | number | PhpValue[] | PhpMap;
export type PhpMap = Map<string, PhpValue>;

/** What a service answers, by its field names. */
export type Data = { [field: string]: string | number | bigint };

const INT64 = 2n ** 63n;

/** From this power of ten on, and below the other, PHP prints a float with an exponent. */
const LARGE = 17;
const SMALL = -4;

/** The same as a PHP array. */
export function phpMap(fields: { [field: string]: PhpValue }): PhpMap {
	return new Map(Object.entries(fields));
}

/**
 * PHP's `json_decode($text, true)`.
 *
 * @throws SyntaxError for what PHP refuses: malformed JSON or UTF-8, a byte order mark, half a surrogate pair, 512 levels
 */
export function decodePhp(bytes: Uint8Array): PhpValue {
	let text: string;
	let root: Node | undefined;
	try {
		text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
		JSON.parse(text);
		root = parseTree(text);
	} catch {
		throw new SyntaxError('PHP reads no JSON here');
	}
	if (root === undefined) throw new SyntaxError('PHP reads no JSON here');
	return valueOf(root, text, 1);
}

function valueOf({ type, value, offset, length, children = [] }: Node, text: string, depth: number): PhpValue {
	if (depth > 512) throw new SyntaxError('Nested too deep');
	switch (type) {
		case 'object':
			return new Map(
				children.map(({ children: [key, member] = [] }) => {
					if (key === undefined || member === undefined) throw new SyntaxError('A member is not whole');
					return [wholeText(key.value), valueOf(member, text, depth + 1)];
				}),
			);
		case 'array':
			return children.map((entry) => valueOf(entry, text, depth + 1));
		case 'number':
			return numberOf(text.slice(offset, offset + length));
		case 'string':
			return wholeText(value);
		default:
			return value as boolean | null;
	}
}

function wholeText(text: string): string {
	if (/\p{Surrogate}/u.test(text)) throw new SyntaxError('Half a surrogate pair stands alone');
	return text;
}

function numberOf(literal: string): bigint | number {
	if (/[.eE]/.test(literal)) return Number(literal);
	const int = BigInt(literal);
	return int >= -INT64 && int < INT64 ? int : Number(literal);
}

/**
 * PHP's `json_encode` with its defaults.
 *
 * @throws RangeError for a float that is infinite
 */
export function encodePhp(value: PhpValue): string {
	if (typeof value === 'string') return encodeText(value);
	if (typeof value === 'number') return encodeFloat(value);
	if (Array.isArray(value)) return `[${value.map(encodePhp).join(',')}]`;
	if (!(value instanceof Map)) return String(value);
	const isList = [...value.keys()].every((key, index) => key === String(index));
	if (isList) return encodePhp([...value.values()]);
	return `{${Array.from(value, ([key, member]) => `${encodeText(key)}:${encodePhp(member)}`).join(',')}}`;
}

function encodeText(text: string): string {
	const code = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
	return JSON.stringify(text).replaceAll('/', '\\/').replace(/[\u0080-\uffff]/g, code);
}

function encodeFloat(value: number): string {
	if (!Number.isFinite(value)) throw new RangeError('Inf and NaN cannot be JSON encoded');
	if (value === 0) return Object.is(value, -0) ? '-0' : '0';
	const [digits = '', exponent = ''] = value.toExponential().split('e');
	const power = Number(exponent);
	if (power >= SMALL && power < LARGE) return String(value);
	return `${digits.includes('.') ? digits : `${digits}.0`}e${power < 0 ? '-' : '+'}${Math.abs(power)}`;
}

/** The text that is signed (docs/gateway.md §13, Signature algorithm: `toString`). @throws RangeError as `encodePhp` */
export function canonicalPhp(body: PhpMap): string {
	const signed = [...body].filter(([key]) => key !== 'sign' && key !== 'sign_type');
	return encodePhp(new Map(signed.sort(([a], [b]) => comparePhpKeys(a, b))));
}

/** The input of a request as Laravel hands it on: trimmed texts, null for empty ones, at every depth. */
export function laravelInput(value: PhpValue, trims: Trims): PhpValue {
	if (typeof value === 'string') return laravelText(value, trims);
	if (Array.isArray(value)) return value.map((entry) => laravelInput(entry, trims));
	if (value instanceof Map) return new Map(Array.from(value, ([key, entry]) => [key, laravelInput(entry, trims)]));
	return value;
}

/**
 * The body with every key of its top level in it twice. Only the later one counts to PHP, so what is signed stays the
 * same; to a reader that takes the first one, or the raw text, it does not.
 */
export function withRepeatedKeys(body: PhpMap): string {
	const earlier = new Map<string, PhpValue>([...body.keys()].map((key) => [key, null]));
	return `${encodePhp(earlier).slice(0, -1)},${encodePhp(body).slice(1)}`;
}
