import { createHash } from 'node:crypto';

import { PhpJsonError, canonicalJson, decodeUtf8, encodePhpJson, parsePhpJson, phpNumber, phpText } from '../../kess/phpJson.ts';
import { ksortKeys } from '../../kess/phpKeyOrder.ts';
import { LINEAR, timesAsMuch } from '../support/cpuTime.mts';

// Every expected text here was printed by PHP 8.2.

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

describe('canonicalJson', () => {
	it.each([
		[
			'{"service":"create.unified.fundTransfer","out_trade_no":"T/1","receiver_id":"855","sender_name":"សុខ Ü \\"x\\"","amount":0.5,"currency":"USD","sign_type":"RSA2"}',
			'{"amount":0.5,"currency":"USD","out_trade_no":"T\\/1","receiver_id":"855","sender_name":"\\u179f\\u17bb\\u1781 \\u00dc \\"x\\"","service":"create.unified.fundTransfer"}',
		],
		[
			'{"success":true,"code":200,"message":"OK","data":{"amount":1.0,"z":1,"a":{},"b":[],"url":"https://x/y"},"sign":"x","sign_type":"RSA2"}',
			'{"code":200,"data":{"amount":1,"z":1,"a":[],"b":[],"url":"https:\\/\\/x\\/y"},"message":"OK","success":true}',
		],
	])('prints the partner examples: %s', (text, expected) => {
		expect(canonicalJson(text)).toBe(expected);
	});

	it('prints numbers as PHP does', () => {
		const text =
			'{"a":1.0,"b":-0.0,"c":-0,"d":1e25,"e":0.00001,"f":9223372036854775807,"g":9223372036854775808,"h":-9223372036854775809,"i":100000000000000000000,"j":1e17,"k":12345678901234567}';
		expect(canonicalJson(text)).toBe(
			'{"a":1,"b":-0,"c":0,"d":1.0e+25,"e":1.0e-5,"f":9223372036854775807,"g":9.223372036854776e+18,"h":-9.223372036854776e+18,"i":1.0e+20,"j":1.0e+17,"k":12345678901234567}',
		);
	});

	it.each([
		['the last value of a repeated key, at the first place', '{"x":{"b":1,"a":2,"b":3}}', '{"x":{"b":3,"a":2}}'],
		['a list for keys counting from 0', '{"x":{"0":"a","1":"b"}}', '{"x":["a","b"]}'],
		['an object for the same keys in another order', '{"x":{"1":"a","0":"b"}}', '{"x":{"1":"a","0":"b"}}'],
		['a list where sorting the top level makes one', '{"1":"a","0":"b"}', '["b","a"]'],
		['a list without touching it', ' [3, 1, {"sign":2}] ', '[3,1,{"sign":2}]'],
		['an empty list for an empty object', '{"sign":"x"}', '[]'],
		['a nested sign', '{"d":{"sign":1,"sign_type":2}}', '{"d":{"sign":1,"sign_type":2}}'],
		['NUL in a key', '{"\\u0000a":1}', '{"\\u0000a":1}'],
		['an empty key', '{"":1}', '{"":1}'],
		['a __proto__ key', '{"__proto__":{"a":1}}', '{"__proto__":{"a":1}}'],
		['keys that are no ints as they are', '{"007":1,"-0":2}', '{"-0":2,"007":1}'],
		['every escape', '["\\"\\\\\\/\\b\\f\\n\\r\\t\\u001F\\u007f"]', '["\\"\\\\\\/\\b\\f\\n\\r\\t\\u001f\u007f"]'],
		['a surrogate pair', '["🛵\\uD83D\\uDEF5\u2028"]', '["\\ud83d\\udef5\\ud83d\\udef5\\u2028"]'],
		['an infinite number only in a sign that goes away', '{"sign":1e999,"a":1}', '{"a":1}'],
	])('prints %s', (_, text, expected) => {
		expect(canonicalJson(text)).toBe(expected);
	});

	it('takes 511 levels of nesting and refuses 512', () => {
		expect(canonicalJson(nested(511))).toBe(nested(511));
		expect(() => canonicalJson(nested(512))).toThrow('nested more than 511 deep (at character 512)');
	});

	it.each([
		['', 'The JSON ends too early (at character 1)'],
		['{"a":', 'The JSON ends too early (at character 6)'],
		['\u{feff}{}', 'A value is missing or not written as JSON (at character 1)'],
		['[TRUE]', 'A value is missing or not written as JSON (at character 2)'],
		['[1,]', 'A value is missing or not written as JSON (at character 4)'],
		['[.5]', 'A value is missing or not written as JSON (at character 2)'],
		['{"a":01}', 'A comma or closing brace is missing (at character 7)'],
		['[1.]', 'A comma or closing bracket is missing (at character 3)'],
		['[1\u000b]', 'A comma or closing bracket is missing (at character 3)'],
		["{'a':1}", 'A key in double quotes is missing (at character 2)'],
		['{"a" 1}', 'A colon is missing after a key (at character 6)'],
		['{}x', 'Something follows the JSON value (at character 3)'],
		['["a', 'A closing quote is missing (at character 4)'],
		['["\t"]', 'A control character stands in a text unescaped (at character 3)'],
		['["\\x"]', 'A backslash is followed by a character that JSON does not know (at character 4)'],
		['["\\u12"]', 'A \\u is not followed by four hexadecimal digits (at character 5)'],
		['["\\ud83d"]', 'Half of a surrogate pair stands alone (at character 9)'],
		['["\\ud83d\\u0041"]', 'Half of a surrogate pair stands alone (at character 15)'],
		['["\\udef5"]', 'Half of a surrogate pair stands alone (at character 9)'],
		['["\ud83d"]', 'Half of a surrogate pair stands alone (at character 3)'],
		['"text"', 'The JSON is neither an object nor a list'],
		['null', 'The JSON is neither an object nor a list'],
		['{"a":[1e999]}', 'A number is too large for PHP to print as JSON'],
	])('refuses %j', (text, message) => {
		expect(() => canonicalJson(text)).toThrow(new PhpJsonError(message));
	});

	it('takes no longer for many members in one object than in many', async () => {
		const members = (count: number) => `{${Array.from({ length: count }, (_, i) => `"k${i}":"\\n${'x'.repeat(20)}é"`).join(',')}}`;
		const many = `[${Array.from({ length: 100 }, () => members(400)).join(',')}]`;
		expect(await timesAsMuch(canonicalJson, members(40_000), many)).toBeLessThan(LINEAR);
	});
});

