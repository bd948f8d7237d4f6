import { InvalidValueError } from '../errors';
import type { Json } from '../jsonObject';
import { missingAs, noValue } from './missing';

/** Text that a person wrote, or a spreadsheet or an expression handed on. */

/** Takes a note on how a value was read, as it continues a sentence that begins with the parameter's name. */
export type Say = (note: string) => void;

/**
 * What Laravel's TrimStrings strips before the gateway looks at a value, in any of its versions, together with what PHP's
 * trim() strips: a signature over the untrimmed text would not match. Which version KESS has nobody outside knows, so all
 * of it goes. Khmer keyboards type some of these.
 */
const OUTER_SPACE =
	/^(?:[\s\0\u0085\u00AD\u061C\u115F\u1160\u180E\u200B\u200C\u200E\u200F\u2060-\u2065\u206A-\u206F\u2800\u3164\uFEFF\uFFA0\u{1D159}\u{1D173}-\u{1D17A}\u{E0020}]|\u034F|\u17B4|\u17B5|\u200D)$/u;

/** Nothing that anybody could see: also joiners, fillers and the empty pattern of braille. */
const BLANK = /^[\s\p{Cc}\p{Cf}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]*$/u;

/**
 * What stands where a letter was lost, what Excel writes for letters that a file of its own has no room for, and what letters of
 * a UTF-8 file look like that is read as another: Khmer ones first, then those with marks.
 */
const LOST_LETTERS = /\uFFFD|\?{4}|á[žŸ\u009E\u009F][^\0-\u007F]á[žŸ\u009E\u009F]|Ã[\u00A0-\u00BF]/;

/** Whether there is nothing to be seen in a value: no text, or one of space and invisible characters. */
export function isBlank(value: unknown): boolean {
	return value === undefined || value === null || (typeof value === 'string' && BLANK.test(value));
}

/** The text as the gateway will see it. In one pass: a public form may send a text with nothing but space in it. */
export function trimText(text: string): string {
	let start = 0;
	let end = text.length;
	for (let size = 1; start < end && size > 0; start += size)
		size = sizeIfOuter(String.fromCodePoint(text.codePointAt(start) ?? 0));
	for (let size = 1; end > start && size > 0; end -= size)
		size = sizeIfOuter(lastCharacter(text, end));
	return text.slice(start, end);
}

/** How many units of a text a character takes up when it is stripped; 0 when it is not. */
function sizeIfOuter(character: string): number {
	return OUTER_SPACE.test(character) ? character.length : 0;
}

/** The character that ends there, also one of two units. */
function lastCharacter(text: string, end: number): string {
	const pair = text.slice(Math.max(0, end - 2), end);
	return (pair.codePointAt(0) ?? 0) > 0xffff ? pair : text.charAt(end - 1);
}

/** The same for every text in a list or an object, however deep. */
export function trimDeep(value: Json | undefined): Json | undefined {
	if (typeof value === 'string') return trimText(value);
	if (Array.isArray(value)) return value.map((entry) => trimDeep(entry) ?? null);
	if (value !== null && typeof value === 'object') {
		return Object.fromEntries(
			Object.entries(value).map(([field, entry]) => [field, trimDeep(entry)]),
		);
	}
	return value;
}

/** What a value is that is neither text nor a number, as it continues a sentence; `undefined` when it is one of them. */
export function otherThanText(value: unknown): string | undefined {
	switch (typeof value) {
		case 'boolean':
			return `is ${String(value)}`;
		case 'object':
			if (value === null) return undefined;
			if (value instanceof Date || 'toISO' in value) return 'is a date';
			return Array.isArray(value) ? 'is a list' : 'is an object';
		default:
			return undefined;
	}
}

/**
 * A text field with a length limit, counted in characters as the gateway does.
 *
 * @param value text, or a number from a spreadsheet (its digits are the text)
 * @param maxLength in characters
 * @param say takes a note where letters seem to have been lost on the way here
 * @returns the trimmed text, not empty
 * @throws InvalidValueError when it is empty, too long, not text, or what stands where there is no value
 */
export function requireText(value: unknown, maxLength: number, say?: Say): string {
	const other = otherThanText(value);
	if (other !== undefined)
		throw new InvalidValueError(
			`${other}, not text`,
			'Enter text, or an expression that gives text.',
		);
	const text = trimText(String(value ?? ''));
	if (text === '') {
		throw new InvalidValueError(
			'is empty',
			'Enter a value. If it comes from an expression, check that this row has one.',
		);
	}
	const missing = missingAs(text);
	if (missing !== undefined) throw noValue(missing, text);
	if (/\p{Surrogate}/u.test(text)) {
		throw new InvalidValueError(
			'has half of a character in it',
			'An emoji was cut in two, for example by a limit on the length. Cut the text before the emoji, or leave it out.',
		);
	}
	const length = [...text].length;
	if (length > maxLength) {
		throw new InvalidValueError(
			`is ${length} characters long, but KESS takes at most ${maxLength}`,
			`Shorten it to ${maxLength} characters.`,
		);
	}
	if (LOST_LETTERS.test(text))
		say?.(
			'has signs in it where letters were lost. If it comes from a file, save that as UTF-8 (in Excel: "CSV UTF-8"), and read it as UTF-8.',
		);
	return text;
}

/** Says it where something is sent otherwise than it was written. @returns what is sent */
export function said(text: string, value: unknown, say: Say | undefined): string {
	if (text !== String(value).trim()) say?.(`is sent as ${text}.`);
	return text;
}
