import type { Transfer } from '../sandbox/host/payoutWorkflows.mts';

/** Rows of a spreadsheet of orders; the numbers begin with the prefix. */
export function orderRows(prefix: string, count: number): Array<Record<string, unknown>> {
	return Array.from({ length: count }, (_, index) => ({ no: `${prefix}-${index}`, title: 'Iced coffee', amount: `${1 + (index % 90)}.50` }));
}

/** Rows of a spreadsheet of wages; the numbers begin with the prefix. */
export function transferRows(prefix: string, count: number): Transfer[] {
	return Array.from({ length: count }, (_, index) => ({
		out_trade_no: `${prefix}-${index}`,
		receiver_id: '012000232',
		sender_name: 'Bench',
		amount: 1 + (index % 90),
		currency: 'USD',
	}));
}
