import { InvalidValueError } from '../errors';
import { plainDigits } from './decimal';
import { type Say, trimText } from './text';

const DAY_HINT = 'Choose a day, or enter it as year, month and day, for example 2026-11-21.';

/** Phnom Penh is seven hours ahead of UTC all the year. */
const PHNOM_PENH_MS = 7 * 60 * 60_000;

const DAY_MS = 24 * 60 * 60_000;

/** Day 0 of a spreadsheet's calendar, for all days after February 1900. */
const SPREADSHEET_EPOCH = Date.UTC(1899, 11, 30);

/** Serial numbers of the days of this century. */
const SERIAL = /^(3[6-9]|[4-6]\d|7[0-2])\d{3}(\.\d+)?$/;

const ZONED =
	/^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}[\d:.]*(?:Z|[+-]\d{2}:?\d{2})(?:\[[\w/+-]{1,60}\])?$/;

/**
 * A day of a range, in Phnom Penh (docs/gateway.md §8: neither the format nor the time zone of `start_date` and `end_date` is
 * published). A moment is the day that it has there; a day without a zone is taken as it is written.
 *
 * @param value a date, a date and time as ISO 8601 text, a date of n8n's expressions, or the number that a spreadsheet has for
 *   a day
 * @param say takes a note when it is read as another day than it seems to name
 * @returns `2026-11-21`
 * @throws InvalidValueError when it is no day of the calendar
 */
export function requireDay(value: unknown, say?: Say): string {
	const day = readDay(value, say);
	if (/^20/.test(day)) return day;
	throw new InvalidValueError(
		`is ${day}, a day of another century`,
		'Write the year of the common calendar, for example 2026 for 2569 of the Buddhist one.',
	);
}

function readDay(value: unknown, say: Say | undefined): string {
	const moment = momentOf(value);
	if (moment !== undefined) return dayIn(moment + PHNOM_PENH_MS);
	const text = plainDigits(trimText(String(value ?? '')));
	if (text === '') throw new InvalidValueError('is empty', DAY_HINT);
	if (SERIAL.test(text)) {
		const day = dayIn(SPREADSHEET_EPOCH + Math.floor(Number(text)) * DAY_MS);
		say?.(`is ${text}, the number that a spreadsheet has for a day, and is read as ${day}.`);
		return day;
	}
	if (ZONED.test(text)) {
		const time = Date.parse((text.split('[')[0] ?? '').replace(' ', 'T'));
		if (!Number.isNaN(time) && isDay(text.slice(0, 10))) {
			const day = dayIn(time + PHNOM_PENH_MS);
			if (day !== text.slice(0, 10)) say?.(`is ${text}, which is the ${day} in Phnom Penh.`);
			return day;
		}
	}
	const day = /^(\d{4}-\d{2}-\d{2})(?:[T ]\d{2}:\d{2}[\d:.]*)?$/.exec(text)?.[1];
	if (day !== undefined && isDay(day)) return day;
	throw new InvalidValueError(
		`is ${JSON.stringify(text.slice(0, 40))}, which is not a day`,
		DAY_HINT,
	);
}

/**
 * The last day of a range.
 *
 * @param firstDay what `requireDay` returned, or `undefined` for a range without beginning
 * @throws InvalidValueError as `requireDay`, and when the range ends before it begins
 */
export function requireLastDay(value: unknown, firstDay: string | undefined, say?: Say): string {
	const day = requireDay(value, say);
	if (firstDay === undefined || firstDay <= day) return day;
	throw new InvalidValueError(
		`is ${day}, which is before the first day (${firstDay})`,
		'Exchange the two days.',
	);
}

/** Milliseconds since the epoch of a date object, also of one that n8n's expressions give; `undefined` for anything else. */
function momentOf(value: unknown): number | undefined {
	if (typeof value !== 'object' || value === null || !('valueOf' in value)) return undefined;
	const time = value instanceof Date || 'toISO' in value ? Number(value) : Number.NaN;
	return Number.isNaN(time) ? undefined : time;
}

function dayIn(time: number): string {
	return new Date(time).toISOString().slice(0, 10);
}

/** Whether the calendar has it: 2026-02-30 would be read as a day of March. */
function isDay(day: string): boolean {
	const time = Date.parse(`${day}T00:00:00Z`);
	return !Number.isNaN(time) && dayIn(time) === day;
}

/** The day that it is in Phnom Penh, wherever n8n runs. @param time milliseconds since 1970 */
export function dayInPhnomPenh(time: number): string {
	return dayIn(time + PHNOM_PENH_MS);
}

/** A moment as the clock in Phnom Penh has it: `2026-11-21T15:30:00.000+07:00`. @param time milliseconds since 1970 */
export function clockInPhnomPenh(time: number): string {
	return new Date(time + PHNOM_PENH_MS).toISOString().replace('Z', '+07:00');
}

/** The same for a moment in an answer, to the second. @param value whatever is no moment with its time zone stays as it is */
export function timeInPhnomPenh<T>(value: T): T | string {
	const time = momentWritten(value);
	return time === undefined ? value : clockInPhnomPenh(time).replace(/\.\d+/, '');
}

/** A moment in an answer, in milliseconds since 1970; `undefined` for whatever is no moment with its time zone. */
export function momentWritten(value: unknown): number | undefined {
	const time = typeof value === 'string' && ZONED.test(value) ? Date.parse(value) : Number.NaN;
	return Number.isNaN(time) ? undefined : time;
}

/** @param day as `requireDay` returns it. @returns the day so many days before */
export function daysBefore(day: string, days: number): string {
	return dayIn(Date.parse(`${day}T00:00:00Z`) - days * DAY_MS);
}
