import { serviceNamed } from '../../../kess/webPay/services.ts';
import type { Json } from '../../../kess/jsonObject.ts';
import { readPages } from '../../../nodes/KessWebPay/actions/common/readPages.ts';
import type { WebPayClient } from '../../../nodes/KessWebPay/client.ts';

/** A gateway that answers each page as told: what the sandbox, which pages correctly, never does. */
function read(pages: Record<number, Json>, limit = Number.POSITIVE_INFINITY) {
	return listed((page) => pages[page] ?? pages[0] ?? [], limit);
}

const tell = jest.fn();

beforeEach(() => tell.mockClear());

function listed(answer: (page: number) => Json, limit = Number.POSITIVE_INFINITY) {
	const client = { call: async (_service: unknown, { page }: { page: number }) => ({ kind: 'done', data: answer(page) }) } as unknown as WebPayClient;
	return readPages(client, { service: serviceNamed('list'), fields: (page) => ({ page }), subject: 'the entries', tell }, limit);
}

/** A list of 30 that changes with every page of 10 that is read of it. */
function moving(change: (list: Array<{ id: number }>, reads: number) => void) {
	const list = entries(...Array.from({ length: 30 }, (_, index) => index));
	let reads = 0;
	return (page: number): Json => {
		const data = { items: list.slice(page * 10 - 10, page * 10), current_page: page, last_page: Math.ceil(list.length / 10), total: list.length };
		change(list, (reads += 1));
		return data;
	};
}

const entries = (...ids: number[]) => ids.map((id) => ({ id }));

test('an entry that has moved to the next page in the meantime is listed once', async () => {
	const pages = { 1: { items: entries(1, 2), last_page: 2 }, 2: { items: entries(2, 3), last_page: 2 } };
	expect(await read(pages)).toEqual(entries(1, 2, 3));
});

test('numbers may come as text', async () => {
	const pages = { 1: { data: entries(1), current_page: '1', last_page: '2' }, 2: { data: entries(2), current_page: '2', last_page: '2' } };
	expect(await read(pages)).toEqual(entries(1, 2));
});

test('without a number of pages it reads on until nothing new comes', async () => {
	expect(await read({ 1: { items: entries(1) }, 2: { items: entries(2) }, 0: { items: [] } })).toEqual(entries(1, 2));
	expect(await read({ 0: { items: entries(1, 2) } })).toEqual(entries(1, 2));
});

test('a bare list is the whole list', async () => {
	expect(await read({ 1: entries(1, 2), 0: entries(3) })).toEqual(entries(1, 2));
});

test('a gateway that gives the first page whatever page is asked for is noticed', async () => {
	await expect(read({ 0: { data: entries(1), current_page: 1, last_page: 3 } })).rejects.toThrow(
		'The answer of KESS is page 1 instead of page 2, so the list is not complete',
	);
});

test('an answer without a list is no empty list', async () => {
	await expect(read({ 0: { message: 'OK' } })).rejects.toThrow('The answer of KESS has no list in it');
});

test('a list without end has one', async () => {
	await expect(listed((page) => ({ items: [{ id: page }], last_page: page + 1 }))).rejects.toThrow('more than 1000 pages');
});

test('entries that differ in anything are all there: of one number, of none, without the field', async () => {
	const items = [{ id: null, token: 'a' }, { id: null, token: 'b' }, { token: 'c' }, { token: 'd' }, { id: 1, status: 'SUCCESS' }, { id: 1, status: 'CLOSED' }];
	expect(await read({ 0: { items, last_page: 1, total: 6 } })).toEqual(items);
});

const idsOf = (found: Array<{ id?: unknown }>) => found.map(({ id }) => Number(id)).sort((a, b) => a - b);

test('a list that loses an entry with every page is read until all are there', async () => {
	const found = await listed(moving((list) => list.shift()));
	expect(idsOf(found)).toEqual(Array.from({ length: 30 }, (_, id) => id));
	expect(tell).not.toHaveBeenCalled();
});

test('a list that was whole when it was read again is that list', async () => {
	const found = await listed(moving((list, reads) => reads === 1 && list.shift()));
	expect(idsOf(found)).toEqual(Array.from({ length: 29 }, (_, index) => index + 1));
	expect(tell).not.toHaveBeenCalled();
});

test('what comes while the list is read is not missing', async () => {
	const found = await listed(moving((list, reads) => list.unshift({ id: -reads })));
	expect(idsOf(found)).toEqual(Array.from({ length: 30 }, (_, id) => id));
	expect(tell).not.toHaveBeenCalled();
});

test('what is missing all the same is counted and said', async () => {
	const answer = jest.fn(() => ({ items: entries(1, 2), last_page: 1, total: '5' }));
	expect(await listed(answer)).toEqual(entries(1, 2));
	expect(answer).toHaveBeenCalledTimes(3);
	expect(tell).toHaveBeenCalledWith(
		'KESS counts 5 entries in the list of the entries, and 2 different ones could be read. Missing: 3, perhaps because the list changed while it was read. Looking changes nothing: run the item again.',
	);
});

test('who wants some of the entries does not miss the others', async () => {
	expect(await listed(moving(() => undefined), 7)).toHaveLength(7);
	expect(tell).not.toHaveBeenCalled();
});
