import type { JsonObject } from '../jsonObject';
import { excess, LIMITS } from '../limits';
import { decodeUtf8, parsePhpJson, type PhpMap, type PhpValue, toJson } from '../phpJson';
import { hasOtherReading, verifyWebPayData, webPayString } from '../webPaySignature';

/** A call to one of our addresses: the bytes as they arrived, or the fields of a multipart form, by then taken apart, in their order. */
export type WebPayCall = Uint8Array | ReadonlyArray<readonly [name: string, value: string]>;

/** What a call to `notify_url` turned out to be. */
export type WebPayNotification =
	| {
			kind: 'signed';
			/** The fields that the signature was found to belong to; lists and objects among them are not protected by it. */
			fields: JsonObject;
			/** Whether the same signature could belong to other fields (see `hasOtherReading`). */
			isAmbiguous: boolean;
	  }
	/** Not to be believed; `reason` is for a log and holds nothing of the body. */
	| { kind: 'refused'; reason: string };

const NOTHING_KNOWN = 'the body is neither a form nor a JSON object';

/** Some JSON libraries write it before the text; it is no part of it. */
const BYTE_ORDER_MARK = /^\uFEFF/;

const FORM_NAME = /^([^[]+)((?:\[[^\]]*\])*)/;

/**
 * Reads and verifies a call to `notify_url` (docs/gateway.md §5, notify_url callback): JSON or a form of
 * either kind, flat or as `{ data, sign, sign_type }`. What stands in the address is no part of it.
 *
 * Public material does not say whether the signature covers `sign_type`, nor how `false` is written: every known way is
 * tried, over the fields of the body alone. A flat body counts by its own fields, never by an unsigned `data` in it.
 *
 * @param signType the credential's, `MD5` or `HMAC-SHA256`: a body that names another one is refused
 * @throws RangeError when `signType` is neither of them
 */
export function readWebPayNotification(
	call: WebPayCall,
	apiSecretKey: string,
	signType: string,
): WebPayNotification {
	const all = readCall(call);
	if (typeof all === 'string') return { kind: 'refused', reason: all };
	const sign = all.get('sign') ?? '';
	if (sign === '') return { kind: 'refused', reason: 'it has no signature' };
	const named = all.get('sign_type') ?? '';
	if (named !== '' && (typeof named !== 'string' || named.toUpperCase() !== signType)) {
		return { kind: 'refused', reason: 'it is signed in another way than the credential asks for' };
	}
	const without = (...names: string[]): PhpMap =>
		new Map([...all].filter(([name]) => !names.includes(name)));
	const withoutSign = without('sign');
	const data = all.get('data');
	const candidates = [
		withoutSign,
		without('sign', 'sign_type'),
		...(data instanceof Map ? [data] : []),
	];
	const signed = candidates.find((fields) => isSigned(fields, sign, signType, apiSecretKey));
	if (signed === undefined) return { kind: 'refused', reason: 'its signature is wrong' };
	return {
		kind: 'signed',
		fields: toJson(withLists(signed)) as JsonObject,
		isAmbiguous: hasOtherReading(signed),
	};
}

/** A form carries `false` as 0 (and old PHP drops a real 0), so a 0 may have been signed in any way a `false` may. */
function isSigned(fields: PhpMap, sign: PhpValue, signType: string, apiSecretKey: string): boolean {
	// Without a field to cover, the signature is the same in all the gateway's answers: it proves nothing.
	if (webPayString(fields) === '') return false;
	if (verifyWebPayData(fields, sign, signType, apiSecretKey)) return true;
	const isZero = (value: PhpValue) => value === '0' || value === 0n || value === 0;
	if (![...fields.values()].some(isZero)) return false;
	const withFalse: PhpMap = new Map(
		[...fields].map(([name, value]) => [name, isZero(value) ? false : value]),
	);
	return verifyWebPayData(withFalse, sign, signType, apiSecretKey);
}

/**
 * What a call to one of our addresses says, without any proof that KESS has said it.
 *
 * @returns the fields of the order, flat or in `data`; `undefined` when it is nothing that KESS could have sent
 */
export function peekWebPayNotification(
	call: WebPayCall,
): { outTradeNo: unknown; status: unknown } | undefined {
	const all = readCall(call);
	if (typeof all === 'string' || all.size === 0) return undefined;
	const data = all.get('data');
	const fields = data instanceof Map ? data : all;
	return { outTradeNo: fields.get('out_trade_no'), status: fields.get('status') };
}

/** @returns the fields, or why they are not read, as a clause without anything of the call */
function readCall(call: WebPayCall): PhpMap | string {
	if (sizeOf(call) > LIMITS.callBytes) return `it has more than ${LIMITS.callBytes} bytes`;
	const fields =
		call instanceof Uint8Array ? readBytes(call) : (tooMany(call.length) ?? readForm(call));
	if (typeof fields === 'string') return fields;
	const data = fields.get('data');
	return excess(fields) ?? (data instanceof Map ? excess(data) : undefined) ?? fields;
}

function sizeOf(call: WebPayCall): number {
	if (call instanceof Uint8Array) return call.length;
	return call.reduce(
		(bytes, [name, value]) => bytes + Buffer.byteLength(name) + Buffer.byteLength(value),
		0,
	);
}

function readBytes(body: Uint8Array): PhpMap | string {
	try {
		const text = decodeUtf8(body).replace(BYTE_ORDER_MARK, '');
		if (!/^\s*[{[]/.test(text)) return readFormText(text);
		const value = parsePhpJson(text, LIMITS.depth);
		return value instanceof Map ? value : NOTHING_KNOWN;
	} catch {
		return NOTHING_KNOWN;
	}
}

function readFormText(text: string): PhpMap | string {
	if (!text.includes('=')) return NOTHING_KNOWN;
	let fields = 1;
	for (let at = text.indexOf('&'); at >= 0; at = text.indexOf('&', at + 1)) fields++;
	return tooMany(fields) ?? readForm(new URLSearchParams(text));
}

function tooMany(fields: number): string | undefined {
	return fields > LIMITS.formFields ? `it has more than ${LIMITS.formFields} fields` : undefined;
}

/** Form fields as PHP reads them: brackets make arrays, and of a repeated name the last one counts. */
function readForm(form: Iterable<readonly [string, string]>): PhpMap | string {
	const fields: PhpMap = new Map();
	for (const [name, value] of form) {
		if (name.length > LIMITS.nameLength)
			return `the name of a field is longer than ${LIMITS.nameLength} characters`;
		const [, top = '', brackets = ''] = FORM_NAME.exec(name) ?? [];
		const path = brackets === '' ? [top] : [top, ...brackets.slice(1, -1).split('][')];
		if (path.length > LIMITS.depth) return `its fields are nested more than ${LIMITS.depth} deep`;
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

/** An array of a form whose keys count from 0 is a list. */
function withLists(map: PhpMap): PhpMap {
	return new Map(Array.from(map, ([name, value]) => [name, asList(value)]));
}

function asList(value: PhpValue): PhpValue {
	if (!(value instanceof Map)) return value;
	const inner = withLists(value);
	const isList = inner.size > 0 && [...inner.keys()].every((key, index) => key === String(index));
	return isList ? [...inner.values()] : inner;
}
