/** Lets work on the same thing happen one after the other within this process, in the order in which it was asked for. */
export class Flights {
	private readonly last = new Map<string, Promise<unknown>>();

	/**
	 * @param key what the work is about; work with another key is not held up
	 * @returns what the work returns, after all earlier work with this key has ended, however it ended
	 */
	async run<T>(key: string, work: () => Promise<T>): Promise<T> {
		const before = this.last.get(key) ?? Promise.resolve();
		const flight = before.then(work, work);
		this.last.set(key, flight);
		try {
			return await flight;
		} finally {
			if (this.last.get(key) === flight) this.last.delete(key);
		}
	}
}
