import { plainDigits } from './decimal';

/** What people write between the digits of a phone number, and the apostrophe that tells a spreadsheet that text follows. */
const SEPARATORS = /[\s().\-/\u2010-\u2015]|^['’]/g;

/** A Cambodian phone number in any of its spellings; the group is what they have in common. */
const CAMBODIAN = /^(?:\+?855|00855|0)([1-9]\d{7,8})$/;

/** With the code of its country. */
const INTERNATIONAL = /^\+[1-9]\d{6,14}$/;

/**
 * The same as it is dialled from elsewhere, with a code that some country has. What is shorter is a number from here with a zero
 * too many, or one that has lost a digit.
 */
const FROM_ABROAD =
	/^00(?=\d{10,15}$)(?:1|7|2(?:0|1[1-368]|[2-6]\d|7|9[01789])|3(?:[0-469]|[578]\d)|4(?:[013-9]|2[013])|5(?:[1-8]|[09]\d)|6(?:[0-6]|[7-9]\d)|8(?:[1246]|5[02356]|8[06])|9(?:[0-58]|[679]\d))/;

/** The code of a country, or the zero in its place, where it stands apart from the number. */
const APART = /^(?:\+\d{1,3}|00\d{1,3}|855|0)$/;

/** A part with the digits of a whole number. */
const WHOLE = /^(?:(?:\+?855|0)[1-9]\d{7,}|(?!\+|0|855)\d{8,})$/;

/** Whether there are several numbers in a text: one with the digits of a whole number has no other part beside it. */
export function hasSeveralPhones(text: string): boolean {
	const parts =
		plainDigits(text)
			.replace('(0)', '')
			.match(/\+?\d+/g) ?? [];
	const first = parts.findIndex((part) => !APART.test(part));
	return parts.slice(first).length > 1 && parts.some((part) => WHOLE.test(part));
}

/** A phone number without what stands between its digits, in the digits that KESS reads. */
export function compactPhone(text: string): string {
	return plainDigits(text).replace(SEPARATORS, '');
}

/** What all spellings of a Cambodian number have in common: its digits without the country and the zero; `undefined` for any other text. */
export function cambodianNumber(text: string): string | undefined {
	return CAMBODIAN.exec(compactPhone(text))?.[1];
}

/**
 * A phone number as KESS reads it: people write it with spaces, dashes, brackets and in Khmer digits, and it means the same.
 *
 * @param text trimmed, without invisible characters
 * @returns digits, with a plus sign where the country's code stands before them; `undefined` when it is no phone number
 */
export function plainPhone(text: string): string | undefined {
	if (hasSeveralPhones(text)) return undefined;
	// The zero is dialled without the country's code only.
	const compact = compactPhone(
		plainDigits(text)
			.replace(/^tel:\s*/i, '')
			.replace(/^((?:\+|00)?855) ?\(0\)/, '$1'),
	).replace(/^((?:\+|00)855)0/, '$1');
	const isPhone = [CAMBODIAN, INTERNATIONAL, FROM_ABROAD].some((shape) => shape.test(compact));
	return isPhone ? compact.replace(/^00/, '+') : undefined;
}
