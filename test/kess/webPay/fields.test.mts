import {
	outTradeNoAdvice,
	readDetail,
	requireIpAddress,
	requireOutTradeNo,
	requireSeconds,
	requireTitle,
	requireWebAddress,
} from '../../../kess/webPay/fields.ts';

describe('order number', () => {
	test('takes up to 64 characters', () => {
		expect(requireOutTradeNo('x'.repeat(64))).toHaveLength(64);
		expect(() => requireOutTradeNo('x'.repeat(65))).toThrow('65 characters');
	});

	test('refuses a number that a spreadsheet has rounded', () => {
		expect(() => requireOutTradeNo(12345678901234567890)).toThrow('rounded');
		expect(requireOutTradeNo(1234567890)).toBe('1234567890');
	});

	test.each([['INV-1001', false], ['x'.repeat(33), true], ['INV 1001', true], ['វិក្កយបត្រ', true]])(
		'%s: advice %p',
		(outTradeNo, advised) => {
			expect(outTradeNoAdvice(outTradeNo) !== undefined).toBe(advised);
		},
	);
});

test('a title has at most 255 characters', () => {
	expect(requireTitle('x'.repeat(255))).toHaveLength(255);
	expect(() => requireTitle('x'.repeat(256))).toThrow('256 characters');
});

describe('readDetail', () => {
	const line = { no: '03232', name: 'OLAY 77', price: '10.05', qty: 2, discount: '0.05' };

	test('sends price and quantity as text, the discount as a number', () => {
		expect(readDetail([line])).toEqual([{ no: '03232', name: 'OLAY 77', price: '10.05', qty: '2', discount: 0.05 }]);
	});

	test('leaves out lines that are empty and a discount that is', () => {
		expect(readDetail([{ no: '', name: ' ', price: undefined }, { ...line, discount: '' }])).toEqual([
			{ no: '03232', name: 'OLAY 77', price: '10.05', qty: '2' },
		]);
	});

	test.each(['no', 'name', 'price', 'qty'])('refuses a line without %s, naming it', (field) => {
		expect(() => readDetail([line, { ...line, [field]: '' }])).toThrow(`product line 2 whose ${field} is empty`);
	});

	test('refuses a discount that is no number', () => {
		expect(() => readDetail([{ ...line, discount: '5%' }])).toThrow('product line 1 whose discount is "5%"');
	});
});

test.each(['https://shop.example/a?b=1', 'http://127.0.0.1:5678/webhook/x'])('%s is a web address', (url) => {
	expect(requireWebAddress(url)).toBe(url);
});

test.each(['shop.example', 'ftp://shop.example', 'javascript:alert(1)'])('%s is no web address', (url) => {
	expect(() => requireWebAddress(url)).toThrow('not a web address');
});

test('seconds are a whole number greater than 0', () => {
	expect(requireSeconds('1800')).toBe(1800);
	for (const value of [0, -1, 1.5, 'x', '', null]) expect(() => requireSeconds(value)).toThrow('whole number');
});

test.each(['203.0.113.7', '0.0.0.0', '2001:db8::7', '::1', '::ffff:203.0.113.7'])('%p is an IP address', (text) => {
	expect(requireIpAddress(` ${text} `)).toBe(text);
});

test.each(['203.0.113', '256.1.1.1', '203.0.113.7:80', '[::1]', 'localhost', '::g', '1234'])('%p is none', (text) => {
	expect(() => requireIpAddress(text)).toThrow(/^is not an IP address$/);
});
