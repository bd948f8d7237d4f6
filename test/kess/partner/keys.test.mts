import { createPrivateKey, generateKeyPairSync } from 'node:crypto';

import { openPartnerKeys } from '../../../kess/partner/keys.ts';
import { signRsa2 } from '../../../kess/rsa2Signature.ts';
import { NotSentError } from '../../../kess/errors.ts';
import { forgeVerify, newPair, type Pair } from '../../support/partnerSide.mts';

const own = newPair();
const kess = newPair();
const right = { privateKey: own.privateKey, passphrase: '', kessPublicKey: kess.publicKey };

function encrypted(pair: Pair, passphrase: string): string {
	return String(createPrivateKey(pair.privateKey).export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase }));
}

test('opens both keys once', () => {
	const keys = openPartnerKeys(right);
	expect(forgeVerify('text', signRsa2('text', keys.privateKey), own.publicKey)).toBe(true);
	expect(openPartnerKeys({ ...right })).toBe(keys);
});

test('a passphrase opens its key, and only the right one does', () => {
	const locked = { ...right, privateKey: encrypted(own, 'open sesame') };
	const keys = openPartnerKeys({ ...locked, passphrase: 'open sesame' });
	expect(forgeVerify('text', signRsa2('text', keys.privateKey), own.publicKey)).toBe(true);
	expect(() => openPartnerKeys({ ...locked, passphrase: 'wrong' })).toThrow('the passphrase does not open the key');
	expect(() => openPartnerKeys(locked)).toThrow('the key is protected by a passphrase');
});

const ec = generateKeyPairSync('ec', {
	namedCurve: 'P-256',
	privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
	publicKeyEncoding: { type: 'spki', format: 'pem' },
});
const short = newPair(1024);

test.each<[string, Partial<typeof right>, RegExp]>([
	['no private key', { privateKey: '' }, /^Private Key .*the key is empty/],
	['a public key as private key', { privateKey: own.publicKey }, /^Private Key .*is a public key/],
	['no KESS key', { kessPublicKey: ' ' }, /^KESS Public Key .*the key is empty/],
	['a private key as KESS key', { kessPublicKey: own.privateKey }, /^KESS Public Key .*is a private key/],
	['the own public key as KESS key', { kessPublicKey: own.publicKey }, /^KESS Public Key .*is your own public key/],
	['both keys swapped', { privateKey: kess.publicKey, kessPublicKey: own.privateKey }, /^Private Key .*is a public key/],
	['a short private key', { privateKey: short.privateKey }, /^Private Key .*1024-bit/],
	['a short KESS key', { kessPublicKey: short.publicKey }, /^KESS Public Key .*1024-bit/],
	['an EC private key', { privateKey: ec.privateKey }, /^Private Key .*EC/],
	['an EC KESS key', { kessPublicKey: ec.publicKey }, /^KESS Public Key .*EC/],
	['half a private key', { privateKey: own.privateKey.slice(0, 800) }, /^Private Key /],
	['half a KESS key', { kessPublicKey: kess.publicKey.slice(0, 200) }, /^KESS Public Key /],
])('%s is refused before anything is sent, without a part of a key', (_name, change, message) => {
	let thrown: unknown;
	try {
		openPartnerKeys({ ...right, ...change });
	} catch (error) {
		thrown = error;
	}
	expect(thrown).toBeInstanceOf(NotSentError);
	const { message: text, hint } = thrown as NotSentError;
	expect(text).toMatch(message);
	expect(hint).not.toBe('');
	for (const key of [own, kess, short, ec].flatMap(({ privateKey, publicKey }) => [privateKey, publicKey])) {
		for (const line of key.split('\n').filter((part) => part.length > 20 && !part.startsWith('-'))) {
			expect(`${text} ${hint}`).not.toContain(line.slice(0, 16));
		}
	}
});
