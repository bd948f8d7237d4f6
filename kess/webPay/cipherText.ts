import { InvalidValueError } from '../errors';
import { requireText } from '../written/text';

/** Bytes of one RSA block: a key of 1024 bits to one of 8192. */
const MIN_BYTES = 128;
const MAX_BYTES = 1024;

/**
 * Data that the merchant has encrypted with the public key of KESS (docs/gateway.md §7): one RSA block in hex.
 *
 * @returns lower-case hex
 * @throws InvalidValueError when it is anything else. The value is never quoted: it may be the card itself.
 */
export function requireCipherText(value: unknown): string {
	const text = requireText(value, Number.MAX_SAFE_INTEGER);
	if (/^[\d\s-]{12,23}$/.test(text) || text.startsWith('{')) {
		throw new InvalidValueError(
			'is not encrypted',
			'A card number must not stand in a workflow, because n8n saves it. Delete this execution, and use a payment link instead, or encrypt the data with the public key of KESS before it comes to n8n.',
		);
	}
	const bytes = text.length / 2;
	if (
		/^[0-9a-f]+$/i.test(text) &&
		Number.isInteger(bytes) &&
		bytes >= MIN_BYTES &&
		bytes <= MAX_BYTES
	) {
		return text.toLowerCase();
	}
	throw new InvalidValueError(
		'is not ciphertext in hexadecimal',
		'Encrypt the JSON text with the RSA public key of KESS (PKCS#1 v1.5) and write the result in hexadecimal: 512 characters for a key of 2048 bits.',
	);
}
