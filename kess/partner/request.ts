import type { KeyObject } from 'node:crypto';

import { InvalidValueError } from '../errors';
import type { JsonObject } from '../jsonObject';
import { LIMITS } from '../limits';
import { canonicalJson, PhpJsonError } from '../phpJson';
import { signRsa2 } from '../rsa2Signature';
import { trimDeep } from '../written/text';

/**
 * Signs a request to the Partner gateway (docs/gateway.md §13, RSA2). Fields that are `undefined` are not sent, nor are texts
 * with nothing in them: the gateway may read these as null, and would then not find them in the signature. Text is
 * trimmed. `sign_type` is always sent, because earlier versions of the gateway want it (docs/gateway.md §9).
 *
 * @param fields the request's fields by their gateway names; a `sign` or `sign_type` among them is replaced
 * @param privateKey the partner's RSA key, not encrypted
 * @returns the JSON text to be sent as it is: `sign`, its last field, covers exactly the values in it
 * @throws InvalidValueError when a value is not text or a number that PHP can read; RsaKeyError when the key cannot be used
 */
export function signedPartnerBody(fields: JsonObject, privateKey: KeyObject | string): string {
	const body: JsonObject = {};
	for (const [field, value] of Object.entries(fields)) {
		const kept = trimDeep(value);
		if (field !== 'sign' && field !== 'sign_type' && kept !== undefined && kept !== '')
			body[field] = kept;
	}
	if (Object.keys(body).length > LIMITS.fields) {
		throw new InvalidValueError(
			`has more than ${LIMITS.fields} fields`,
			'Send only the fields that the service takes.',
		);
	}
	body.sign_type = 'RSA2';
	const text = JSON.stringify(body);
	// Base64 needs no escapes.
	return `${text.slice(0, -1)},"sign":"${signRsa2(canonicalText(text), privateKey)}"}`;
}

function canonicalText(text: string): string {
	try {
		return canonicalJson(text);
	} catch (error) {
		throw unsignable(error);
	}
}

function unsignable(error: unknown): Error {
	if (!(error instanceof PhpJsonError))
		return new Error('The request cannot be signed', { cause: error });
	return new InvalidValueError(
		`has a value that KESS cannot read: ${error.message}`,
		'Look for a broken character, for example half of an emoji, and enter the text again.',
	);
}
