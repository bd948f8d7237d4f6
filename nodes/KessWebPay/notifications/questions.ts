import { sleep } from 'n8n-workflow';

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

/**
 * Questions to the gateway that calls from outside bring about. Whoever asks while another of the same question waits to
 * be asked shares its answer, and it is asked anew only some time after the last: so whoever calls, and however often,
 * costs the gateway one question in that time. A question that is under way is not shared: what it was called for may
 * have happened after it was put.
 */
export class SharedQuestions {
	private readonly asked = new Map<string, { at: number; answered: Promise<unknown> }>();
	private readonly waiting = new Map<string, Promise<unknown>>();

	/** @param interval milliseconds from one question to the next of the same kind */
	constructor(private readonly interval: number) {}

	/**
	 * @param key what the question is about
	 * @returns what it returns, or throws what it throws
	 */
	async ask<T>(key: string, question: () => Promise<T>): Promise<T> {
		const waiting = this.waiting.get(key);
		if (waiting !== undefined) return (await waiting) as T;
		const last = this.asked.get(key);
		if (last === undefined) return await this.put(key, question);
		const turn = Promise.allSettled([last.answered]).then(async () => {
			await sleep(Math.max(0, last.at + this.interval - Date.now()));
			this.waiting.delete(key);
			return await this.put(key, question);
		});
		this.waiting.set(key, turn);
		return await turn;
	}

	private async put<T>(key: string, question: () => Promise<T>): Promise<T> {
		const answered = question();
		this.asked.set(key, { at: Date.now(), answered: answered });
		void this.forget(key, answered);
		return await answered;
	}

	private async forget(key: string, answered: Promise<unknown>): Promise<void> {
		await Promise.allSettled([answered, sleep(this.interval)]);
		if (this.asked.get(key)?.answered === answered) this.asked.delete(key);
	}
}

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
