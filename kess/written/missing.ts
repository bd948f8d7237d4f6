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

/** Each in words that stand for nothing else, so that they tell also within a reference. */
const STANDS: ReadonlyArray<readonly [pattern: RegExp, cure: string]> = [
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
	[
		/\{\{[^{}]{0,200}\}\}|\$\{[^{}]{0,200}\}|^=?\$(?:json|node|input)\b.{0,200}$/,
		'It is an expression that was not worked out. Switch the field from Fixed to Expression.',
	],
	[
		/\[object (?!Undefined|Null)\w{1,40}\]|\[(?:Object|Array): [^[\]]{0,200}\](?: \{\})?|\{ \[native code\] \}/,
		'The expression gives a whole object. Let it name the field in it that is meant.',
	],
	[/\[object (?:Undefined|Null)\]|Invalid Date(?:Time)?/, NOTHING_FOUND],
];

/** In a text that is nothing else. Written otherwise they may be a name: Null is one. */
const WORD = /^(?:undefined|null|NaN)$/;

/** Within a reference. */
const WORD_WITHIN =
	/undefined|(?<![\p{L}\p{N}])(?:null|NaN)(?![\p{L}\p{N}])|(?<![\p{L}\p{N}])Infinity$/u;

/** What databases and programs write in place of nothing, where only a reference can stand. */
const NO_REFERENCE =
	/^(?:\\N|<NA>|n\/a|nan|nat|nil|none|null|undefined|[+-]?infinity|true|false)$/i;

/** What a text is, where it stands for a value that is not there; `undefined` for any other. */
export function missingAs(text: string): Missing | undefined {
	const whole = STANDS.find(([pattern]) => pattern.exec(text)?.[0] === text);
	if (whole !== undefined) return { found: text, cure: whole[1] };
	return WORD.test(text) ? { found: text, cure: NOTHING_FOUND } : undefined;
}

/** The same for a reference, and for what is put together: what stands in it where a value was to be. */
export function missingWithin(reference: string): Missing | undefined {
	for (const [pattern, cure] of STANDS) {
		const found = pattern.exec(reference)?.[0];
		if (found !== undefined) return { found, cure };
	}
	const found = (NO_REFERENCE.exec(reference) ?? WORD_WITHIN.exec(reference))?.[0];
	return found === undefined ? undefined : { found, cure: NOTHING_FOUND };
}

/** @param text in which it was found */
export function noValue({ found, cure }: Missing, text: string): InvalidValueError {
	const shown = JSON.stringify(found.slice(0, 40));
	return new InvalidValueError(
		`${found === text ? 'is' : 'has'} ${shown}${found === text ? '' : ' in it'}, which stands for a value that is not there`,
		cure,
	);
}
