import { parsePhpJson, type PhpMap } from '../../kess/phpJson.ts';
import {
	verifyWebPayAnswer,
	verifyWebPayData,
	webPayDataSignatures,
	webPaySignature,
	webPayString,
} from '../../kess/webPaySignature.ts';

const query = { service: 'webpay.acquire.queryOrder', sign_type: 'MD5', seller_code: 'SELLER', out_trade_no: 'ORDER-1' };
const nativePay = { ...query, service: 'webpay.acquire.nativePay', only_deeplink: 1 };
const order = {
	token: 'tok-1',
	out_trade_no: 'ORDER-1',
	transaction_id: null,
	body: 'Test',
	total_amount: 10,
	currency: 'USD',
	status: 'WAITING',
	detail: [],
	payment_link: 'https://example.test/pay/tok-1',
};
const orderSign = 'eb2665d30ce3610303beaf61458cd812';
const directPay = { required_3ds: true, pre_card_input: false, html_confirm_payment: null, order_info: { a: 1 } };
const constantSign = '6b8bf6d6a5e2e0c8c81e92a1819f30d1';

describe('webPaySignature', () => {
	it.each([
		['the SDK example', query, 'abc123', 'cfe72b9f39febd2fd45b82bb31e6452e', '3577bc4baa1eb1a11e94fc22db2b12f7dbe420a80c121d9b6a1a81b391c79788'],
		[
			'createorder',
			{ service: 'webpay.acquire.createorder', seller_code: 'SELLER', out_trade_no: 'ORDER-1', body: 'Order #1', total_amount: 10, currency: 'USD', login_type: 'ANONYMOUS', expires_in: 1800 },
			'test-secret',
			'7be6ea11629e0e9f9af487cf8212006e',
			'822d5446bc9b6920f3ab73b41e3a1dbc0046b7584ccb354cc7bec0cbe798081f',
		],
		[
			'Khmer text and nested fields',
			{ service: 'webpay.acquire.createorder', seller_code: 'SELLER', out_trade_no: 'ORDER-2', body: 'កាហ្វេ & cake', total_amount: 10.5, currency: 'USD', notify_url: 'https://example.test/n?x=1&y=2', setting: { template: 1 }, detail: [{ no: '1' }] },
			'test-secret',
			'6db49f78b7568c659220171341715b3e',
			'd07f271d952c332308c756c88d412fd1dd1a12675c1cafcd733ae585e0757a4c',
		],
		[
			'the example of the specification',
			{ service: 'webpay.acquire.createorder', seller_id: '958689692346', out_trade_no: 'TR5673455626', total_amount: 16.5, currency: 'USD', detail: [{ no: '03232' }] },
			'test-secret',
			'5f7ae64f56bcd77d355f0298b2234f2e',
			'74fcedc1ded56e271247e088b4df13e40f71741ab641cfdaa8de4e22af457b64',
		],
	])('signs %s', (_, params, key, md5, hmac) => {
		expect(webPaySignature({ ...params, sign_type: 'MD5' }, key)).toBe(md5);
		expect(webPaySignature({ ...params, sign_type: 'HMAC-SHA256', sign: 'old' }, key)).toBe(hmac);
	});

	it('signs flags as PHP does: true as 1, false left out', () => {
		expect(webPaySignature({ ...nativePay, is_ios_device: 0 }, 'abc123')).toBe('a75003b34bc0aee75914553a1b108daf');
		const withoutFalse = '923da1b9a044a8de27a00326acc56deb';
		expect(webPaySignature(nativePay, 'abc123')).toBe(withoutFalse);
		expect(webPaySignature({ ...nativePay, only_deeplink: true, is_ios_device: false }, 'abc123')).toBe(withoutFalse);
	});

	it.each(['md5', 'HMAC-SHA256 ', 'SHA1', '', undefined, null, 5, ['MD5']])('refuses sign_type %j', (signType) => {
		expect(() => webPaySignature({ ...query, sign_type: signType }, 'abc123')).toThrow(RangeError);
	});
});

