import { parseMoney } from '../../../kess/money.ts';
import {
	readDetail,
	requireAppAddress,
	requireIpAddress,
	requireOutTradeNo,
	requireSeconds,
	requireTitle,
	requireWebAddress,
} from '../../../kess/webPay/fields.ts';
import { notesOf } from '../../support/notes.mts';

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
			expect(notesOf((say) => requireOutTradeNo(outTradeNo, say)).length > 0).toBe(advised);
		},
	);
});

test('a title has at most 255 characters', () => {
	expect(requireTitle('x'.repeat(255))).toHaveLength(255);
	expect(() => requireTitle('x'.repeat(256))).toThrow('256 characters');
});

const TOTAL = parseMoney('5', 'USD');

describe('readDetail', () => {
	const line = { no: '03232', name: 'OLAY 77', price: '10.05', qty: 2, discount: '0.05' };

	test('sends price and quantity as text, the discount as a number', () => {
		expect(readDetail([line], TOTAL)).toEqual([{ no: '03232', name: 'OLAY 77', price: '10.05', qty: '2', discount: 0.05 }]);
	});

	test('leaves out lines that are empty and a discount that is', () => {
		expect(readDetail([{ no: '', name: ' \u200B', price: undefined }, { ...line, discount: '' }], TOTAL)).toEqual([
			{ no: '03232', name: 'OLAY 77', price: '10.05', qty: '2' },
		]);
	});

	test.each(['no', 'name', 'price', 'qty'])('refuses a line without %s, naming it', (field) => {
		expect(() => readDetail([line, { ...line, [field]: '' }], TOTAL)).toThrow(`product line 2 whose ${field} is empty`);
	});

	test('refuses a discount that is no number', () => {
		expect(() => readDetail([{ ...line, discount: '5%' }], TOTAL)).toThrow('product line 1 whose discount is "5%"');
	});

	test.each([
		['price', '2,50', 'USD', 'whose price is "2,50", which is not a plain number'],
		['price', 'abc', 'USD', 'whose price is "abc"'],
		['price', '-1', 'USD', 'whose price is "-1", but has to be greater than 0'],
		['price', '#REF!', 'USD', 'whose price is "#REF!"'],
		['price', '1500.5', 'KHR', 'whose price is "1500.5", but KHR has no decimals'],
		['price', '1.005', 'USD', 'whose price is "1.005", which has more than two decimals'],
		['qty', '-3', 'USD', 'whose qty is "-3"'],
		['qty', '0', 'USD', 'whose qty is 0'],
		['qty', 'two', 'USD', 'whose qty is "two"'],
		['qty', '1.2345', 'USD', 'whose qty is "1.2345"'],
		['discount', '11', 'USD', 'whose discount is more than its price'],
		['name', 'undefined', 'USD', 'whose name is "undefined", which stands for a value that is not there'],
	])('refuses the %s %p in %s', (field, value, currency, message) => {
		expect(() => readDetail([{ ...line, ...(currency === 'KHR' && { price: '1500', discount: '' }), [field]: value }], parseMoney('5', currency))).toThrow(message);
	});

	test.each([
		[[{ ...line, price: '10', qty: '2', discount: '' }], '20', false],
		[[{ ...line, price: '0.10', qty: '3', discount: '0.05' }], '0.15', false],
		[[{ ...line, price: 19.9, qty: '1.5', discount: '' }, { ...line, price: '0', qty: '1', discount: '' }], '29.85', false],
		[[{ ...line, price: '200', qty: '10', discount: '' }], '5', true],
		[[{ ...line, price: '10', qty: '2', discount: '0.01' }], '20', true],
	])('%j in an order over %s: a sum that differs is said (%s)', (lines, total, differs) => {
		expect(notesOf((say) => readDetail(lines, parseMoney(total, 'USD'), say))).toEqual(differs ? ['comes to another sum than the order. The buyer pays the Total Amount.'] : []);
	});

	test('a line that was read otherwise than it looks says so', () => {
		expect(notesOf((say) => readDetail([{ ...line, price: '៥', qty: '1', discount: '' }], parseMoney('5', 'USD'), say))).toEqual(['has a product line 1 whose price is read as 5.']);
		expect(() => readDetail([{ ...line, price: '1.500' }], TOTAL)).toThrow('whose price is "1.500", which may mean 1.50 or 1500 USD');
	});

	test('a name whose letters were lost is said', () => {
		expect(notesOf((say) => readDetail([{ ...line, name: '?????', price: '5', qty: '1', discount: '' }], parseMoney('5', 'USD'), say))).toEqual([expect.stringContaining('UTF-8')]);
	});
});

