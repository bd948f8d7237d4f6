/**
 * States after which nobody pays an order any more (kess-api §3, States). FAILED is not among them, because another
 * attempt may follow, nor is any word that is not known. Only SUCCESS means paid.
 */
const ENDED: ReadonlySet<unknown> = new Set([
	'SUCCESS',
	'CLOSED',
	'EXPIRED',
	'PARTIAL_REFUNDED',
	'PENDING_PARTIAL_REFUND',
	'PENDING_REFUNDED',
	'REFUNDED',
	'REJECT_REFUNDED',
	'REVERSAL',
	'VOID',
]);

/** Whether waiting for the order's payment makes no sense any more. */
export function hasEnded(status: unknown): boolean {
	return ENDED.has(status);
}
