import { createPrivateKey, createPublicKey, sign as signBytes, verify as verifyBytes } from 'node:crypto';
import forge from 'node-forge';
import type { KeyRing } from './keys.mts';

/** RSA2 as the gateway's side uses it: SHA-256, RSASSA-PKCS1-v1_5, base64 (docs/gateway.md §13, Signature algorithm). */
export interface Rsa2 {
	/** Signs with KESS's private key. */
	sign(text: string): string;
	/** Checks against the partner's public key. @returns false for whatever is not a right signature */
	verify(text: string, sign: string): boolean;
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** In JavaScript, another implementation than the one the nodes use. About fifty signatures a second. */
export function forgeRsa2(keys: KeyRing): Rsa2 {
	const kess = forge.pki.privateKeyFromPem(keys.kessPrivateKey);
	const partner = forge.pki.publicKeyFromPem(keys.partnerPublicKey);
	const digest = (text: string) => forge.md.sha256.create().update(text, 'utf8');
	return {
		sign: (text) => forge.util.encode64(kess.sign(digest(text))),
		verify(text, sign) {
			if (!BASE64.test(sign)) return false;
			try {
				return partner.verify(digest(text).digest().getBytes(), forge.util.decode64(sign));
			} catch {
				// Forge throws for a signature that decrypts to something other than a digest.
				return false;
			}
		},
	};
}

/** With OpenSSL, for runs in which the gateway must not be what is slow. */
export function opensslRsa2(keys: KeyRing): Rsa2 {
	const kess = createPrivateKey(keys.kessPrivateKey);
	const partner = createPublicKey(keys.partnerPublicKey);
	return {
		sign: (text) => signBytes('sha256', Buffer.from(text), kess).toString('base64'),
		verify: (text, sign) => BASE64.test(sign) && verifyBytes('sha256', Buffer.from(text), partner, Buffer.from(sign, 'base64')),
	};
}