describe('webPayString', () => {
	it('leaves out what PHP 8 finds equal to an empty text, keeps 0 and blanks', () => {
		const params = { g: 0, f: '0', e: ' ', d: '', c: null, b: false, a: undefined, h: [], i: {}, sign: 'x', j: true };
		expect(webPayString(params)).toBe('e= &f=0&g=0&j=1');
	});

	it('strips & from both ends only', () => {
		expect(webPayString({ '&&a': '1&2', z: 'x&&' })).toBe('a=1&2&z=x');
		expect(webPayString({ '&': '&' })).toBe('=');
		expect(webPayString({})).toBe('');
	});

	it('prints numbers as PHP prints the ones that JSON.stringify sends', () => {
		expect(webPayString({ a: 10, b: 10.5, c: 1e21, d: 123456789012345680000, e: 9007199254740991, f: -0, g: 1e-7 })).toBe(
			'a=10&b=10.5&c=1.0E+21&d=1.2345678901235E+20&e=9007199254740991&f=0&g=1.0E-7',
		);
	});

	it('sorts by bytes, int keys first', () => {
		expect(webPayString({ b: 1, a: 2, B: 3, '10': 4, '9': 5, 'é': 6, a_b: 7 })).toBe('9=5&10=4&B=3&a=2&a_b=7&b=1&é=6');
	});

	it('takes parsed text, where 1.0 and exponents keep their form', () => {
		expect(webPayString(parsePhpJson('{"c":1e15,"b":1000000000000000,"a":10.50}') as PhpMap)).toBe(
			'a=10.5&b=1000000000000000&c=1.0E+15',
		);
	});

	it.each([Number.NaN, Infinity, () => 1, Symbol('x')])('refuses %p, which JSON cannot carry', (value) => {
		expect(() => webPayString({ body: value })).toThrow('The value of body cannot be sent as JSON');
	});
});

describe('verifyWebPayData', () => {
	it('accepts the signature of an order in either case, and nothing else', () => {
		expect(verifyWebPayData(order, orderSign, 'MD5', 'abc123')).toBe(true);
		expect(verifyWebPayData(order, orderSign.toUpperCase(), 'MD5', 'abc123')).toBe(true);
		expect(verifyWebPayData(order, orderSign, 'MD5', 'abc124')).toBe(false);
		expect(verifyWebPayData(order, orderSign, 'HMAC-SHA256', 'abc123')).toBe(false);
		expect(verifyWebPayData({ ...order, total_amount: 1 }, orderSign, 'MD5', 'abc123')).toBe(false);
		expect(verifyWebPayData(order, orderSign.slice(0, -1), 'MD5', 'abc123')).toBe(false);
	});

	it.each([undefined, null, '', 1, true, {}, [orderSign]])('is false for the sign %j', (sign) => {
		expect(verifyWebPayData(order, sign, 'MD5', 'abc123')).toBe(false);
	});

	it.each([null, undefined, 'text', 5])('is false for the data %j', (data) => {
		expect(verifyWebPayData(data, constantSign, 'MD5', 'abc123')).toBe(false);
	});

	it('is false without a secret', () => {
		expect(verifyWebPayData(order, webPayDataSignatures(order, 'MD5', '')[0], 'MD5', '')).toBe(false);
	});

	it('refuses an unknown sign type', () => {
		expect(() => verifyWebPayData(order, orderSign, 'md5', 'abc123')).toThrow(RangeError);
	});

	it('accepts each way of writing a false', () => {
		const dropped = 'a2ed08b9c6d13d985ae1c326889a60d3';
		const empty = '470139d0adc9aca6a53bb75fc818f96b';
		const zero = webPaySignature({ ...directPay, pre_card_input: 0, sign_type: 'MD5' }, 'abc123');
		const [first, second, third, ...more] = webPayDataSignatures(directPay, 'MD5', 'abc123');
		expect([first, second, more]).toEqual([dropped, empty, []]);
		expect(third).not.toBe(zero);
		expect(third).toBe(webPayDataSignatures({ ...directPay, pre_card_input: 0 }, 'MD5', 'abc123')[0]);
		for (const sign of [dropped, empty, third]) {
			expect(verifyWebPayData(directPay, sign, 'MD5', 'abc123')).toBe(true);
		}
	});

	it('gives one signature without a false, and the constant one for a list', () => {
		expect(webPayDataSignatures(order, 'MD5', 'abc123')).toEqual([orderSign]);
		expect(webPayDataSignatures([{ bic: 'WING' }], 'MD5', 'abc123')).toEqual([constantSign]);
		expect(webPayDataSignatures(['a'], 'MD5', 'abc123')).toContain(constantSign);
	});
});

