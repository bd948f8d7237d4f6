import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';

import forge from 'node-forge';

import { isKeyPair, readPrivateKey, readPublicKey, RsaKeyError } from '../../kess/rsaKeys.ts';
import vectors from '../vectors/php-8.2.json';

const privateBase64 = vectors.private_key_pkcs8_base64;
const publicBase64 = vectors.public_key_spki_base64;
const privateKey = createPrivateKey({ key: Buffer.from(privateBase64, 'base64'), format: 'der', type: 'pkcs8' });
const publicKey = readPublicKey(publicBase64);

const pkcs8 = String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
const pkcs1 = String(privateKey.export({ type: 'pkcs1', format: 'pem' }));
const spki = String(publicKey.export({ type: 'spki', format: 'pem' }));
const pkcs1Public = String(publicKey.export({ type: 'pkcs1', format: 'pem' }));
const encrypt = (type: 'pkcs1' | 'pkcs8') =>
	String(privateKey.export({ type, format: 'pem', cipher: 'aes-256-cbc', passphrase: 'open sesame' }));
const encrypted = encrypt('pkcs8');
const legacyEncrypted = encrypt('pkcs1');

// Self-signed over the public key of the vectors.
const certificate = `MIIDATCCAemgAwIBAgIUJllH5HaUCJ6W1EulkEN3ChekpIYwDQYJKoZIhvcNAQELBQAwDzENMAsGA1UEAwwEdGVzdDAgFw0yNjExMjEwNzI1MjNa
GA8yMTI2MTAyODA3MjUyM1owDzENMAsGA1UEAwwEdGVzdDCCASIwDQYJKoZIhvcNAQEBBQADggEPADCCAQoCggEBAJtMkh6lboCEKfaIUfGRh96q
EeTiCCSuuib0P9W3I345Iff3gLF9CqFKcOZRtG+HLsmFTvFIIwOR3w7c8ZqqD6DxUxGIeldshVjYLd1s31ymh/7zFfKwFU3chaPPcULmBE9SM2x9
bCNBZxWI5nXufyamiofPvN7K89tNFebTXo3JKZVFPTb5b10YHuWMxBNqjQ/taO6p5aOuZvNF83mPqFGqCud/lMkzhn8KGtalaIX99oPp2KYkflFG
QJHufPyMt5k2LUAGqSLihFlordmMWxK+nyB3UgKoDpupKh8plSGAwnUpCTPP/Pw+cAO3Q+VBJl+AwActyZZS8IvEM8XKoWMCAwEAAaNTMFEwHQYD
VR0OBBYEFONNIl3XLg1Kb8ql2kgBDpRXJagwMB8GA1UdIwQYMBaAFONNIl3XLg1Kb8ql2kgBDpRXJagwMA8GA1UdEwEB/wQFMAMBAf8wDQYJKoZI
hvcNAQELBQADggEBAACi8EJXXP6iRfN2KrxYqXmUpwFrK5KP6IVLQzB7NskbCV9FjlfQbfeslPNw4K9KjGG+vnkHYLiu6yyZR2cCl1HCtNO8+J9T
eEbvV18nRg0oL8/g93ibr1MiEHYJ1noHkTxecquVqUd8PCUhTExhTsb7BD7y8tBJ77xTG/gyGG5hPyeMnDZwOen3DAkkYCaOgV5CsdW/vBEwRbho
ucYVGsqsy3vKk8vuH73+1YtBdjsr92qP3R69OkQjgZMprlXvdEfmwqosyAIC+wfHxHoft5nGiI5iH76PPaB29f6bpnnUj0UQlQ3tKfnfK9lt4J+S
yKQMOMMIRySiIqzseTBD8Ow=`;

