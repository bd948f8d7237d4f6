import { normaliseWebPayFields, signedWebPayBody } from '../../../kess/webPay/request.ts';
import { webPaySignature } from '../../../kess/webPaySignature.ts';

describe('normaliseWebPayFields', () => {
	test('keeps only what every gateway variant signs alike', () => {
		expect(
			normaliseWebPayFields({
				body: '  ស្រី អូន ',
				empty: '',
				blank: ' \u200B ',
				nothing: null,
				left: undefined,
				no: false,
				zero: 0,
				yes: true,
				total_amount: 10.5,
				sign: 'an earlier one',
				detail: [{ no: ' 1 ', qty: 0, free: false }],
				setting: { template: ' dark ', fee: null },
			}),
		).toEqual({
			body: 'ស្រី អូន',
			yes: 1,
			total_amount: 10.5,
			detail: [{ no: '1', qty: 0, free: false }],
			setting: { template: 'dark', fee: null },
		});
	});

	test.each([{ body: 'coffee &' }, { body: 'x', title: 'Fish &' }, { amount: 1, url: 'a&b&' }])('refuses %p, of which PHP strips the & at the end', (fields) => {
		expect(() => normaliseWebPayFields(fields)).toThrow(/field (body|title|url) that ends with &/);
	});

	test.each(['& cake', 'Fish &', '&'])('keeps %p, behind which another field stands', (body) => {
		expect(normaliseWebPayFields({ body, currency: 'USD' })).toEqual({ body, currency: 'USD' });
	});

	test.each(['\uD83D', 'Rice \uDE00', { template: 'x\uD83D' }, [{ name: ['\uDE00'] }]])('refuses half of an emoji (%j)', (remark) => {
		expect(() => normaliseWebPayFields({ remark })).toThrow('field remark with half of a character');
	});

	test('keeps an & inside', () => {
		expect(normaliseWebPayFields({ body: 'coffee & cake' })).toEqual({ body: 'coffee & cake' });
	});

	test.each([0.1 + 0.2, 1e21, 1e-7, Number.NaN, 123456789012345])('refuses %p, which PHP would print differently', (n) => {
		expect(() => normaliseWebPayFields({ n })).toThrow('field n whose number');
	});
});

describe('signedWebPayBody', () => {
	const fields = { service: 'webpay.acquire.queryorder', sign_type: 'MD5', out_trade_no: ' ORDER-1 ', sign: 'old' };

	test('signs exactly the values that are sent', () => {
		const body = JSON.parse(signedWebPayBody(fields, 'abc123')) as Record<string, string>;
		expect(body).toEqual({
			service: 'webpay.acquire.queryorder',
			sign_type: 'MD5',
			out_trade_no: 'ORDER-1',
			sign: webPaySignature({ ...fields, out_trade_no: 'ORDER-1' }, 'abc123'),
		});
	});

	test.each(['', 'SHA1', 'md5 '])('never sends anything with sign type %p', (sign_type) => {
		expect(() => signedWebPayBody({ ...fields, sign_type: sign_type || undefined }, 'abc123')).toThrow();
	});
});
