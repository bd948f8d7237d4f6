import { InvalidValueError } from '../errors';
import { inWords, nameOfInvisible, takenOut, withoutInvisible } from './invisible';
import { missingInReference, noValue } from './missing';
import { inOneSpelling } from './spelling';
import { requireText, type Say } from './text';

/** What a spreadsheet shows instead of a long number: the digits behind it are gone. */
const EXPONENT_FORM = /^\+?\d+(?:[.,]\d+e[+-]?|e[+-])\d+$/i;

/** Line breaks and the like: nobody has them in a number on purpose. */
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}]/u;

/** A part with nothing but question marks in it, which is what other rows have there too. */
const LOST = /\uFFFD|(?<![\p{L}\p{M}\p{N}?])\?+(?![\p{L}\p{M}\p{N}?])/u;

const AS_TEXT = 'Format the column as text in the spreadsheet';

/**
 * A reference of the user's own, by which the gateway tells one order or transfer from another. What looks the same is the
 * same: invisible characters leave it, and dashes, spaces and letters that look alike have one spelling.
 *
 * @param say takes a note of what was taken out or spelt otherwise, and of what looks as if something were missing
 * @returns the trimmed text, not empty
 * @throws InvalidValueError as `requireText`, for a number that has lost digits on its way here or has got decimals, for one in
 *   which a value is missing, and for a line break
 */
export function requireReference(value: unknown, maxLength: number, say?: Say): string {
	if (typeof value === 'number' && Number.isFinite(value) && !Number.isSafeInteger(value))
		throw unsafeNumber(value);
	const came = typeof value === 'string' ? withoutInvisible(value) : { text: value, names: [] };
	const { text, names } = inOneSpelling(requireText(came.text, maxLength, say));
	const control = CONTROL.exec(text);
	if (control !== null) {
		throw new InvalidValueError(
			`has ${nameOfInvisible(control[0])} behind ${JSON.stringify(text.slice(0, control.index))}`,
			'Write it again by hand: such a character comes along when text is copied from a web page, a PDF or a cell with several lines.',
		);
	}
	const missing = missingInReference(text);
	if (missing !== undefined) throw noValue(missing, text);
	if (!/[\p{L}\p{N}\p{So}]/u.test(text)) {
		throw new InvalidValueError(
			`is ${JSON.stringify(text)}, with neither a letter nor a digit in it`,
			'Enter what tells this row from all others. If letters have become question marks, save the file as UTF-8.',
		);
	}
	const lost = LOST.exec(text);
	if (lost !== null) {
		throw new InvalidValueError(
			`has ${JSON.stringify(lost[0])} in it where letters were lost`,
			'Save the file as UTF-8 (in Excel: "CSV UTF-8"), and read it as UTF-8.',
		);
	}
	if (/^\d+\.0+$/.test(text)) {
		throw new InvalidValueError(
			'is a number that has got decimals',
			`${AS_TEXT} and enter it again, without the point.`,
		);
	}
	if (/^\d{1,3}(?:(?:[,'’]\d{3})+(?:\.\d+)?|(?:[. ]\d{3})+,\d+|(?: \d{3})+\.\d+)$/.test(text)) {
		throw new InvalidValueError(
			'is a number with separators for thousands',
			`${AS_TEXT} and enter it again, without them.`,
		);
	}
	if (EXPONENT_FORM.test(text)) {
		throw new InvalidValueError(
			'is a number that a spreadsheet has shortened',
			`${AS_TEXT} and enter it again, so that every digit of it arrives.`,
		);
	}
	const note = takenOut(came.names);
	if (note !== undefined) say?.(note);
	if (names.length > 0)
		say?.(`had ${inWords(names)} in it. What looks the same is sent in one spelling.`);
	if (/^\d{4}-\d{2}-\d{2}$/.test(text))
		say?.('is nothing but a day: make sure that no other row has the same.');
	const end = /[-_/.:#]$/.exec(text);
	if (end !== null) say?.(`ends in "${end[0]}": check that what should stand behind it is there.`);
	return text;
}

function unsafeNumber(value: number): InvalidValueError {
	return Number.isInteger(value)
		? new InvalidValueError(
				'is a number that has been rounded on its way here',
				`${AS_TEXT}, so that every digit of it arrives.`,
			)
		: new InvalidValueError(
				`is ${value}, a number with decimals`,
				`${AS_TEXT} and enter it again as it should be.`,
			);
}
