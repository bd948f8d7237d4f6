import { dayInPhnomPenh, daysBefore, requireDay, requireLastDay } from '../../../kess/written/day.ts';
import { notesOf } from '../../support/notes.mts';

test.each<[unknown, string]>([
	['2026-11-21', '2026-11-21'],
	[' 2026-11-21 ', '2026-11-21'],
	['២០២៦-១១-២១', '2026-11-21'],
	['2026-11-21T23:59:59', '2026-11-21'],
	['2026-11-21T00:30:00.000+07:00', '2026-11-21'],
	['2026-11-21T06:00:00+07:00', '2026-11-21'],
	['2026-11-20T17:00:00.000Z', '2026-11-21'],
	['2026-11-20T16:59:59Z', '2026-11-20'],
	['2026-11-21T00:00:00-05:00', '2026-11-21'],
	['2026-11-21T20:00:00-0500', '2026-11-22'],
	['2026-11-21 08:15', '2026-11-21'],
	['2028-02-29', '2028-02-29'],
	['2026-11-21T23:30:00-08:00', '2026-11-22'],
	['2026-11-20T16:59:59.999999Z', '2026-11-20'],
	['2026-12-31T17:00:00Z', '2027-01-01'],
	[new Date('2026-11-21T10:00:00Z'), '2026-11-21'],
	[new Date('2026-11-20T17:00:00Z'), '2026-11-21'],
	[46347, '2026-11-21'],
	['46347', '2026-11-21'],
	[46347.75, '2026-11-21'],
])('%p is the day %p', (value, day) => {
	expect(requireDay(value)).toBe(day);
});

test.each([
	['46347', 'is 46347, the number that a spreadsheet has for a day, and is read as 2026-11-21.'],
	['2026-11-20T17:00:00.000Z', 'is 2026-11-20T17:00:00.000Z, which is the 2026-11-21 in Phnom Penh.'],
])('%p is another day than it seems to name, and that is said', (value, note) => {
	expect(notesOf((say) => requireDay(value, say))).toEqual([note]);
});

test.each<[unknown]>([[''], [null], [undefined], ['2026-02-29'], ['2026-02-30T00:00:00Z'], ['2026-13-01'], ['21/11/2026'], ['2026-11'], [20261121], [7], [new Date('x')], ['2026-11-21; DROP']])(
	'%p is no day',
	(value) => {
		expect(() => requireDay(value)).toThrow(/^is (empty|".*", which is not a day)$/);
	},
);

test.each([['2569-11-21'], ['1926-11-21'], [new Date('1970-01-01')]])('%p is of another century', (value) => {
	expect(() => requireDay(value)).toThrow('a day of another century');
});

test('a range does not end before it begins', () => {
	expect(requireLastDay('2026-11-21', '2026-11-21')).toBe('2026-11-21');
	expect(requireLastDay('2026-11-21', undefined)).toBe('2026-11-21');
	expect(() => requireLastDay('2026-11-20', '2026-11-21')).toThrow('is 2026-11-20, which is before the first day (2026-11-21)');
});

test('the day in Phnom Penh begins at 17:00 UTC, and days are counted over months and years', () => {
	expect(dayInPhnomPenh(Date.parse('2026-11-20T16:59:59Z'))).toBe('2026-11-20');
	expect(dayInPhnomPenh(Date.parse('2026-11-20T17:00:00Z'))).toBe('2026-11-21');
	expect(daysBefore('2027-01-01', 2)).toBe('2026-12-30');
	expect(daysBefore('2028-03-01', 1)).toBe('2028-02-29');
});
