import type { IExecuteFunctions } from 'n8n-workflow';

const TEXT = /"[^"\\\n{}]*"|'[^'\\\n{}]*'/.source;
const FIELD = String.raw`(?:\$json|\$\((?:${TEXT})\)\.item\.json)(?:\??\.[A-Za-z_$][\w$]*|\[(?:\d+|${TEXT})\])+`;
const OPERAND = `(?:${FIELD}|${TEXT})`;

/** A whole parameter that is a field of an item, a text, or several of them put together: evaluating it changes nothing. */
const PURE_EXPRESSION = new RegExp(
	String.raw`^=\{\{\s*(${OPERAND}(?:\s*\+\s*${OPERAND})*)\s*\}\}$`,
);

/**
 * The parameters of one run, item by item. Evaluating expressions is what costs an item most time in n8n, and everything
 * else waits meanwhile. So the simplest expressions, which most are, are evaluated together, what is no expression is read
 * once for all items, and the next items can be prepared while earlier ones wait for the gateway.
 */
export class ItemParameters {
	private readonly written: Record<string, unknown>;
	private readonly fixed = new Map<string, unknown>();
	/** What is evaluated for each item, in the order in which operations ask for it; each group goes together. */
	private readonly groups: Expression[][] = [];
	private readonly known = new Set<string>();
	private readonly prepared = new Map<number, Map<string, Evaluated>>();

	constructor(private readonly context: IExecuteFunctions) {
		this.written = context.getNode().parameters;
	}

	/**
	 * The value of a parameter.
	 *
	 * @param fallback what a missing one counts as
	 * @throws whatever n8n throws for an expression that cannot be evaluated
	 */
	get(name: string, itemIndex: number, fallback: unknown): unknown {
		this.learn(name, fallback);
		if (this.fixed.has(name)) return this.fixed.get(name);
		const values = this.prepared.get(itemIndex);
		const evaluated = values?.get(name) ?? this.evaluate({ name, fallback }, itemIndex);
		// A collection is read field by field, and evaluating it costs n8n as much as all that a row has in it.
		values?.set(name, evaluated);
		if ('error' in evaluated) throw evaluated.error;
		return evaluated.value;
	}

	/** Evaluates what earlier items have asked for, so that this one need not wait for it. Never throws. */
	prepare(itemIndex: number): void {
		if (this.prepared.has(itemIndex)) return;
		const values = new Map<string, Evaluated>();
		for (const group of this.groups) {
			const together = this.evaluateTogether(group, itemIndex);
			group.forEach((expression, index) => {
				const value = together[index];
				const isPlain = ['string', 'number', 'boolean'].includes(typeof value);
				values.set(expression.name, isPlain ? { value } : this.evaluate(expression, itemIndex));
			});
		}
		this.prepared.set(itemIndex, values);
	}

	/** Forgets what was prepared for an item. */
	release(itemIndex: number): void {
		this.prepared.delete(itemIndex);
	}

	private learn(name: string, fallback: unknown): void {
		if (this.fixed.has(name) || this.known.has(name)) return;
		const written = this.written[name];
		if (!holdsExpression(written)) {
			this.fixed.set(name, this.context.getNodeParameter(name, 0, fallback));
			return;
		}
		this.known.add(name);
		const code = typeof written === 'string' ? PURE_EXPRESSION.exec(written)?.[1] : undefined;
		const last = this.groups.at(-1);
		if (code !== undefined && last?.[0]?.code !== undefined) last.push({ name, fallback, code });
		else this.groups.push([{ name, fallback, code }]);
	}

	/** @returns the values of several pure expressions; an empty list when n8n cannot evaluate one of them */
	private evaluateTogether(group: Expression[], itemIndex: number): unknown[] {
		if (group.length < 2) return [];
		try {
			const values: unknown = this.context.evaluateExpression(
				`{{ [${group.map(({ code }) => code).join(', ')}] }}`,
				itemIndex,
			);
			return Array.isArray(values) ? values : [];
		} catch {
			return [];
		}
	}

	private evaluate({ name, fallback }: Expression, itemIndex: number): Evaluated {
		try {
			return { value: this.context.getNodeParameter(name, itemIndex, fallback) };
		} catch (error) {
			return { error };
		}
	}
}

interface Expression {
	name: string;
	/** What a missing parameter counts as. */
	fallback: unknown;
	/** Set for a pure one. */
	code?: string;
}

/** What evaluating gave, or what it threw. */
type Evaluated = { value: unknown } | { error: unknown };

function holdsExpression(value: unknown): boolean {
	if (typeof value === 'string') return value.startsWith('=');
	return value !== null && typeof value === 'object' && Object.values(value).some(holdsExpression);
}
