import { InvalidValueError } from '../../../kess/errors.ts';
import {
	requirePartnerAmount,
	requirePartnerCurrency,
	requirePartnerTransactionId,
	requirePreTransferId,
	requireReceiverId,
	requireSenderName,
	requireTransferReference,
} from '../../../kess/partner/fields.ts';
import { notesOf } from '../../support/notes.mts';

describe.each([requireTransferReference, requirePreTransferId, requirePartnerTransactionId])('%p', (require) => {
	test('takes up to 64 characters', () => {
		expect(require(` ${'x'.repeat(64)} `)).toHaveLength(64);
		expect(() => require('x'.repeat(65))).toThrow('65 characters');
		expect(() => require('')).toThrow('is empty');
		expect(require(10023)).toBe('10023');
		expect(require('PO-1E5')).toBe('PO-1E5');
		expect(require('12E45')).toBe('12E45');
	});

	test.each([12345678901234567890, 1.5, '1.23457E+15', '1,23457E+15', '2E+15'])('refuses %p, which has lost digits', (value) => {
		expect(() => require(value)).toThrow(/rounded|shortened|decimals/);
	});
});

const notesOn = (value: unknown) => notesOf((say) => requireReceiverId(value, say));

describe('receiver', () => {
	test.each(['012345678', '+85512345678', '85512345678', '12345678', 'KESS00123', 'user_12', '12E45', '10023', '007', 'CU2107-0123456789', 'sok.dara@kess', 'Dara'])(
		'takes %s',
		(value) => {
			expect(requireReceiverId(value)).toBe(value);
		},
	);

	test.each([
		['012 000 232', '012000232'],
		['012-000-232', '012000232'],
		['012.000.232', '012000232'],
		['(012) 000 232', '012000232'],
		['012\u00A0000\u202F232', '012000232'],
		['\u202A012000232\u202C', '012000232'],
		['\u200E+855 12 000 232', '+85512000232'],
		['+855 (0)12', undefined],
		['+855(0)12000232', '+85512000232'],
		['+855 012 000 232', '+85512000232'],
		['00855012000232', '+85512000232'],
		["'012000232", '012000232'],
		['+855 (0) 12 000 232', '+85512000232'],
		['tel:012000232', '012000232'],
		['Tel: +855 12 000 232', '+85512000232'],
		['0 12 000 232', '012000232'],
		['+1 2345678901', '+12345678901'],
		['0065 9123 4567', '+6591234567'],
		['៨៥៥ (០)១២ ០០០ ២៣២', '85512000232'],
		['012/000/232', '012000232'],
		['012—000—232', '012000232'],
		['๐๑๒๐๐๐๒๓๒', '012000232'],
		['+855-12-345-678', '+85512345678'],
		['00855 12 345 678', '+85512345678'],
		['០១២ ០០០ ២៣២', '012000232'],
		['០១២០០០២៣២', '012000232'],
		['+៨៥៥ ១២ ០០០ ២៣២', '+85512000232'],
		['０１２０００２３２', '012000232'],
		['10 023', '10023'],
		['1000-2000', '10002000'],
	])('%p is sent as %p', (value, sent) => {
		const notes: string[] = [];
		const read = () => requireReceiverId(value, (note) => notes.push(note));
		if (sent === undefined) expect(read).toThrow('plus sign');
		else {
			expect(read()).toBe(sent);
			expect(notes[0]).toBe(`is sent as ${sent}.`);
		}
	});

	test('takes a whole number as its digits, and does not mend it', () => {
		expect(requireReceiverId(12345678)).toBe('12345678');
		expect(requireReceiverId(85512345678)).toBe('85512345678');
	});

	test.each<[unknown, string]>([
		['012345678 / 098765432', 'has several numbers in it'],
		['012345678 098765432', 'has several numbers in it'],
		['012345678,098765432', 'has several numbers in it'],
		['012345678/9', 'has several numbers in it'],
		['98765432 12345678', 'has several numbers in it'],
		['+85512345678 +85598765432', 'has several numbers in it'],
		['012 345 678 (Dara)', 'is neither a phone number nor a KESS user ID'],
		['Sok Dara', 'is neither a phone number nor a KESS user ID'],
		['tel:10023', 'is neither a phone number nor a KESS user ID'],
		['O12345678', 'has a letter O or l in it'],
		['o12 345 678', 'has a letter O or l in it'],
		['0l2345678', 'has a letter O or l in it'],
		['0012345678', 'begins with two zeros'],
		['00123456789', 'begins with two zeros'],
		['0098765432', 'begins with two zeros'],
		['0021 4567 8901', 'begins with two zeros'],
		['0', 'is "0", which stands for a value that is not there'],
		['8.55123E+10', 'shortened'],
		['8,55123E+10', 'shortened'],
		['8.55123e10', 'shortened'],
		['8E+10', 'shortened'],
		[8.5512e30, 'rounded'],
		[12345678.5, 'decimals'],
		['85512345678.0', 'decimals'],
		['85,512,345,678', 'thousands'],
		['-12345678', 'negative'],
		['#REF!', 'is "#REF!", which stands for a value that is not there'],
		['[object Object]', 'which stands for a value that is not there'],
		['undefined', 'which stands for a value that is not there'],
		['+855 ABC', 'plus sign'],
		['+', 'neither a letter nor a digit'],
		['NULL', 'which stands for a value that is not there'],
		['########', 'which stands for a value that is not there'],
		['855+12345678', 'plus sign'],
		['', 'is empty'],
		['1'.repeat(26), '26 characters'],
		[null, 'is empty'],
		[{}, 'not text'],
	])('refuses %p: %s', (value, message) => {
		expect(() => requireReceiverId(value)).toThrow(message);
		expect(() => requireReceiverId(value)).toThrow(InvalidValueError);
	});

	test.each([
		['12345678', 'leading zero'],
		['971234567', 'leading zero'],
		['85512345678', 'plus sign'],
		['855971234567', 'plus sign'],
	])('advice for %s: %s', (value, advice) => {
		expect(notesOn(value)).toEqual([expect.stringContaining(advice)]);
	});

	test.each(['012345678', '+85512345678', '1234567', '1234567890', 'KESS12345', '85512345'])('no advice for %s', (value) => {
		expect(notesOn(value)).toEqual([]);
	});
});

test('a sender has at most 96 characters', () => {
	expect(requireSenderName('ស'.repeat(96))).toHaveLength(96);
	expect(() => requireSenderName('ស'.repeat(97))).toThrow('97 characters');
});

test('transfers are in USD', () => {
	for (const written of [' usd ', 'USD\u200B', '\u200Eusd']) expect(requirePartnerCurrency(written)).toBe('USD');
	expect(() => requirePartnerCurrency('KHR')).toThrow('is "KHR", but KESS Partner transfers take USD only');
	expect(() => requirePartnerCurrency('')).toThrow('is empty');
	expect(() => requirePartnerCurrency(['USD'])).toThrow('is a list, not a currency');
	expect(() => requirePartnerCurrency(840)).toThrow('is "840", but');
	expect(() => requirePartnerAmount('1.500')).toThrow('may mean 1.50 or 1500 USD');
	expect(requirePartnerAmount('10.50')).toEqual({ currency: 'USD', hundredths: 1050n, decimal: '10.5' });
	expect(() => requirePartnerAmount('10.505')).toThrow('more than two decimals');
});
