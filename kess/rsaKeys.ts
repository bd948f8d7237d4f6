import { type KeyObject, X509Certificate, createPrivateKey, createPublicKey } from 'node:crypto';

import { plainLines } from './written/pasted';

/** KESS's partner gateway signs with SHA256withRSA; a shorter key can be broken. */
const MIN_BITS = 2048;

/** A pasted key that cannot be used. Neither text ever holds a part of the key. */
export class RsaKeyError extends Error {
	override name = 'RsaKeyError';

	/**
	 * @param message what is wrong, as a sentence about "the key"
	 * @param description how to fix it
	 */
	constructor(
		message: string,
		readonly description: string,
	) {
		super(message);
	}
}

/** What a DER structure turns out to be, by the tags of its parts. */
type KeyForm =
	| 'pkcs8'
	| 'pkcs1-private'
	| 'encrypted'
	| 'spki'
	| 'pkcs1-public'
	| 'certificate'
	| 'ec-private';

const FORMS: ReadonlyArray<readonly [tags: RegExp, form: KeyForm]> = [
	[/^02 30 04/, 'pkcs8'],
	[/^02 02 02/, 'pkcs1-private'],
	[/^02 02$/, 'pkcs1-public'],
	[/^02 04/, 'ec-private'],
	[/^30 03$/, 'spki'],
	[/^30 04$/, 'encrypted'],
	[/^30 30 03$/, 'certificate'],
];

const SEQUENCE = 0x30;

/** One part of the pasted text that may be a key. */
interface Block {
	der: Buffer;
	/** The whole block again as PEM, only for the old kind of encryption, which lies in the PEM and not in the DER. */
	legacyPem?: string;
}

