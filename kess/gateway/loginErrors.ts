import { NotSentError } from '../errors';
import { type BusyWait, busyReason } from './busy';
import { lossReason, unreachable } from './connection';

/** The gateway refused to log in: asking again with the same values is pointless. */
export class LoginRefusedError extends NotSentError {
	override name = 'LoginRefusedError';
}

/**
 * The gateway is too busy to log in. A login changes nothing, so it may be asked for again, by whoever wants to wait;
 * here nobody waits.
 */
export class LoginBusyError extends NotSentError {
	override name = 'LoginBusyError';

	/** As it continues a sentence. */
	readonly reason: string;

	constructor(
		status: number,
		/** The header Retry-After. */
		readonly retryAfter: unknown,
		readonly wait: BusyWait,
	) {
		const reason = `the login gave no token: ${busyReason(status, wait)}`;
		super(
			`KESS was not asked, because ${reason}`,
			'Run the item again then. This request was not sent.',
		);
		this.reason = reason;
	}
}

/**
 * The words for a login that got no answer.
 *
 * @param error what the HTTP request threw
 */
export function loginFailure(error: unknown, origin: string): NotSentError {
	return (
		unreachable(error, origin) ??
		new NotSentError(
			`The login at KESS failed: ${lossReason(error)}`,
			'Try again later. Nothing else was sent.',
		)
	);
}
