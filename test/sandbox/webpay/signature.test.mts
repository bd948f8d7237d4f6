import { decodePhpJson, type PhpArray } from '../../../sandbox/phpInput.mts';
import { isSignType, signedText, webPaySign } from '../../../sandbox/webpay/signature.mts';
import vectors from '../../vectors/php-8.2.json';

interface WebPayVector {
	params: string;
	sign_type: string;
	key: string;
	string: string;
	sign: string;
}

const decode = (text: string) => decodePhpJson(Buffer.from(text));

describe('the sandbox checks signatures as PHP 8.2 does', () => {
	const cases = vectors.webpay as WebPayVector[];

	test('there are vectors', () => {
		expect(cases).toHaveLength(200);
	});

	test.each(cases.map((vector, index) => [index, vector] as const))('webpay vector %i', (_index, vector) => {
		const params = { ...(decode(vector.params) as PhpArray), sign_type: vector.sign_type };
		if (!isSignType(vector.sign_type)) throw new Error('unexpected sign type in the vectors');
		expect(signedText(params)).toBe(vector.string);
		expect(webPaySign(params, vector.sign_type, vector.key)).toBe(vector.sign);
	});

	test('KESS\'s own published expectations', () => {
		const params = { service: 'webpay.acquire.queryOrder', seller_code: 'SELLER', out_trade_no: 'ORDER-1', sign: 'ignored' };
		expect(webPaySign({ ...params, sign_type: 'MD5' }, 'MD5', 'abc123')).toBe('cfe72b9f39febd2fd45b82bb31e6452e');
		expect(webPaySign({ ...params, sign_type: 'HMAC-SHA256' }, 'HMAC-SHA256', 'abc123')).toBe(
			'3577bc4baa1eb1a11e94fc22db2b12f7dbe420a80c121d9b6a1a81b391c79788',
		);
	});

	test.each(vectors.invalid.map((entry) => [entry.raw_base64, entry] as const))('PHP on %s', (_name, entry) => {
		const read = () => decodePhpJson(Buffer.from(entry.raw_base64, 'base64'));
		if (entry.valid) expect(read).not.toThrow();
		else expect(read).toThrow(SyntaxError);
	});
});
