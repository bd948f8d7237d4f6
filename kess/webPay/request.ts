import { InvalidValueError } from '../errors';
import type { Json, JsonObject } from '../jsonObject';
import { trimDeep, trimText } from '../written/text';
import { decidesElsewhere, webPaySignature } from '../webPaySignature';
import { LIMITS } from '../limits';
import { ksortKeys } from '../phpKeyOrder';

/**
 * The form of a request that every known gateway variant signs alike (docs/gateway.md §5): text is trimmed (and the trimmed
 * value both signed and sent), empty fields, `false` and `0` are left out, `true` is sent as 1, numbers are short
 * enough for PHP to print them as JSON does. An earlier `sign` is dropped.
 *
 * @param fields the request's fields by their gateway names
 * @returns a new object, ready to be signed
 * @throws InvalidValueError naming the field whose value cannot be signed unambiguously
 */
export function normaliseWebPayFields(fields: JsonObject): Record<string, Json> {
	const body: Record<string, Json> = {};
	if (Object.keys(fields).length > LIMITS.fields) {
		throw new InvalidValueError(
			`has more than ${LIMITS.fields} fields`,
			'Send only the fields that the service takes.',
		);
	}
	for (const [field, value] of Object.entries(fields)) {
		if (field === 'sign') continue;
		if (hasHalfCharacter(value)) {
			throw new InvalidValueError(
				`has a field ${field} with half of a character in it`,
				'An emoji was cut in two, for example by a limit on the length. Cut the text before the emoji, or leave it out.',
			);
		}
		const kept = normalise(field, value);
		if (kept !== undefined) body[field] = kept;
	}
	requireEndThatStays(body);
	return body;
}

/** PHP strips `&` at the ends of the signed text, and at its end stands the field that comes last when they are in order. */
function requireEndThatStays(body: Record<string, Json>): void {
	if (!Object.values(body).some((value) => typeof value === 'string' && value.endsWith('&')))
		return;
	const last =
		ksortKeys(Object.keys(body).filter((field) => typeof body[field] !== 'object')).at(-1) ?? '';
	const text = body[last];
	if (typeof text !== 'string' || !text.endsWith('&')) return;
	throw new InvalidValueError(
		`has a field ${last} that ends with &`,
		'KESS strips this character when it checks the signature. Write "and" instead, or leave it out.',
	);
}

/** PHP reads no JSON in which there is one, however deep. */
function hasHalfCharacter(value: Json | undefined): boolean {
	if (typeof value === 'string') return /\p{Surrogate}/u.test(value);
	return typeof value === 'object' && value !== null && Object.values(value).some(hasHalfCharacter);
}

function normalise(field: string, value: Json | undefined): Json | undefined {
	switch (typeof value) {
		case 'string': {
			const text = trimText(value);
			if (decidesElsewhere(text)) {
				throw new InvalidValueError(
					`has a field ${field} with text that KESS would read as another field, such as &status=`,
					'The signature cannot tell the two apart. Write "and" instead of & there; in an address of your app put that part first, behind the question mark.',
				);
			}
			return text === '' ? undefined : text;
		}
		case 'number':
			if (value === 0) return undefined;
			if (!/^-?\d+(\.\d+)?$/.test(String(value)) || String(value).replace(/\D/g, '').length > 14) {
				throw new InvalidValueError(
					`has a field ${field} whose number KESS would print differently than it was sent`,
					'Send it as text in quotes, or use a number with at most 14 digits.',
				);
			}
			return value;
		case 'boolean':
			return value ? 1 : undefined;
		case 'object':
			// Lists and objects are not signed; the gateway trims the text in them all the same.
			return value === null ? undefined : trimDeep(value);
		default:
			return undefined;
	}
}

/**
 * Signs a request (docs/gateway.md §12, GENERATE SIGN).
 *
 * @param fields the request's fields; `sign_type` among them decides the algorithm
 * @param apiSecretKey the merchant's API secret key
 * @returns the JSON text to be sent as it is: `sign` covers exactly the values in it
 * @throws InvalidValueError as `normaliseWebPayFields`; Error for a sign type that is neither MD5 nor HMAC-SHA256
 */
export function signedWebPayBody(fields: JsonObject, apiSecretKey: string): string {
	const body = normaliseWebPayFields(fields);
	return JSON.stringify({ ...body, sign: webPaySignature(body, apiSecretKey) });
}
