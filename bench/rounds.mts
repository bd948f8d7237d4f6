/** Does its work once. */
export type Work = () => unknown;

/** Calls of a contestant between two looks at the clock: a look must not weigh beside a microsecond of work. */
const CALLS_AT_ONCE = 10;

/**
 * How many times a second of this process's CPU time some work can be done. CPU time and not time by the clock, so that
 * other programs on the machine count for as little as possible; what Node does beside the work, such as collecting
 * garbage, is counted.
 *
 * @param work synchronous
 * @param ms how long to try, by the clock; a quarter of it before, uncounted, because Node tidies up after a pause
 */
export function ratePerCpuSecond(work: Work, ms: number): number {
	repeat(work, ms / 4);
	const before = process.cpuUsage();
	const calls = repeat(work, ms);
	const { user, system } = process.cpuUsage(before);
	return calls / ((user + system) / 1e6);
}

function repeat(work: Work, ms: number): number {
	const end = performance.now() + ms;
	let calls = 0;
	for (; performance.now() < end; calls += CALLS_AT_ONCE) {
		for (let call = 0; call < CALLS_AT_ONCE; call++) work();
	}
	return calls;
}

/**
 * Measures contestants in turn, A B C A B C ..., so that a disturbance of the machine strikes all of them, after one
 * round that does not count.
 *
 * @param contestants each gives one figure of one round, or `undefined` when it cannot take part
 * @returns the median of each contestant's figures; `undefined` for one that could not take part
 */
export async function mediansOfRounds<Name extends string>(
	contestants: Record<Name, () => number | undefined | Promise<number | undefined>>,
	rounds: number,
): Promise<Record<Name, number | undefined>> {
	const names = Object.keys(contestants) as Name[];
	const figures = new Map(names.map((name) => [name, [] as number[]]));
	for (let round = 0; round <= rounds; round++) {
		for (const name of names) {
			const measured = await contestants[name]();
			if (round > 0 && measured !== undefined) figures.get(name)?.push(measured);
		}
	}
	return Object.fromEntries([...figures].map(([name, values]) => [name, values.length > 0 ? median(values) : undefined])) as Record<
		Name,
		number | undefined
	>;
}

/** The middle one, or the mean of the two in the middle. */
export function median(values: number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = sorted.length / 2;
	const low = sorted[Math.ceil(middle) - 1] ?? Number.NaN;
	const high = sorted[Math.floor(middle)] ?? Number.NaN;
	return (low + high) / 2;
}
