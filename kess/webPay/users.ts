import { InvalidValueError } from '../errors';
import { cambodianNumber, compactPhone, plainPhone } from '../written/phone';
import { requireReference } from '../written/reference';
import { requireText, type Say } from '../written/text';

const MAX_NAME = 255;
const MAX_PHONE = 25;

/** A name, an address: any text. Throws as `requireText`. */
export function requireUserText(value: unknown, say?: Say): string {
	return requireText(value, MAX_NAME, say);
}

/** @throws InvalidValueError as `requireText`, and when it cannot be an address */
export function requireEmail(value: unknown, say?: Say): string {
	const text = requireText(value, MAX_NAME, say);
	if (/^[^\s@]+@[^\s@]+$/.test(text)) return text;
	throw new InvalidValueError(
		'is not an email address',
		'Enter one, for example sok@shop.example.',
	);
}

/**
 * A phone number in the form that KESS takes for a new user (docs/gateway.md §3): as it is dialled in Cambodia.
 *
 * @param value the number as people write it, with separators or the code of the country
 * @param say takes a note when it is sent otherwise than it was written
 * @returns `012345678`
 * @throws InvalidValueError when it is no such number; a zero that is missing is not put there, because a guess would be
 *   the wallet of somebody else
 */
export function requireLocalPhone(value: unknown, say?: Say): string {
	const text = requireReference(value, MAX_PHONE, say);
	const number = cambodianNumber(plainPhone(text) ?? text);
	if (number === undefined) {
		throw new InvalidValueError(
			/^[1-9]\d{7,8}$/.test(compactPhone(text))
				? 'has lost its leading zero'
				: 'is not a phone number of Cambodia',
			'Enter it as it is dialled in Cambodia, for example 012345678, and format the column as text in the spreadsheet.',
		);
	}
	const local = `0${number}`;
	if (local !== text) say?.(`is sent as ${local}.`);
	return local;
}

/** Bytes of one picture: those of a phone have 2 to 8 MB. What KESS takes is not published. */
const MAX_FILE_BYTES = 10_000_000;

/** @throws InvalidValueError for a file with nothing in it, or with more than anybody's picture has */
export function requireFileSize(bytes: number): void {
	if (bytes === 0)
		throw new InvalidValueError('is an empty file', 'Check where the file comes from.');
	if (bytes > MAX_FILE_BYTES)
		throw new InvalidValueError(
			`has ${bytes} bytes, more than ${MAX_FILE_BYTES}`,
			'Make the picture smaller.',
		);
}
