import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import forge from 'node-forge';
import { isPhpArray, type PhpArray, type PhpValue } from '../phpInput.mts';
import { Refusal } from './refusal.mts';

/** Characters of one RSA block of 8192 bits in hex. */
export const MAX_CIPHER_TEXT = 2048;

let inMemory: string | undefined;

/** KESS's private key for card and customer data, in PEM: made at first use, once per process. */
function privatePem(): string {
	inMemory ??= generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
	return inMemory;
}

/** The key that merchants encrypt card and customer data with, in PEM. */
export function cipherPublicKey(): string {
	return createPublicKey(createPrivateKey(privatePem())).export({ type: 'spki', format: 'pem' }).toString();
}

/** What a card has to consist of (docs/gateway.md §7). */
export interface Card {
	number: string;
	securityCode: string;
	expiry: { month: string; year: string };
}

/** @throws Refusal when the text is no ciphertext of a card */
export function decryptCard(hex: string): Card {
	const { number, securityCode, expiry } = decrypt('card', hex);
	const isCard =
		isDigits(number, 12, 19) &&
		isDigits(securityCode, 3, 4) &&
		expiry !== undefined &&
		isPhpArray(expiry) &&
		isDigits(expiry.month, 2, 2) &&
		isDigits(expiry.year, 2, 2);
	if (!isCard) throw new Refusal('VALIDATION_ERROR', 'The card field is invalid: number, securityCode and expiry are required.');
	return { number, securityCode, expiry: { month: String(expiry.month), year: String(expiry.year) } };
}

/** @throws Refusal when the text is no ciphertext of a customer */
export function checkCustomer(hex: string): void {
	const customer = decrypt('customer', hex);
	for (const name of ['first_name', 'last_name', 'email', 'phone_number']) {
		if (typeof customer[name] !== 'string' || customer[name] === '') {
			throw new Refusal('VALIDATION_ERROR', `The customer field is invalid: ${name} is required.`);
		}
	}
}

function isDigits(value: PhpValue | undefined, min: number, max: number): value is string {
	return typeof value === 'string' && /^\d+$/.test(value) && value.length >= min && value.length <= max;
}

/** JSON, encrypted by RSA with PKCS #1 v1.5 padding, in hex (docs/gateway.md §7). */
function decrypt(name: string, hex: string): PhpArray {
	try {
		const key = forge.pki.privateKeyFromPem(privatePem());
		const text = forge.util.decodeUtf8(key.decrypt(forge.util.hexToBytes(hex), 'RSAES-PKCS1-V1_5'));
		const value = JSON.parse(text) as PhpValue;
		if (isPhpArray(value)) return value;
	} catch {
		// Another key, another padding, or no JSON: said below, without what is in it.
	}
	throw new Refusal('VALIDATION_ERROR', `The ${name} field cannot be decrypted.`);
}
