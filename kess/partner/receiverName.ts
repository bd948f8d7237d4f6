/** Characters nobody sees: zero-width spaces between Khmer words, joiners, soft hyphens. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu;

/** Written inside a word, as in O'Neil. */
const APOSTROPHE = /['`´\u2018\u2019\u02bc]/gu;

/** KESS's own names have up to 96 characters (docs/gateway.md §13, receiver_name); putting marks in order takes the square of them. */
const MAX_LENGTH = 400;

const WORDS = /[\p{L}\p{M}\p{N}]+/gu;

/**
 * Whether two spellings of a name mean the same words: without regard to capital letters, spacing, punctuation, order
 * of the words (family names come first in Khmer) and Unicode form. Nothing is guessed: a missing or shortened word
 * makes another name.
 *
 * @param expected who the sender means to pay
 * @param actual whom KESS names as the receiver
 * @returns false when either has no word in it
 */
export function isSamePerson(expected: string, actual: string): boolean {
	const words = wordsOfName(expected);
	return words !== '' && words === wordsOfName(actual);
}

/**
 * Whether a name is surely that of somebody else. One that hides letters, is in another script, or has more words than that
 * (a title, the kind of the wallet), may be the same person's.
 */
export function isOtherPerson(expected: string, shown: string): boolean {
	const [some, all] = [wordsOfName(expected), wordsOfName(shown)];
	const isComparable = some !== '' && all !== '' && scriptOf(expected) === scriptOf(shown);
	const words = new Set(all.split(' '));
	return isComparable && !some.split(' ').every((word) => words.has(word));
}

/** What a name is written in, as far as it can be compared; different for each that hides letters. */
export function scriptOf(name: string): string {
	if (HIDDEN.test(name)) return name;
	return /\p{Script=Latin}/u.test(name) ? 'Latin' : 'other';
}

/** Stands for letters that are not shown. */
const HIDDEN = /[*•…]|X{3}/i;

/** One text for all spellings of a name; empty when there is no word in it, or it is longer than any name. */
export function wordsOfName(name: string): string {
	if (name.length > MAX_LENGTH) return '';
	// Compatibility forms first: the acute accent on its own, for one, would turn into a space with a combining mark.
	const letters = name
		.replace(APOSTROPHE, '')
		.normalize('NFKC')
		.replace(INVISIBLE, '')
		.toUpperCase();
	return (letters.match(WORDS) ?? []).sort().join(' ');
}
