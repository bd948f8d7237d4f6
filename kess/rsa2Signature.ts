import { type KeyObject, sign as signBytes, verify as verifyBytes } from 'node:crypto';

import { keepNewest } from './keepNewest';
import { readPrivateKey, readPublicKey } from './rsaKeys';

/** Parsing a key takes several times as long as using it; a process sees few different ones. */
const MAX_CACHED_KEYS = 16;

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** Keys already parsed, by their text, the oldest first. */
class KeyCache {
	private readonly keys = new Map<string, KeyObject>();

	constructor(private readonly read: (text: string) => KeyObject) {}

	get(key: KeyObject | string): KeyObject {
		if (typeof key !== 'string') return key;
		const known = this.keys.get(key);
		if (known) return known;
		const parsed = this.read(key);
		this.keys.set(key, parsed);
		keepNewest(this.keys, MAX_CACHED_KEYS);
		return parsed;
	}
}

const privateKeys = new KeyCache((text) => readPrivateKey(text));
const publicKeys = new KeyCache(readPublicKey);

/**
 * Signs as the partner gateway wants it (docs/gateway.md §13, RSA2 `createSign`): SHA-256, RSASSA-PKCS1-v1_5.
 *
 * @param canonical what `canonicalJson` made of the request
 * @param privateKey the partner's RSA key: a KeyObject, PEM in any paste, or base64 DER; not encrypted
 * @returns the signature in base64
 * @throws RsaKeyError when the key cannot be used
 */
export function signRsa2(canonical: string, privateKey: KeyObject | string): string {
	return signBytes('sha256', Buffer.from(canonical), privateKeys.get(privateKey)).toString(
		'base64',
	);
}

/**
 * Checks a signature of the partner gateway (docs/gateway.md §13, RSA2 `verifySign`).
 *
 * @param canonical what `canonicalJson` made of the answer
 * @param sign the answer's `sign`, base64; white space in it does not matter
 * @param publicKey KESS's RSA key: a KeyObject, PEM in any paste, base64 DER or a certificate
 * @returns false for every other signature, also for one that is no base64 at all
 * @throws RsaKeyError when the key cannot be used
 */
export function verifyRsa2(
	canonical: string,
	sign: unknown,
	publicKey: KeyObject | string,
): boolean {
	const key = publicKeys.get(publicKey);
	const text = typeof sign === 'string' ? sign.replace(/\s+/g, '') : '';
	return (
		BASE64.test(text) &&
		verifyBytes('sha256', Buffer.from(canonical), key, Buffer.from(text, 'base64'))
	);
}