describe('verifyWebPayAnswer', () => {
	const answer = (parts: object) => JSON.stringify({ success: true, data: order, sign: orderSign, sign_type: 'MD5', ...parts });
	const verify = (text: string, key = 'abc123', signType = 'MD5') => verifyWebPayAnswer(parsePhpJson(text) as PhpMap, key, signType);

	it.each([
		['as it is', {}, 'valid'],
		['with an upper-case sign', { sign: orderSign.toUpperCase() }, 'valid'],
		['without sign_type', { sign_type: undefined }, 'valid'],
		['with sign_type null', { sign_type: null }, 'valid'],
		['with sign_type in lower case', { sign_type: 'md5' }, 'valid'],
		['with another sign_type', { sign_type: 'HMAC-SHA256' }, 'invalid'],
		['with an unknown sign_type', { sign_type: 'NONE' }, 'invalid'],
		['with sign_type true', { sign_type: true }, 'invalid'],
		['without sign', { sign: undefined }, 'unsigned'],
		['with sign null', { sign: null }, 'unsigned'],
		['with an empty sign', { sign: '' }, 'unsigned'],
		['with sign true', { sign: true }, 'invalid'],
		['with a wrong sign', { sign: constantSign }, 'invalid'],
		['with data null', { data: null, sign: constantSign }, 'invalid'],
		['without data', { data: undefined, sign: constantSign }, 'invalid'],
		['with a list', { data: [{ bic: 'WING' }], sign: constantSign }, 'empty'],
		['with an empty list', { data: [], sign: constantSign }, 'empty'],
		['with an empty object', { data: {}, sign: constantSign }, 'empty'],
		['with nothing but objects in it', { data: { out_trade_no: ['A'], status: ['SUCCESS'] }, sign: constantSign }, 'empty'],
		['with a list and another sign', { data: [{ bic: 'WING' }], sign: orderSign }, 'invalid'],
	])('judges an answer %s', (_, parts, expected) => {
		expect(verify(answer(parts))).toBe(expected);
	});

	it('does not let an answer choose the weaker hash', () => {
		expect(verify(answer({}), 'abc123', 'HMAC-SHA256')).toBe('invalid');
		const [sign] = webPayDataSignatures(order, 'HMAC-SHA256', 'abc123');
		expect(verify(answer({ sign, sign_type: 'HMAC-SHA256' }), 'abc123', 'HMAC-SHA256')).toBe('valid');
	});

	it('prints numbers by their written form', () => {
		const data = '{"id":12345678901234567,"total_amount":10.0,"rate":1e15,"mch_id":10.50}';
		const [sign] = webPayDataSignatures({ id: '12345678901234567', total_amount: '10', rate: '1.0E+15', mch_id: '10.5' }, 'MD5', 'k');
		expect(verify(`{"data":${data},"sign":"${sign}"}`, 'k', 'MD5')).toBe('valid');
	});

	const ORDER = { body: 'x', currency: 'USD', out_trade_no: 'A', settled_at: '2026', status: 'REFUNDED', token: 'T', total_amount: 10 };
	const verdict = (data: object) => verify(answer({ data, sign: webPayDataSignatures(data, 'MD5', 'abc123')[0] }));

	it.each<[string, object]>([
		['a status in the title', { ...ORDER, body: 'x&status=SUCCESS' }],
		['another order number in a later field', { ...ORDER, token: 'T&out_trade_no=B' }],
		['a name that holds another', { ...ORDER, 'zz&status': 'WAITING' }],
		['a status that is hidden in the field before', { body: 'x', out_trade_no: 'A', settled_at: '2026&status=REFUNDED&token=T&total_amount=10' }],
		['a status that has swallowed the next field', { ...ORDER, status: 'REFUNDED&token=T' }],
		['a link made of a title', { body: 'x', currency: 'USD', out_trade_no: 'A', payment_link: 'https://evil', total_amount: 10, zz: '&currency=USD&payment_link=https://real&status=WAITING' }],
		['a QR code made of a title', { body: 'x', qrcode: 'EVIL', zz: '&currency=USD&out_trade_no=A&status=WAITING' }],
		['a QR code that is hidden behind a list', { app_name: 'Bank', expires_in: '1800&for_ios=0&qrcode=0002&qrcode_link=https://kess/q', qrcode: ['EVIL'] }],
		['a link that is hidden behind a list', { currency: 'USD', interval: 'monthly&link=https://kess/s', link: ['https://evil'], total_amount: 5 }],
		['a page of a bank that is hidden behind a list', { code: 'SUB-9&html_confirm_payment=<form>', html_confirm_payment: ['<script>'], status: 'PENDING' }],
		['a name that says who a user is', { first_name: 'Srey', kyc_status: 'validated', l: '&kyc_status=rejected&last_name=Oun', user_id: '10023' }],
		['a currency in a link made of a title', { body: 'x', deeplink: 'https://evil/?&currency=USD', out_trade_no: 'A', status: 'WAITING', total_amount: 10 }],
		['all in one field', { body: 'x&currency=USD&out_trade_no=A&status=REFUNDED' }],
	])('does not decide between two readings: %s', (_, data) => {
		expect(verdict(data)).toBe('ambiguous');
	});

	it.each<[string, object]>([
		['a link of a bank', { app_name: 'Bank', qrcode: '00020101', deeplink: 'bank://pay?type=qr&amount=10.00&currency=USD&qrcode=00020101' }],
		['the same beside the order', { ...ORDER, deeplink: 'bank://pay?type=qr&amount=10.00&currency=USD&total_amount=10.00' }],
		['a link of a bank that names the order', { app_name: 'Bank', qrcode: '0002', deeplink: 'bank://pay?x=1&out_trade_no=A&service=khqr&transaction_id=7&currency=840' }],
		['an address with words of its own', { ...ORDER, notify_url: 'https://shop/hook?shop=1&service=food&seller=5' }],
		['an address that names the order', { ...ORDER, notify_url: 'https://shop/hook?shop=1&out_trade_no=A' }],
		['a payment link with a query', { ...ORDER, payment_link: 'https://kess/pay?lang=en&theme=1&currency=USD' }],
		['a title with signs', { ...ORDER, body: 'Tom & Jerry = friends, A&B' }],
	])('leaves alone what can be read in one way: %s', (_, data) => {
		expect(verdict(data)).toBe('valid');
	});

	it('no cut of an order reads as another one', () => {
		const order = { ...ORDER, paid_at: '2026-11-26 09:00', seller_id: '487', transaction_id: '77' };
		const text = webPayString(order);
		const borders = [...text.matchAll(/&/g)].map(({ index }) => index);
		let believed = 0;
		for (let cut = 0; cut < 2 ** borders.length; cut++) {
			const at = [-1, ...borders.filter((_, index) => (cut >> index) % 2 === 1), text.length];
			const pieces = at.slice(1).map((end, index) => text.slice((at[index] ?? 0) + 1, end));
			const fields = Object.fromEntries(pieces.map((piece) => [piece.slice(0, piece.indexOf('=')), piece.slice(piece.indexOf('=') + 1)]));
			if (verdict(fields) !== 'valid') continue;
			believed += 1;
			expect(fields).toMatchObject({ out_trade_no: 'A', status: 'REFUNDED', total_amount: '10', currency: 'USD', transaction_id: '77' });
		}
		// The genuine one, and three in which a time or a seller has swallowed the other.
		expect(believed).toBe(4);
	});

	it('refuses an unknown sign type of its own', () => {
		expect(() => verify(answer({}), 'abc123', 'md5')).toThrow(RangeError);
	});
});
