/**
 * Decodes the format in which n8n sends the data of an execution: a JSON list whose first entry is the value; in it and
 * in the entries it refers to, every string stands for the number of another entry. So a value that is referred to from
 * several places, or from within itself, is written once.
 *
 * @param text JSON
 * @returns the value, with shared objects shared again
 * @throws SyntaxError when the text is not JSON, RangeError when a reference leads nowhere
 */
export function decodeFlatted(text: string): unknown {
	const entries = JSON.parse(text) as unknown[];
	const decoded = new Map<number, unknown>();

	const entry = (index: number): unknown => {
		if (!(index in entries)) throw new RangeError(`No entry ${index} in the execution data`);
		if (decoded.has(index)) return decoded.get(index);
		const stored = entries[index];
		if (typeof stored !== 'object' || stored === null) return stored;
		const value: unknown[] | Record<string, unknown> = Array.isArray(stored) ? [] : {};
		// Known before its parts are decoded: one of them may refer back to it.
		decoded.set(index, value);
		for (const [name, part] of Object.entries(stored)) {
			const whole = typeof part === 'string' ? entry(Number(part)) : part;
			Object.defineProperty(value, name, { value: whole, writable: true, enumerable: true, configurable: true });
		}
		return value;
	};
	return entry(0);
}
