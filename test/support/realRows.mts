import { createRequire } from 'node:module';
import { join } from 'node:path';

import { stringify } from 'csv-stringify/sync';

import { projectFolder } from '../../sandbox/host/install.mjs';

/**
 * Two hundred orders and two hundred wages as people and spreadsheet programs really write them: every kind of row that has
 * ever gone wrong in a shop or its plugin, among rows that are right.
 */

/** A cell: text, a number, a checkbox, a day, or what a spreadsheet could not work out. */
type Cell = string | number | boolean | { day: string; serial: number } | { error: '#N/A' | '#REF!' | '#VALUE!' };

export interface RealRow<Done> {
	cells: Record<string, Cell>;
	/** What has to come of it, or why it cannot be done. */
	then: Done | RegExp;
	/** In an Excel file, where that is another thing. */
	inExcel?: Done | RegExp;
}

/** As KESS has to have the order. */
export interface RealOrder {
	no: string;
	amount: number;
	title?: string;
}

/** As KESS has to have paid. */
export interface RealWage {
	no: string;
	receiver: string;
	amount: number;
}

const ROWS = 200;

/** What stands behind an unexpected end of a text, of its middle, or before it, and nobody sees. */
const UNSEEN = ['\u200B', '\u200C', '\u2060', '\u00AD', '\u202A', '\uFEFF'];

/** The ends that a Laravel strips, old or new; Khmer keyboards type some of them. */
const ENDS = ['\u200C', '\u200D', '\u00AD', '\u2060', '\u200F', '\u17B4', '\u17B5', '\u3164'];