const LEGACY_HEADER = /^\s*Proc-Type:\s*4,\s*ENCRYPTED\s+DEK-Info:\s*([\w-]+,[\dA-F]+)\s/i;
/** Line breaks written out, quotes around the text. */
const PASTE_TRACES = /\\r|\\n|["']/g;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

const PASTE_WHOLE = 'Paste the whole key file again, with its first and last line.';

/**
 * Reads an RSA private key from any paste: PEM with line breaks of every kind, with `\n` written out or on one line, or
 * bare base64; PKCS#8 or PKCS#1; encrypted ones with their passphrase.
 *
 * @param text the pasted text; where it holds several keys, the first private one counts
 * @param passphrase only for an encrypted key
 * @throws RsaKeyError when it is no RSA private key of at least 2048 bits, or cannot be opened
 */
export function readPrivateKey(text: string, passphrase?: string): KeyObject {
	const blocks = readBlocks(text).map((block) => ({ ...block, form: readForm(block) }));
	const block = blocks.find(({ form }) => isPrivateForm(form));
	if (!block) {
		throw new RsaKeyError(
			'The key is a public key, but a private key is needed',
			'Paste the private key: the file that begins with "BEGIN PRIVATE KEY" or "BEGIN RSA PRIVATE KEY".',
		);
	}
	if (block.form === 'ec-private') throw notRsa('ec');
	return requireStrongRsa(
		block.form === 'encrypted' ? decrypt(block, passphrase) : openPrivate(block.der, block.form),
	);
}

/**
 * Reads an RSA public key from any paste, as `readPrivateKey` does: SPKI, PKCS#1 or a certificate.
 *
 * @param text the pasted text; where it holds several keys, the first public one counts
 * @param minBits 2048 unless the key is one that KESS alone can replace
 * @throws RsaKeyError when it is no RSA public key of at least as many bits
 */
export function readPublicKey(text: string, minBits = MIN_BITS): KeyObject {
	const blocks = readBlocks(text).map((block) => ({ ...block, form: readForm(block) }));
	const block = blocks.find(({ form }) => !isPrivateForm(form));
	if (!block) {
		throw new RsaKeyError(
			'The key is a private key, but a public key is needed',
			'Paste the public key, the file that begins with "BEGIN PUBLIC KEY". Never give a private key to anyone.',
		);
	}
	return requireStrongRsa(openPublic(block.der, block.form), minBits);
}

/** Whether the public key is the counterpart of the private key. */
export function isKeyPair(privateKey: KeyObject, publicKey: KeyObject): boolean {
	return createPublicKey(privateKey).equals(publicKey);
}

function isPrivateForm(form: KeyForm): boolean {
	return (
		form === 'pkcs8' || form === 'pkcs1-private' || form === 'encrypted' || form === 'ec-private'
	);
}

/** Every key in the text, with all that pasting does to line breaks undone. */
function readBlocks(text: string): Block[] {
	const clean = plainLines(text).replaceAll('\\/', '/').replace(PASTE_TRACES, '\n').trim();
	if (clean === '') throw new RsaKeyError('The key is empty', 'Paste the content of the key file.');
	if (/BEGIN OPENSSH PRIVATE KEY|^ssh-rsa /.test(clean)) {
		throw new RsaKeyError(
			'The key is in the format of SSH',
			'KESS uses PEM keys. Make a new pair with "openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048".',
		);
	}
	const parts = clean.split('-----');
	const blocks = parts.flatMap((part, index) => {
		const [, label] = /^BEGIN ([A-Z0-9 ]+)$/.exec(part) ?? [];
		const isWhole = label !== undefined && parts[index + 2] === `END ${label}`;
		return isWhole && !label.endsWith('PARAMETERS') ? [readPem(label, parts[index + 1] ?? '')] : [];
	});
	if (blocks.length > 0) return blocks;
	if (clean.includes('-----'))
		throw new RsaKeyError('The first or last line of the key is damaged', PASTE_WHOLE);
	const bytes = decodeBase64(clean);
	// Some tools hand out the whole PEM file in base64.
	return bytes.toString('latin1').startsWith('-----BEGIN ')
		? readBlocks(bytes.toString('latin1'))
		: [{ der: bytes }];
}

function readPem(label: string, body: string): Block {
	const header = LEGACY_HEADER.exec(body);
	if (!header) return { der: decodeBase64(body) };
	const der = decodeBase64(body.slice(header[0].length));
	// OpenSSL reads no longer lines, and no empty one at the end.
	const lines = der.toString('base64').replace(/.{64}(?=.)/g, '$&\n');
	const legacyPem = `-----BEGIN ${label}-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: ${header[1]}\n\n${lines}\n-----END ${label}-----\n`;
	return { der, legacyPem };
}

function decodeBase64(text: string): Buffer {
	const compact = text.replace(/\s+/g, '');
	if (!BASE64.test(compact)) {
		throw new RsaKeyError('The key holds characters that do not belong into a key', PASTE_WHOLE);
	}
	return Buffer.from(compact, 'base64');
}

function readForm({ der, legacyPem }: Block): KeyForm {
	if (legacyPem !== undefined) return 'encrypted';
	const outer = readHeader(der, 0);
	if (outer?.tag !== SEQUENCE) throw unreadable();
	if (outer.end > der.length) {
		throw new RsaKeyError(
			`The key is cut off: ${der.length} of its ${outer.end} bytes are there`,
			PASTE_WHOLE,
		);
	}
	const tags: string[] = [];
	for (let at = outer.start; at < outer.end; ) {
		const part = readHeader(der, at);
		if (!part) throw unreadable();
		tags.push(part.tag.toString(16).padStart(2, '0'));
		at = part.end;
	}
	const form = FORMS.find(([pattern]) => pattern.test(tags.join(' ')))?.[1];
	if (form === undefined) throw unreadable();
	return form;
}

/** Tag and extent of the DER element at an offset (X.690 §8.1); undefined where there is none. */
function readHeader(
	der: Buffer,
	at: number,
): { tag: number; start: number; end: number } | undefined {
	const tag = der[at];
	const first = der[at + 1];
	if (tag === undefined || first === undefined) return undefined;
	if (first < 0x80) return { tag, start: at + 2, end: at + 2 + first };
	const lengthBytes = first - 0x80;
	const start = at + 2 + lengthBytes;
	if (lengthBytes === 0 || lengthBytes > 4 || start > der.length) return undefined;
	return { tag, start, end: start + der.readUIntBE(at + 2, lengthBytes) };
}

function openPrivate(der: Buffer, form: KeyForm): KeyObject {
	const type = form === 'pkcs1-private' ? 'pkcs1' : 'pkcs8';
	return attempt(() => createPrivateKey({ key: der, format: 'der', type }));
}

function decrypt({ der, legacyPem }: Block, passphrase: string | undefined): KeyObject {
	if (passphrase === undefined || passphrase === '') {
		throw new RsaKeyError(
			'The key is protected by a passphrase',
			'Enter the passphrase of the key, or paste the key without one ("openssl pkey -in key.pem" prints it).',
		);
	}
	const source =
		legacyPem === undefined
			? ({ key: der, format: 'der', type: 'pkcs8', passphrase } as const)
			: ({ key: legacyPem, format: 'pem', passphrase } as const);
	try {
		return createPrivateKey(source);
	} catch (error) {
		throw (error as { code?: unknown }).code === NO_SUCH_CIPHER
			? outdated(legacyPem)
			: new RsaKeyError(
					'The passphrase does not open the key',
					'Check the passphrase, and that it belongs to this key.',
				);
	}
}

/** So OpenSSL says that it does not know how a key is encrypted, before it tries the passphrase. */
const NO_SUCH_CIPHER = 'ERR_OSSL_EVP_UNSUPPORTED';

/** @param legacyPem names the cipher, where the encryption lies in the PEM */
function outdated(legacyPem: string | undefined): RsaKeyError {
	const [, cipher] = /^DEK-Info: ([\w-]{1,20}),/m.exec(legacyPem ?? '') ?? [];
	return new RsaKeyError(
		`The key is encrypted in an old way${cipher === undefined ? '' : ` (${cipher})`} that OpenSSL 3, which n8n uses, no longer reads, whatever the passphrase`,
		'It is one like DES, RC2 or RC4. Encrypt the key anew with "openssl pkey -provider legacy -provider default -in old.pem -aes256 -out new.pem", which asks for its passphrase and for a new one, and paste new.pem. The key stays the same, so KESS need not be told.',
	);
}

function openPublic(der: Buffer, form: KeyForm): KeyObject {
	return attempt(() =>
		form === 'certificate'
			? new X509Certificate(der).publicKey
			: createPublicKey({ key: der, format: 'der', type: form === 'spki' ? 'spki' : 'pkcs1' }),
	);
}

/** What OpenSSL says about a key it cannot read helps nobody, and may quote it. */
function attempt(open: () => KeyObject): KeyObject {
	try {
		return open();
	} catch {
		throw unreadable();
	}
}

function requireStrongRsa(key: KeyObject, minBits = MIN_BITS): KeyObject {
	if (key.asymmetricKeyType !== 'rsa') throw notRsa(key.asymmetricKeyType ?? 'unknown');
	const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
	if (bits < minBits) {
		throw new RsaKeyError(
			`The ${bits}-bit key is too short`,
			`KESS needs RSA keys of at least ${minBits} bits. Make a new pair and give KESS its public key.`,
		);
	}
	return key;
}

function notRsa(type: string): RsaKeyError {
	return new RsaKeyError(
		`The key is of the type ${type.toUpperCase()}, but an RSA key is needed`,
		'KESS signs with RSA. Make a new RSA pair and give KESS its public key.',
	);
}

function unreadable(): RsaKeyError {
	return new RsaKeyError(
		'The key cannot be read',
		`It is no RSA key, or a part of it is missing or changed. ${PASTE_WHOLE}`,
	);
}
