import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { parse } from 'csv-parse/sync';

import { parseCurrency, parseMoney } from '../../kess/money.ts';

const rowsOf = (name: string): Array<Record<string, string>> =>
	parse(readFileSync(join(__dirname, '..', '..', 'workflows', name)), { columns: true });

const refunds = rowsOf('refunds.csv');
const orders = new Map(rowsOf('orders.csv').map((row) => [row.order_no, row]));

describe('refunds.csv', () => {
	test('has the columns that the workflow reads, and every refund a number of its own', () => {
		expect(Object.keys(refunds[0] ?? {})).toEqual(['refund_no', 'order_no', 'amount', 'currency', 'reason']);
		expect(new Set(refunds.map(({ refund_no }) => refund_no)).size).toBe(refunds.length);
	});

	test('gives back a part of some orders and all of others, never more', () => {
		const given = new Map<string, bigint>();
		for (const { order_no = '', amount, currency, reason } of refunds) {
			expect([order_no, orders.get(order_no)?.currency]).toEqual([order_no, currency]);
			expect(reason).not.toBe('');
			given.set(order_no, (given.get(order_no) ?? 0n) + parseMoney(amount, parseCurrency(currency)).hundredths);
		}
		const left = [...given].map(([order_no, sum]) => {
			const { amount, currency } = orders.get(order_no) ?? {};
			return parseMoney(amount, parseCurrency(currency)).hundredths - sum;
		});
		expect(left.every((rest) => rest >= 0n)).toBe(true);
		expect([left.includes(0n), left.some((rest) => rest > 0n)]).toEqual([true, true]);
	});
});