test.each(['https://shop.example/a?b=1', 'http://127.0.0.1:5678/webhook/x'])('%s is a web address', (url) => {
	expect(requireWebAddress(url)).toBe(url);
});

test.each([
	...['http://localhost:5678/x', 'http://LOCALHOST./x', 'http://n8n:5678/x', 'http://127.0.0.1/x', 'http://2130706433/x', 'http://192.168.1.5/x', 'http://100.64.0.1/x'].map((url) => [url, true] as const),
	...['http://[::1]/x', 'http://[::ffff:127.0.0.1]/x', 'http://[fd00::1]/x', 'http://host.docker.internal/x'].map((url) => [url, true] as const),
	...['https://shop.example/x', 'https://100.128.0.1/x', 'https://172.32.0.1/x', 'https://[2001:db8::1]/x'].map((url) => [url, false] as const),
])('%s: that KESS cannot reach it is said (%s)', (url, isSaid) => {
	expect(notesOf((say) => requireWebAddress(url, say)).some((note) => note.includes('KESS cannot reach'))).toBe(isSaid);
});

test.each(['shop.example', 'ftp://shop.example', 'javascript:alert(1)', 'https:n8n.example/x', 'https:\\\\n8n.example', 'https:///x'])('%s is no web address', (url) => {
	expect(() => requireWebAddress(url)).toThrow('not a web address');
});

test.each([
	['https://n8n.exam\nple/x', 'has a line break behind "https://n8n.exam"'],
	['https://n8n.example/a b', 'has a space behind "https://n8n.example/a"'],
	['https://n8n.example/a\u00A0b', 'has a no-break space behind'],
	['https://undefined/webhook', 'has "undefined" in it, which stands for a value that is not there'],
	['https://null/webhook', 'has "null" in it'],
	['https://n8n.example/{{ $json.id }}', 'has "{{ $json.id }}" in it'],
	['https://n8n.example/[object Object]', 'has "[object Object]" in it'],
	['https://shop.example/thanks?no=#N/A', 'has "#N/A" in it'],
	['https://a.example/x,https://b.example/y', 'has several addresses in it'],
	['https://a.example/x;http://b.example/y', 'has several addresses in it'],
	['https://a.example/x https://b.example/y', 'has a space'],
])('%j cannot be called: %s', (url, message) => {
	expect(() => requireWebAddress(url)).toThrow(message);
});

test.each(['https://shop.example/r?to=https://b.example/y', 'https://shop.example/thanks?paid=false&ids[]=1', 'https://n8n.example/webhook/kess#/thanks'])('%s is one address', (url) => {
	expect(requireWebAddress(url)).toBe(url);
});

test.each([requireWebAddress, requireAppAddress])('what nobody sees leaves an address, and that is said: %p', (require) => {
	const notes = notesOf((say) => expect(require('https://n8n.example/webhook/ke\u200bss', say)).toBe('https://n8n.example/webhook/kess'));
	expect(notes).toEqual(['had a zero-width space in it, which nobody sees: it was taken out.']);
});

test('an app has an address with a scheme of its own', () => {
	expect(requireAppAddress('myshop://paid')).toBe('myshop://paid');
	for (const value of ['paid', 'myshop://{{ $json.no }}', 'myshop://a b']) expect(() => requireAppAddress(value)).toThrow();
});

test('the address of n8n for trying out is said, also to a sandbox beside it', () => {
	const notes = notesOf((say) => requireWebAddress('http://127.0.0.1:5678/webhook-test/kess', say, true));
	expect(notes).toEqual([expect.stringMatching(/^is an address of n8n for trying out/)]);
});

test('seconds are a whole number greater than 0', () => {
	expect(requireSeconds('1800')).toBe(1800);
	expect(requireSeconds('១៨០០')).toBe(1800);
	for (const value of [0, -1, 1.5]) expect(() => requireSeconds(value)).toThrow('is not a whole number of seconds');
	for (const value of ['x', '1e3', '0x10', true, '', null]) expect(() => requireSeconds(value)).toThrow(/^is (empty|true, not a number|".*", which is not a plain number)$/);
});

test.each(['203.0.113.7', '0.0.0.0', '2001:db8::7', '::1', '::ffff:203.0.113.7'])('%p is an IP address', (text) => {
	expect(requireIpAddress(` ${text} `)).toBe(text);
});

test.each(['203.0.113', '256.1.1.1', '203.0.113.7:80', '[::1]', 'localhost', '::g', '1234'])('%p is none', (text) => {
	expect(() => requireIpAddress(text)).toThrow(/^is not an IP address$/);
});
