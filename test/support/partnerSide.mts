import { generateKeyPairSync } from 'node:crypto';

import forge from 'node-forge';

/** The other side of the Partner gateway, made with node-forge: an implementation that shares nothing with kess/. */

export interface Pair {
	privateKey: string;
	publicKey: string;
}

export function newPair(modulusLength = 2048): Pair {
	return generateKeyPairSync('rsa', {
		modulusLength,
		privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
		publicKeyEncoding: { type: 'spki', format: 'pem' },
	});
}

/** PHP's json_encode of a ksorted array, for objects of plain names, texts and short numbers. */
export function phpText(body: Record<string, unknown>): string {
	const { sign: _sign, sign_type: _type, ...signed } = body;
	const sorted = Object.fromEntries(Object.entries(signed).sort(([a], [b]) => (a < b ? -1 : 1)));
	return JSON.stringify(sorted)
		.replaceAll('/', '\\/')
		.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

export function forgeSign(text: string, privateKey: string): string {
	const digest = forge.md.sha256.create().update(text, 'raw');
	return forge.util.encode64(forge.pki.privateKeyFromPem(privateKey).sign(digest));
}

export function forgeVerify(text: string, sign: string, publicKey: string): boolean {
	const digest = forge.md.sha256.create().update(text, 'raw').digest().bytes();
	try {
		return forge.pki.publicKeyFromPem(publicKey).verify(digest, forge.util.decode64(sign));
	} catch {
		return false;
	}
}

/** An answer as KESS sends it. */
export function signedAnswer(body: Record<string, unknown>, privateKey: string): string {
	return JSON.stringify({ ...body, sign_type: 'RSA2', sign: forgeSign(phpText(body), privateKey) });
}
