import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

import { type PhpMap, type PhpValue, phpNumber, phpText } from './phpJson';
import { ksortKeys } from './phpKeyOrder';

/** Fields as JSON.parse gives them, or as `parsePhpJson` does where the written form of a number matters. */
export type WebPayParams = Readonly<Record<string, unknown>> | PhpMap;

/** What the specification calls `sign_type` (docs/gateway.md §12, CREATE ORDER). */
const SIGN_TYPES: readonly string[] = ['MD5', 'HMAC-SHA256'];

/**
 * How a server may have written a `false` in `data` (docs/gateway.md §5): left out (`$v != ""`), as nothing (`$v !== ""`), or
 * as the 0 that KESS's own SDK sends.
 */
const FALSE_FORMS = [undefined, '', '0'];

/**
 * The string that is signed, without the secret (docs/gateway.md §12, GENERATE SIGN: `toUrlParams` after `ksort`, as PHP 8
 * runs it): `key=value` joined by `&`, without `sign`, without lists, objects, null, false and empty text, values not
 * URL-encoded, and without any `&` at either end.
 *
 * @param params all fields of the request, `sign_type` among them
 * @throws TypeError for a value that JSON cannot carry
 */
export function webPayString(params: WebPayParams): string {
	return joinFields(inOrder(toFields(params)), undefined);
}

/**
 * The signature of a request (docs/gateway.md §12, GENERATE SIGN; the HMAC that is missing there: docs/gateway.md §5).
 *
 * @param params all fields of the request; its `sign_type` chooses the hash and is spelt exactly `MD5` or `HMAC-SHA256`
 * @param apiSecretKey the merchant's API secret key
 * @returns lower-case hex, 32 or 64 digits
 * @throws RangeError for any other `sign_type`: there is no signature without a hash
 */
export function webPaySignature(params: WebPayParams, apiSecretKey: string): string {
	const signType = params instanceof Map ? params.get('sign_type') : params.sign_type;
	return hash(webPayString(params), signType, apiSecretKey);
}

/**
 * Every signature that the gateway may have put on `data` (docs/gateway.md §5, Response signature): one, or three where `data`
 * holds a `false`. `sign_type` stands beside `data` and is not in the string.
 *
 * @param data the `data` of an answer: an object or a list
 * @param signType `MD5` or `HMAC-SHA256`
 * @returns different signatures in lower-case hex, the likeliest first
 * @throws RangeError for any other sign type
 */
export function webPayDataSignatures(
	data: object,
	signType: string,
	apiSecretKey: string,
): string[] {
	return signedTexts(data).map((text) => hash(text, signType, apiSecretKey));
}

function signedTexts(data: object): string[] {
	const fields = inOrder(toFields(data));
	const texts = FALSE_FORMS.map((falseText) => joinFields(fields, falseText));
	if (Array.isArray(data)) texts.push('');
	return [...new Set(texts)];
}

/**
 * Whether `sign` is the gateway's signature over `data`, in either case of hex.
 *
 * @param data the `data` of an answer; also the flat fields of a notification, whose `sign` is left out by itself
 * @param sign what the answer carries
 * @param signType `MD5` or `HMAC-SHA256`
 * @returns false as well for data that is no object or list, and for an empty secret, which anybody could sign with
 * @throws RangeError for any other sign type
 */
export function verifyWebPayData(
	data: unknown,
	sign: unknown,
	signType: string,
	apiSecretKey: string,
): boolean {
	return verifiedText(data, sign, signType, apiSecretKey) !== undefined;
}

/** The text that `sign` is the signature of, of all those that `data` may have been signed with. */
function verifiedText(
	data: unknown,
	sign: unknown,
	signType: string,
	apiSecretKey: string,
): string | undefined {
	requireSignType(signType);
	if (typeof sign !== 'string' || typeof data !== 'object' || data === null || apiSecretKey === '')
		return undefined;
	const given = Buffer.from(sign.trim().toLowerCase());
	return signedTexts(data).find((text) => {
		const expected = Buffer.from(hash(text, signType, apiSecretKey));
		return expected.length === given.length && timingSafeEqual(expected, given);
	});
}

