import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What a partner holds, in PEM. */
export interface PartnerKeys {
	partnerPrivateKey: string;
	kessPublicKey: string;
}

/** The keys of both sides, in PEM: PKCS #8 and SPKI. */
export interface KeyRing extends PartnerKeys {
	partnerPublicKey: string;
	kessPrivateKey: string;
}

/** Names of the files in a folder of keys. The first and the last are what goes into a credential. */
export const KEY_FILES = {
	partnerPrivateKey: 'partner-private.pem',
	kessPrivateKey: 'kess-private.pem',
	kessPublicKey: 'kess-public.pem',
} as const;

let inMemory: KeyRing | undefined;

/**
 * @param folder where the keys lie or are to be made; without one they are made at first use, once per process
 * @throws Error naming a file that holds no RSA private key
 */
export async function openKeys(folder: string | undefined): Promise<() => KeyRing> {
	if (folder === undefined) return () => (inMemory ??= keyRing(newPrivateKey(), newPrivateKey()));
	await mkdir(folder, { recursive: true, mode: 0o700 });
	const partner = await readOrMake(join(folder, KEY_FILES.partnerPrivateKey));
	const kess = await readOrMake(join(folder, KEY_FILES.kessPrivateKey));
	const keys = keyRing(partner, kess);
	await writeFile(join(folder, KEY_FILES.kessPublicKey), keys.kessPublicKey, { mode: 0o600 });
	return () => keys;
}

function newPrivateKey(): KeyObject {
	return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
}

async function readOrMake(file: string): Promise<KeyObject> {
	const pem = privatePem(newPrivateKey());
	const made = await writeFile(file, pem, { mode: 0o600, flag: 'wx' }).then(
		() => true,
		(error: NodeJS.ErrnoException) => {
			if (error.code === 'EEXIST') return false;
			throw error;
		},
	);
	return privateKey(made ? pem : await readFile(file, 'utf8'), file);
}

function privateKey(pem: string, file: string): KeyObject {
	try {
		const key = createPrivateKey(pem);
		if (key.asymmetricKeyType === 'rsa') return key;
	} catch {
		// The same as another kind of key: said below, without what the file holds.
	}
	throw new Error(`${file} is not an RSA private key. Delete it to get a new one.`);
}

function privatePem(key: KeyObject): string {
	return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function publicPem(key: KeyObject): string {
	return createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString();
}

function keyRing(partner: KeyObject, kess: KeyObject): KeyRing {
	return {
		partnerPrivateKey: privatePem(partner),
		partnerPublicKey: publicPem(partner),
		kessPrivateKey: privatePem(kess),
		kessPublicKey: publicPem(kess),
	};
}
