import { DurableStore } from '../../sandbox/host/durableStore.mts';
import type { MoneyOperation } from './operations.mts';
import { type MatrixCounts, runMatrix } from './runMatrix.mts';

/** Shown of what fell short. */
const SHOWN = 25;

/** One test for each of the operations, and a table of what they came to. */
export function testMatrix(operations: MoneyOperation[]): void {
	jest.setTimeout(3_600_000);
	beforeAll(async () => {
		await new DurableStore().attach();
	});
	const table: Array<[name: string, counts: MatrixCounts]> = [];
	test.each(operations.map((operation) => [operation.name, operation] as const))('%s: nothing twice, nothing said that is not so', async (name, operation) => {
		const { short, counts } = await runMatrix(operation);
		table.push([name, counts]);
		if (short.length > SHOWN) short.splice(SHOWN, short.length, `and ${short.length - SHOWN} more`);
		if (short.length > 0) throw new Error(`Fell short:\n${short.join('\n')}`);
	});
	afterAll(() => {
		const names = Object.keys(table[0]?.[1] ?? {}) as Array<keyof MatrixCounts>;
		const lines = [['', ...names], ...table.map(([name, counts]) => [name, ...names.map((column) => String(counts[column]))])];
		const which = process.env.KESSPAY_MATRIX ?? 'a fifth of it';
		console.log([`The matrix (${which})`, ...lines.map((line) => line.map((text, column) => (column === 0 ? text.padEnd(16) : text.padStart((names[column - 1] as string).length + 2))).join(''))].join('\n'));
	});
}
