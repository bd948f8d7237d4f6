import { InvalidValueError } from '../errors';
import { withoutInvisible } from '../written/invisible';
import { cambodianNumber, compactPhone, plainPhone } from '../written/phone';
import { requireReference } from '../written/reference';
import { requireText, said, type Say } from '../written/text';

const MAX_NAME = 255;
const MAX_PHONE = 25;
/** With what people write between the digits. */
const MAX_WRITTEN_PHONE = 60;

/** Letters of any script may stand in it, but nothing that sets one address apart from another. */
const EMAIL = /^[^\s@<>()[\]\\,;:"]+@(?:[\p{L}\p{M}\p{N}-]+\.)+[\p{L}\p{M}\p{N}-]+$/u;

/** A name, an address: any text. Throws as `requireText`. */
export function requireUserText(value: unknown, say?: Say): string {
	return requireText(value, MAX_NAME, say);
}

/**
 * An email address, also as a program for mail copies it: `mailto:sok@shop.example`, `<sok@shop.example>`.
 *
 * @throws InvalidValueError as `requireText`, and when it cannot be an address
 */
export function requireEmail(value: unknown, say?: Say): string {
	const written = requireText(value, MAX_NAME, say);
	const text = withoutInvisible(written)
		.text.replace(/^mailto:/i, '')
		.replace(/^<(.*)>$/, '$1');
	if (EMAIL.test(text)) {
		if (text !== written) say?.(`is sent as ${text}.`);
		return text;
	}
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
	const text = requireReference(value, MAX_PHONE);
	const number = cambodianNumber(plainPhone(text) ?? '');
	if (number === undefined) {
		throw new InvalidValueError(
			/^[1-9]\d{7,8}$/.test(compactPhone(text))
				? 'has lost its leading zero'
				: 'is not a phone number of Cambodia',
			'Enter it as it is dialled in Cambodia, for example 012345678, and format the column as text in the spreadsheet.',
		);
	}
	return said(`0${number}`, value, say);
}

/**
 * A phone number of anywhere (docs/gateway.md §7, customer): it is shown to people, and no money goes there.
 *
 * @param code the country's, where it has a field of its own
 * @returns digits, with a plus sign where the country's code stands before them; what is no such number as it is
 */
export function requirePhone(value: unknown, code: string | undefined, say?: Say): string {
	const text = requireReference(value, MAX_WRITTEN_PHONE);
	const compact = compactPhone(text);
	const isLocal = /^\d{6,14}$/.test(compact) && !/^00/.test(compact);
	const phone = plainPhone(text) ?? (isLocal ? compact : undefined);
	if (phone === undefined) {
		say?.('does not look like one phone number, and is sent as it is.');
		return text;
	}
	if (code === undefined && /^[1-9]\d{7,8}$/.test(phone) && !phone.startsWith('855'))
		say?.('looks like a phone number that has lost its leading zero.');
	return said(phone, value, say);
}

/** The code of a country: `855`, also as it is dialled. */
export function requirePhoneCode(value: unknown, say?: Say): string {
	const code = /^(?:\+|00)?([1-9]\d{0,2})$/.exec(compactPhone(requireReference(value, 16)))?.[1];
	if (code === undefined)
		throw new InvalidValueError('is not the code of a country', 'Enter digits, for example 855.');
	return said(code, value, say);
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
