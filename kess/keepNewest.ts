/** Drops the oldest entries of a map or a set, so that it has no more than `most`. */
export function keepNewest(kept: Map<unknown, unknown> | Set<unknown>, most: number): void {
	for (const oldest of kept.keys()) {
		if (kept.size <= most) return;
		kept.delete(oldest);
	}
}
