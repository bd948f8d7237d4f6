/** What looks the same on the screen, and is another text to a gateway. */

/** How it is called in a message, and what it is brought to. What can be told apart by looking is not among them. */
const ALIKE: ReadonlyArray<readonly [name: string, inOneSpelling: (text: string) => string]> = [
	['letters with their marks apart', (text) => text.normalize('NFC')],
	[
		'signs of double width',
		(text) =>
			text.replace(/[\uFF01-\uFF5E]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0)),
	],
	[
		'another dash than the one on the keyboard',
		(text) => text.replace(/[\u02D7\u2010-\u2015\u2043\u2212\uFE58\uFE63]/g, '-'),
	],
	['another slash than the one on the keyboard', (text) => text.replace(/[\u2044\u2215]/g, '/')],
	[
		'curled quotation marks',
		(text) => text.replace(/[\u2018\u2019\u02BC]/g, "'").replace(/[\u201C\u201D]/g, '"'),
	],
	['several or special spaces', (text) => text.replace(/\p{Zs}+/gu, ' ')],
	['Khmer signs that can be typed in two ways', inOneKhmer],
];

/** Two vowels that look like one, two signs or two letters below in the other order, and the letters da and ta below. */
function inOneKhmer(text: string): string {
	return text
		.replace(/\u17C1\u17B8/g, '\u17BE')
		.replace(/\u17C1\u17B6/g, '\u17C4')
		.replace(/\u17C6([\u17B6\u17BB])/g, '$1\u17C6')
		.replace(/(\u17D2\u179A)(\u17D2[\u1780-\u17A2])/g, '$2$1')
		.replace(/\u17D2\u178A/g, '\u17D2\u178F');
}

/** A text in the one spelling that all texts that look like it have, and the names of what was brought to it. */
export function inOneSpelling(text: string): { text: string; names: string[] } {
	const names: string[] = [];
	let spelt = text;
	for (const [name, bring] of ALIKE) {
		const brought = bring(spelt);
		if (brought !== spelt) names.push(name);
		spelt = brought;
	}
	return { text: spelt, names };
}
