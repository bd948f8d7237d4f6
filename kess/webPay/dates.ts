import { InvalidValueError } from '../errors';

const DAY_HINT = 'Choose a day, or enter it as year, month and day, for example 2026-11-21.';

/**
 * A day of a range (docs/gateway.md §8: neither the format nor the time zone of `start_date` and `end_date` is published).
 *
 * @param value a date or a date and time as ISO 8601 text; the day is taken as it is written there
 * @returns `2026-11-21`
 * @throws InvalidValueError when it is no day of the calendar
 */
export function requireDay(value: unknown): string {
	const text = value instanceof Date && !Number.isNaN(value.getTime()) ? value.toISOString() : String(value ?? '').trim();
	if (text === '') throw new InvalidValueError('is empty', DAY_HINT);
	const day = /^(\d{4}-\d{2}-\d{2})(?:[T ]\d{2}:\d{2}\S*)?$/.exec(text)?.[1];
	const time = day === undefined ? Number.NaN : Date.parse(`${day}T00:00:00Z`);
	// 2026-02-30 is read as a day of March.
	if (day !== undefined && !Number.isNaN(time) && new Date(time).toISOString().startsWith(day)) return day;
	throw new InvalidValueError(`is ${JSON.stringify(text.slice(0, 40))}, which is not a day`, DAY_HINT);
}

/**
 * The last day of a range.
 *
 * @param firstDay what `requireDay` returned, or `undefined` for a range without beginning
 * @throws InvalidValueError as `requireDay`, and when the range ends before it begins
 */
export function requireLastDay(value: unknown, firstDay: string | undefined): string {
	const day = requireDay(value);
	if (firstDay === undefined || firstDay <= day) return day;
	throw new InvalidValueError(`is ${day}, which is before the first day (${firstDay})`, 'Exchange the two days.');
}
