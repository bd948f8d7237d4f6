import { plainDigits } from './decimal';

/** What people write between the digits of a phone number, and the apostrophe that tells a spreadsheet that text follows. */
const SEPARATORS = /[\s().\-/\u2010-\u2015]|^['’]/g;

/** A Cambodian phone number in any of its spellings; the group is what they have in common. */
const CAMBODIAN = /^(?:\+?855|00855|0)([1-9]\d{7,8})$/;

/** With the code of its country, as it is dialled from elsewhere. */
const INTERNATIONAL = /^(?:\+|00)([1-9]\d{6,14})$/;

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
	// The zero is dialled without the country's code only.
	const compact = compactPhone(plainDigits(text).replace(/^((?:\+|00)?855) ?\(0\)/, '$1')).replace(
		/^((?:\+|00)855)0/,
		'$1',
	);
	if (!CAMBODIAN.test(compact) && !INTERNATIONAL.test(compact)) return undefined;
	return compact.replace(/^00/, '+');
}
