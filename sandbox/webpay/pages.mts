import type { PhpValue } from '../phpInput.mts';
import type { Fields } from './fields.mts';

/** Rows on a page unless the request says otherwise, as Laravel's paginator has it. */
const DEFAULT_PER_PAGE = 15;
const MAX_PER_PAGE = 100;
const MAX_PAGE = 10 ** 6;

/**
 * One page of a list with its counters (docs/gateway.md §3, date range). More rows on a page than the gateway gives are
 * cut down without a word.
 *
 * @param listField `items` for orders, `data` for subscriptions
 */
export function pageOf(fields: Fields, rows: PhpValue[], listField: 'items' | 'data'): { [field: string]: PhpValue } {
	const perPage = Math.min(fields.wholeNumber('per_page', MAX_PAGE) ?? DEFAULT_PER_PAGE, MAX_PER_PAGE);
	const page = fields.wholeNumber('page', MAX_PAGE) ?? 1;
	const start = (page - 1) * perPage;
	const shown = rows.slice(start, start + perPage);
	return {
		[listField]: shown,
		current_page: page,
		last_page: Math.max(1, Math.ceil(rows.length / perPage)),
		per_page: perPage,
		total: rows.length,
		from: shown.length === 0 ? null : start + 1,
		to: shown.length === 0 ? null : start + shown.length,
	};
}

/** Whether a time lies within `start_date` and `end_date`, each of which may be absent. */
export function inRange(fields: Fields): (time: number) => boolean {
	const first = fields.day('start_date')?.first ?? -Infinity;
	const last = fields.day('end_date')?.last ?? Infinity;
	return (time) => time >= first && time <= last;
}
