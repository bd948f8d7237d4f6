import type { Json, JsonObject } from './jsonObject';
import { decodeUtf8, parsePhpJson, type PhpMap, type PhpValue } from './phpJson';
import { verifyWebPayData, webPayString } from './webPaySignature';

/** What a call to `notify_url` turned out to be. */
export type WebPayNotification =
	| {
			kind: 'signed';
			/** The fields that the signature was found to belong to; lists and objects among them are not protected by it. */
			fields: JsonObject;
			/**
			 * Whether the same signature could belong to other fields. The signed string joins `key=value` by `&` without
			 * escaping, so a text like `x&status=SUCCESS` inside one field signs as two fields.
			 */
			isAmbiguous: boolean;
	  }
	/** Not to be believed; `reason` is for a log and holds nothing of the body. */
	| { kind: 'refused'; reason: string };

/** A form with more fields than any order has, or deeper than PHP reads, is not taken apart. */
const MAX_FORM_FIELDS = 10_000;
const MAX_FORM_DEPTH = 64;

const FORM_NAME = /^([^[]+)((?:\[[^\]]*\])*)/;

/** Fields that decide what a notification means. */
const DECISIVE = /&(?:currency|out_trade_no|status|total_amount)=/;

/**
 * Reads and verifies a call to `notify_url` (kess-api §5, notify_url callback): JSON or form, flat or as
 * `{ data, sign, sign_type }`. What stands in the address is no part of it.
 *
 * Public material does not say whether the signature covers `sign_type`, nor how `false` is written: every known way is
 * tried, over the fields of the body alone. A flat body counts by its own fields, never by an unsigned `data` in it.
 *
 * @param body the bytes as they arrived, or what n8n has parsed them to
 * @param signType the credential's, `MD5` or `HMAC-SHA256`: a body that names another one is refused
 * @throws RangeError when `signType` is neither of them
 */
export function readWebPayNotification(body: Uint8Array | object, apiSecretKey: string, signType: string): WebPayNotification {
	const all = readBody(body);
	if (all === undefined) return { kind: 'refused', reason: 'the body is neither a form nor a JSON object' };
	const sign = all.get('sign') ?? '';
	if (sign === '') return { kind: 'refused', reason: 'it has no signature' };
	const named = all.get('sign_type') ?? '';
	if (named !== '' && (typeof named !== 'string' || named.toUpperCase() !== signType)) {
		return { kind: 'refused', reason: 'it is signed in another way than the credential asks for' };
	}
	const without = (...names: string[]): PhpMap => new Map([...all].filter(([name]) => !names.includes(name)));
	const withoutSign = without('sign');
	const data = all.get('data');
	const candidates = [withoutSign, without('sign', 'sign_type'), ...(data instanceof Map ? [data] : [])];
	const signed = candidates.find((fields) => isSigned(fields, sign, signType, apiSecretKey));
	if (signed === undefined) return { kind: 'refused', reason: 'its signature is wrong' };
	const isAmbiguous = [...signed.values()].some((value) => typeof value === 'string' && DECISIVE.test(value));
	return { kind: 'signed', fields: toJson(signed) as JsonObject, isAmbiguous };
}

/** A form carries `false` as 0 (and old PHP drops a real 0), so a 0 may have been signed in any way a `false` may. */
function isSigned(fields: PhpMap, sign: PhpValue, signType: string, apiSecretKey: string): boolean {
	// Without a field to cover, the signature is the same in all the gateway's answers: it proves nothing.
	if (webPayString(fields) === '') return false;
	if (verifyWebPayData(fields, sign, signType, apiSecretKey)) return true;
	const isZero = (value: PhpValue) => value === '0' || value === 0n || value === 0;
	if (![...fields.values()].some(isZero)) return false;
	const withFalse: PhpMap = new Map([...fields].map(([name, value]) => [name, isZero(value) ? false : value]));
	return verifyWebPayData(withFalse, sign, signType, apiSecretKey);
}

function readBody(body: Uint8Array | object): PhpMap | undefined {
	try {
		if (!(body instanceof Uint8Array)) return unfold(parsePhpJson(JSON.stringify(body)));
		const text = decodeUtf8(body);
		const value = /^\s*[{[]/.test(text) ? parsePhpJson(text) : readForm(new URLSearchParams(text));
		return value instanceof Map ? value : undefined;
	} catch {
		return undefined;
	}
}

/** Form fields that n8n has parsed still carry their brackets: `detail[0][no]`. */
function unfold(value: PhpValue): PhpMap | undefined {
	return value instanceof Map ? readForm(value) : undefined;
}

/**
 * Form fields as PHP reads them: brackets make arrays, and of a repeated name the last one counts.
 *
 * @returns `undefined` for more than a body about an order can hold
 */
function readForm(form: Iterable<[string, PhpValue]>): PhpMap | undefined {
	const fields: PhpMap = new Map();
	let count = 0;
	for (const [name, value] of form) {
		count += 1;
		const [, top = '', brackets = ''] = FORM_NAME.exec(name) ?? [];
		const path = [top, ...[...brackets.matchAll(/\[([^\]]*)\]/g)].map(([, key = '']) => key)];
		if (count > MAX_FORM_FIELDS || path.length > MAX_FORM_DEPTH) return undefined;
		if (top !== '') put(fields, path, value);
	}
	return fields;
}

function put(fields: PhpMap, path: string[], value: PhpValue): void {
	let parent = fields;
	path.forEach((part, index) => {
		const key = part === '' ? String(parent.size) : part;
		if (index === path.length - 1) {
			parent.set(key, value);
			return;
		}
		const next = parent.get(key);
		const child: PhpMap = next instanceof Map ? next : new Map();
		parent.set(key, child);
		parent = child;
	});
}

/** For the output item. An array whose keys count from 0 is a list; a whole number too long for JavaScript stays text. */
function toJson(value: PhpValue): Json {
	if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
	if (Array.isArray(value)) return value.map(toJson);
	return value instanceof Map ? mapToJson(value) : value;
}

function mapToJson(map: PhpMap): Json {
	const isList = map.size > 0 && [...map.keys()].every((key, index) => key === String(index));
	if (isList) return [...map.values()].map(toJson);
	return Object.fromEntries([...map].map(([key, value]) => [key, toJson(value)]));
}