// PBE-SHA1-RC2-40 with the passphrase "open sesame", by `openssl pkcs8 -topk8 -v1 PBE-SHA1-RC2-40 -provider legacy`.
const rc2 = `MIIE6jAcBgoqhkiG9w0BDAEGMA4ECBV3L6VvstKUAgIIAASCBMjlMbwsniadyijoBEbvE5ac4EO9CKQFe4zXXN4ztvLyd8wo9aKEzPDKSd0qHG+zOcoj
4HmiadXPiqAjakT+44CjBcaFYNubEEO1IR4iI/mnarxih3WWvoDipyGWM8N+vAAPw8YyRUR3mRJbwnauBClPdhVonnNwGoqo2sLfghom8yBeMDxgM/wd
dhXdF6aFLnsBbN9iJlAguBsdbl3nkqyTIHQkyu2P1vhW72k6nvdsEBj08T7kG9KedVG4JlqCVYQoE/YHallWmUqejcZGClIR44krskxcOmUoMbfsMNSF
/DKbbDPPUjyvxbq+nKvn72MVW35ZLgowWunNe1QG6Bz9OqN4NtV6cqXjZRFSYKbPo3WQIbIFIzEWrfKER+aFhyuC0BO0RcNgOSuaZLGjh1gyAHWaffdw
WzGKu9G7rhItjEmg25jmfN/ONfzLTxlJ+KSyXHobwVPvoipU3f9FQ7/hSlAOJVvxNbrvudupHlRQneClOxWHyhRsM5pYRRTjTfwIgI7E8i/BLxhGBi5y
uzfEeKIjepcfizML5kbx90SyJ6asfmSgFVGCCEMMPli2+N7WP+t+t+LsVPIY/LBTdLnrt/gdt9UJ7yCOyIp/42Aspw9mywpndEK9InZMKIHy+eT7ZO5i
myu/eA+W2tujpBmNuzbCMxYaMBnvln+Z9YZRPyi6btIP398IgPyl/buwqxg9jiF4EswSkSMXo4h8udvbsLGiM+INNQivwgDBRfAL7S7huzYm2nXYaRbq
Ns/Pot7wnDdqvgHpfsDGsIyyeAYuDcdWtK7v1T7Iov4AMAfzL5zgzFC6tXoT3UQZcD3ikkGv1dp8n/s+NlWEGYrbWpS9BlsThwtVqwVpkRbVx+U1Koh3
T+RIfEFbm8M1PMqk9/orEZo0WsbNcAXwfF9c6tNDJVcyd0/6ZepNMHXPVTHEnIwqLTOwDZx0dZDUCd8JP3rXQqGMGythKlWDxKsIZQ3JhkOlrWUJ679g
yYj3rJgOuxmSCc3DTLmD8fKp6yGKJDGo594P3MDSKM/QIOjdbr6Cu8ny2oQwBkxSPd0KaRS6xAxEmRJk7inioNZuecSP28Lc/e7VPhsbzqdvgaVWAyPj
v+Fc5WhPlnojc0+1PmPcJa87QyVfK3CL/E571YKm/QYkeA/AiWaNz4EA+64nI1LoYKIDvyA+9Tr5V+QbbWQ5b/oW23j85naXunI1Pgy7ZxBp288sBsJz
wVNRpoO+0plci+NpGZ7S9lpRFpYyjX8gg8N+cdcIUClDV0V4JvGy7W+9Rtnh/Z2MIFqQgG5dp8yb5BOLg7IGWC8IDkldEwBgDvgaH2wXJaoZgrHrbucO
lBu8Z8Qog6ixCP8R4vFz/NAUqP5NPBKMcmcvK6ex870sunJ5mQS3qKgmbYfSPzd104tiSqRV/F7QV4uzlBQxEzI+tqyzGt17gPP0pT0AxpDAaIKZG+Yu
JpbMYsMBKiPW8kiT0sqrVPRaZNf2ttnszF+qhtHANSQsiKIElyC6RBf1l/RL+/adghiY+2OfnETmlWbVb00TeuAYHYuDI0QqPJB+fbRtsYV5DcJLA5td
GphFYZxZ2/PF8sY5rkDVILeE/L65K3yB+c80v0ef1Wqso3bRkRCI4Ukpvqo=`;

const forgeKey = forge.pki.privateKeyFromPem(pkcs1);
const legacyDes = forge.pki.encryptRsaPrivateKey(forgeKey, 'open sesame', { legacy: true, algorithm: 'des' as never });
const pkcs8Des = forge.pki.encryptRsaPrivateKey(forgeKey, 'open sesame', { algorithm: 'des' as never });

const base64Of = (pem: string) => pem.replace(/-----.*?-----|\s/g, '');
const onOneLine = (pem: string) => pem.trim().replace(/\n+/g, ' ');

