import { requireReference } from '../../../kess/written/reference.ts';

const read = (value: unknown) => {
	const notes: string[] = [];
	return { text: requireReference(value, 64, (note) => notes.push(note)), notes };
};

test.each<[unknown, string]>([
	['#N/A', 'is "#N/A"'],
	['INV-#N/A', 'has "#N/A" in it'],
	['INV-#REF!-1', 'has "#REF!" in it'],
	['INV-undefined', 'has "undefined" in it'],
	['INV_undefined_2', 'has "undefined" in it'],
	['INVundefined', 'has "undefined" in it'],
	['WAGE-null', 'has "null" in it'],
	['NaN-1', 'has "NaN" in it'],
	['[object Object]', 'is "[object Object]"'],
	['#GETTING_DATA', 'is "#GETTING_DATA"'],
	['#ERROR!', 'is "#ERROR!"'],
	['INV-Err:502', 'has "Err:502" in it'],
	['(null)', 'has "null" in it'],
	['Infinity', 'is "Infinity"'],
	['INV-Infinity', 'has "Infinity" in it'],
	[Number.POSITIVE_INFINITY, 'is "Infinity"'],
	['########', 'is "########"'],
	['INV-#####', 'has "#####" in it'],
	['INV-[Execute previous nodes for preview]', 'has "[Execute previous nodes for preview]" in it'],
	['INV-Loading...', 'has "Loading..." in it'],
	['INV-#BEZUG!', 'has "#BEZUG!" in it'],
	['INV-${no}', 'has "${no}" in it'],
	...['NULL', 'nan', 'None', '\\N', '<NA>', 'n/a', 'TRUE'].map((text): [string, string] => [text, `is ${JSON.stringify(text)}, which stands for`]),
	['---', 'with neither a letter nor a digit in it'],
	['?????', 'with neither a letter nor a digit in it'],
	["1'001", 'separators for thousands'],
	['1 001.00', 'separators for thousands'],
	['INV-{{ $json.no }}', 'has "{{ $json.no }}" in it'],
	['1.001,00', 'separators for thousands'],
	['INV-1\u0082-2', 'has an invisible character (U+0082) behind "INV-1"'],
	['INV-[object Promise]', 'has "[object Promise]" in it'],
	['SHOP-Invalid DateTime', 'has "Invalid DateTime" in it'],
	['{{ $json.no }}', 'is "{{ $json.no }}"'],
	['1001.0', 'is a number that has got decimals'],
	['1001.00', 'is a number that has got decimals'],
	['1,001', 'separators for thousands'],
	['1,001,000.00', 'separators for thousands'],
	['1.23457E+15', 'shortened'],
	[1001.5, 'is 1001.5, a number with decimals'],
	[Number.NaN, 'is "NaN"'],
	[12345678901234567890, 'rounded'],
	['INV\n1', 'has a line break behind "INV"'],
	['INV\t1', 'has a tab behind "INV"'],
	[['a'], 'is a list'],
])('%j is refused: %s', (value, message) => {
	expect(() => read(value)).toThrow(message);
});

test.each([1234567890, 'INV-1001', 'INV-2026.11', 'annulled-7', 'Nan-7', 'Null-7', 'Infinity-7', 'NONE-1', '#NV-1', 'A##1', 'TRUE-1', '🍜', '1001.5', 'PO-1E5', '#1001', 'វិក្កយបត្រ-១'])('%j is a reference', (value) => {
	expect(read(value)).toEqual({ text: String(value), notes: [] });
});

test.each([
	['\u202AINV-1', 'a left-to-right embedding'],
	['INV\u200B-1', 'a zero-width space'],
	['INV-1\u200C', 'a zero-width non-joiner'],
	['INV-\u20601', 'a word joiner'],
	['INV\u00AD-1', 'a soft hyphen'],
	['\uFEFFINV-1', 'a byte order mark'],
	['INV\u200B-\u202E1', 'a zero-width space and a right-to-left override'],
	['INV-1\u{E0041}', 'an invisible character (U+E0041)'],
	['INV\uFE0F-1', 'an invisible character (U+FE0F)'],
	['INV\u115F-1', 'a Hangul filler'],
	['\u2066INV-1\u2069', 'a left-to-right isolate and an end of a writing direction'],
])('%j is INV-1: what nobody sees leaves it, and that is said', (value, names) => {
	expect(read(value)).toEqual({ text: 'INV-1', notes: [`had ${names} in it, which nobody sees: it was taken out.`] });
});

test('what looks the same is the same', () => {
	expect(read('INV\u00A01\u202F2').text).toBe('INV 1 2');
	expect(read('Cafe\u0301-1').text).toBe('Café-1');
	expect(read(' INV-1 ').text).toBe('INV-1');
});

test.each(['WAGE-', 'SHOP_', 'INV/', 'A:'])('%j looks as if something were missing, and that is said', (value) => {
	expect(read(value).notes).toEqual([expect.stringMatching(/^ends in ".": check that what should stand behind it is there/)]);
});
