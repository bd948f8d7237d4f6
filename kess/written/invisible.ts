/** Characters that nobody sees, and what they are called: in a message they have to be told apart from nothing. */

const NAMES: ReadonlyMap<number, string> = new Map([
	[0x00, 'a null character'],
	[0x09, 'a tab'],
	[0x0a, 'a line break'],
	[0x0b, 'a vertical tab'],
	[0x0c, 'a form feed'],
	[0x0d, 'a line break'],
	[0x85, 'a line break'],
	[0xa0, 'a no-break space'],
	[0xad, 'a soft hyphen'],
	[0x034f, 'a combining grapheme joiner'],
	[0x061c, 'an Arabic letter mark'],
	[0x115f, 'a Hangul filler'],
	[0x1160, 'a Hangul filler'],
	[0x17b4, 'an invisible Khmer vowel'],
	[0x17b5, 'an invisible Khmer vowel'],
	[0x180e, 'a Mongolian vowel separator'],
	[0x2003, 'an em space'],
	[0x2007, 'a figure space'],
	[0x2009, 'a thin space'],
	[0x200a, 'a hair space'],
	[0x200b, 'a zero-width space'],
	[0x200c, 'a zero-width non-joiner'],
	[0x200d, 'a zero-width joiner'],
	[0x200e, 'a left-to-right mark'],
	[0x200f, 'a right-to-left mark'],
	[0x2028, 'a line separator'],
	[0x2029, 'a paragraph separator'],
	[0x202a, 'a left-to-right embedding'],
	[0x202b, 'a right-to-left embedding'],
	[0x202c, 'an end of a writing direction'],
	[0x202d, 'a left-to-right override'],
	[0x202e, 'a right-to-left override'],
	[0x202f, 'a narrow no-break space'],
	[0x205f, 'a mathematical space'],
	[0x2060, 'a word joiner'],
	[0x2066, 'a left-to-right isolate'],
	[0x2067, 'a right-to-left isolate'],
	[0x2068, 'a first strong isolate'],
	[0x2069, 'an end of a writing direction'],
	[0x2800, 'an empty braille pattern'],
	[0x3000, 'an ideographic space'],
	[0x3164, 'a Hangul filler'],
	[0xfeff, 'a byte order mark'],
	[0xffa0, 'a Hangul filler'],
]);

/** As it continues "has …": "a zero-width space", or its number where it has no name that tells more. */
export function nameOfInvisible(character: string): string {
	const code = character.codePointAt(0) ?? 0;
	return (
		NAMES.get(code) ??
		`an invisible character (U+${code.toString(16).toUpperCase().padStart(4, '0')})`
	);
}

/** Takes no room at all, and is there for how others are shown: joiners, marks of direction, fillers. */
const WEIGHTLESS = /[\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/gu;

/** A text without what nobody sees and what takes no room, and the names of what was taken out, each once. */
export function withoutInvisible(text: string): { text: string; names: string[] } {
	const names = new Set<string>();
	const left = text.replace(WEIGHTLESS, (character) => {
		names.add(nameOfInvisible(character));
		return '';
	});
	return { text: left, names: [...names] };
}

/** What has to be told where something was taken out; `undefined` where nothing was. */
export function takenOut(names: string[]): string | undefined {
	return names.length === 0
		? undefined
		: `had ${inWords(names)} in it, which nobody sees: it was taken out.`;
}

/** `a tab and a line break`. */
export function inWords(names: string[]): string {
	return names.length < 2
		? names.join('')
		: `${names.slice(0, -1).join(', ')} and ${String(names.at(-1))}`;
}
