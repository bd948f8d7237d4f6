import { withoutEndZeros } from './digits';
import type { Json } from './jsonObject';
import { ksortKeys } from './phpKeyOrder';

/**
 * A value as PHP 8.2's `json_decode($text, true)` gives it: bigint is a PHP int, number a PHP float. An array keeps the
 * order of its keys; lists are JavaScript arrays, everything that was an object in the JSON is a Map.
 */
export type PhpValue = null | boolean | string | bigint | number | PhpList | PhpMap;
export type PhpList = PhpValue[];
/** Keys in their text form; which of them are ints to PHP follows from the text alone. */
export type PhpMap = Map<string, PhpValue>;

/** JSON that PHP does not decode, or a value that it does not encode. Never quotes what the text says. */
export class PhpJsonError extends Error {
	override name = 'PhpJsonError';

	constructor(reason: string, position?: number) {
		super(position === undefined ? reason : `${reason} (at character ${position + 1})`);
	}
}

/** PHP's default depth of 512 counts the scalar inside the innermost array as well. */
const MAX_NESTING = 511;

/** The longest text of a PHP int. */
const MAX_INT_LENGTH = '-9223372036854775808'.length;

const INT = /^-?\d+$/;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const PLAIN_TEXT = /[ !#-[\]-\uffff]*/y;
const HEX4 = /[\da-fA-F]{4}/y;
const LONE_SURROGATE = /\p{Surrogate}/u;

const LITERALS: ReadonlyArray<readonly [string, PhpValue]> = [
	['true', true],
	['false', false],
	['null', null],
];

const UNESCAPED = new Map([
	['"', '"'],
	['\\', '\\'],
	['/', '/'],
	['b', '\b'],
	['f', '\f'],
	['n', '\n'],
	['r', '\r'],
	['t', '\t'],
]);

const ESCAPED = new Map([...UNESCAPED].map(([letter, character]) => [character, `\\${letter}`]));

/** What json_encode does not print as it is: all but printable ASCII (and DEL), and the characters of ESCAPED. */
const NEEDS_ESCAPE = /[^ !#-.0-[\]-\u007f]/g;

/** JavaScript once took them for the ends of lines, so that PHP escapes them even where it escapes nothing else. */
const LINE_ENDS: ReadonlySet<string> = new Set(['\u2028', '\u2029']);

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads bytes as UTF-8. A byte order mark stays in the text, where `parsePhpJson` refuses it as PHP does.
 *
 * @throws PhpJsonError when the bytes are not valid UTF-8
 */
export function decodeUtf8(bytes: Uint8Array): string {
	const text = tryDecode(bytes);
	if (text === undefined) throw new PhpJsonError('The text is not valid UTF-8');
	return text;
}

function tryDecode(bytes: Uint8Array): string | undefined {
	try {
		return utf8.decode(bytes);
	} catch {
		return undefined;
	}
}

/**
 * Decodes JSON as PHP 8.2 does with `json_decode($text, true)`, keeping what JSON.parse loses: int against float, ints
 * up to 64 bits, the order of all keys. Of a repeated key the last value counts, at the place of the first.
 *
 * @param text the JSON text
 * @param maxNesting objects and lists inside each other; PHP reads 511
 * @returns the value; an object is a Map even where PHP would print it as a list
 * @throws PhpJsonError on everything PHP refuses, saying what is wrong and at which character (UTF-16 unit, from 1)
 */
export function parsePhpJson(text: string, maxNesting = MAX_NESTING): PhpValue {
	const lone = LONE_SURROGATE.exec(text);
	if (lone) throw new PhpJsonError('Half of a surrogate pair stands alone', lone.index);
	return new Reader(text, maxNesting).readAll();
}

/** The value for an output item: an object is an object, and a whole number that JavaScript would round stays text. */
export function toJson(value: PhpValue): Json {
	if (typeof value === 'bigint')
		return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
	if (Array.isArray(value)) return value.map(toJson);
	if (!(value instanceof Map)) return value;
	// Of no use to anybody as a field, and a trap for whoever copies the item.
	const members = Array.from(value).filter(([key]) => key !== '__proto__');
	return Object.fromEntries(members.map(([key, member]) => [key, toJson(member)]));
}

/**
 * The text a partner request or answer is signed over (docs/gateway.md §13, RSA2 `toString`): what PHP 8.2 prints for the
 * decoded top level after `ksort`, without `sign` and `sign_type`.
 *
 * @param text the JSON text as it is sent or arrived
 * @returns ASCII text
 * @throws PhpJsonError when PHP refuses the JSON, when its top level is no object or list, or when it holds a number
 *   too large for a float
 */
export function canonicalJson(text: string): string {
	return encodePhpJson(canonicalValue(text));
}

/**
 * The same in every form that PHP offers for what it means, the usual one first: with the flags JSON_UNESCAPED_SLASHES,
 * JSON_UNESCAPED_UNICODE, JSON_UNESCAPED_LINE_TERMINATORS and JSON_PRESERVE_ZERO_FRACTION in all ways. Each decodes to the
 * very same value, so that a signature over one of them says the same as over any other.
 *
 * @throws PhpJsonError as `canonicalJson`
 */
export function* canonicalForms(text: string): Generator<string> {
	const value = canonicalValue(text);
	const seen = new Set<string>();
	for (const flags of FORMS) {
		const form = encodePhpJson(value, flags);
		if (seen.has(form)) continue;
		seen.add(form);
		yield form;
	}
}

/** What is signed of a text: its top level without `sign` and `sign_type`, sorted. */
function canonicalValue(text: string): PhpList | PhpMap {
	const value = parsePhpJson(text);
	if (Array.isArray(value)) return value;
	if (!(value instanceof Map)) throw new PhpJsonError('The JSON is neither an object nor a list');
	const sorted: PhpMap = new Map();
	for (const key of ksortKeys(value.keys())) {
		if (key !== 'sign' && key !== 'sign_type') sorted.set(key, value.get(key) ?? null);
	}
	return sorted;
}

/** Flags of `json_encode` that change how a value is written, and not what is read from it. */
export interface PhpJsonFlags {
	/** What is written as an escape: everything beyond ASCII, only U+2028 and U+2029, or nothing. */
	unicode: 'escaped' | 'unescaped' | 'unescapedWithLineEnds';
	unescapedSlashes: boolean;
	/** A float that is whole is written with `.0`. */
	zeroFraction: boolean;
}

const NO_FLAGS: PhpJsonFlags = { unicode: 'escaped', unescapedSlashes: false, zeroFraction: false };

/** All combinations, without any flag first. */
const FORMS: readonly PhpJsonFlags[] = [false, true].flatMap((zeroFraction) =>
	(['escaped', 'unescaped', 'unescapedWithLineEnds'] as const).flatMap((unicode) =>
		[false, true].map((unescapedSlashes) => ({ unicode, unescapedSlashes, zeroFraction })),
	),
);

/**
 * Encodes a value as PHP 8.2's `json_encode` does with `serialize_precision` -1: floats in their shortest form, arrays with
 * the keys 0, 1, 2, ... as lists.
 *
 * @param flags without any, slashes are escaped and non-ASCII is written as lower-case `\uXXXX`
 * @throws PhpJsonError for an infinite float
 */
export function encodePhpJson(value: PhpValue, flags: PhpJsonFlags = NO_FLAGS): string {
	switch (typeof value) {
		case 'string':
			return quote(value, flags);
		case 'number': {
			if (!Number.isFinite(value))
				throw new PhpJsonError('A number is too large for PHP to print as JSON');
			const text = printFloat(shortestDigits(value), 17, 'e');
			return flags.zeroFraction && !text.includes('.') ? `${text}.0` : text;
		}
		case 'object':
			break;
		default:
			return String(value);
	}
	if (value === null) return 'null';
	if (Array.isArray(value))
		return `[${value.map((entry) => encodePhpJson(entry, flags)).join(',')}]`;
	if (isList(value)) return encodePhpJson([...value.values()], flags);
	let members = '';
	for (const [key, member] of value)
		members += `${members && ','}${quote(key, flags)}:${encodePhpJson(member, flags)}`;
	return `{${members}}`;
}

/**
 * The text PHP 8.2 makes of a scalar when it is joined to a string, with the default `precision` of 14.
 *
 * @returns `16.5`, `1.0E+25`, `INF`; `1` for true; empty for false and null
 */
export function phpText(value: null | boolean | string | bigint | number): string {
	if (value === null || value === false) return '';
	if (value === true) return '1';
	if (typeof value !== 'number') return String(value);
	if (!Number.isFinite(value)) return value > 0 ? 'INF' : '-INF';
	return printFloat(fourteenDigits(value), 14, 'E');
}

/**
 * The PHP number that a JSON number is decoded to.
 *
 * @param literal a valid JSON number
 * @returns bigint (int) for a whole number in 64 bits without point and exponent, otherwise number (float)
 */
export function phpNumber(literal: string): bigint | number {
	if (literal.length <= MAX_INT_LENGTH && INT.test(literal)) {
		const int = BigInt(literal);
		if (BigInt.asIntN(64, int) === int) return int;
	}
	return Number(literal);
}

function isList(map: PhpMap): boolean {
	let next = 0;
	for (const key of map.keys()) {
		if (key !== String(next)) return false;
		next++;
	}
	return true;
}

function quote(text: string, { unicode, unescapedSlashes }: PhpJsonFlags): string {
	// Most texts need no escape, and a search costs half as much as a replacement that finds nothing.
	if (text.search(NEEDS_ESCAPE) < 0) return `"${text}"`;
	const escaped = text.replace(NEEDS_ESCAPE, (unit) => {
		if (unit === '/') return unescapedSlashes ? unit : '\\/';
		const staysAsItIs =
			unit > '\u007f' &&
			unicode !== 'escaped' &&
			(unicode === 'unescapedWithLineEnds' || !LINE_ENDS.has(unit));
		return staysAsItIs ? unit : escapeUnit(unit);
	});
	return `"${escaped}"`;
}

function escapeUnit(unit: string): string {
	return ESCAPED.get(unit) ?? `\\u${(0x10000 + unit.charCodeAt(0)).toString(16).slice(1)}`;
}

/** A float in decimal: d1.d2d3... times ten to the power of `exponent`; no digits at all for zero. */
interface Decimal {
	sign: string;
	digits: string;
	exponent: number;
}

/** The fewest digits that read back as the same float. */
function shortestDigits(value: number): Decimal {
	return readExponential(value, value.toExponential());
}

/** Rounded to 14 significant digits. Of two equally near values PHP takes the even one, JavaScript the larger. */
function fourteenDigits(value: number): Decimal {
	const shortest = shortestDigits(value);
	const { sign, digits, exponent } = shortest;
	if (digits.length === 15 && /[02468]5$/.test(digits) && isExact(value, digits, exponent - 14)) {
		const even = digits.slice(0, -1);
		// Only for a whole number that ends right behind the last digit does PHP leave zeros at the end.
		return { sign, digits: exponent === 14 ? even : withoutEndZeros(even), exponent };
	}
	return readExponential(value, value.toExponential(13));
}

/** Whether |value| is digits * 10^scale exactly, where the digits, 15 of them, are its shortest form. */
function isExact(value: number, digits: string, scale: number): boolean {
	if (scale < 0) return Number(digits) % 5 ** -scale === 0;
	return BigInt(Math.abs(value)) === BigInt(digits) * 10n ** BigInt(scale);
}

/** Takes the value's own text apart, `-1.25e+7`; zeros at the end of the digits are dropped. */
function readExponential(value: number, text: string): Decimal {
	const [mantissa = '', exponent] = text.split('e');
	const digits = withoutEndZeros(mantissa.replace(/[-.]/g, ''));
	// The text of -0 has no sign.
	return { sign: value < 0 || Object.is(value, -0) ? '-' : '', digits, exponent: Number(exponent) };
}

/** PHP's %G: exponential below 0.0001 and with more than `precision` digits before the point; `1.0e+25` for one digit. */
function printFloat(
	{ sign, digits, exponent }: Decimal,
	precision: number,
	letter: string,
): string {
	if (digits === '') return `${sign}0`;
	if (exponent < -4 || exponent >= precision) {
		const fraction = digits.slice(1) || '0';
		return `${sign}${digits.charAt(0)}.${fraction}${letter}${exponent < 0 ? '-' : '+'}${Math.abs(exponent)}`;
	}
	if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
	const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
	const fraction = digits.slice(exponent + 1);
	return fraction === '' ? sign + whole : `${sign}${whole}.${fraction}`;
}

/** Reads one JSON text by PHP's rules. */
class Reader {
	private at = 0;
	private nesting = 0;

	constructor(
		private readonly text: string,
		private readonly maxNesting: number,
	) {}

	readAll(): PhpValue {
		const value = this.readValue();
		this.skipSpace();
		if (this.at < this.text.length) this.fail('Something follows the JSON value');
		return value;
	}

	private readValue(): PhpValue {
		this.skipSpace();
		switch (this.text[this.at]) {
			case '{':
				return this.readObject();
			case '[':
				return this.readList();
			case '"':
				return this.readString();
			default:
				return this.readWord();
		}
	}

	private readObject(): PhpMap {
		this.enter();
		const map: PhpMap = new Map();
		if (this.accept('}')) return this.leave(map);
		do {
			this.skipSpace();
			if (this.text[this.at] !== '"') this.fail('A key in double quotes is missing');
			const key = this.readString();
			if (!this.accept(':')) this.fail('A colon is missing after a key');
			map.set(key, this.readValue());
		} while (this.accept(','));
		if (!this.accept('}')) this.fail('A comma or closing brace is missing');
		return this.leave(map);
	}

	private readList(): PhpList {
		this.enter();
		const list: PhpList = [];
		if (this.accept(']')) return this.leave(list);
		do {
			list.push(this.readValue());
		} while (this.accept(','));
		if (!this.accept(']')) this.fail('A comma or closing bracket is missing');
		return this.leave(list);
	}

	private enter(): void {
		if (++this.nesting > this.maxNesting)
			this.fail(`Objects and lists are nested more than ${this.maxNesting} deep`);
		this.at++;
	}

	private leave<T>(array: T): T {
		this.nesting--;
		return array;
	}

	private readWord(): PhpValue {
		const number = this.match(NUMBER);
		if (number !== '') return phpNumber(number);
		for (const [word, value] of LITERALS) {
			if (!this.text.startsWith(word, this.at)) continue;
			this.at += word.length;
			return value;
		}
		return this.fail(
			this.at < this.text.length
				? 'A value is missing or not written as JSON'
				: 'The JSON ends too early',
		);
	}

	private readString(): string {
		this.at++;
		let value = this.match(PLAIN_TEXT);
		while (!this.acceptHere('"')) {
			if (this.at >= this.text.length) this.fail('A closing quote is missing');
			if (!this.acceptHere('\\')) this.fail('A control character stands in a text unescaped');
			value += this.readEscape() + this.match(PLAIN_TEXT);
		}
		return value;
	}

	private readEscape(): string {
		const letter = this.text.charAt(this.at);
		if (letter !== 'u') {
			const character =
				UNESCAPED.get(letter) ??
				this.fail('A backslash is followed by a character that JSON does not know');
			this.at++;
			return character;
		}
		const first = this.readHex();
		const isHigh = first >= 0xd800 && first <= 0xdbff;
		const isLow = first >= 0xdc00 && first <= 0xdfff;
		if (!isHigh)
			return isLow
				? this.fail('Half of a surrogate pair stands alone')
				: String.fromCharCode(first);
		if (!this.text.startsWith('\\u', this.at)) this.fail('Half of a surrogate pair stands alone');
		this.at++;
		const second = this.readHex();
		if (second < 0xdc00 || second > 0xdfff) this.fail('Half of a surrogate pair stands alone');
		return String.fromCharCode(first, second);
	}

	/** The four digits behind the `u` that comes next. */
	private readHex(): number {
		this.at++;
		const digits = this.match(HEX4);
		if (digits === '') this.fail('A \\u is not followed by four hexadecimal digits');
		return Number.parseInt(digits, 16);
	}

	private match(pattern: RegExp): string {
		pattern.lastIndex = this.at;
		const found = pattern.exec(this.text)?.[0] ?? '';
		this.at += found.length;
		return found;
	}

	private accept(character: string): boolean {
		this.skipSpace();
		return this.acceptHere(character);
	}

	private acceptHere(character: string): boolean {
		if (this.text[this.at] !== character) return false;
		this.at++;
		return true;
	}

	private skipSpace(): void {
		for (;;) {
			const unit = this.text.charCodeAt(this.at);
			if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return;
			this.at++;
		}
	}

	private fail(reason: string): never {
		throw new PhpJsonError(reason, this.at);
	}
}
