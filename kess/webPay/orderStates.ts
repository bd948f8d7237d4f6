/** States of an order of which something has been given back, or is about to be. */
const REFUNDED: ReadonlySet<unknown> = new Set([
	'PARTIAL_REFUNDED',
	'PENDING_PARTIAL_REFUND',
	'PENDING_REFUNDED',
	'REFUNDED',
	'REJECT_REFUNDED',
]);

/**
 * States after which nobody pays an order any more (docs/gateway.md §3, States). FAILED is not among them, because another
 * attempt may follow, nor is any word that is not known. Only SUCCESS means paid.
 */
const ENDED: ReadonlySet<unknown> = new Set([
	'SUCCESS',
	'CLOSED',
	'EXPIRED',
	...REFUNDED,
	'REVERSAL',
	'VOID',
]);

/** Whether the order itself says that there is a refund of it. */
export function hasRefund(status: unknown): boolean {
	return REFUNDED.has(status);
}

/** Whether all that the order has cost has been given back, or is about to be. */
export function isGivenBack(status: unknown): boolean {
	return status === 'REFUNDED' || status === 'PENDING_REFUNDED';
}

/** Whether KESS has yet to decide, on a refund for instance, as it or its order says. */
export function isPending(status: unknown): boolean {
	return typeof status === 'string' && /^(PENDING|PROCESSING|WAITING)/i.test(status);
}

/**
 * Whether a refund or a subscription has been carried out. What words there are is not published, so every other one leaves that
 * open.
 */
export function saysDone(status: unknown): boolean {
	return (
		typeof status === 'string' &&
		/^(?:(?:PARTIAL_)?REFUNDED|SUCCESS(?:FUL)?|SUCCEEDED|COMPLETED?|DONE|PAID|ACTIVE|ACTIVATED)$/i.test(
			status,
		)
	);
}

/** Whether something has come to nothing, a refund for instance, as it or its order says. What words there are is not published. */
export function saysFailed(status: unknown): boolean {
	return typeof status === 'string' && /REJECT|FAIL|DECLINE|CANCEL/i.test(status);
}

/** The other states that are known; the set is open. */
const GOING_ON: ReadonlySet<unknown> = new Set(['WAITING', 'FAILED']);

/** Whether a buyer may still pay the order, now or with another attempt. */
export function goesOn(status: unknown): boolean {
	return GOING_ON.has(status);
}

/** Whether it is known what this state means. */
export function isKnown(status: unknown): boolean {
	return ENDED.has(status) || goesOn(status);
}

/** Whether the order has been paid, whatever was given back of it since. */
export function isPaid(status: unknown): boolean {
	return status === 'SUCCESS' || REFUNDED.has(status);
}

/** Whether nobody has paid the order or ever will. */
export function isOver(status: unknown): boolean {
	return ENDED.has(status) && !isPaid(status);
}

/** Whether waiting for the order's payment makes no sense any more. */
export function hasEnded(status: unknown): boolean {
	return ENDED.has(status);
}
