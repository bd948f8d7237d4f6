import { sleep } from 'n8n-workflow';

import { SharedQuestions } from '../../shared/gateway/sharedQuestions';

/**
 * What a call from outside may cost. The gateway waits about 25 s for an answer to a notification (docs/gateway.md §5): until then
 * a question may have waited for its turn, for a busy gateway, and have been put again.
 */
export const NOTIFIED = {
	/** Milliseconds for one question, a login included. */
	timeout: 8_000,
	/** Milliseconds that a busy gateway is waited for meanwhile. */
	patience: 4_000,
} as const;

/** Milliseconds from one question about an order to the next, however often somebody calls. */
const ASK_EVERY_MS = 3_000;

/** The questions about orders that calls from outside bring about in this process. */
export const questions = new SharedQuestions(ASK_EVERY_MS);

/** How often the gateway is asked again when it is behind its own notification, which it may not repeat. */
const LOOKS = 3;

/**
 * Asks, and again some seconds later while the answer is behind what the gateway itself has told.
 *
 * @returns the last answer
 */
export async function lookAgain<T>(
	look: () => Promise<T>,
	isBehind: (answer: T) => boolean,
): Promise<T> {
	for (let looks = 1; ; looks++) {
		const answer = await look();
		if (looks === LOOKS || !isBehind(answer)) return answer;
		await sleep(ASK_EVERY_MS);
	}
}
