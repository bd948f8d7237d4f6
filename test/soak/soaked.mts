import { fullRefund, type MoneyOperation, partialRefund, payKhqr, payOut } from '../matrix/operations.mts';

/** How many rows of each way to move money the soak runs. */
export const SOAKED: Array<{ way: MoneyOperation; rows: number }> = [
	{ way: payOut, rows: 10_000 },
	{ way: partialRefund, rows: 1000 },
	{ way: fullRefund, rows: 1000 },
	{ way: payKhqr, rows: 2000 },
];
