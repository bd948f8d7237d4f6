import { generateKeyPairSync } from 'node:crypto';

import forge from 'node-forge';

import { encryptCustomer, readCustomer } from '../../../kess/webPay/customer.ts';
import { notesOf } from '../../support/notes.mts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** KESS's side, by another library than the one that encrypts. */
function decrypt(hex: string): unknown {
	const key = forge.pki.privateKeyFromPem(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
	return JSON.parse(forge.util.decodeUtf8(key.decrypt(forge.util.hexToBytes(hex), 'RSAES-PKCS1-V1_5')));
}

const INPUT = { firstName: ' ស្រី ', lastName: 'Oun', email: 'a@b.example', phoneNumber: 12345678, city: '', phoneCode: '855' };
const CUSTOMER = { first_name: 'ស្រី', last_name: 'Oun', email: 'a@b.example', phone_code: '855', phone_number: '12345678' };

test('names the fields as KESS does, trimmed, without empty ones', () => {
	expect(readCustomer(INPUT)).toEqual(CUSTOMER);
});

test.each([
	[{ phoneNumber: '០១២ ៣៤៥ ៦៧៨' }, { phone_number: '012345678' }, ['has a phone_number that is sent as 012345678.']],
	[{ phoneNumber: '12 345 678', phoneCode: '+855' }, { phone_code: '855', phone_number: '12345678' }, ['has a phone_code that is sent as 855.', 'has a phone_number that is sent as 12345678.']],
	[{ phoneNumber: 12345678 }, { phone_number: '12345678' }, ['has a phone_number that looks like a phone number that has lost its leading zero.']],
	[{ phoneNumber: '012345678 / 098765432' }, { phone_number: '012345678 / 098765432' }, ['has a phone_number that does not look like one phone number, and is sent as it is.']],
	[{ phoneNumber: '012345678', email: '<a@b.example>' }, { phone_number: '012345678' }, ['has a email that is sent as a@b.example.']],
])('%j is repaired, and that is said', (written, sent, said) => {
	const notes = notesOf((say) => expect(readCustomer({ ...INPUT, phoneCode: '', ...written }, say)).toMatchObject({ email: 'a@b.example', ...sent }));
	expect(notes).toEqual(said);
});

test.each([
	[{ email: 'abc' }, 'has a email that is not an email address'],
	[{ phoneCode: 'KH' }, 'has a phone_code that is not the code of a country'],
	[{ lastName: '#N/A' }, 'has a last_name that is "#N/A"'],
])('%j is refused', (written, message) => {
	expect(() => readCustomer({ ...INPUT, ...written })).toThrow(message);
});

test('nobody is no customer', () => {
	expect(readCustomer({})).toBeUndefined();
	expect(readCustomer({ firstName: ' ', city: null })).toBeUndefined();
});

test.each(['firstName', 'lastName', 'email', 'phoneNumber'])('%s is required', (field) => {
	expect(() => readCustomer({ ...INPUT, [field]: '' })).toThrow(/^has a (first_name|last_name|email|phone_number) that is empty$/);
});

test('is one block of lower-case hex that the other side can read, and never the same twice', () => {
	const cipherText = encryptCustomer(CUSTOMER, publicKey);
	expect(cipherText).toMatch(/^[0-9a-f]{512}$/);
	expect(decrypt(cipherText)).toEqual(CUSTOMER);
	expect(encryptCustomer(CUSTOMER, publicKey)).not.toBe(cipherText);
});

test('fills a block to its last byte and not further', () => {
	const space = 245 - JSON.stringify({ address: '' }).length;
	expect(decrypt(encryptCustomer({ address: 'x'.repeat(space) }, publicKey))).toEqual({ address: 'x'.repeat(space) });
	expect(() => encryptCustomer({ address: 'x'.repeat(space + 1) }, publicKey)).toThrow('takes 246 bytes, but only 245 can be encrypted');
});
