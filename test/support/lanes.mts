/** Does something with everything in a list, some at a time. */
export async function inLanes<T>(list: readonly T[], work: (entry: T) => Promise<unknown>, lanes: number): Promise<void> {
	const queue = list.values();
	await Promise.all(
		Array.from({ length: lanes }, async () => {
			for (const entry of queue) await work(entry);
		}),
	);
}
