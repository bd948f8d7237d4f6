import { createHash } from 'node:crypto';

/** A key that stands for a set of values without holding any of them. */
export function digestOf(...values: unknown[]): string {
	return createHash('sha256').update(JSON.stringify(values)).digest('base64');
}
