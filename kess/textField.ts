import { InvalidValueError } from './errors';
import type { Json } from './jsonObject';

/**
 * What Laravel's TrimStrings strips before the gateway looks at a value, together with what PHP's trim() strips:
 * a signature over the untrimmed text would not match.
 */
const OUTER_SPACE = /[\s\0\u200B\u200E\uFEFF]/;

/**
 * Control and format characters, such as those that turn the direction of writing: nobody types them on purpose, and two
 * references that look the same would be two.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/** Nothing that anybody could see: also joiners, fillers and the empty pattern of braille. */
const BLANK = /^[\s\p{Cc}\p{Cf}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]*$/u;

/** What a spreadsheet shows instead of a long number: the digits behind it are gone. */
const EXPONENT_FORM = /^\+?\d+(?:[.,]\d+e[+-]?|e[+-])\d+$/i;

/** Whether there is nothing to be seen in a value: no text, or one of space and invisible characters. */
export function isBlank(value: unknown): boolean {
	return value === undefined || value === null || (typeof value === 'string' && BLANK.test(value));
}

/** The text as the gateway will see it. In one pass: a public form may send a text with nothing but space in it. */
export function trimText(text: string): string {
	let start = 0;
	let end = text.length;
	while (start < end && OUTER_SPACE.test(text.charAt(start))) start++;
	while (end > start && OUTER_SPACE.test(text.charAt(end - 1))) end--;
	return text.slice(start, end);
}

/** The same for every text in a list or an object, however deep. */
export function trimDeep(value: Json | undefined): Json | undefined {
	if (typeof value === 'string') return trimText(value);
	if (Array.isArray(value)) return value.map((entry) => trimDeep(entry) ?? null);
	if (value !== null && typeof value === 'object') {
		return Object.fromEntries(Object.entries(value).map(([field, entry]) => [field, trimDeep(entry)]));
	}
	return value;
}

/**
 * A text field with a length limit, counted in characters as the gateway does.
 *
 * @param value text, or a number from a spreadsheet (its digits are the text)
 * @param maxLength in characters
 * @returns the trimmed text, not empty
 * @throws InvalidValueError when it is empty, too long, or not text
 */
export function requireText(value: unknown, maxLength: number): string {
	if (typeof value !== 'string' && typeof value !== 'number' && value !== null && value !== undefined) {
		throw new InvalidValueError('is not text', 'Enter text, or an expression that gives text.');
	}
	const text = trimText(String(value ?? ''));
	if (text === '') {
		throw new InvalidValueError('is empty', 'Enter a value. If it comes from an expression, check that this row has one.');
	}
	const length = [...text].length;
	if (length > maxLength) {
		throw new InvalidValueError(
			`is ${length} characters long, but KESS takes at most ${maxLength}`,
			`Shorten it to ${maxLength} characters.`,
		);
	}
	return text;
}

/**
 * A reference of the user's own, by which the gateway tells one order or transfer from another.
 *
 * @returns the trimmed text, not empty
 * @throws InvalidValueError as `requireText`, for a number that has lost digits on its way here, and for a character that
 *   nobody sees
 */
export function requireReference(value: unknown, maxLength: number): string {
	if (typeof value === 'number' && !Number.isSafeInteger(value)) {
		throw new InvalidValueError(
			'is a number that has been rounded on its way here',
			'Format the column as text in the spreadsheet, so that every digit of it arrives.',
		);
	}
	const text = requireText(value, maxLength);
	const unseen = UNSEEN.exec(text);
	if (unseen !== null) {
		const code = unseen[0].codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0');
		throw new InvalidValueError(
			`has a character that cannot be seen (U+${code}) behind ${JSON.stringify(text.slice(0, unseen.index))}`,
			'Write it again by hand: such a character comes along when text is copied from a web page or a PDF.',
		);
	}
	if (!EXPONENT_FORM.test(text)) return text;
	throw new InvalidValueError(
		'is a number that a spreadsheet has shortened',
		'Format the column as text in the spreadsheet and enter it again, so that every digit of it arrives.',
	);
}
