import { encodePhpJson, parsePhpJson, type PhpMap, type PhpValue } from '../../kess/phpJson.ts';
import { laravelText } from '../phpInput.mts';

/** What a service answers, by its field names. */
export type Data = { [field: string]: string | number | bigint };

/** The same as a PHP array. */
export function phpMap(fields: { [field: string]: PhpValue }): PhpMap {
	return new Map(Object.entries(fields));
}

/** The input of a request as Laravel hands it on: trimmed texts, null for empty ones, at every depth. */
export function laravelInput(value: PhpValue): PhpValue {
	if (typeof value === 'string') return laravelText(value);
	if (Array.isArray(value)) return value.map(laravelInput);
	if (value instanceof Map) return new Map(Array.from(value, ([key, entry]) => [key, laravelInput(entry)]));
	return value;
}

/**
 * The JSON text with every key of the top level in it twice. Only the later one counts to PHP, so what is signed stays
 * the same; to a reader that takes the first one, or the raw text, it does not.
 */
export function withRepeatedKeys(text: string): string {
	const body = parsePhpJson(text);
	if (!(body instanceof Map)) return text;
	const earlier = new Map<string, PhpValue>([...body.keys()].map((key) => [key, null]));
	return `${encodePhpJson(earlier).slice(0, -1)},${text.slice(1)}`;
}
