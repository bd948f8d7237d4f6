import type { z } from 'zod';

/**
 * What somebody sends to a control, as its schema has it.
 *
 * @throws Error naming every field that is wrong, and what is wrong with it
 */
export function checked<Schema extends z.ZodTypeAny>(schema: Schema, value: unknown): z.output<Schema> {
	const { success, data, error } = schema.safeParse(value);
	if (success) return data as z.output<Schema>;
	throw new Error(error.issues.map(({ path, message }) => [...path, message].join(': ')).join('; '));
}
