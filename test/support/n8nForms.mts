import { createRequire } from 'node:module';
import { join } from 'node:path';

import axios from 'axios';

import { projectFolder } from '../../sandbox/host/install.mjs';
import { until } from './gatewayClient.mts';

type Row = Record<string, string>;

interface Sheets {
	read(bytes: Buffer): { Sheets: Record<string, object>; SheetNames: string[] };
	write(book: object, options: object): Buffer;
	utils: { sheet_to_json(sheet?: object): Row[]; json_to_sheet(rows: Row[]): object; book_new(sheet: object, name: string): object };
}

/** What n8n itself reads and writes spreadsheets with. */
const sheets = createRequire(join(projectFolder, 'sandbox', 'n8n', 'package.json'))('@e965/xlsx') as Sheets;

const http = axios.create({ proxy: false, validateStatus: () => true, timeout: 20_000 });

/** An .xlsx file in which every cell is text. */
export function xlsxFile(name: string, rows: Row[]): File {
	const book = sheets.utils.book_new(sheets.utils.json_to_sheet(rows), 'List');
	return new File([new Uint8Array(sheets.write(book, { type: 'buffer', bookType: 'xlsx' }))], name);
}

/**
 * Sends a form of n8n as a browser does.
 *
 * @param fields in the order of the form
 * @returns the address of the page that follows
 */
export async function submitForm(address: string, fields: Array<string | File>, first = 0): Promise<string> {
	let next: string | undefined;
	// A form that has just been published may still be unknown for a moment.
	await until(async () => {
		const body = new FormData();
		fields.forEach((field, index) => body.set(`field-${first + index}`, field as string));
		const { status, data } = await http.post<{ formWaitingUrl?: string }>(address, body);
		if (status !== 404) next = data.formWaitingUrl ?? JSON.stringify(data);
		return status !== 404;
	});
	return String(next);
}

/** Waits as the browser does until the workflow has come to its next page. */
export async function pageOf(address: string): Promise<string> {
	const status = new URL(address);
	status.pathname += '/n8n-execution-status';
	let said = '';
	await until(async () => {
		said = String((await http.get(status.href)).data).trim();
		return ['form-waiting', 'success', 'error', 'crashed'].includes(said);
	});
	if (said !== 'form-waiting') throw new Error(`The workflow shows no page, it has ended with ${said}`);
	return (await http.get<string>(address)).data;
}

/** What a page says, without its markup. */
export function textOf(page: string): string {
	return /<section>([^]*?)<\/section>/.exec(page)?.[1]?.replace(/<[^>]*>/g, '').replace(/\s+/g, ' ').trim() ?? '';
}

/** The rows of the spreadsheet that a page hands to the browser. */
export function rowsOnPage(page: string): Row[] {
	const [file] = JSON.parse(decodeURIComponent(/const binaries = "([^"]+)"/.exec(page)?.[1] ?? '')) as Array<{ data: string | { data: number[] } }>;
	const { data = '' } = file ?? {};
	const { Sheets: found, SheetNames: names } = sheets.read(typeof data === 'string' ? Buffer.from(data, 'latin1') : Buffer.from(data.data));
	return sheets.utils.sheet_to_json(found[names[0] ?? '']);
}
