interface Due {
	at: number;
	work: () => unknown;
	timer: NodeJS.Timeout;
}

/** The gateway's time. It can be moved forward, and whatever is due by then happens at once. */
export class Clock {
	private aheadMs = 0;
	private due = new Set<Due>();

	/** @param real milliseconds since 1970 */
	constructor(private readonly real: () => number) {}

	/** Milliseconds since 1970. */
	now(): number {
		return this.real() + this.aheadMs;
	}

	/** Does something in so many milliseconds of this clock, unless it is forgotten by then. */
	later(ms: number, work: () => unknown): void {
		const due: Due = { at: this.now() + ms, work, timer: setTimeout(() => this.run(due), ms) };
		due.timer.unref();
		this.due.add(due);
	}

	/** Lets the clock show so many milliseconds more than the real time. What became due is done in its order. */
	setAhead(ms: number): void {
		this.aheadMs = ms;
		const passed = [...this.due].filter(({ at }) => at <= this.now());
		for (const due of passed.sort((a, b) => a.at - b.at)) this.run(due);
	}

	report() {
		return { now: new Date(this.now()).toISOString(), aheadMs: this.aheadMs };
	}

	/** Shows the real time again; what was to happen later does not happen. */
	reset(): void {
		this.aheadMs = 0;
		for (const { timer } of this.due) clearTimeout(timer);
		this.due.clear();
	}

	private run(due: Due): void {
		clearTimeout(due.timer);
		this.due.delete(due);
		due.work();
	}
}

/** As `/sandbox/clock` shows it. */
export type ClockReport = ReturnType<Clock['report']>;
