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
	['0', 'is "0", which stands for a value that is not there'],
	[0, 'is "0"'],
	['0000', 'is "0000"'],
	['INV-NULL', 'has "NULL" in it'],
	['INV-None', 'has "None" in it'],
	['INV-NaT', 'has "NaT" in it'],
	['INV-false', 'has "false" in it'],
	['INV/FALSE', 'has "FALSE" in it'],
	['INV-{}', 'has "{}" in it'],
	['INV-[]', 'has "[]" in it'],
	['?-1', 'has "?" in it where letters were lost'],
	['INV ?? 1', 'has "??" in it where letters were lost'],
	['\uFFFD-1', 'in it where letters were lost'],
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

test.each([1234567890, 'INV-1001', 'INV-2026.11', 'annulled-7', 'Nan-7', 'Null-7', 'Infinity-7', 'NONE-1', '#NV-1', 'A##1', 'TRUE-1', '🍜', '1001.5', 'INV-0', '2026-0', '007', 'NULLA-1', 'FALSE-TEETH-7', 'khao-nan-7', 'INV-None-2026', 'SHOP-FALSE-TEETH-7', 'NONEX-1', 'INV-NULLA', 'INV-Nonesuch', 'PO-falsework', 'ANNA NaTasha', 'Why?-1', 'PO-1E5', '#1001', 'វិក្កយបត្រ-១'])('%j is a reference', (value) => {
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

test.each<[string, string]>([
	...['\u2010', '\u2011', '\u2012', '\u2013', '\u2014', '\u2212', '\uFE63', '\uFF0D'].map((dash) => [`WAGE${dash}2026${dash}11`, 'WAGE-2026-11'] as [string, string]),
	['ＷＡＧＥ-２０２６-１１', 'WAGE-2026-11'],
	['WAGE  2026   11', 'WAGE 2026 11'],
	['WAGE\u3000 2026', 'WAGE 2026'],
	['O\u2019Brien \u201C1\u201D', 'O\'Brien "1"'],
	['1\u22152', '1/2'],
	['\u1780\u17C1\u17B8-1', '\u1780\u17BE-1'],
	['\u1780\u17C1\u17B6-1', '\u1780\u17C4-1'],
	['\u1780\u17C6\u17BB-1', '\u1780\u17BB\u17C6-1'],
	['\u179F\u17D2\u179A\u17D2\u178F\u17B8-1', '\u179F\u17D2\u178F\u17D2\u179A\u17B8-1'],
	['\u1780\u178E\u17D2\u178A\u17B6\u179B-1', '\u1780\u178E\u17D2\u178F\u17B6\u179B-1'],
])('%j is the same number as %j, and that is said', (value, text) => {
	expect(read(value)).toEqual({ text, notes: [expect.stringMatching(/^had .+ in it\. What looks the same is sent in one spelling\.$/)] });
	expect(read(text)).toEqual({ text, notes: [] });
});

test('what looks different stays different', () => {
	for (const text of ['A\u00B2-1', 'a-1', 'A-\u17E1', 'INV\uFF5E1'.replace('\uFF5E', '~'), '\u1780\u17D2\u178F\u17B8', '\u00C9-1', 'A\u2460']) expect(read(text)).toEqual({ text, notes: [] });
});

test('a day alone is taken, and said', () => {
	expect(read('2026-11-27')).toEqual({ text: '2026-11-27', notes: ['is nothing but a day: make sure that no other row has the same.'] });
});

test('what looks the same is the same', () => {
	expect(read('INV\u00A01\u202F2').text).toBe('INV 1 2');
	expect(read('Cafe\u0301-1').text).toBe('Café-1');
	expect(read(' INV-1 ').text).toBe('INV-1');
});

test.each(['WAGE-', 'SHOP_', 'INV/', 'A:'])('%j looks as if something were missing, and that is said', (value) => {
	expect(read(value).notes).toEqual([expect.stringMatching(/^ends in ".": check that what should stand behind it is there/)]);
});
