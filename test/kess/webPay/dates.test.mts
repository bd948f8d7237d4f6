import { requireDay, requireLastDay } from '../../../kess/webPay/dates.ts';

test.each<[unknown, string]>([
	['2026-11-21', '2026-11-21'],
	[' 2026-11-21 ', '2026-11-21'],
	['2026-11-21T23:59:59', '2026-11-21'],
	['2026-11-21T00:30:00.000+07:00', '2026-11-21'],
	['2026-11-21 08:15', '2026-11-21'],
	['2028-02-29', '2028-02-29'],
	[new Date('2026-11-21T10:00:00Z'), '2026-11-21'],
])('%p is the day %p', (value, day) => {
	expect(requireDay(value)).toBe(day);
});

test.each<[unknown]>([[''], [null], [undefined], ['2026-02-29'], ['2026-13-01'], ['21/11/2026'], ['2026-11'], [20261121], [new Date('x')], ['2026-11-21; DROP']])(
	'%p is no day',
	(value) => {
		expect(() => requireDay(value)).toThrow(/^is (empty|".*", which is not a day)$/);
	},
);

test('a range does not end before it begins', () => {
	expect(requireLastDay('2026-11-21', '2026-11-21')).toBe('2026-11-21');
	expect(requireLastDay('2026-11-21', undefined)).toBe('2026-11-21');
	expect(() => requireLastDay('2026-11-20', '2026-11-21')).toThrow('is 2026-11-20, which is before the first day (2026-11-21)');
});