export function realOrders(): Array<RealRow<RealOrder>> {
	let count = 0;
	const row = (cells: Record<string, Cell>, then: RealRow<RealOrder>['then'] | 'done', inExcel?: RealRow<RealOrder>['inExcel']): RealRow<RealOrder> => {
		const all = { order_no: `REAL-${(count += 1)}`, title: 'កាហ្វេ Iced coffee', amount: '10.50', currency: 'USD', ...cells };
		const done = { no: String(all.order_no), amount: Number(all.amount) };
		return { cells: all, then: then === 'done' ? done : then, inExcel };
	};
	const line = (changes: Record<string, Cell>) => ({ item1_no: 'C-1', item1_name: 'Coffee', item1_price: '5.25', item1_qty: '2', ...changes });
	const special = [
		// References and titles that a spreadsheet or an expression has destroyed.
		...['#N/A', '[object Object]', 'NaN', '########', 'Loading...', '#BEZUG!', 'Infinity', 'NULL', '{{ $json.no }}', '[Execute previous nodes for preview]'].map((order_no) => row({ order_no }, /^Order Number .* is ".+", which stands for a value that is not there/)),
		...['INV-undefined', 'INV-#REF!-1', 'SHOP-Invalid DateTime', 'WAGE-null'].map((order_no) => row({ order_no }, /^Order Number .* has ".+" in it, which stands for a value that is not there/)),
		row({ order_no: { error: '#N/A' } }, /^Order Number .* is "#N\/A"/, /^Order Number .* is empty/),
		row({ order_no: '---' }, /^Order Number .* with neither a letter nor a digit/),
		row({ order_no: { day: '2026-11-21', serial: 46347 } }, { no: '2026-11-21', amount: 10.5 }, { no: '46347', amount: 10.5 }),
		row({ order_no: '1001.0' }, /^Order Number .* is a number that has got decimals/),
		row({ order_no: '1,001' }, /^Order Number .* separators for thousands/),
		row({ order_no: '1.23457E+15' }, /^Order Number .* shortened/),
		row({ order_no: 'INV\n1' }, /^Order Number .* has a line break behind "INV"/),
		row({ order_no: '' }, /^Order Number .* is empty/),
		row({ order_no: 'X'.repeat(65) }, /^Order Number .* is 65 characters long/),
		row({ order_no: 2611001 }, { no: '2611001', amount: 10.5 }),
		row({ order_no: '0012607' }, { no: '0012607', amount: 10.5 }),
		...['#REF!', 'undefined', 'null', '[object Object]', 'Err:502'].map((title) => row({ title }, /^Title .* which stands for a value that is not there/)),
		row({ title: { error: '#REF!' } }, /^Title .* is "#REF!"/, /^Title .* is empty/),
		row({ title: true }, { no: `REAL-${count + 1}`, amount: 10.5 }, /^Title .* is true, not text/),
		row({ title: 'x'.repeat(256) }, /^Title .* is 256 characters long/),
		// One number in two spellings is one order.
		...UNSEEN.flatMap((character, index) => [`${character}SEEN-${index}`, `SEEN-${index}${character}`, `SEEN${character}-${index}`].map((order_no) => row({ order_no }, { no: `SEEN-${index}`, amount: 10.5 }))),
		// What Laravel strips is not signed.
		...ENDS.map((end) => row({ title: `ទឹកដោះគោ${end}` }, 'done')),
		...['Fish &', '& Chips', 'Rice & Fish &', '?????', 'កាហ្វេ \uFFFD', '=1+1', 'Sok "Dara", 2'].map((title) => row({ title }, 'done')),
		// Amounts as people type them, and as a spreadsheet computes them.
		...[
			['.5', 0.5],
			['\u200B10.50', 10.5],
			['១០.៥០', 10.5],
			['10.5000', 10.5],
			['007', 7],
		].map(([amount = '', read]) => row({ amount, title: `Costs ${amount}` }, { no: `REAL-${count + 1}`, amount: Number(read) })),
		row({ amount: '៥០០០', currency: 'khr' }, { no: `REAL-${count + 1}`, amount: 5000 }),
		row({ amount: 0.1 + 0.2 }, /^Total Amount .* has more than two decimals/, { no: `REAL-${count + 1}`, amount: 0.3 }),
		row({ amount: 19.9 * 3 }, /^Total Amount .* has more than two decimals/, { no: `REAL-${count + 1}`, amount: 59.7 }),
		row({ amount: { error: '#VALUE!' } }, /^Total Amount .* is "#VALUE!"/, /^Total Amount .* is empty/),
		...['10,50', '1,000.00', '1 000', '$10', 'ten', '1e3', '10.50 USD', '--5'].map((amount) => row({ amount }, /^Total Amount .* which is not a plain number/)),
		...['10.505', '0.001'].map((amount) => row({ amount }, /^Total Amount .* has more than two decimals/)),
		...['0', '-5', '0.00'].map((amount) => row({ amount }, /^Total Amount .* (is not greater|has to be greater|is ")/)),
		row({ amount: '5000.50', currency: 'KHR' }, /^Total Amount .* (whole|decimals)/),
		row({ amount: '' }, /^Total Amount .* is empty/),
		...['EUR', '៛'].map((currency) => row({ currency }, /^Currency .* which KESS does not take/)),
		row({ currency: '' }, /^Currency .* is empty/),
		// Product lines are money, too.
		...[
			['price', '2,50'],
			['price', 'abc'],
			['price', ''],
			['qty', '-3'],
			['qty', '0'],
			['discount', '5.26'],
			['name', ''],
		].map(([field = '', cell = '']) => row(line({ [`item1_${field}`]: cell }), new RegExp(`^Product Lines .* has a product line 1 whose ${field} `))),
		row(line({ item1_price: '1000.5', amount: '2001', currency: 'KHR' }), /^Product Lines .* has a product line 1 whose price /),
		row(line({}), 'done'),
		row(line({ item1_price: '200', item1_qty: '10', amount: '5.00' }), 'done'),
	];
	return [...special, ...Array.from({ length: ROWS - special.length }, () => row({}, 'done'))];
}

/**
 * @param workers whom KESS knows, with their wallets
 * @returns the wages; `stops` are those for which the workflow stops before anybody is paid
 */
export function realWages(workers: Array<{ worker?: string; receiver?: string }>): { rows: Array<RealRow<RealWage>>; stops: Array<RealRow<RealWage>> } {
	let count = 0;
	const row = (cells: Record<string, Cell>, then: RegExp | Partial<RealWage>, inExcel?: RegExp | Partial<RealWage>): RealRow<RealWage> => {
		const { worker = '', receiver = '' } = workers[count % workers.length] ?? {};
		const all = { transfer_no: `PAY-${(count += 1)}`, worker, department: 'Sewing', receiver, amount: '1.25', currency: 'USD', ...cells };
		const done = (changes: Partial<RealWage>) => ({ no: String(all.transfer_no), receiver: String(all.receiver), amount: Number(all.amount), ...changes });
		const outcome = (one: RegExp | Partial<RealWage>) => (one instanceof RegExp ? one : done(one));
		return { cells: all, then: outcome(then), inExcel: inExcel && outcome(inExcel) };
	};
	const [{ worker = '', receiver = '' } = {}] = workers;
	const written = (text: string) => row({ worker, receiver: text }, { receiver });
	const special = [
		...['#N/A', '[object Object]'].map((transfer_no) => row({ transfer_no }, /^Transfer Number .* which stands for a value that is not there/)),
		...['W-undefined', 'W-#REF!-1', 'W-NaN'].map((transfer_no) => row({ transfer_no }, /^Transfer Number .* in it, which stands for a value that is not there/)),
		row({ transfer_no: '1001.0' }, /^Transfer Number .* is a number that has got decimals/),
		row({ transfer_no: '1,001' }, /^Transfer Number .* separators for thousands/),
		row({ transfer_no: 'W\t1' }, /^Transfer Number .* has a tab behind "W"/),
		...UNSEEN.map((character, index) => row({ transfer_no: `UNSEEN${character}-${index}` }, { no: `UNSEEN-${index}` })),
		row({ transfer_no: 2611002 }, {}),
		// Phone numbers as people write them.
		...[
			receiver.replace(/^(\d{3})(\d{3})/, '$1 $2 '),
			receiver.replace(/^(\d{3})(\d{3})/, '$1-$2-'),
			`\u202A${receiver}\u202C`,
			receiver.replace(/^(\d{3})/, '$1\u00A0'),
			receiver.replace(/\d/g, (digit) => String.fromCharCode(0x17e0 + Number(digit))),
		].map(written),
		row({ receiver: 'undefined' }, /^Receiver ID .* which stands for a value that is not there/),
		row({ receiver: '-12000232' }, /^Receiver ID .* is a negative number/),
		row({ receiver: '+12' }, /^Receiver ID .* has a plus sign, but is not a phone number/),
		// A number cell has lost the zero before it: nobody at KESS has that number.
		row({ receiver: Number(receiver) }, /^This receiver cannot get money through KESS/),
		// Names.
		...['#REF!', 'undefined', '[object Object]'].map((name) => row({ worker: name }, /^Expected Receiver Name .* which stands for a value that is not there/)),
		row({ worker: 'Somebody Else' }, /^The wallet belongs to ".+", not to "Somebody Else"/),
		row({ amount: 2.5 }, { amount: 2.5 }),
		...[' 2.50 ', '\u200B2.50', '2.50\u00A0'].map((amount) => row({ amount }, { amount: 2.5 })),
	];
	const stops = [
		row({ transfer_no: '' }, /has no transfer number/),
		row({ transfer_no: '2.02611E+15' }, /has a transfer number that the spreadsheet has shortened/),
		row({ transfer_no: '2611002' }, /has the same transfer number as row \d+/),
		row({ worker: '' }, /has no worker/),
		row({ receiver: '' }, /has no receiver/),
		row({ receiver: '8.5512E+11' }, /has a receiver that cannot be right/),
		row({ receiver: { error: '#N/A' } }, /has a receiver that cannot be right: #N\/A/, /has no receiver/),
		...['10,50', '.5', '1e3', '$5', ''].map((amount) => row({ amount }, /has an amount that is not written like 123.45/)),
		row({ amount: 0.1 + 0.2 }, /has an amount with more than two decimals/, { amount: 0.3 }),
		row({ amount: '1.255' }, /has an amount with more than two decimals/),
		row({ amount: '0.00' }, /has the amount 0/),
		row({ currency: 'KHR' }, /has the currency "KHR"/),
	];
	return { rows: [...special, ...Array.from({ length: ROWS - special.length - stops.length }, () => row({}, {}))], stops };
}

const columnsOf = (rows: Array<RealRow<unknown>>) => [...new Set(rows.flatMap(({ cells }) => Object.keys(cells)))];

/** As Excel saves "CSV UTF-8". */
export function asCsv(rows: Array<RealRow<unknown>>): string {
	const columns = columnsOf(rows);
	const text = (cell: Cell = '') => {
		if (typeof cell === 'object') return 'error' in cell ? cell.error : cell.day;
		return typeof cell === 'boolean' ? String(cell).toUpperCase() : String(cell);
	};
	return stringify([columns, ...rows.map(({ cells }) => columns.map((column) => text(cells[column])))], { bom: true });
}

/** By their number: numbers as they are, texts, days, dollars, percent, and digits with zeros before them. */
const FORMATS = ['General', '@', 'yyyy\\-mm\\-dd', '[$$-409]#,##0.00', '0.00%', '0000000'];

/** An .xlsx file with the XML that LibreOffice writes. */
export async function asExcel(rows: Array<RealRow<unknown>>): Promise<Buffer> {
	const columns = columnsOf(rows);
	const shared = new Map<string, number>();
	const lines = [columns, ...rows.map(({ cells }) => columns.map((column) => cells[column] ?? ''))].map((line, row) => {
		const written = line.map((cell, column) => (cell === '' ? '' : cellXml(cell, `${String.fromCharCode(65 + column)}${row + 1}`, row, shared)));
		return `<row r="${row + 1}" customFormat="false" ht="12.8" hidden="false" customHeight="false">${written.join('')}</row>`;
	});
	const part = (root: string, content: string, attributes = '') =>
		`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<${root} xmlns="http://schemas.openxmlformats.org/${attributes === '' ? 'spreadsheetml/2006/main' : attributes}">${content}</${root}>`;
	const relations = (...links: Array<[type: string, target: string]>) => {
		const each = links.map(([type, target]) => `<Relationship Id="${type}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/${type}" Target="${target}"/>`);
		return part('Relationships', each.join(''), 'package/2006/relationships');
	};
	const content = (name: string, type: string) => `<Override PartName="/xl/${name}.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.${type}+xml"/>`;
	const formats = FORMATS.map((code, index) => `<numFmt numFmtId="${164 + index}" formatCode="${xmlText(code)}"/>`);
	const styles = FORMATS.map((_, index) => `<xf numFmtId="${164 + index}" fontId="0" fillId="0" borderId="0" xfId="0" applyFont="false" applyBorder="false"/>`);
	const Zip = createRequire(join(projectFolder, 'sandbox', 'n8n', 'package.json'))('jszip') as new () => Zip;
	return await new Zip()
		.file('[Content_Types].xml', part('Types', `<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>${content('workbook', 'sheet.main')}${content('worksheets/sheet1', 'worksheet')}${content('styles', 'styles')}${content('sharedStrings', 'sharedStrings')}`, 'package/2006/content-types'))
		.file('_rels/.rels', relations(['officeDocument', 'xl/workbook.xml']))
		.file('xl/_rels/workbook.xml.rels', relations(['styles', 'styles.xml'], ['worksheet', 'worksheets/sheet1.xml'], ['sharedStrings', 'sharedStrings.xml']))
		.file('xl/workbook.xml', part('workbook', '<fileVersion appName="Calc"/><sheets><sheet name="Sheet1" sheetId="1" state="visible" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:id="worksheet"/></sheets>'))
		.file('xl/styles.xml', part('styleSheet', `<numFmts count="${formats.length}">${formats.join('')}</numFmts><cellXfs count="${styles.length}">${styles.join('')}</cellXfs>`))
		.file('xl/worksheets/sheet1.xml', part('worksheet', `<sheetData>${lines.join('')}</sheetData>`))
		.file('xl/sharedStrings.xml', part('sst', [...shared.keys()].map((text) => `<si><t xml:space="preserve">${xmlText(text)}</t></si>`).join('')))
		.generateAsync({ type: 'nodebuffer' });
}

/** As much of JSZip, which n8n brings along, as is used here. */
interface Zip {
	file(name: string, content: string): Zip;
	generateAsync(options: { type: 'nodebuffer' }): Promise<Buffer>;
}

/** In turns as it was typed, as a formula gives it, and in the form of other programs. */
function cellXml(cell: Cell, at: string, row: number, shared: Map<string, number>): string {
	const xml = (type: string, format: number, value: string | number, isFormula = row % 3 === 1) =>
		`<c r="${at}" s="${format}" t="${type}">${isFormula ? '<f aca="false">A1</f>' : ''}<v>${value}</v></c>`;
	switch (typeof cell) {
		case 'number':
			return xml('n', [0, 3, 4, 5][row % 4] ?? 0, cell);
		case 'boolean':
			return xml('b', 0, Number(cell));
		case 'object':
			return 'error' in cell ? xml('e', 0, cell.error) : xml('n', 2, cell.serial);
		case 'string':
			if (row % 3 === 1) return xml('str', 0, xmlText(cell));
			if (row % 3 === 2) return `<c r="${at}" s="1" t="inlineStr"><is><t xml:space="preserve">${xmlText(cell)}</t></is></c>`;
			if (!shared.has(cell)) shared.set(cell, shared.size);
			return xml('s', 1, shared.get(cell) ?? 0, false);
	}
}

function xmlText(text: string): string {
	return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
