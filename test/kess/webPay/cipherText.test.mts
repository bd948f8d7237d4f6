import { requireCipherText } from '../../../kess/webPay/cipherText.ts';

test.each([256, 512, 768, 1024])('takes a block of %i hex digits, in either case', (length) => {
	expect(requireCipherText(` ${'Af'.repeat(length / 2)} `)).toBe('af'.repeat(length / 2));
});

test.each(['5123456789012346', '5123-4567-8901-2346', ' 4111 1111 1111 1111 ', '{"number":"5123456789012346"}', 5123456789012346])(
	'%p is not encrypted, and is not repeated in the message',
	(value) => {
		expect(() => requireCipherText(value)).toThrow(/^is not encrypted$/);
	},
);

test.each(['ab', 'ab'.repeat(127), 'a'.repeat(513), 'zz'.repeat(256), 'q83v'.repeat(86)])('%p is no ciphertext', (value) => {
	expect(() => requireCipherText(value)).toThrow(/^is not ciphertext in hexadecimal$/);
});

test.each(['', '  ', null, undefined])('%p is empty', (value) => {
	expect(() => requireCipherText(value)).toThrow(/^is empty$/);
});

test.each([[{}], [[]], [true]])('%p is not text', (value) => {
	expect(() => requireCipherText(value)).toThrow(/^is .*, not text$/);
});
