import type { KessSandbox } from './kessSandbox.mts';

/** The time of this process and of its sandbox, which a test can move forward; it is the real one before each test. */
export interface MovableClock {
	/** @param ms more than the real time, and than what was added before */
	forward(ms: number): Promise<void>;
	/** Goes on to a time, and a millisecond further. @param time as ISO text, or a text that ends with one */
	passTime(time: unknown): Promise<void>;
}

const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/;

export function withClock(sandbox: KessSandbox): MovableClock {
	const real = Date.now;
	let ahead = 0;
	afterEach(() => {
		ahead = 0;
		jest.restoreAllMocks();
	});
	const forward = async (ms: number) => {
		ahead += ms;
		jest.spyOn(Date, 'now').mockImplementation(() => real() + ahead);
		await sandbox.setClockAhead(ahead);
	};
	return {
		forward,
		passTime: async (time) => {
			const found = TIME.exec(String(time))?.[0];
			if (found === undefined) throw new Error(`There is no time in "${String(time)}"`);
			await forward(Date.parse(found) + 1 - Date.now());
		},
	};
}
