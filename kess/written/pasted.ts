import { NotSentError } from '../errors';
import { nameOfInvisible, withoutInvisible } from './invisible';

/** Secrets, IDs, keys and choices as somebody has put them into a credential. */

/** Whatever leaves no mark on the screen, but for the space of the keyboard. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Z}/u;
const ALL_INVISIBLE = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Z}/gu;

/** The text without invisible characters at its ends. Spaces of the keyboard stay there: a password may end in one. */
export function withoutInvisibleEnds(text: string): string {
	const characters = [...text];
	const isOuter = (character: string | undefined) =>
		character !== undefined && (character === ' ' || INVISIBLE.test(character));
	let start = 0;
	let end = characters.length;
	while (start < end && isOuter(characters[start])) start++;
	while (end > start && isOuter(characters[end - 1])) end--;
	const spacesOf = (outer: string[]) => outer.filter((character) => character === ' ');
	return [
		...spacesOf(characters.slice(0, start)),
		...characters.slice(start, end),
		...spacesOf(characters.slice(end)),
	].join('');
}

/** The text with nothing invisible in it but its lines, and every kind of space as that of the keyboard. */
export function plainLines(text: string): string {
	return text.replace(ALL_INVISIBLE, (character) => {
		if (/[\t\n\r]/.test(character)) return character;
		return /\p{Z}/u.test(character) ? ' ' : '';
	});
}

/**
 * A secret or an ID as somebody has pasted it into a credential: what nobody sees leaves its ends, where a copy takes it
 * along. Inside, it may be what makes the value wrong, and nobody would find it there.
 *
 * @param name what it is called, as it begins a sentence: "Password in the KESS WebPay credential"
 * @throws NotSentError naming the character, and nothing else of the value
 */
export function readPasted(value: unknown, name: string): string {
	const text = withoutInvisibleEnds(String(value ?? ''));
	const found = INVISIBLE.exec(text);
	if (found === null) return text;
	const position = [...text.slice(0, found.index)].length + 1;
	throw new NotSentError(
		`${name} has a character in it that cannot be seen: ${nameOfInvisible(found[0])}, as its character ${position}`,
		'Copy it again from what KESS gave you, or write it by hand: such a character comes along when text is copied from a web page, a chat or a PDF. Nothing was sent by this run.',
	);
}

/**
 * One of the choices of a credential's form. An expression may give it, and spell it otherwise.
 *
 * @param choices the first one counts where the credential has no such field
 * @param name as `readPasted`
 * @throws NotSentError for anything else: what is not known must not stand for another choice
 */
export function readChoice<Choice extends string>(
	value: unknown,
	choices: readonly [Choice, ...Choice[]],
	name: string,
): Choice {
	if (value === undefined) return choices[0];
	const text = withoutInvisible(String(value)).text.replace(/\s/g, '');
	const choice = choices.find((known) => known.toLowerCase() === text.toLowerCase());
	if (choice !== undefined) return choice;
	throw new NotSentError(
		`${name} is ${text === '' ? 'empty' : `${JSON.stringify(text.slice(0, 40))}, which is none of its choices`}`,
		`Use one of ${choices.join(', ')}. Nothing was sent by this run.`,
	);
}
