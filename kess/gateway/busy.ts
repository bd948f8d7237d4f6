/**
 * A gateway that says that it is busy. Nobody knows then whether it has done what was asked, because a proxy may say so
 * after the gateway has booked.
 */

/** How often a request that changes nothing is repeated after a busy answer. */
export const BUSY_REPEATS = 3;

/** The pause when the gateway does not say how long; it doubles with each repeat. */
const PAUSE_MS = 500;

/** RFC 9110: the form in which dates are sent, and the only one without a time zone of its own. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** Whether an HTTP status says so, whatever the body says and whoever has written it. */
export function isBusyStatus(status: number): boolean {
	return status === 429 || status === 503;
}

/** A wait before a busy gateway is asked again. */
export interface BusyWait {
	ms: number;
	/** Whether the gateway has asked for it. */
	asked: boolean;
}

/**
 * How long to wait after a busy answer.
 *
 * @param retryAfter the header Retry-After: seconds or an HTTP date; anything else, and a time that is over, counts as none
 * @param repeats how often the request has been repeated before
 */
export function busyWait(retryAfter: unknown, repeats: number, now = Date.now()): BusyWait {
	const text = String(retryAfter ?? '').trim();
	if (/^\d{1,9}$/.test(text)) return { ms: Number(text) * 1000, asked: true };
	const until = HTTP_DATE.test(text) ? Date.parse(text) - now : Number.NaN;
	return until > 0 ? { ms: until, asked: true } : { ms: PAUSE_MS * 2 ** repeats, asked: false };
}

/**
 * The words for a busy gateway, as they continue a sentence.
 *
 * @param code the HTTP status, or the code in an answer
 */
export function busyReason(code: string | number, wait?: BusyWait): string {
	const seconds = wait?.asked ? Math.ceil(wait.ms / 1000) : 0;
	return seconds > 0
		? `the gateway is busy (${code}) and asks to wait ${seconds} s`
		: `the gateway is busy (${code})`;
}