const pastes: Array<[string, (pem: string) => string]> = [
	['a PEM file', (pem) => pem],
	['Windows line ends', (pem) => pem.replace(/\n/g, '\r\n')],
	['line breaks written out', (pem) => pem.replace(/\n/g, '\\n')],
	['Windows line ends written out', (pem) => pem.replace(/\n/g, '\\r\\n')],
	['one line', onOneLine],
	['quotes and a byte order mark', (pem) => `\u{feff}"${pem}"`],
	['no-break spaces in the first and last line', (pem) => pem.replace(/(BEGIN|END) /g, '$1\u{a0}')],
	['zero-width spaces in the first and last line', (pem) => pem.replace(/-----/g, '-----\u{200b}')],
	['marks of direction around and between', (pem) => `\u{202a}${pem.replace(/ /g, '\u{200e} \u{200f}')}\u{202c}`],
	['an ideographic space and a byte order mark within a line', (pem) => pem.replace(/(BEGIN|END) /g, '$1\u{3000}').replace(/-----$/gm, '\u{feff}-----')],
	['soft hyphens in every line', (pem) => pem.replace(/^(.{20})/gm, '$1\u{ad}')],
	['escaped slashes', (pem) => pem.replace(/\//g, '\\/')],
	['text around it', (pem) => `Bag Attributes\n    friendlyName: kess\n${pem}\n-- \nsent from my phone`],
	['indented lines', (pem) => pem.replace(/^/gm, '\t  ')],
	['the file in base64', (pem) => Buffer.from(pem).toString('base64')],
];
const barePastes: Array<[string, (pem: string) => string]> = [
	...pastes,
	['bare base64', base64Of],
	['bare base64 in lines', (pem) => base64Of(pem).replace(/.{64}/g, '$&\r\n')],
];

/** The error, after making sure that it tells no part of any key. */
function errorOf(read: () => KeyObject): RsaKeyError {
	try {
		read();
	} catch (error) {
		if (!(error instanceof RsaKeyError)) throw error;
		expect(error.description).not.toBe('');
		expect(`${error.message} ${error.description}`).not.toMatch(/[A-Za-z0-9+]{40}/);
		return error;
	}
	throw new Error('no error');
}

describe('readPrivateKey', () => {
	it.each(barePastes)('reads PKCS#8 and PKCS#1 from %s', (_, paste) => {
		expect(readPrivateKey(paste(pkcs8)).equals(privateKey)).toBe(true);
		expect(readPrivateKey(paste(pkcs1)).equals(privateKey)).toBe(true);
	});

	it.each(pastes)('opens encrypted keys from %s', (_, paste) => {
		expect(readPrivateKey(paste(encrypted), 'open sesame').equals(privateKey)).toBe(true);
		expect(readPrivateKey(paste(legacyEncrypted), 'open sesame').equals(privateKey)).toBe(true);
	});

	it('opens an encrypted key from bare base64', () => {
		expect(readPrivateKey(base64Of(encrypted), 'open sesame').equals(privateKey)).toBe(true);
	});

	it('needs no passphrase where there is none', () => {
		expect(readPrivateKey(pkcs8, 'not needed').equals(privateKey)).toBe(true);
	});

	it('finds the private key in a file with both', () => {
		expect(readPrivateKey(spki + pkcs8).equals(privateKey)).toBe(true);
		expect(readPublicKey(pkcs8 + spki).equals(publicKey)).toBe(true);
	});

	it.each([encrypted, legacyEncrypted, base64Of(encrypted)])('asks for the passphrase', (text) => {
		for (const none of [undefined, '']) {
			expect(errorOf(() => readPrivateKey(text, none)).message).toBe('The key is protected by a passphrase');
		}
		expect(errorOf(() => readPrivateKey(text, 'wrong')).message).toBe('The passphrase does not open the key');
	});

	it.each([
		['DES, in the PEM', legacyDes, ' (DES-CBC)'],
		['DES, in PKCS#8', pkcs8Des, ''],
		['RC2, in the PEM', legacyDes.replace('DES-CBC', 'RC2-CBC'), ' (RC2-CBC)'],
		['RC2, in PKCS#8', rc2, ''],
		['Blowfish, in the PEM', legacyDes.replace('DES-CBC', 'BF-CBC'), ' (BF-CBC)'],
	])('says that OpenSSL 3 does not read %s, and how to convert it', (_, text, cipher) => {
		for (const passphrase of ['open sesame', 'wrong']) {
			const { message, description } = errorOf(() => readPrivateKey(text, passphrase));
			expect(message).toBe(`The key is encrypted in an old way${cipher} that OpenSSL 3, which n8n uses, no longer reads, whatever the passphrase`);
			expect(description).toContain('openssl pkey -provider legacy -provider default -in old.pem -aes256 -out new.pem');
		}
	});

	it('3DES, which OpenSSL 3 still reads, is opened, and a wrong passphrase is one', () => {
		const text = forge.pki.encryptRsaPrivateKey(forgeKey, 'open sesame', { legacy: true, algorithm: '3des' });
		expect(readPrivateKey(text, 'open sesame').equals(privateKey)).toBe(true);
		expect(errorOf(() => readPrivateKey(text, 'wrong')).message).toBe('The passphrase does not open the key');
	});

	it.each([spki, pkcs1Public, publicBase64, certificate])('says when it is a public key', (text) => {
		expect(errorOf(() => readPrivateKey(text)).message).toBe('The key is a public key, but a private key is needed');
	});

	it.each(['', '  \r\n', '\\n', '""'])('says when it is empty: %j', (text) => {
		expect(errorOf(() => readPrivateKey(text)).message).toBe('The key is empty');
		expect(errorOf(() => readPublicKey(text)).message).toBe('The key is empty');
	});

	it.each([10, 300, 1000])('says when %d characters are missing at the end', (missing) => {
		const cut = privateBase64.slice(0, -missing);
		expect(errorOf(() => readPrivateKey(cut)).message).toMatch(/^The key is cut off: \d+ of its 1217 bytes are there$/);
		const pem = `-----BEGIN PRIVATE KEY-----\n${cut}\n-----END PRIVATE KEY-----`;
		expect(errorOf(() => readPrivateKey(pem)).message).toMatch(/^The key is cut off/);
	});

	it('says when the last line is missing', () => {
		const cut = pkcs8.replace('-----END PRIVATE KEY-----', '');
		expect(errorOf(() => readPrivateKey(cut)).message).toBe('The first or last line of the key is damaged');
	});

	it.each([
		['some words', 'my key, please', 'The key holds characters that do not belong into a key'],
		['other base64', Buffer.from('not a key at all').toString('base64'), 'The key cannot be read'],
		['a few letters', 'MII', 'The key cannot be read'],
		['an empty sequence', 'MAA=', 'The key cannot be read'],
		['a changed middle', privateBase64.replace(/^(.{40}).{40}/, `$1${'A'.repeat(40)}`), 'The key cannot be read'],
		['an SSH key', '-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----', 'The key is in the format of SSH'],
	])('refuses %s', (_, text, message) => {
		expect(errorOf(() => readPrivateKey(text)).message).toBe(message);
	});

	it('refuses other types', () => {
		const ec = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
		const message = 'The key is of the type EC, but an RSA key is needed';
		const parameters = '-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n';
		const sec1 = parameters + String(ec.privateKey.export({ type: 'sec1', format: 'pem' }));
		expect(errorOf(() => readPrivateKey(sec1)).message).toBe(message);
		expect(errorOf(() => readPrivateKey(String(ec.privateKey.export({ type: 'pkcs8', format: 'pem' })))).message).toBe(message);
		expect(errorOf(() => readPublicKey(String(ec.publicKey.export({ type: 'spki', format: 'pem' })))).message).toBe(message);
	});

	it('refuses 1024 bits', () => {
		const short = generateKeyPairSync('rsa', { modulusLength: 1024 });
		const message = 'The 1024-bit key is too short';
		expect(errorOf(() => readPrivateKey(String(short.privateKey.export({ type: 'pkcs1', format: 'pem' })))).message).toBe(message);
		expect(errorOf(() => readPublicKey(String(short.publicKey.export({ type: 'spki', format: 'pem' })))).message).toBe(message);
	});
});

describe('readPublicKey', () => {
	it.each(barePastes)('reads SPKI, PKCS#1 and certificates from %s', (_, paste) => {
		const pemCertificate = `-----BEGIN CERTIFICATE-----\n${certificate}\n-----END CERTIFICATE-----\n`;
		for (const pem of [spki, pkcs1Public, pemCertificate]) {
			const key = readPublicKey(paste(pem));
			expect(key.type).toBe('public');
			expect(key.equals(publicKey)).toBe(true);
		}
	});

	it.each([pkcs8, pkcs1, privateBase64, encrypted, legacyEncrypted])('says when it is a private key', (text) => {
		expect(errorOf(() => readPublicKey(text)).message).toBe('The key is a private key, but a public key is needed');
	});

	it('says when it is cut off', () => {
		expect(errorOf(() => readPublicKey(publicBase64.slice(0, 200))).message).toBe('The key is cut off: 150 of its 294 bytes are there');
	});
});

describe('isKeyPair', () => {
	it('knows which keys belong together', () => {
		const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
		expect(isKeyPair(privateKey, publicKey)).toBe(true);
		expect(isKeyPair(privateKey, other.publicKey)).toBe(false);
		expect(isKeyPair(other.privateKey, publicKey)).toBe(false);
	});
});
