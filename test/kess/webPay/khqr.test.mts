import { emvChecksum } from '../../../sandbox/webpay/khqr.mts';
import { requireKhqr, requireKhqrAmount } from '../../../kess/webPay/khqr.ts';
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
	['a piece', EMV_EXAMPLE.slice(0, 120), 'checksum is wrong'],
	['lengths that do not fit', withChecksum('00020159'), 'is not the text of a KHQR code'],
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
