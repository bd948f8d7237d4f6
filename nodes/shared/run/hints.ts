import type { IExecuteFunctions } from 'n8n-workflow';

import type { ItemEnd } from './runItems';

/** How many items a hint names. */
const NAMED = 3;

/** How many items that did not end as done the summary names of each kind. */
const NAMED_IN_SUMMARY = 10;

/** How an item may end otherwise than as done. */
type OtherEnd = Exclude<ItemEnd, 'done'> | 'refused';

/** What a run has to tell that is no failure of it: each thing once, and of which items; and what became of them all. */
export class RunHints {
	private readonly items = new Map<string, Set<number>>();
	private readonly ends = new Map<number, OtherEnd>();

	/** @param nameOf what an item is about, where it is known: `order INV-7` */
	constructor(
		private readonly context: IExecuteFunctions,
		private readonly nameOf: (itemIndex: number) => string | undefined,
	) {}

	add(message: string, itemIndex: number): void {
		const items = this.items.get(message) ?? new Set();
		this.items.set(message, items.add(itemIndex));
	}

	/** Notes down an item that is not done, for the summary. The first word counts: one that is unknown may stop the run. */
	count(end: OtherEnd, itemIndex: number): void {
		if (!this.ends.has(itemIndex)) this.ends.set(itemIndex, end);
	}

	/** Shows them beside the output. Older n8n cannot. */
	show(): void {
		if (typeof this.context.addExecutionHints !== 'function') return;
		if (this.ends.size > 0)
			this.context.addExecutionHints({
				message: this.summary(),
				type: 'warning',
				location: 'outputPane',
			});
		for (const [message, items] of this.items) {
			this.context.addExecutionHints({
				message: `${message} [${this.list([...items], NAMED)}]`,
				location: 'outputPane',
			});
		}
	}

	/** `187 rows done. 2 rows refused: order INV-12; order INV-40. 1 row UNKNOWN: order INV-41. …` */
	private summary(): string {
		const endedAs = (end: OtherEnd) =>
			[...this.ends].flatMap(([item, as]) => (as === end ? [item] : []));
		const [refused, pending, unknown] = [
			endedAs('refused'),
			endedAs('pending'),
			endedAs('unknown'),
		];
		const done = this.context.getInputData().length - this.ends.size;
		return [
			`${rows(done)} done.`,
			refused.length > 0 &&
				`${rows(refused.length)} refused: ${this.list(refused, NAMED_IN_SUMMARY)}.`,
			pending.length > 0 &&
				`${rows(pending.length)} taken on by KESS and not done yet, see status: ${this.list(pending, NAMED_IN_SUMMARY)}.`,
			unknown.length > 0 &&
				`${rows(unknown.length)} UNKNOWN: ${this.list(unknown, NAMED_IN_SUMMARY)}. Nobody can tell yet whether money has moved there: do what next_step says, and do not pay in another way.`,
		]
			.filter(Boolean)
			.join(' ');
	}

	/** `order INV-7`, or `order INV-1; item 2 and 57 more`. */
	private list(items: number[], most: number): string {
		const names = [
			...new Set(items.sort((a, b) => a - b).map((item) => this.nameOf(item) ?? `item ${item}`)),
		];
		return (
			names.slice(0, most).join('; ') +
			(names.length > most ? ` and ${names.length - most} more` : '')
		);
	}
}

function rows(count: number): string {
	return `${count} ${count === 1 ? 'row' : 'rows'}`;
}
