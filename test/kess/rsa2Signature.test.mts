import { generateKeyPairSync } from 'node:crypto';

import { signRsa2, verifyRsa2 } from '../../kess/rsa2Signature.ts';
import { readPrivateKey, readPublicKey, RsaKeyError } from '../../kess/rsaKeys.ts';
import vectors from '../vectors/php-8.2.json';

const privateText = vectors.private_key_pkcs8_base64;
const publicText = vectors.public_key_spki_base64;
const [example] = vectors.partner;
if (!example) throw new Error('no partner vector');
const { canonical, sign } = example;

describe('signRsa2', () => {
	it('gives the same signature for every form of the key', () => {
		const key = readPrivateKey(privateText);
		const pem = String(key.export({ type: 'pkcs1', format: 'pem' }));
		for (const form of [privateText, key, pem, pem.replace(/\n/g, '\\n')]) {
			expect(signRsa2(canonical, form)).toBe(sign);
		}
	});

	it('keeps keys apart, however many there are', () => {
		for (let i = 0; i < 40; i++) expect(signRsa2(canonical, privateText + '\n'.repeat(i))).toBe(sign);
		const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
		const otherText = String(other.privateKey.export({ type: 'pkcs8', format: 'pem' }));
		const otherSign = signRsa2(canonical, otherText);
		expect(verifyRsa2(canonical, otherSign, other.publicKey)).toBe(true);
		expect(verifyRsa2(canonical, otherSign, publicText)).toBe(false);
	});

	it('refuses a public key, each time', () => {
		expect(() => signRsa2(canonical, publicText)).toThrow(RsaKeyError);
		expect(() => signRsa2(canonical, publicText)).toThrow(RsaKeyError);
	});
});

describe('verifyRsa2', () => {
	it('accepts the signature, also broken into lines', () => {
		expect(verifyRsa2(canonical, sign, publicText)).toBe(true);
		expect(verifyRsa2(canonical, sign, readPublicKey(publicText))).toBe(true);
		expect(verifyRsa2(canonical, sign.replace(/.{76}/g, '$&\r\n'), publicText)).toBe(true);
	});

	it('refuses another text', () => {
		expect(verifyRsa2(`${canonical} `, sign, publicText)).toBe(false);
	});

	const first = sign.startsWith('A') ? 'B' : 'A';
	it.each([
		['', undefined, null, 5, {}, [sign], '=', '****', 'AAAA', 'not base64!'],
		[sign.slice(1), sign.slice(0, -4), `${sign}AAAA`, `${sign}!`, first + sign.slice(1)],
	])('is false for a malformed signature', (...signs) => {
		for (const malformed of signs) expect(verifyRsa2(canonical, malformed, publicText)).toBe(false);
	});

	it('refuses a private key in the place of the public one', () => {
		expect(() => verifyRsa2(canonical, sign, privateText)).toThrow(RsaKeyError);
	});
});
