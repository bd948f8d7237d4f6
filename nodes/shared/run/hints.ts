import type { IExecuteFunctions } from 'n8n-workflow';

/** How many items a hint names. */
const NAMED = 3;

/** What the items of a run have to be told that is no failure: each thing once, and of which items. */
export class RunHints {
	private readonly items = new Map<string, Set<number>>();

	constructor(private readonly context: IExecuteFunctions) {}

	add(message: string, itemIndex: number): void {
		const items = this.items.get(message) ?? new Set();
		this.items.set(message, items.add(itemIndex));
	}

	/** Shows them beside the output. Older n8n cannot. */
	show(): void {
		if (typeof this.context.addExecutionHints !== 'function') return;
		for (const [message, items] of this.items) {
			this.context.addExecutionHints({ message: `${message} [${itemsInWords([...items].sort((a, b) => a - b))}]`, location: 'outputPane' });
		}
	}
}

/** `item 3`, or `items 0, 4, 7 and 57 more`. */
function itemsInWords(items: number[]): string {
	if (items.length === 1) return `item ${items.join()}`;
	const more = items.length - NAMED;
	return `items ${items.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
