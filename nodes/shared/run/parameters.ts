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
	private readonly groupOf = new Map<string, Expression[]>();
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
		const group = this.learn(name, fallback);
		if (group === undefined) return this.fixed.get(name);
		const known = this.prepared.get(itemIndex)?.get(name);
		const evaluated = known ?? (this.evaluateGroup(group, itemIndex).get(name) as Evaluated);
		if ('error' in evaluated) throw evaluated.error;
		return evaluated.value;
	}

	/** Evaluates what earlier items have asked for, so that this one need not wait for it. Never throws. */
	prepare(itemIndex: number): void {
		for (const group of this.groups) this.evaluateGroup(group, itemIndex);
	}

	/** Forgets what was prepared for an item. */
	release(itemIndex: number): void {
		this.prepared.delete(itemIndex);
	}

	/** @returns what is evaluated together with it; `undefined` for what is no expression */
	private learn(name: string, fallback: unknown): Expression[] | undefined {
		const known = this.groupOf.get(name);
		if (known !== undefined || this.fixed.has(name)) return known;
		const written = this.written[name];
		if (!holdsExpression(written)) {
			this.fixed.set(name, this.context.getNodeParameter(name, 0, fallback));
			return undefined;
		}
		const code = typeof written === 'string' ? PURE_EXPRESSION.exec(written)?.[1] : undefined;
		const last = this.groups.at(-1);
		const joins = code !== undefined && last?.[0]?.code !== undefined;
		const group = joins ? last : [];
		if (!joins) this.groups.push(group);
		group.push({ name, fallback, code });
		this.groupOf.set(name, group);
		return group;
	}

	/** Evaluates a group as far as that has not been done for the item. @returns all that is known of the item */
	private evaluateGroup(group: Expression[], itemIndex: number): ReadonlyMap<string, Evaluated> {
		const values = this.prepared.get(itemIndex) ?? new Map<string, Evaluated>();
		this.prepared.set(itemIndex, values);
		const missing = group.filter(({ name }) => !values.has(name));
		const together = this.evaluateTogether(missing, itemIndex);
		missing.forEach((expression, index) => {
			const value = together[index];
			const isPlain = ['string', 'number', 'boolean'].includes(typeof value);
			values.set(expression.name, isPlain ? { value } : this.evaluate(expression, itemIndex));
		});
		return values;
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
