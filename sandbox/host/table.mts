const WIDE = /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]/u;

/**
 * Columns of a terminal that a text takes: signs above or below a letter, of which Khmer has many, take none, those
 * beside it one, East Asian ones two.
 */
export function displayWidth(text: string): number {
	let width = 0;
	for (const character of text.replace(/[\p{Mn}\p{Me}\p{Cf}]/gu, '')) width += WIDE.test(character) ? 2 : 1;
	return width;
}

/**
 * Sets rows in columns, two spaces apart. A cell wider than its column may be is cut and ends with "…"; the last
 * column is never cut.
 *
 * @param heads column titles
 * @param rows as many cells as there are titles
 * @param widest the most columns of the terminal that a cell may take
 */
export function table(heads: string[], rows: string[][], widest = 34): string {
	const lines = [heads, ...rows].map((cells) =>
		cells.map((cell, column) => (column === heads.length - 1 ? cell : cut(cell, widest))),
	);
	const widths = heads.map((_, column) => Math.max(...lines.map((cells) => displayWidth(cells[column] ?? ''))));
	return lines.map((cells) => cells.map((cell, column) => pad(cell, widths[column] ?? 0)).join('  ').trimEnd()).join('\n');
}

function cut(text: string, widest: number): string {
	if (displayWidth(text) <= widest) return text;
	let kept = '';
	// A syllable with its signs stays whole.
	for (const { segment } of new Intl.Segmenter('km', { granularity: 'grapheme' }).segment(text)) {
		if (displayWidth(kept + segment) > widest - 1) break;
		kept += segment;
	}
	return `${kept}…`;
}

function pad(text: string, width: number): string {
	return text + ' '.repeat(Math.max(0, width - displayWidth(text)));
}
