import { requireReference, requireText, trimDeep, trimText } from '../../kess/textField.ts';

test('trimText strips what the gateway strips, and nothing inside', () => {
	expect(trimText('\u200B\uFEFF \t ស្រី\u200Bអូន \0\n')).toBe('ស្រី\u200Bអូន');
});

describe('requireText', () => {
	test('counts characters, not UTF-16 units', () => {
		expect(requireText('🛵'.repeat(64), 64)).toHaveLength(128);
		expect(() => requireText('🛵'.repeat(65), 64)).toThrow('65 characters long, but KESS takes at most 64');
	});

	test('takes the digits of a number', () => {
		expect(requireText(1001, 64)).toBe('1001');
	});

	test.each(['', '  ', null, undefined, '\u200B'])('refuses %p as empty', (value) => {
		expect(() => requireText(value, 64)).toThrow('is empty');
	});

	test.each([[{}], [['a']], [true]])('refuses %p as no text', (value) => {
		expect(() => requireText(value, 64)).toThrow('is not text');
	});
});

test('trimDeep reaches every text and leaves the rest alone', () => {
	expect(trimDeep({ a: [' x ', { b: ' y ', n: 1, none: null }], t: true })).toEqual({
		a: ['x', { b: 'y', n: 1, none: null }],
		t: true,
	});
});

test('requireReference refuses a number that a spreadsheet has rounded', () => {
	expect(() => requireReference(12345678901234567890, 64)).toThrow('rounded');
	expect(() => requireReference(1.5, 64)).toThrow('rounded');
	expect(requireReference(1234567890, 64)).toBe('1234567890');
});
