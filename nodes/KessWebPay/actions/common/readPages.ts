import type { IDataObject } from 'n8n-workflow';

import type { Json, JsonObject } from '../../../../kess/jsonObject';
import { KessError } from '../../../../kess/errors';
import { quoted } from '../../../../kess/gateway/redaction';
import type { WebPayService } from '../../../../kess/webPay/services';
import type { WebPayClient } from '../../client';
import { READ_AGAIN, requireDone } from './outcomes';

/** A bound for lists that never end. */
const MAX_PAGES = 1000;

/** How often a list is read that changes meanwhile. */
const READINGS = 3;

/** A list that the gateway gives out page by page. */
export interface PagedList {
	service: WebPayService;
	/** The request for one page, counted from 1. */
	fields(page: number): JsonObject;
	/** What is listed, as it continues "KESS refuses to list …". */
	subject: string;
	/** What to do when a page is missing. */
	advice?: string | undefined;
	/** Takes a note on what the list does not have. */
	tell(note: string): void;
}

/**
 * Reads a list from its first page until it ends or there are enough entries. While pages are read the list may move on: an
 * entry that shows up again counts once, and where one has slipped to a page that was read before, the list is read again.
 *
 * @param limit how many entries are wanted; Infinity for all
 * @throws KessError when a page is missing: a list with a hole in it is worse than none
 */
export async function readPages(
	client: WebPayClient,
	list: PagedList,
	limit: number,
): Promise<IDataObject[]> {
	const all: Entries = new Map();
	let most = 0;
	let missing = Number.POSITIVE_INFINITY;
	for (let reading = 1; reading <= READINGS && missing > 0; reading += 1) {
		const { entries, total } = await readOnce(client, list, limit);
		if (entries.size >= Math.min(limit, total)) return [...entries.values()].slice(0, limit);
		entries.forEach((entry, text) => all.set(text, entry));
		most = Math.max(most, total);
		missing = Math.min(limit, most) - all.size;
	}
	if (missing > 0) {
		list.tell(
			`KESS counts ${most} entries in the list of ${list.subject}, and ${all.size} different ones could be read. Missing: ${missing}, perhaps because the list changed while it was read. ${list.advice ?? READ_AGAIN}`,
		);
	}
	return [...all.values()].slice(0, limit);
}

/** By all that is in them: of two orders under one number, or without any, none may get lost. */
type Entries = Map<string, IDataObject>;

/** @returns the entries of a list, each once, and how many there were when it was begun: what comes later need not be there */
async function readOnce(
	client: WebPayClient,
	list: PagedList,
	limit: number,
): Promise<{ entries: Entries; total: number }> {
	const found: Entries = new Map();
	const intent = `list ${list.subject}`;
	let total = 0;
	for (let page = 1; page <= MAX_PAGES; page += 1) {
		const result = await client.call(list.service, list.fields(page));
		const answer = readPage(requireDone(result, intent, list.advice ?? READ_AGAIN), page);
		const before = found.size;
		for (const entry of answer.entries) found.set(JSON.stringify(entry), entry);
		if (page === 1) total = answer.total;
		const nothingNew = found.size === before;
		const isLast = answer.lastPage === undefined ? nothingNew : page >= answer.lastPage;
		if (isLast || found.size >= limit) return { entries: found, total };
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
	/** How many entries all pages have; 0 when the gateway does not say. */
	total: number;
}

/** Orders are listed under `items`, subscriptions under `data` (docs/gateway.md §11, 15); a bare list is all there is. */
function readPage(data: Json, page: number): Page {
	if (Array.isArray(data)) return { entries: data as IDataObject[], lastPage: page, total: 0 };
	const {
		items,
		data: rows,
		current_page: currentPage,
		last_page: lastPage,
		total,
	} = data as JsonObject;
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
	return {
		entries: entries as IDataObject[],
		lastPage: Number.isNaN(last) ? undefined : last,
		total: Number(total) || 0,
	};
}