/** What the signature of an answer is worth. */
export type WebPaySignatureVerdict =
	| 'valid'
	/** There is no `sign`, or an empty one. */
	| 'unsigned'
	/**
	 * It is right, but covers nothing: a list, or an object with nothing but lists and objects in it, leaves an empty
	 * string, so that the same signature fits every such answer.
	 */
	| 'empty'
	/** It is right, and would be for other fields too (see `hasOtherReading`). */
	| 'ambiguous'
	| 'invalid';

/**
 * Checks the signature of an answer (docs/gateway.md §5, Response signature).
 *
 * @param answer the body as `parsePhpJson` has read it, so that every number is printed as PHP prints it
 * @param signType the one the credential asks for; an answer signed in another way is not accepted in its place
 * @throws RangeError when `signType` is neither `MD5` nor `HMAC-SHA256`
 */
export function verifyWebPayAnswer(
	answer: PhpMap,
	apiSecretKey: string,
	signType: string,
): WebPaySignatureVerdict {
	requireSignType(signType);
	const sign = answer.get('sign') ?? '';
	if (sign === '') return 'unsigned';
	const named = answer.get('sign_type') ?? '';
	const isSameType =
		named === '' || (typeof named === 'string' && named.toUpperCase() === signType);
	if (!isSameType) return 'invalid';
	const data = answer.get('data');
	const text = verifiedText(data, sign, signType, apiSecretKey);
	if (text === undefined) return 'invalid';
	if (text === '') return 'empty';
	return data instanceof Map && hasOtherReading(data) ? 'ambiguous' : 'valid';
}

/** Fields by which it is decided what an answer or a notification means (docs/gateway.md §3, Responses). */
const DECISIVE: readonly string[] = [
	'amount',
	'currency',
	'merchant_reference',
	'out_trade_no',
	'payment_link',
	'status',
	'total_amount',
	'transaction_id',
	'transaction_ref',
];

/** Fields that are handed on to people, and may therefore not be made of the text of others. */
const HANDED_ON: readonly string[] = [
	'code',
	'deeplink',
	'html_confirm_payment',
	'kyc_status',
	'link',
	'qrcode',
	'qrcode_link',
	'user_id',
];

const FIELD_INSIDE = /&(\w{1,64})=([^&]*)/g;

/** A request means what its service and its seller are, too. */
const DECISIVE_IN_A_REQUEST = new RegExp(
	`&(${[...DECISIVE, 'seller_code', 'seller_id', 'service'].join('|')})=`,
	'g',
);

/** Numbers of an order and its sums may stand in a link of a bank's app without the answer having a field for them. */
const IN_LINKS: ReadonlySet<string> = new Set(
	DECISIVE.filter((name) => name !== 'status' && name !== 'payment_link'),
);

const SUMS: ReadonlySet<string> = new Set(['amount', 'total_amount']);

/**
 * Whether the text of these fields could be the text of others that mean something else: the signed string joins
 * `key=value` by `&` without escaping, so `x&status=SUCCESS` in one field signs as two fields. Whoever chooses a title
 * could so choose a status, and whoever stands between could hide one in the field before.
 *
 * Every border between two fields of the other reading is either one of this reading too, or stands inside a value as
 * `&name=`. So this reading is the only one that counts when no decisive field has a border in it, and none stands inside
 * another field. Links have queries of their own: there it may, when it says the same.
 */
export function hasOtherReading(fields: PhpMap): boolean {
	const signed = [...fields].filter(([, value]) => isSigned(value));
	// Keys are sorted, so a field before the first cannot begin within a later one.
	const [first = ''] = ksortKeys(signed.map(([key]) => key));
	return signed.some(([key, value]) => {
		if (/[&=]/.test(key)) return true;
		if (typeof value !== 'string' || !value.includes('&')) return false;
		// A link may have a query of its own.
		if (DECISIVE.includes(key) && key !== 'payment_link' && /&[^&=]*=/.test(value)) return true;
		const isLink = value.includes('://');
		return [...value.matchAll(FIELD_INSIDE)].some(
			([, name = '', said = '']) => name > first && couldBe(name, said, fields, isLink),
		);
	});
}

function isSigned(value: PhpValue | undefined): value is string | number | bigint | true {
	return (
		value !== undefined &&
		value !== null &&
		value !== '' &&
		value !== false &&
		typeof value !== 'object'
	);
}

