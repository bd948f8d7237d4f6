import type { IExecuteFunctions } from 'n8n-workflow';

/** `={{ … }}` and nothing else, so that its value is that of the code between the braces. */
const LONE_EXPRESSION = /^=\{\{((?:(?!\{\{|\}\})[\s\S])*[^\\])\}\}$/;

/**
 * The parameters of one run, item by item. Evaluating expressions is what costs an item most time in n8n, and everything
 * else waits meanwhile. So expressions are evaluated together where that gives the same values, what is no expression is
 * read once for all items, and the next items can be prepared while earlier ones wait for the gateway.
 */
export class ItemParameters {
	private readonly written: Record<string, unknown>;
	/** Names that items have asked for, with the value of a parameter that is missing. Operations ask for the same each time. */
	private readonly evaluated = new Map<string, unknown>();
	private readonly fixed = new Map<string, unknown>();
	private readonly prepared = new Map<number, Map<string, unknown>>();
	/** The code of expressions that can be evaluated together, by parameter. */
	private readonly codes = new Map<string, string>();

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
		return values?.has(name) ? values.get(name) : this.context.getNodeParameter(name, itemIndex, fallback);
	}

	/** Evaluates what earlier items have asked for, so that this one need not wait for it. Never throws. */
	prepare(itemIndex: number): void {
		if (this.evaluated.size === 0 || this.prepared.has(itemIndex)) return;
		const values = this.evaluateTogether(itemIndex);
		for (const [name, fallback] of this.evaluated) {
			if (!values.has(name)) this.evaluate(name, itemIndex, fallback, values);
		}
		this.prepared.set(itemIndex, values);
	}

	/** Forgets what was prepared for an item. */
	release(itemIndex: number): void {
		this.prepared.delete(itemIndex);
	}

	private learn(name: string, fallback: unknown): void {
		if (this.fixed.has(name) || this.evaluated.has(name)) return;
		const written = this.written[name];
		if (!holdsExpression(written)) {
			this.fixed.set(name, this.context.getNodeParameter(name, 0, fallback));
			return;
		}
		this.evaluated.set(name, fallback);
		const code = typeof written === 'string' ? LONE_EXPRESSION.exec(written)?.[1] : undefined;
		if (code !== undefined) this.codes.set(name, code);
	}

	/**
	 * Texts, numbers and truth values of lone expressions. When one of them fails, n8n gives no list, and each is
	 * evaluated alone from then on.
	 */
	private evaluateTogether(itemIndex: number): Map<string, unknown> {
		const names = [...this.codes.keys()];
		if (names.length < 2) return new Map();
		// The line break ends a comment.
		const code = [...this.codes.values()].map((one) => `(${one}\n)`).join(', ');
		const values = this.tryExpression(`{{ [${code}] }}`, itemIndex);
		if (Array.isArray(values) && values.length === names.length) {
			const pairs = names.map((name, index): [string, unknown] => [name, values[index]]);
			return new Map(pairs.filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value)));
		}
		this.codes.clear();
		return new Map();
	}

	private tryExpression(expression: string, itemIndex: number): unknown {
		try {
			return this.context.evaluateExpression(expression, itemIndex);
		} catch {
			return undefined;
		}
	}

	private evaluate(name: string, itemIndex: number, fallback: unknown, values: Map<string, unknown>): void {
		try {
			values.set(name, this.context.getNodeParameter(name, itemIndex, fallback));
		} catch {
			// It fails again, and is reported, when the item asks for it.
		}
	}
}

function holdsExpression(value: unknown): boolean {
	if (typeof value === 'string') return value.startsWith('=');
	return value !== null && typeof value === 'object' && Object.values(value).some(holdsExpression);
}
