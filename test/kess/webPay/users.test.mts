import { requireEmail, requireFileSize, requireLocalPhone } from '../../../kess/webPay/users.ts';
import { notesOf } from '../../support/notes.mts';

test.each([
	['012345678', '012345678'],
	[' 012 345 678 ', '012345678'],
	['012-345-6789', '0123456789'],
	['+855 12 345 678', '012345678'],
	['00855 (12) 345.678', '012345678'],
	['+855 012 345 678', '012345678'],
	["'012345678", '012345678'],
])('%p is the phone number %p', (value, phone) => {
	expect(requireLocalPhone(value)).toBe(phone);
});

test.each<[unknown, RegExp]>([
	[12345678, /^has lost its leading zero$/],
	['123456789', /^has lost its leading zero$/],
	['+66 12 345 678', /^is not a phone number of Cambodia$/],
	['+855 0012 345 678', /^is not a phone number of Cambodia$/],
	['012345678 / 098765432', /^is not a phone number of Cambodia$/],
	['012345678 9', /^is not a phone number of Cambodia$/],
	['01234', /^is not a phone number of Cambodia$/],
	['1.2345678E+7', /^is a number that a spreadsheet has shortened$/],
	['', /^is empty$/],
])('%p is none', (value, message) => {
	expect(() => requireLocalPhone(value)).toThrow(message);
});

test('an address has something before and behind its @', () => {
	expect(requireEmail(' sok@shop.example ')).toBe('sok@shop.example');
	expect(requireEmail('sok.dara+1@ហាង.example')).toBe('sok.dara+1@ហាង.example');
	for (const value of ['sok', '@shop', 'sok@', 'sok @shop', 'a@b@c', 'sok@shop', 'sok@shop,com', 'sok@shop.com, dara@shop.com', 'sok@shop..com', 'Sok <sok@shop.com>']) expect(() => requireEmail(value)).toThrow(/^is not an email address$/);
});

test.each(['mailto:sok@shop.example', '<sok@shop.example>', 'sok\u200b@shop.example', 'MAILTO:sok@shop.example'])('%j means one address, and that is said', (value) => {
	const notes = notesOf((say) => expect(requireEmail(value, say)).toBe('sok@shop.example'));
	expect(notes).toEqual(['is sent as sok@shop.example.']);
});

test('a picture has something in it, and no more than a picture has', () => {
	requireFileSize(8_000_000);
	expect(() => requireFileSize(0)).toThrow(/^is an empty file$/);
	expect(() => requireFileSize(10_000_001)).toThrow(/^has 10000001 bytes, more than 10000000$/);
});
