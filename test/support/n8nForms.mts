import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

import axios from 'axios';

import { projectFolder } from '../../sandbox/host/install.mjs';
import { until } from './gatewayClient.mts';

type Row = Record<string, string>;

// What n8n itself reads and writes spreadsheets with. It lies outside of what jest loads.
const SHEETS = join(projectFolder, 'sandbox/n8n/node_modules/@e965/xlsx');

/** Runs a program with that, in a process of its own. */
function withSheets(program: string, input: string): string {
	const script = `const { read, write, utils } = require(${JSON.stringify(SHEETS)}); process.stdout.write(((input) => ${program})(require('node:fs').readFileSync(0, 'utf8')));`;
	return execFileSync(process.execPath, ['-e', script], { input, encoding: 'utf8', maxBuffer: 10_000_000 });
}

const http = axios.create({ proxy: false, validateStatus: () => true, timeout: 20_000 });

/** An .xlsx file in which every cell is text. */
export function xlsxFile(name: string, rows: Row[]): File {
	const book = '{ Sheets: { List: utils.json_to_sheet(JSON.parse(input)) }, SheetNames: ["List"] }';
	const base64 = withSheets(`write(${book}, { type: 'base64', bookType: 'xlsx' })`, JSON.stringify(rows));
	return new File([Buffer.from(base64, 'base64')], name);
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
	}, 10_000);
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
	}, 60_000);
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
	const bytes = typeof data === 'string' ? Buffer.from(data, 'latin1') : Buffer.from(data.data);
	const list = withSheets(`JSON.stringify(utils.sheet_to_json(Object.values(read(input, { type: 'base64' }).Sheets)[0]))`, bytes.toString('base64'));
	return JSON.parse(list) as Row[];
}
