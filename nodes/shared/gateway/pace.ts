import { sleep } from 'n8n-workflow';

/** After so many rounds of answers without a busy one, one more request is let out at the same time. */
const STEADY_ROUNDS = 10;

/**
 * Keeps all requests of one execution off a gateway that says that it is busy: none is begun before the time it has asked
 * for, and then only half as many at the same time, or the same rows would be turned away again. Slowly it
 * becomes more again.
 */
export class GatewayPace {
	private pausedUntil = 0;
	/** Since when every answer has been a busy one. */
	private busySince: number | undefined;
	private underWay = 0;
	private limit = Number.POSITIVE_INFINITY;
	private slowedAt = 0;
	private goodAnswers = 0;
	private readonly waiting: Array<() => void> = [];

	/** @param patience milliseconds that a request may wait in all, and for which all of them wait for the first good answer */
	constructor(private readonly patience: number) {}

	/** Milliseconds until the time that the gateway has asked for. */
	get pause(): number {
		return Math.max(0, this.pausedUntil - Date.now());
	}

	/**
	 * Waits until a request may be sent; then `leave` has to be called once.
	 *
	 * @param waited milliseconds that this request has waited before
	 * @returns milliseconds waited for the gateway, in all; `undefined` when it would be too long, and nothing may be sent
	 */
	async enter(waited: number): Promise<number | undefined> {
		for (;;) {
			const { pause } = this;
			if (pause > 0) {
				const since = this.busySince ?? Date.now();
				if (Math.max(waited, Date.now() - since) + pause > this.patience) {
					this.wake();
					return undefined;
				}
				await sleep(pause);
				waited += pause;
			} else if (this.underWay >= this.limit) {
				await new Promise<void>((resolve) => this.waiting.push(resolve));
			} else {
				this.underWay += 1;
				return waited;
			}
		}
	}

	/** A request that was let out has ended. */
	leave(): void {
		this.underWay -= 1;
		this.wake();
	}

	/**
	 * Takes note of a busy answer; to be called before `leave`.
	 *
	 * @param sentAt when the request was sent: several that were under way together slow down once
	 * @param wait milliseconds before anything may be sent
	 */
	slowDown(sentAt: number, wait: number, now = Date.now()): void {
		this.busySince ??= now;
		this.pausedUntil = Math.max(this.pausedUntil, now + wait);
		this.goodAnswers = 0;
		if (sentAt < this.slowedAt) return;
		this.slowedAt = now;
		this.limit = Math.max(1, Math.floor(Math.min(this.limit, this.underWay) / 2));
	}

	/** Takes note of an answer of a gateway that is not busy. */
	goOn(): void {
		this.busySince = undefined;
		this.goodAnswers += 1;
		if (this.goodAnswers < this.limit * STEADY_ROUNDS) return;
		this.goodAnswers = 0;
		this.limit += 1;
	}

	private wake(): void {
		const free = this.limit - this.underWay;
		for (let woken = 0; woken < free && this.waiting.length > 0; woken++) this.waiting.shift()?.();
	}
}
