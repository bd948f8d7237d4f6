import { NotSentError } from '../../../kess/errors.ts';
import { readPaymentLimits, requireWithinLimits } from '../../../kess/gateway/paymentLimits.ts';
import type { JsonObject } from '../../../kess/jsonObject.ts';
import { amountsOf as partnerAmounts } from '../../../kess/partner/services.ts';
import { amountsOf } from '../../../kess/webPay/services.ts';

const refusal = (limits: Record<string, unknown>, fields: JsonObject, named = amountsOf(fields.service)): string => {
	try {
		requireWithinLimits(readPaymentLimits(limits), fields, named);
		return '';
	} catch (error) {
		return (error as Error).message;
	}
};

const khqr = (amount: unknown, currency: unknown = 'USD') => ({ service: 'webpay.acquire.payKhqr', amount, currency }) as JsonObject;

describe('a limit', () => {
	test.each([
		[{}, []],
		[{ maxPaymentUsd: '', maxPaymentKhr: '' }, []],
		[{ maxPaymentUsd: '500' }, ['500 USD']],
		[{ maxPaymentUsd: ' 0500.50 ', maxPaymentKhr: '2000000' }, ['500.5 USD', '2000000 KHR']],
		[{ maxPaymentUsd: 0.01 }, ['0.01 USD']],
		[{ maxPaymentUsd: '99999999999.99' }, ['99999999999.99 USD']],
		[{ maxPaymentKhr: '2000000.00' }, ['2000000 KHR']],
	])('%j is read as %j', (fields, expected) => {
		expect([...readPaymentLimits(fields).values()].map(({ decimal, currency }) => `${decimal} ${currency}`)).toEqual(expected);
	});

	test.each(['five hundred', '-5', '0', '0.00', '1,000', '1 000', '10.001', '1e3', '$500', 'Infinity', 'none', ' ', NaN, 1e21, true, false, null, undefined, {}, [], ['500']])(
		'%p is an error that names the field, and never means that there is none',
		(value) => {
			for (const [name, shown] of [['maxPaymentUsd', 'Maximum Payment (USD)'], ['maxPaymentKhr', 'Maximum Payment (KHR)']] as const) {
				const read = () => readPaymentLimits({ maxPaymentUsd: '', [name]: value });
				expect(read).toThrow(NotSentError);
				expect(read).toThrow(`${shown} in the KESS credential `);
			}
		},
	);

	test('that may mean two is none', () => {
		expect(() => readPaymentLimits({ maxPaymentUsd: '1.500' })).toThrow('Maximum Payment (USD) in the KESS credential is "1.500", which may mean 1.50 or 1500 USD');
	});

	test('riel have no decimals', () => {
		expect(() => readPaymentLimits({ maxPaymentKhr: '4000.50' })).toThrow('Maximum Payment (KHR) in the KESS credential is "4000.50", but KHR has no decimals');
	});
});

describe('an amount', () => {
	test.each([
		['500', 499.99, 'USD', false],
		['500', 500, 'USD', false],
		['500', '500.00', 'USD', false],
		['500', 500.01, 'USD', true],
		['500', '500.01', ' usd ', true],
		['0.3', 0.3, 'USD', false],
		['99999999999.98', '99999999999.99', 'USD', true],
		['9007199254.99', 9007199255, 'USD', true],
	])('with a limit of %s USD, %p %s', (maxPaymentUsd, amount, currency, isRefused) => {
		const message = refusal({ maxPaymentUsd }, khqr(amount, currency));
		if (isRefused) expect(message).toMatch(/^is for [\d.]+ USD, and the KESS credential allows at most [\d.]+ USD for one payment$/);
		else expect(message).toBe('');
	});

	test.each([
		[1_999_999, false],
		['2000000', false],
		['2000000.00', false],
		[2_000_001, true],
	])('with a limit of 2,000,000 KHR, %p', (amount, isRefused) => {
		expect(refusal({ maxPaymentKhr: '2000000' }, khqr(amount, 'KHR')) !== '').toBe(isRefused);
	});

	test('each currency has its own limit', () => {
		expect(refusal({ maxPaymentUsd: '500' }, khqr('2000000', 'KHR'))).toBe('');
		expect(refusal({ maxPaymentKhr: '500' }, khqr('1000', 'USD'))).toBe('');
	});

	test.each([
		['1,000', 'USD'],
		['1e9', 'USD'],
		['0x3e8', 'USD'],
		['10.005', 'USD'],
		['4000.50', 'KHR'],
		[1e21, 'USD'],
		[-5, 'USD'],
		[['999999'], 'USD'],
		[{ usd: 999999 }, 'USD'],
		[true, 'USD'],
		['5', 'EUR'],
		['5', null],
		['5', ['USD']],
		[undefined, 'USD'],
		['', 'USD'],
		['\u200B', 'USD'],
		[0, 'USD'],
	])('that cannot be compared is refused where there is a limit, and nowhere else: %p %p', (amount, currency) => {
		expect(refusal({ maxPaymentUsd: '500' }, khqr(amount, currency))).toContain('cannot be compared with the highest amount');
		expect(refusal({}, khqr(amount, currency))).toBe('');
	});
});

describe('a service', () => {
	const limit = { maxPaymentUsd: '10' };

	test.each([
		['quickpay', { total_amount: 11, currency: 'USD' }],
		['directPay', { total_amount: '11', currency: 'USD' }],
		['payKhqr', { amount: 11, currency: 'USD' }],
		['v2Refund', { partial_refund_amount: 11, partial_refund_amount_ccy: 'USD' }],
		['whatever', { amount: 11, currency: 'USD' }],
		['whatever', { total_amount: 11, currency: 'USD' }],
		['whatever', { partial_refund_amount: 11, partial_refund_amount_ccy: 'USD' }],
	])('%s that moves money, or may, is limited in any spelling', (name, fields) => {
		for (const service of [`webpay.acquire.${name}`, ` WEBPAY.Acquire.${name.toUpperCase()} `, name, `webpay..acquire.${name}\u200B`]) {
			expect(refusal(limit, { service, ...fields })).toContain('is for 11 USD');
		}
	});

	test('that names no amount passes: a full refund, a subscription, a confirmation, and an unknown one without any', () => {
		expect(refusal(limit, { service: 'webpay.acquire.v2Refund', out_trade_no: 'A' })).toBe('');
		expect(refusal(limit, { service: 'webpay.acquire.subscription', pre_order_token: 'x' })).toBe('');
		expect(refusal(limit, { service: 'webpay.acquire.whatever', user_id: '1' })).toBe('');
		expect(refusal(limit, { service: 'confirm.fundTransfer' }, partnerAmounts('confirm.fundTransfer'))).toBe('');
	});

	test('that moves none is not limited: an order may cost what it costs', () => {
		expect(refusal(limit, { service: 'webpay.acquire.createorder', total_amount: 99999, currency: 'USD' })).toBe('');
		expect(refusal(limit, { service: 'webpay.acquire.nativePay', total_amount: 99999, currency: 'USD' })).toBe('');
	});

	test('of the Partner gateway is limited where a transfer is prepared', () => {
		for (const service of ['create.unified.fundTransfer', 'CREATE.unified.fundtransfer', 'something.new']) {
			expect(refusal(limit, { service, amount: 10.01, currency: 'USD' }, partnerAmounts(service))).toContain('is for 10.01 USD');
			expect(refusal(limit, { service, amount: 10, currency: 'USD' }, partnerAmounts(service))).toBe('');
		}
	});
});
