/** What can go wrong at the sandbox's gateway with one request. */
export const FAULTS: readonly string[] = [
	'slow',
	'lost-before-booking',
	'lost-after-booking',
	'late-booking',
	'error-500-before',
	'error-500-after',
	'system-error',
	'too-many-requests',
	'unavailable',
	'hang-after',
	'reset-mid-body',
	'html',
	'empty',
	'redirect',
	'wrong-signature',
	'unsigned',
	'wrong-transfer',
	'duplicate-key',
	'expired-token',
];

/** A delay belongs to these only: with any other fault the node would see nothing but an answer that comes too late. */
export function delayed(fault: string, delayMs: number): { delayMs?: number } {
	return fault === 'slow' || fault === 'late-booking' ? { delayMs } : {};
}

/** The services that a payout goes through. */
export const STEPS = ['create.unified.fundTransfer', 'confirm.fundTransfer', 'query.fundTransfer'] as const;
