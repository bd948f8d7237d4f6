import type { IDataObject } from 'n8n-workflow';

import type { Json, JsonObject } from '../../../../kess/jsonObject';
import { KessError } from '../../../../kess/errors';
import { quoted } from '../../../../kess/gateway/redaction';
import type { WebPayService } from '../../../../kess/webPay/services';
import type { WebPayClient } from '../../client';
import { requireDone } from './order';

/** A bound for lists that never end. */
const MAX_PAGES = 1000;

/** A list that the gateway gives out page by page. */
export interface PagedList {
	service: WebPayService;
	/** The request for one page, counted from 1. */
	fields(page: number): JsonObject;
	/** What is listed, as it continues "KESS refuses to list …". */
	subject: string;
	/** What to do when a page is missing. */
	advice?: string;
	/** Tells entries apart: while pages are read the list may move on, and an entry shows up again. */
	identify(entry: IDataObject): unknown;
}

/**
 * Reads a list from its first page until it ends or there are enough entries.
 *
 * @param limit how many entries are wanted; Infinity for all
 * @throws KessError when a page is missing: a list with a hole in it is worse than none
 */
export async function readPages(
	client: WebPayClient,
	list: PagedList,
	limit: number,
): Promise<IDataObject[]> {
	const found = new Map<unknown, IDataObject>();
	const intent = `list ${list.subject}`;
	const { advice = 'Looking changes nothing: run the item again.' } = list;
	for (let page = 1; page <= MAX_PAGES; page += 1) {
		const result = await client.call(list.service, list.fields(page));
		const answer = readPage(requireDone(result, intent, advice), page);
		const before = found.size;
		for (const entry of answer.entries) {
			const identity = list.identify(entry);
			if (!found.has(identity)) found.set(identity, entry);
		}
		const nothingNew = found.size === before;
		const isLast = answer.lastPage === undefined ? nothingNew : page >= answer.lastPage;
		if (isLast || found.size >= limit) return [...found.values()].slice(0, limit);
	}
	throw new KessError(
		`The list has more than ${MAX_PAGES} pages`,
		'Ask for fewer days at a time, or set a limit.',
	);
}

interface Page {
	entries: IDataObject[];
	/** `undefined` when the gateway does not say. */
	lastPage: number | undefined;
}

/** Orders are listed under `items`, subscriptions under `data` (docs/gateway.md §11, 15); a bare list is all there is. */
function readPage(data: Json, page: number): Page {
	if (Array.isArray(data)) return { entries: data as IDataObject[], lastPage: page };
	const { items, data: rows, current_page: currentPage, last_page: lastPage } = data as JsonObject;
	const entries = [items, rows].find((list) => Array.isArray(list));
	if (entries === undefined) {
		throw new KessError(
			'The answer of KESS has no list in it',
			'Run the item again. If this stays so, report it to KESS.',
		);
	}
	if (currentPage !== undefined && currentPage !== null && Number(currentPage) !== page) {
		throw new KessError(
			`The answer of KESS is page ${quoted(currentPage)} instead of page ${page}, so the list is not complete`,
			'Ask for fewer days at a time, or set a limit.',
		);
	}
	const last = Number(lastPage ?? Number.NaN);
	return { entries: entries as IDataObject[], lastPage: Number.isNaN(last) ? undefined : last };
}
