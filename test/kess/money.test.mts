import { InvalidValueError } from '../../kess/errors.ts';
import { isSameMoney, moneyIn, parseCurrency, parseMoney } from '../../kess/money.ts';
import { notesOf } from '../support/notes.mts';

describe('parseMoney', () => {
	test.each([
		['10.50', 'USD', '10.5', 1050n],
		['10.00', 'USD', '10', 1000n],
		[' 7 ', 'USD', '7', 700n],
		[0.07, 'USD', '0.07', 7n],
		[16.5, 'USD', '16.5', 1650n],
		['007.10', 'USD', '7.1', 710n],
		['42000', 'KHR', '42000', 4200000n],
		[42000, 'KHR', '42000', 4200000n],
		['42000.00', 'KHR', '42000', 4200000n],
		['99999999999.99', 'USD', '99999999999.99', 9999999999999n],
		['.5', 'USD', '0.5', 50n],
		['5.', 'USD', '5', 500n],
		['\u200B10.50', 'USD', '10.5', 1050n],
		['10\u200C.50\u202C', 'USD', '10.5', 1050n],
		['\u00A010.50\u202F', 'USD', '10.5', 1050n],
		['៥០០០', 'KHR', '5000', 500000n],
		['១០.៥០', 'USD', '10.5', 1050n],
		['１０.５', 'USD', '10.5', 1050n],
		['+10.50', 'USD', '10.5', 1050n],
		['0.500', 'USD', '0.5', 50n],
		['1234.500', 'USD', '1234.5', 123450n],
		[1.5, 'USD', '1.5', 150n],
		[0.1 + 0.2, 'USD', '0.3', 30n],
		[19.9 * 3, 'USD', '59.7', 5970n],
		[1.1 * 1.1 * 100, 'USD', '121', 12100n],
		[4.35 * 100, 'KHR', '435', 43500n],
		[0.285 * 100, 'USD', '28.5', 2850n],
		[1.005 * 1000, 'USD', '1005', 100500n],
		[8.2 - 0.2, 'USD', '8', 800n],
		['๑๐.๕', 'USD', '10.5', 1050n],
	])('%p %s is exactly %s', (value, currency, decimal, hundredths) => {
		expect(parseMoney(value, currency)).toEqual({ currency, decimal, hundredths });
		expect(JSON.stringify(Number(decimal))).toBe(decimal);
	});

	test.each([
		['', 'USD', 'is empty'],
		[undefined, 'USD', 'is empty'],
		[0, 'USD', 'greater than 0'],
		['0.00', 'USD', 'greater than 0'],
		['-5', 'USD', 'greater than 0'],
		['abc', 'USD', 'not a plain number'],
		['1e3', 'USD', 'not a plain number'],
		[1e21, 'USD', 'not a plain number'],
		['$5', 'USD', 'not a plain number'],
		['៥០០០៛', 'KHR', 'not a plain number'],
		['1.500', 'USD', 'is "1.500", which may mean 1.50 or 1500 USD'],
		['100.000', 'USD', 'may mean 100.00 or 100000 USD'],
		['+១.៥០០', 'USD', 'may mean 1.50 or 1500 USD'],
		['+-5', 'USD', 'not a plain number'],
		['5.000', 'KHR', 'may mean 5 or 5000 KHR'],
		[' 5.000\u200b', 'KHR', 'may mean 5 or 5000 KHR'],
		['៥.០០០', 'KHR', 'may mean 5 or 5000 KHR'],
		['10 .5', 'USD', 'not a plain number'],
		['\u22125', 'USD', 'not a plain number'],
		[2.675, 'USD', 'more than two decimals'],
		['1,250.50', 'USD', 'not a plain number'],
		['.', 'USD', 'not a plain number'],
		['-', 'USD', 'not a plain number'],
		['1.2.3', 'USD', 'not a plain number'],
		['#N/A', 'USD', 'stands for a value that is not there'],
		['########', 'USD', 'stands for a value that is not there'],
		['undefined', 'USD', 'stands for a value that is not there'],
		[{}, 'USD', 'is an object, not a number'],
		[[10], 'USD', 'is a list, not a number'],
		[new Date(), 'USD', 'is a date, not a number'],
		[true, 'USD', 'is true, not a number'],
		[10.505, 'USD', 'more than two decimals'],
		[NaN, 'USD', 'stands for a value that is not there'],
		[Infinity, 'USD', 'not a plain number'],
		['10.005', 'USD', 'more than two decimals'],
		['100.50', 'KHR', 'KHR has no decimals'],
		['123456789012', 'USD', 'too large'],
	])('refuses %p %s: %s', (value, currency, complaint) => {
		expect(() => parseMoney(value, currency)).toThrow(complaint);
	});

	test('says how to fix it', () => {
		const hint = (value: unknown, currency = 'USD') => {
			try {
				parseMoney(value, currency);
			} catch (error) {
				return (error as InvalidValueError).hint;
			}
			return undefined;
		};
		expect(hint('1e3')).toContain('without an exponent');
		expect(hint('1,250.50')).toContain('without separators');
		expect(hint('100.50', 'KHR')).toContain('should be USD');
		expect(hint('1.500')).toBe('Write 1.50 or 1500, whichever it is.');
		expect(hint(Infinity)).toContain('divided by nothing');
	});
});

test('only what is read otherwise than it looks is said', () => {
	const notesOn = (value: unknown) =>
		notesOf((say) => {
			try {
				parseMoney(value, 'USD', say);
			} catch {
				say('refused');
			}
		});
	expect(notesOn('+10.50')).toEqual(['is read as 10.50.']);
	expect(notesOn(0.1 + 0.2)).toEqual(['was computed as 0.30000000000000004, and is taken as 0.3.']);
	for (const value of [NaN, Infinity]) expect(notesOn(value)).toEqual(['refused']);
});

test('a gateway writes a point before decimals, whatever it may mean to people', () => {
	expect(moneyIn('1.500', 'USD')?.decimal).toBe('1.5');
	expect(moneyIn('5.000', 'KHR')?.decimal).toBe('5');
});

describe('parseCurrency', () => {
	test.each([['usd', 'USD'], [' KHR ', 'KHR']])('%p is %s', (value, currency) => {
		expect(parseCurrency(value)).toBe(currency);
	});

	test.each<[unknown, string]>([
		['EUR', 'is "EUR", which KESS does not take'],
		[840, 'is "840", which KESS does not take'],
		[['USD'], 'is a list, not a currency'],
		[true, 'is true, not a currency'],
		['', 'is empty'],
		[null, 'is empty'],
	])('refuses %p: it %s', (value, message) => {
		expect(() => parseCurrency(value)).toThrow(InvalidValueError);
		expect(() => parseCurrency(value)).toThrow(message);
	});
});

describe('isSameMoney', () => {
	const asked = parseMoney('20', 'USD');

	test.each([[20, 'USD'], ['20', 'USD'], ['20.00', 'usd'], ['20.0', 'USD']])('%p %s is 20 USD', (amount, currency) => {
		expect(isSameMoney(asked, amount, currency)).toBe(true);
	});

	test.each([[20.01, 'USD'], ['20', 'KHR'], ['2e1', 'USD'], [null, 'USD'], [20, null], ['20.001', 'USD'], ['', 'USD']])(
		'%p %p is not',
		(amount, currency) => {
			expect(isSameMoney(asked, amount, currency)).toBe(false);
		},
	);
});
