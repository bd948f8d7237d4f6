import { type KeyObject, sign as signBytes, verify as verifyBytes } from 'node:crypto';

import { readPrivateKey, readPublicKey } from './rsaKeys';

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/**
 * Signs as the partner gateway wants it (docs/gateway.md §13, RSA2 `createSign`): SHA-256, RSASSA-PKCS1-v1_5.
 *
 * @param canonical what `canonicalJson` made of the request
 * @param privateKey the partner's RSA key: a KeyObject, PEM in any paste, or base64 DER; not encrypted. A text is read anew each time
 * @returns the signature in base64
 * @throws RsaKeyError when the key cannot be used
 */
export function signRsa2(canonical: string, privateKey: KeyObject | string): string {
	const key = typeof privateKey === 'string' ? readPrivateKey(privateKey) : privateKey;
	return signBytes('sha256', Buffer.from(canonical), key).toString('base64');
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
	const key = typeof publicKey === 'string' ? readPublicKey(publicKey) : publicKey;
	const text = typeof sign === 'string' ? sign.replace(/\s+/g, '') : '';
	return (
		BASE64.test(text) &&
		verifyBytes('sha256', Buffer.from(canonical), key, Buffer.from(text, 'base64'))
	);
}
