import { isBlank, requireText, trimDeep, trimText } from '../../../kess/written/text.ts';
import { notesOf } from '../../support/notes.mts';

test('trimText strips what the gateway strips, and nothing inside', () => {
	expect(trimText('\u200B\uFEFF \t ស្រី\u200Bអូន \0\n')).toBe('ស្រី\u200Bអូន');
});

test.each(['\u00AD', '\u034F', '\u061C', '\u17B4', '\u17B5', '\u180E', '\u200C', '\u200D', '\u200F', '\u2060', '\u2064', '\u206F', '\u2800', '\u3164', '\uFFA0', '\u{1D159}', '\u{1D17A}', '\u{E0020}', '\u0085', '\u3000'])(
	'trimText strips %j at both ends, and leaves it inside',
	(character) => {
		expect(trimText(`${character}${character}កាហ្វេ${character}ក ${character}`)).toBe(`កាហ្វេ${character}ក`);
		expect(trimText(character.repeat(3))).toBe('');
	},
);

test('trimText leaves an emoji, a flag and a Khmer vowel at the ends whole', () => {
	for (const text of ['🛵 កាហ្វេ 🛵', '🇰🇭', 'ក្ដី', '👨‍👩‍👧']) expect(trimText(` ${text} `)).toBe(text);
});

test.each(['', ' ', '\u200B', '\u3164', '\u2800 ', null, undefined])('%j is blank', (value) => {
	expect(isBlank(value)).toBe(true);
});

/** Of spreadsheets in other languages, of columns that are too narrow, and of n8n's own editor. */
const OTHER_SIGNS = [
	...['#BEZUG!', '#ZAHL!', '#NV', '#NOMBRE!', '#N/D', '#¡VALOR!', '#¿NOMBRE?', '#VERW!', '#ССЫЛКА!', '#Н/Д', '#YOK', '#CALC!', '#BLOCKED!', '#FIELD!', '#GETTING_DATA', '#ERROR!', 'Err:508'],
	...['########', 'Loading...', '[Execute previous nodes for preview]', '[Execute node ‘Sheet’ for preview]', '[undefined]', '[object Array]', '[Object: null prototype] {}', '$json.title', '${title}'],
];

describe('requireText', () => {
	test('counts characters, not UTF-16 units', () => {
		expect(requireText('🛵'.repeat(64), 64)).toHaveLength(128);
		expect(() => requireText('🛵'.repeat(65), 64)).toThrow('65 characters long, but KESS takes at most 64');
	});

	test('takes the digits of a number', () => {
		expect(requireText(1001, 64)).toBe('1001');
	});

	test.each(['', '  ', null, undefined, '\u200B', '\u17B5'])('refuses %p as empty', (value) => {
		expect(() => requireText(value, 64)).toThrow('is empty');
	});

	test.each([
		[{}, 'is an object, not text'],
		[['a'], 'is a list, not text'],
		[true, 'is true, not text'],
		[new Date(), 'is a date, not text'],
	])('refuses %p: %s', (value, message) => {
		expect(() => requireText(value, 64)).toThrow(message);
	});

	test.each(['#REF!', '#N/A', '#DIV/0!', '#SPILL!', ' #NAME? ', 'Err:502', 'undefined', 'null', 'NaN', '[object Object]', 'Invalid DateTime', '{{ $json.title }}', ...OTHER_SIGNS])(
		'refuses %p, which stands for a value that is not there',
		(value) => {
			expect(() => requireText(value, 64)).toThrow('which stands for a value that is not there');
		},
	);

	test.each([
		['Order {{ $json.t }}', 'has "{{ $json.t }}" in it'],
		['Hello [object Object]', 'has "[object Object]" in it'],
		['Tea for ${name}', 'has "${name}" in it'],
	])('refuses %p: it %s', (value, message) => {
		expect(() => requireText(value, 64)).toThrow(message);
	});

	test.each(['Null Island Tours', 'Order #1', 'undefined behaviour, a book', '#N/A is what Excel says', 'Fish &', 'NULL', 'Infinity', 'Sale!', '#OOTD', '#NV-1', 'Loading dock', 'N/A', '5 $', '## 1'])('takes %p', (value) => {
		expect(requireText(value, 64)).toBe(value);
	});

	test.each(['Coffee 🛵'.slice(0, 8), '\uDEF5 coffee', 'a\uD83Db', '🛵'.slice(1), 'x 👨‍👩'.slice(0, 3)])('refuses half of an emoji: %j', (value) => {
		expect(() => requireText(value, 64)).toThrow('has half of a character in it');
	});

	test.each([['?????', true], ['កាហ្វេ \uFFFD', true], ['Caf\uFFFD', true], ['ទឹក ????', true], ['????', true], ['áž€áž¶áž áŸ’', true], ['CafÃ©', true], ['SÃO João', false], ['garáž', false], ['Where is it???', false], ['ok?', false]])('%p: letters that were lost are said (%s)', (value, isSaid) => {
		expect(notesOf((say) => requireText(value, 64, say)).some((note) => note.includes('UTF-8'))).toBe(isSaid);
	});
});

test('trimDeep reaches every text and leaves the rest alone', () => {
	expect(trimDeep({ a: [' x ', { b: ' y ', n: 1, none: null }], t: true })).toEqual({
		a: ['x', { b: 'y', n: 1, none: null }],
		t: true,
	});
});
