import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { parse } from 'csv-parse/sync';

import { parseCurrency, parseMoney } from '../../kess/money.ts';
import { readDetail, requireOutTradeNo, requireTitle } from '../../kess/webPay/fields.ts';

const COLUMNS = ['order_no', 'title', 'amount', 'currency', 'customer'];
const LINE_COLUMNS = ['no', 'name', 'price', 'qty', 'discount'];

const bytes = readFileSync(join(__dirname, '..', '..', 'workflows', 'orders.csv'));
const rows = parse(bytes, { columns: true }) as Array<Record<string, string>>;

/** Hundredths, exact. */
function hundredths(decimal: string): bigint {
	const [whole = '', fraction = ''] = decimal.split('.');
	return BigInt(whole + fraction.padEnd(2, '0'));
}

function productLines(row: Record<string, string>) {
	return readDetail([1, 2].map((number) => Object.fromEntries(LINE_COLUMNS.map((name) => [name, row[`item${number}_${name}`]]))), parseMoney(row.amount, String(row.currency)));
}

describe('orders.csv', () => {
	test('is UTF-8 with the columns that the workflow reads', () => {
		expect(() => new TextDecoder('utf-8', { fatal: true }).decode(bytes)).not.toThrow();
		expect(Object.keys(rows[0] ?? {})).toEqual([
			...COLUMNS,
			...[1, 2].flatMap((number) => LINE_COLUMNS.map((name) => `item${number}_${name}`)),
		]);
	});

	test('has enough orders of every kind', () => {
		const withLines = (count: number) => rows.filter((row) => productLines(row).length === count).length;
		expect(rows.length).toBeGreaterThanOrEqual(50);
		expect([0, 1, 2].map(withLines).every((count) => count >= 10)).toBe(true);
		for (const currency of ['USD', 'KHR']) {
			expect(rows.filter((row) => row.currency === currency).length).toBeGreaterThanOrEqual(15);
		}
		expect(rows.filter(({ title }) => /\p{Script=Khmer}/u.test(title ?? '')).length).toBeGreaterThanOrEqual(30);
		expect(rows.some(({ title }) => /[",]/.test(title ?? ''))).toBe(true);
	});

	test('has order numbers that are used once and that every channel takes', () => {
		const notes: string[] = [];
		const numbers = rows.map(({ order_no }) => requireOutTradeNo(order_no, (note) => notes.push(note)));
		expect(new Set(numbers).size).toBe(rows.length);
		expect(notes).toEqual([]);
	});

	test('has order numbers and product IDs that only survive as text', () => {
		expect(rows.some(({ order_no }) => /^0\d+$/.test(order_no ?? ''))).toBe(true);
		expect(rows.some(({ order_no }) => /^\d+$/.test(order_no ?? '') && !Number.isSafeInteger(Number(order_no)))).toBe(true);
		expect(rows.some(({ item1_no }) => /^0\d+$/.test(item1_no ?? ''))).toBe(true);
	});

	test.each(rows.map((row) => [row.order_no, row] as const))('%s: title, amount and product lines fit', (_, row) => {
		expect(requireTitle(row.title)).toBe(row.title);
		expect(row.customer).not.toBe('');
		const currency = parseCurrency(row.currency);
		const amount = parseMoney(row.amount, currency);
		const lines = productLines(row);
		if (lines.length === 0) return;
		const sum = lines.reduce((total, { price, qty, discount }) => {
			expect(parseMoney(price, currency).currency).toBe(row.currency);
			expect(qty).toMatch(/^[1-9]\d*$/);
			return total + (hundredths(price) - hundredths(String(discount ?? 0))) * BigInt(qty);
		}, 0n);
		expect(sum).toBe(amount.hundredths);
	});
});
