import type { KeyObject } from 'node:crypto';

import { answerObject, unreadable } from '../gateway/answerObject';
import { isBusyStatus } from '../gateway/busy';
import { firstTextOf, PROXY_LOGIN, strangerOf, wordsOf } from '../gateway/gatewayWords';
import type { JsonObject } from '../jsonObject';
import { excess, LIMITS } from '../limits';
import { PARTNER_CODES } from './codes';
import { canonicalForms, canonicalJson, type PhpMap, toJson } from '../phpJson';
import { verifyRsa2 } from '../rsa2Signature';

/** What the gateway said. Only `success` and `refused` are certain: KESS has signed them. */
export type PartnerAnswer =
	| { kind: 'success'; data: JsonObject }
	| { kind: 'refused'; code: string; reason: string }
	/** Said before the gateway looks at the request, and without a signature (docs/gateway.md §13, sample fail response). */
	| { kind: 'unauthenticated'; reason: string; isOwnWords: boolean }
	/** HTTP 403 without a signature: perhaps a refusal of the IP address or the account, and perhaps not of KESS. */
	| { kind: 'forbidden'; code: string; reason: string }
	/** Whoever says it, it only makes us wait: whether the gateway did what was asked is not known. */
	| { kind: 'busy'; code: string }
	/** The gateway broke off: whether it did what was asked is not known. */
	| { kind: 'failed'; code: string; reason: string }
	/** Whoever wrote this answer did not have KESS's private key, so nothing is known either. */
	| { kind: 'untrusted'; reason: string }
	/** Not an answer of the gateway. */
	| { kind: 'unreadable'; reason: string };

/** With these KESS answers before it looks at the request, and without a signature: their words stand for nothing else. */
const SAID_UNSIGNED: ReadonlySet<number> = new Set([401, 403]);

type Signature = 'valid' | 'missing' | 'wrong';

/**
 * Sorts an answer of the Partner gateway and checks its signature (docs/gateway.md §13, API GATEWAY SPECIFICATION).
 *
 * A refusal names no transfer, so that it cannot be told which request it belongs to.
 *
 * @param status the HTTP status
 * @param text the body as it arrived: the signature covers what PHP makes of exactly this text
 * @param kessPublicKey KESS's RSA key
 * @returns success only for HTTP 2xx with a valid signature, `success` true and an object as `data`, in which whole
 *   numbers too large for JavaScript are texts. Reasons quote what KESS has signed, the specification's codes, and the
 *   words of an unsigned 401 or 403, on which nothing is decided
 * @throws RsaKeyError when the public key cannot be used
 */
export function readPartnerAnswer(
	status: number,
	text: string,
	kessPublicKey: KeyObject | string,
): PartnerAnswer {
	if (isBusyStatus(status)) return { kind: 'busy', code: String(status) };
	if (status >= 300 && status < 400)
		return unreadable(`the gateway redirects to another address (HTTP ${status})`);
	const body = signableObject(text);
	if (typeof body === 'string') {
		const reason = `${body}${strangerOf(status)} (HTTP ${status})`;
		if (status === 401) return { kind: 'unauthenticated', reason, isOwnWords: false };
		return status >= 500 ? { kind: 'failed', code: String(status), reason } : unreadable(reason);
	}
	const signature = checkSignature(body, text, kessPublicKey);
	if (status === PROXY_LOGIN && signature !== 'valid')
		return unreadable(`the answer is none of KESS${strangerOf(status)} (HTTP ${status})`);
	const isQuoted = signature === 'valid' || (signature === 'missing' && SAID_UNSIGNED.has(status));
	const reason = isQuoted ? wordsOf(body) : undefined;
	const code = readCode(body, signature);
	const succeeded = body.get('success') === true || body.get('success') === 'true';
	if (status >= 500) {
		const words = reason ?? `no signed reason given (HTTP ${status})`;
		return { kind: 'failed', code: code ?? String(status), reason: words };
	}
	const unauthenticated = status === 401 || (!succeeded && code === 'UNAUTHENTICATED');
	if (unauthenticated && signature !== 'wrong') {
		return {
			kind: 'unauthenticated',
			reason: reason ?? `${code ?? 'no code given'} (HTTP ${status})`,
			isOwnWords: reason !== undefined,
		};
	}
	if (signature === 'missing' && status === 403 && reason !== undefined)
		return { kind: 'forbidden', code: code ?? '403', reason };
	if (signature !== 'valid')
		return { kind: 'untrusted', reason: distrust(signature, succeeded ? undefined : code) };
	if (status >= 200 && status < 300 && succeeded) {
		const data = body.get('data');
		return data instanceof Map
			? { kind: 'success', data: toJson(data) as JsonObject }
			: unreadable(`the answer has no data (HTTP ${status})`);
	}
	const failed = body.get('success') === false || body.get('success') === 'false';
	if (!failed || code === undefined)
		return unreadable(`the answer is neither a success nor a refusal (HTTP ${status})`);
	return {
		kind: code === 'SYSTEMERROR' ? 'failed' : 'refused',
		code,
		reason: reason ?? `no reason given (HTTP ${status})`,
	};
}

/** The object of an answer, or what is wrong with it, also where it has more fields than are sorted. */
function signableObject(text: string): PhpMap | string {
	const body = answerObject(text);
	const tooMuch = body instanceof Map ? excess(body) : undefined;
	return tooMuch === undefined ? body : `the answer is not one of KESS: ${tooMuch}`;
}

function checkSignature(body: PhpMap, text: string, kessPublicKey: KeyObject | string): Signature {
	const sign = body.get('sign') ?? '';
	if (sign === '') return 'missing';
	const isSigned = (canonical: string) => verifyRsa2(canonical, sign, kessPublicKey);
	const usual = canonicalise(text);
	if (usual === undefined) return 'wrong';
	if (isSigned(usual)) return 'valid';
	// Each form costs as much as the first: only what is as long as an answer of the Partner gateway is looked at in all of them.
	const others = text.length > LIMITS.requestLength ? [] : canonicalForms(text);
	for (const form of others) if (form !== usual && isSigned(form)) return 'valid';
	return 'wrong';
}

/** `undefined` for the few texts that PHP reads and cannot print again, so that KESS cannot have signed them. */
function canonicalise(text: string): string | undefined {
	try {
		return canonicalJson(text);
	} catch {
		return undefined;
	}
}

/** Any code that KESS has signed; otherwise only one of the specification's. */
function readCode(body: PhpMap, signature: Signature): string | undefined {
	const code = firstTextOf(body, ['error_code']);
	return code !== undefined && (signature === 'valid' || PARTNER_CODES.has(code))
		? code
		: undefined;
}

function distrust(signature: 'missing' | 'wrong', code: string | undefined): string {
	const says = code === undefined ? '' : `says ${code}, but `;
	return signature === 'missing'
		? `the answer ${says}has no signature`
		: `the answer ${says}is not signed with the key that belongs to KESS Public Key`;
}
