import { serviceNamed } from '../../../kess/webPay/services.ts';
import type { Json } from '../../../kess/jsonObject.ts';
import { readPages } from '../../../nodes/KessWebPay/actions/common/readPages.ts';
import type { WebPayClient } from '../../../nodes/KessWebPay/client.ts';

/** A gateway that answers each page as told: what the sandbox, which pages correctly, never does. */
function read(pages: Record<number, Json>, limit = Number.POSITIVE_INFINITY) {
	const client = {
		call: async (_service: unknown, { page }: { page: number }) => ({ kind: 'done', data: pages[page] ?? pages[0] }),
	} as unknown as WebPayClient;
	const list = { service: serviceNamed('list'), fields: (page: number) => ({ page }), subject: 'the entries', identify: (entry: { id?: unknown }) => entry.id };
	return readPages(client, list, limit);
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
	const client = { call: async (_service: unknown, { page }: { page: number }) => ({ kind: 'done', data: { items: [{ id: page }], last_page: page + 1 } }) };
	const list = { service: serviceNamed('list'), fields: (page: number) => ({ page }), subject: 'x', identify: (entry: { id?: unknown }) => entry.id };
	await expect(readPages(client as unknown as WebPayClient, list, Number.POSITIVE_INFINITY)).rejects.toThrow('more than 1000 pages');
});
