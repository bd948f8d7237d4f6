/** Node's own limit: with more it waits a millisecond. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * The time that one exchange with a gateway may take, all of it: login, request and answer, whatever drips meanwhile.
 * HTTP libraries only count the time in which nothing arrives.
 */
export class Exchange {
	private left = false;

	private constructor(
		/** Aborted when the time is up. */
		readonly signal: AbortSignal,
	) {}

	/**
	 * Does some work within a time. What is still under way then is broken off; nobody waits for it.
	 *
	 * @param ms milliseconds
	 * @returns a TimeUpError when the work has not ended by then
	 */
	static async within<T>(
		ms: number,
		work: (exchange: Exchange) => Promise<T>,
	): Promise<T | TimeUpError> {
		const exchange = new Exchange(
			AbortSignal.timeout(Math.min(Math.max(1, Math.ceil(ms)), LONGEST_MS)),
		);
		const timeUp = new Promise<TimeUpError>((resolve) => {
			exchange.signal.addEventListener('abort', () => resolve(new TimeUpError(exchange.left)), {
				once: true,
			});
		});
		return await Promise.race([work(exchange), timeUp]);
	}

	/**
	 * To be called when a request is complete and goes out next.
	 *
	 * @throws TimeUpError when nobody waits for it any more: it must not go out then
	 */
	leave(): void {
		if (this.signal.aborted) throw new TimeUpError(this.left);
		this.left = true;
	}

	/** To be called when what went out has been refused before anybody looked at it: it counts as if it had not. */
	refused(): void {
		this.left = false;
	}
}

/** The time of an exchange is up. */
export class TimeUpError extends Error {
	override name = 'TimeUpError';

	/** As HTTP libraries call it. */
	readonly code = 'ETIMEDOUT';

	constructor(
		/** Whether a request has gone out that was not refused: if not, none ever will. */
		readonly hasLeft: boolean,
	) {
		super('No answer came in time');
	}
}
