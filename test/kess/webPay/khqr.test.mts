import { emvChecksum } from '../../../sandbox/webpay/khqr.mts';
import { mayAskFor, requireKhqr, requireKhqrAmount } from '../../../kess/webPay/khqr.ts';
import { parseMoney } from '../../../kess/money.ts';

/** The example of the EMV specification (QRCPS merchant presented mode, annex), with its published checksum A13A. */
const EMV_EXAMPLE =
	'00020101021229300012D156000000000510A93FO3230Q31280012D15600000001030812345678520441115802CN5914BEST TRANSPORT6007BEIJING64200002ZH0104最佳运输0202北京540523.7253031565502016233030412340603***0708A60086670902ME91320016A0112233449988770708123456786304A13A';

const withChecksum = (text: string) => `${text}6304${emvChecksum(`${text}6304`)}`;

test('the example of the EMV specification', () => {
	expect(requireKhqr(` ${EMV_EXAMPLE}\n`)).toBe(EMV_EXAMPLE);
	expect(requireKhqr(EMV_EXAMPLE.slice(0, -4) + 'a13a')).toBe(`${EMV_EXAMPLE.slice(0, -4)}a13a`);
});

test.each([
	['a link', 'https://devwebpayment.kesspay.io/pay/1', 'is not the text of a KHQR code'],
	['another checksum', EMV_EXAMPLE.replace('A13A', 'A13B'), 'checksum is wrong'],
	['a changed name', EMV_EXAMPLE.replace('BEST', 'BAST'), 'checksum is wrong'],
	['a piece', EMV_EXAMPLE.slice(0, 120), 'is missing or changed'],
	['a piece that ends with a field', EMV_EXAMPLE.slice(0, 12), 'checksum is wrong'],
	['lengths that do not fit', withChecksum('00020159'), 'lengths of its fields do not fit'],
	['more than EMV allows', withChecksum(`000201${'5901A'.repeat(110)}`), 'at most 512'],
	['nothing', '  ', 'is empty'],
	['no text', {}, 'is an object, not text'],
])('%s is refused', (_what, value, message) => {
	expect(() => requireKhqr(value)).toThrow(message);
});

test.each([
	['000201540510.505303840', '10.5', 'USD', undefined],
	['000201540510.505303840', '10.51', 'USD', 'is 10.51 USD, but the KHQR code asks for 10.50 USD'],
	['00020154054200053031165802KH', '42000', 'KHR', undefined],
	['00020154054200053031165802KH', '42000', 'USD', 'is 42000 USD, but the KHQR code asks for 42000 KHR'],
	['0002015303116', '1', 'USD', undefined],
	['000201540510.505303156', '1', 'USD', 'asks for 10.50 156'],
	['000201540510.50', '1', 'USD', 'asks for 10.50 no currency'],
])('%s paid with %s %s', (text, amount, currency, message) => {
	const check = () => requireKhqrAmount(withChecksum(text), parseMoney(amount, currency));
	if (message === undefined) expect(check).not.toThrow();
	else expect(check).toThrow(message);
});

describe('fields in another order', () => {
	const others = ['540510.50', '5303840', '5802KH', '5904Shop', '6010Phnom Penh', '52045999', '30150011kess@bakong'];
	const last = others.join('');
	const inPlace = (before: string, behind: string) => `${before}6304${emvChecksum(`${before}6304${behind}`)}${behind}`;

	test.each([
		['the amount before the currency', withChecksum(`000201010212${last}`)],
		['backwards', withChecksum(`000201${[...others].reverse().join('')}010212`)],
		['the format not first', withChecksum(`010212000201${last}`)],
		['the checksum not last', inPlace(`000201${others.slice(0, 4).join('')}`, others.slice(4).join(''))],
		['the checksum not last, made as if it were', `000201${others.slice(0, 4).join('')}6304${emvChecksum(`000201${last}6304`)}${others.slice(4).join('')}`],
		['the checksum first of all', inPlace('', `000201${last}`)],
	])('%s is read', (_, text) => {
		expect(requireKhqr(text)).toBe(text);
		expect(() => requireKhqrAmount(text, parseMoney('10.5', 'USD'))).not.toThrow();
		expect(() => requireKhqrAmount(text, parseMoney('10.51', 'USD'))).toThrow('asks for 10.50 USD');
		expect(mayAskFor(text, parseMoney('10.51', 'USD'))).toBe(false);
	});

	test.each([
		['what stands behind the checksum is changed', inPlace(`000201${others.slice(0, 4).join('')}`, others.slice(4).join('')).replace('Phnom', 'Phnem'), 'checksum is wrong'],
		['a field is added behind the checksum', `${withChecksum(`000201${last}`)}0702AB`, 'checksum is wrong'],
		['two checksums', `${withChecksum(`000201${last}`)}6304ABCD`, 'checksum is wrong'],
		['an amount twice', withChecksum(`540510.50000201${last}`), 'stands in it twice'],
		['no format', withChecksum(last), 'is not the text of a KHQR code'],
	])('%s: refused', (_, text, message) => {
		expect(() => requireKhqr(text)).toThrow(message);
	});
});
