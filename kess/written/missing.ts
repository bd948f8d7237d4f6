import { InvalidValueError } from '../errors';

/** What stands where there is no value: a spreadsheet, n8n or a program has written it, and nobody means it. */

/** As it was found, and how to get a value in its place. */
export interface Missing {
	found: string;
	cure: string;
}

/** Of Excel, LibreOffice and Google Sheets, in the languages that they speak. */
const CELL_ERROR =
	/#[¡¿]?(?:(?:REF|BEZUG|RIF|VERW|ADR|ССЫЛКА|BAŞV|VALUE|WERT|VALEUR|VALOR|VALORE|WAARDE|ARG|ЗНАЧ|DEĞER|NUM|ZAHL|NOMBRE|NÚM|GETAL|LICZBA|ЧИСЛО|SAYI|NULL|NUL|NULO|NULLO|LEEG|ZERO|ПУСТО|BOŞ|DIV\/0|DEEL\/0|DZIEL\/0|ДЕЛ\/0|SAYI\/0|SPILL|CALC|FIELD|BLOCKED|CONNECT|UNKNOWN|BUSY|EXTERNAL|PYTHON|ERROR)!|(?:NAME|NOM|NOMBRE|NOME|NAAM|NAZWA|ИМЯ|AD)\?|N\/[ADB]|Н\/Д|GETTING_DATA|(?:NV|YOK)(?![\p{L}\p{N}-]))|Err:5\d\d/u;

const NOTHING_FOUND =
	'The expression found nothing in this row. Check the name of the column that it reads.';

type Stands = ReadonlyArray<readonly [pattern: RegExp, cure: string]>;

/** What nobody writes into a sentence, so that they tell also within a title. */
const UNRESOLVED: Stands = [
	[
		/\{\{[^{}]{0,200}\}\}|\$\{[^{}]{0,200}\}|^=?\$(?:json|node|input)\b.{0,200}$/,
		'It is an expression that was not worked out. Switch the field from Fixed to Expression.',
	],
	[
		/\[object (?!Undefined|Null)\w{1,40}\]|\[(?:Object|Array): [^[\]]{0,200}\](?: \{\})?|\{ \[native code\] \}/,
		'The expression gives a whole object. Let it name the field in it that is meant.',
	],
];

/** Each in words that stand for nothing else, so that they tell also within a reference. */
const STANDS: Stands = [
	...UNRESOLVED,
	[CELL_ERROR, 'The spreadsheet could not work it out. Correct the formula in this row.'],
	[
		/#{3,}/,
		'A spreadsheet shows that where its column is too narrow. Make the column wider, and take the list from there again.',
	],
	[
		/Loading(?:\.\.\.|…)/,
		'The spreadsheet was still working it out. Take the list from there again when it has ended.',
	],
	[
		/\[?Execute (?:previous nodes|node ‘[^‘’]{1,100}’) for preview\]?|\[(?:undefined|null|empty|No path back to node)\]/,
		'The editor of n8n shows that in place of a value. Enter the expression itself.',
	],
	[/\[object (?:Undefined|Null)\]|Invalid Date(?:Time)?/, NOTHING_FOUND],
];

/** In a text that is nothing else. Written otherwise they may be a name: Null is one. */
const WORD = /^(?:undefined|null|NaN)$/;

/** Within a reference or an address. */
const WORD_WITHIN =
	/undefined|(?<![\p{L}\p{N}])(?:null|NaN)(?![\p{L}\p{N}])|(?<![\p{L}\p{N}])Infinity$/u;

/** Where only a reference can stand. */
const NO_REFERENCE: Stands = [
	// What databases and programs write in place of nothing.
	[/^(?:\\N|<NA>|n\/a|nan|nat|nil|none|null|undefined|[+-]?infinity|true|false)$/i, NOTHING_FOUND],
	// The same behind a separator, spelt as programs do: at the beginning it may be a name, or a word of one.
	[
		/(?<=[^\p{L}\p{M}\p{N}])(?:(?:NULL|NaT|false)(?![\p{L}\p{M}\p{N}])|(?:None|False|FALSE)$)/u,
		NOTHING_FOUND,
	],
	[/\{\s*\}|\[\s*\]/, NOTHING_FOUND],
	[
		/^[0០]+$/,
		'A spreadsheet gives 0 where it looks up a cell with nothing in it. Enter the number in this row.',
	],
];

/** What a text is, where it stands for a value that is not there, or what in it does; `undefined` for any other. */
export function missingAs(text: string): Missing | undefined {
	const whole = STANDS.find(([pattern]) => pattern.exec(text)?.[0] === text);
	if (whole !== undefined) return { found: text, cure: whole[1] };
	return WORD.test(text) ? { found: text, cure: NOTHING_FOUND } : firstOf(UNRESOLVED, text);
}

/** The same for what is put together, such as an address: what stands in it where a value was to be. */
export function missingWithin(text: string): Missing | undefined {
	return firstOf([...STANDS, [WORD_WITHIN, NOTHING_FOUND]], text);
}

/** The same for a reference. */
export function missingInReference(reference: string): Missing | undefined {
	return missingWithin(reference) ?? firstOf(NO_REFERENCE, reference);
}

function firstOf(signs: Stands, text: string): Missing | undefined {
	for (const [pattern, cure] of signs) {
		const found = pattern.exec(text)?.[0];
		if (found !== undefined) return { found, cure };
	}
	return undefined;
}

/** @param text in which it was found */
export function noValue({ found, cure }: Missing, text: string): InvalidValueError {
	const shown = JSON.stringify(found.slice(0, 40));
	return new InvalidValueError(
		`${found === text ? 'is' : 'has'} ${shown}${found === text ? '' : ' in it'}, which stands for a value that is not there`,
		cure,
	);
}