describe('parsePhpJson', () => {
	it('keeps int and float, key order and list against object apart', () => {
		const tree = parsePhpJson('{"10":1,"b":1.0,"a":[{}],"9":12345678901234567890}');
		expect(tree).toEqual(
			new Map<string, unknown>([
				['10', 1n],
				['b', 1],
				['a', [new Map()]],
				['9', 12345678901234567000],
			]),
		);
		expect([...(tree as Map<string, unknown>).keys()]).toEqual(['10', 'b', 'a', '9']);
		expect(encodePhpJson(tree)).toBe('{"10":1,"b":1,"a":[[]],"9":1.2345678901234567e+19}');
	});

	it.each([
		['1', 1n],
		['-0', 0n],
		['1.0', 1],
		['1e0', 1],
		['-9223372036854775808', -(2n ** 63n)],
		['9223372036854775808', 2 ** 63],
	])('decodes the number %s', (literal, expected) => {
		expect(phpNumber(literal)).toBe(expected);
	});
});

describe('phpText', () => {
	it.each([
		[1234567890123.25, '1234567890123.2'],
		[1234567890123.75, '1234567890123.8'],
		[123456789012345, '1.2345678901234E+14'],
		[123456789012335, '1.2345678901234E+14'],
		[123456789012005, '1.2345678901200E+14'],
		[1e14, '1.0E+14'],
		[5e-324, '4.9406564584125E-324'],
		[0.1 + 0.2, '0.3'],
		[100000, '100000'],
		[1.5e-7, '1.5E-7'],
		[-0, '-0'],
		[-Infinity, '-INF'],
		[12345678901234567n, '12345678901234567'],
		[true, '1'],
		[false, ''],
		[null, ''],
		['10.50', '10.50'],
	])('prints %p as %s', (value, expected) => {
		expect(phpText(value)).toBe(expected);
	});
});

