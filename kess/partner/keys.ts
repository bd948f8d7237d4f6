import type { KeyObject } from 'node:crypto';

import { NotSentError } from '../errors';
import { digestOf } from '../digest';
import { keepNewest } from '../keepNewest';
import { isKeyPair, readPrivateKey, readPublicKey, RsaKeyError } from '../rsaKeys';

/** A process sees few different credentials; opening a key takes several times as long as using it. */
const MAX_OPENED = 16;

/** The keys of the credential `KESS Partner API`, as they were pasted. */
export interface PartnerKeyTexts {
	privateKey: string;
	/** Empty for a key without one. */
	passphrase: string;
	kessPublicKey: string;
}

/** The keys of a partner, ready for use. */
export interface PartnerKeys {
	/** Signs what is sent. */
	privateKey: KeyObject;
	/** Verifies what is answered. */
	kessPublicKey: KeyObject;
}

/** Keys already opened, by a hash of their texts, the oldest first. */
const opened = new Map<string, PartnerKeys>();

/**
 * Opens both keys of a partner. Needed before anything is sent: a payout whose answer could not be verified must not
 * be made.
 *
 * @throws NotSentError naming the field of the credential and what is wrong with it; never a part of a key
 */
export function openPartnerKeys(texts: PartnerKeyTexts): PartnerKeys {
	const cacheKey = digestOf(texts.privateKey, texts.passphrase, texts.kessPublicKey);
	const known = opened.get(cacheKey);
	if (known) return known;
	const keys = {
		privateKey: read('Private Key', () => readPrivateKey(texts.privateKey, texts.passphrase)),
		kessPublicKey: read('KESS Public Key', () => readPublicKey(texts.kessPublicKey)),
	};
	if (isKeyPair(keys.privateKey, keys.kessPublicKey)) {
		throw new NotSentError(
			'KESS Public Key in the KESS Partner credential is your own public key',
			'Paste the public key that KESS gave you. Your own one is for KESS to keep.',
		);
	}
	opened.set(cacheKey, keys);
	keepNewest(opened, MAX_OPENED);
	return keys;
}

function read(field: string, open: () => KeyObject): KeyObject {
	try {
		return open();
	} catch (error) {
		throw unusable(field, error);
	}
}

function unusable(field: string, error: unknown): NotSentError {
	const { message, description } =
		error instanceof RsaKeyError
			? error
			: { message: 'The key cannot be read', description: 'Paste the whole key file again.' };
	const reason = message.charAt(0).toLowerCase() + message.slice(1);
	return new NotSentError(
		`${field} in the KESS Partner credential cannot be used: ${reason}`,
		description,
	);
}
