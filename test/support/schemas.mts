import { expectWritten } from './written.mts';

/** What n8n shows of a value before anything has run: names and types. */
function schemaOf(value: unknown): object {
	if (value === null) return { type: 'null' };
	if (Array.isArray(value)) return value.length === 0 ? { type: 'array' } : { type: 'array', items: schemaOf(value[0]) };
	if (typeof value !== 'object') return { type: typeof value };
	return { type: 'object', properties: Object.fromEntries(Object.entries(value).map(([name, part]) => [name, schemaOf(part)])) };
}

/**
 * The fields that an operation returns, which n8n offers to be dragged before it has run for the first time: they are those
 * of a real run.
 */
export function expectSchema(node: 'KessPartner' | 'KessWebPay', resource: string, operation: string, output: unknown): void {
	const schema = { ...schemaOf(output), version: 1 };
	expectWritten(`nodes/${node}/__schema__/v1.0.0/${resource}/${operation}.json`, `${JSON.stringify(schema, undefined, '\t')}\n`);
}
