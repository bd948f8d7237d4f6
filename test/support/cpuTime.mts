/**
 * How many times as much work a hostile input is as a plain one of the same size: in CPU time of this process, which does not
 * change with what else the machine does. What is refused counts as work, too.
 */
export async function timesAsMuch<T>(work: (input: T) => unknown, hostile: T, plain: T): Promise<number> {
	const measure = async (input: T) => {
		const before = process.cpuUsage();
		try {
			await work(input);
		} catch {
			// Refusing is as good as any answer.
		}
		const { user, system } = process.cpuUsage(before);
		return (user + system) / 1000;
	};
	const best = async (input: T) => {
		const times = [await measure(input)];
		while (times.length < 3 && (times[0] as number) < 1000) times.push(await measure(input));
		return Math.min(...times);
	};
	await measure(plain);
	return (await best(hostile)) / Math.max(await best(plain), 1);
}

/** More than any noise, less than the square of what is long. */
export const LINEAR = 30;