describe('decodeUtf8', () => {
	it('decodes what is valid and keeps a byte order mark', () => {
		expect(decodeUtf8(Buffer.from('ក 🛵'))).toBe('ក 🛵');
		expect(decodeUtf8(Buffer.from([0xef, 0xbb, 0xbf, 0x7b, 0x7d]))).toBe('\u{feff}{}');
	});

	it.each([
		['a stray byte', [0x22, 0xff, 0x22]],
		['a surrogate', [0xed, 0xa0, 0x80]],
		['an overlong slash', [0xc0, 0xaf]],
		['half a character', [0xe1, 0x9e]],
	])('refuses %s', (_, bytes) => {
		expect(() => decodeUtf8(Uint8Array.from(bytes))).toThrow(new PhpJsonError('The text is not valid UTF-8'));
	});
});

describe('ksortKeys', () => {
	it.each([
		[['b', 'a', 'B', 'a.b', 'a-b', ''], ['', 'B', 'a', 'a-b', 'a.b', 'b']],
		[['～', '🛵', 'z'], ['z', '～', '🛵']],
		[['10', '9', '1a'], ['1a', '9', '10']],
		[['9', '1a', '10'], ['10', '1a', '9']],
		[['1a', '10', '9'], ['9', '10', '1a']],
		[['10', '1e1', '1E1', '10.0'], ['10', '1e1', '1E1', '10.0']],
		[['1e1', '10'], ['1e1', '10']],
		[['x', '10', '9a', '9', '1a', '2b'], ['9', '10', '1a', '2b', '9a', 'x']],
		[
			['9', '1a', '10', 'b', 'a', 'Z', 'é', '1e1', '007', '7', '-0', '0', ' 5', '5 ', '.5'],
			['-0', '0', '.5', ' 5', '007', '1a', '5 ', '7', '9', '10', '1e1', 'Z', 'a', 'b', 'é'],
		],
		[
			['9223372036854775808', '9223372036854775807', '-9223372036854775809', '12345678901234567890', '1e999', '2e999'],
			['-9223372036854775809', '9223372036854775808', '9223372036854775807', '12345678901234567890', '1e999', '2e999'],
		],
		[['a', '100000000000000000000e-18', '0200', '150.5'], ['0200', '100000000000000000000e-18', '150.5', 'a']],
	])('sorts %j', (keys, expected) => {
		expect(ksortKeys(keys)).toEqual(expected);
	});

	it.each([
		[5, 'da0f2728ab2ee9cb7a0e345b370df5b4ed40ee6369817391b115e263014095e3'],
		[16, '5516f03acd2f895bac3c5a0bb5d69086ff01cd231fd907e217ed4e5ba6d91e0e'],
		[17, '1d95404d13505d8ca4ab722c12815a9c245798ddf44a004f132e5281fbefc6b5'],
		[40, 'd794cbe53e3382410739ac0badc0e578aca940451b16fa15046ff51441962f9c'],
		[1023, '5dedd1471847569366e7137d042612748aa43ea159dc8025534a5fffe6afa9c2'],
		[1024, '7731f6d9df0cd62e60fad1c738a4dd322410450149981a3cea143bc7573591da'],
		[3000, '06a456cb02bb14a00097d3fb0a87577496ee07913fa0ce9fde5bfa41fed36dae'],
	])('sorts %d keys whose comparisons run in circles', (count, expected) => {
		const suffixes = ['', 'a', '.0', 'e1', 'x'];
		const keys = Array.from(
			{ length: count },
			(_, i) => `${(i * 7919) % 2003}${suffixes[(i * 31) % 5]}${i >= 2003 ? '-' : ''}`,
		);
		expect(new Set(keys).size).toBe(count);
		expect(createHash('sha256').update(ksortKeys(keys).join(',')).digest('hex')).toBe(expected);
	});
});