/** Whether a field that stands inside another one could be what KESS has meant by that name. */
function couldBe(name: string, said: string, fields: PhpMap, isLink: boolean): boolean {
	if (!DECISIVE.includes(name) && !HANDED_ON.includes(name)) return false;
	const own = fields.get(name);
	// Something stands under this name that no signature covers: the signed one may have been hidden.
	if (own !== undefined && typeof own === 'object' && own !== null) return true;
	if (HANDED_ON.includes(name)) return isSigned(own) && !saysTheSame(name, phpText(own), said);
	if (!isLink) return true;
	if (isSigned(own)) return !saysTheSame(name, phpText(own), said);
	const isOrder = fields.has('out_trade_no') || fields.has('status');
	return isOrder || !IN_LINKS.has(name);
}

/** Whether what stands in the query of a link agrees with the field itself. */
function saysTheSame(name: string, own: string, said: string): boolean {
	if (own === said || (SUMS.has(name) && Number(own) === Number(said))) return true;
	// Banks write currencies as numbers.
	return (name === 'currency' && /^\d{3}$/.test(said)) || encodeURIComponent(own) === said;
}

/** Whether a text would, among the fields of a request, read as a field that decides something. */
export function decidesElsewhere(text: string): boolean {
	return text.search(DECISIVE_IN_A_REQUEST) >= 0;
}

/**
 * The same web address in a spelling that does not: `&status=` in its query is written `&%73tatus=`, which whoever reads a
 * query takes for the same.
 */
export function undecidedAddress(address: string): string {
	const [, path = '', query = '', fragment = ''] =
		/^([^?#]*)(\?[^#]*)?(#.*)?$/s.exec(address) ?? [];
	return (
		path +
		query.replace(
			DECISIVE_IN_A_REQUEST,
			(found) => `&%${found.charCodeAt(1).toString(16)}${found.slice(2)}`,
		) +
		fragment
	);
}

function requireSignType(signType: unknown): asserts signType is string {
	if (typeof signType !== 'string' || !SIGN_TYPES.includes(signType)) {
		throw new RangeError(`sign_type has to be exactly ${SIGN_TYPES.join(' or ')}`);
	}
}

function hash(text: string, signType: unknown, apiSecretKey: string): string {
	requireSignType(signType);
	const signed = `${text}&key=${apiSecretKey}`;
	return signType === 'MD5'
		? createHash('md5').update(signed).digest('hex')
		: createHmac('sha256', apiSecretKey).update(signed).digest('hex');
}

/** The fields as PHP has them after decoding the JSON that carries them. */
function toFields(params: object): PhpMap {
	if (params instanceof Map) return params as PhpMap;
	const fields: PhpMap = new Map();
	for (const [key, value] of Object.entries(params)) {
		if (value !== undefined) fields.set(key, toPhpValue(key, value));
	}
	return fields;
}

function toPhpValue(key: string, value: unknown): PhpValue {
	switch (typeof value) {
		case 'string':
		case 'boolean':
		case 'bigint':
			return value;
		case 'number':
			if (Number.isFinite(value)) return phpNumber(String(value));
			break;
		case 'object':
			// What is inside is never signed.
			return value === null ? null : [];
	}
	throw new TypeError(`The value of ${key} cannot be sent as JSON`);
}

function inOrder(fields: PhpMap): Array<[string, PhpValue]> {
	return ksortKeys(fields.keys()).map((key) => [key, fields.get(key) ?? null]);
}

function joinFields(fields: Array<[string, PhpValue]>, falseText: string | undefined): string {
	const pairs: string[] = [];
	for (const [key, value] of fields) {
		if (key === 'sign' || value === null || value === '' || typeof value === 'object') continue;
		if (value !== false) pairs.push(`${key}=${phpText(value)}`);
		else if (falseText !== undefined) pairs.push(`${key}=${falseText}`);
	}
	return stripAmpersands(pairs.join('&'));
}

function stripAmpersands(text: string): string {
	let start = 0;
	let end = text.length;
	while (text[start] === '&') start++;
	while (end > start && text[end - 1] === '&') end--;
	return text.slice(start, end);
}
