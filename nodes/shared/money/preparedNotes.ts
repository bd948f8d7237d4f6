import type { IExecuteFunctions } from 'n8n-workflow';

import { DurableNotes, QUARTER_MS } from './durableNotes';
import { DAY_MS, FURTHEST_MS, GRACE_MS, lastDay, LONGEST_MS } from './paymentNotes';

/** What the notes say of something that was prepared. */
export interface Prepared {
	/** Whether this workflow has prepared it, and surely knows for what. */
	isKnown: boolean;
	/** Those of the facts that are not so, or that nobody knows. */
	doubtful: Set<string>;
}

/**
 * What something was prepared for, for whoever carries it out later and knows only the ID that the gateway gave it.
 *
 * Here it is the presence of a note that is good news, and asking for notes can leave them behind (`DurableNotes`). So
 * whoever asks writes the notes and a mark beside them in one step, and where the mark stands no note proves anything. Who is
 * killed while asking may so turn what is known into a doubt, and never a doubt into what is known.
 */
export class PreparedNotes {
	private readonly store: DurableNotes;

	constructor(
		context: IExecuteFunctions,
		/** Whose it is, whichever user or address is used. No secret. */
		private readonly account: string,
		private readonly id: string,
	) {
		this.store = new DurableNotes(context);
	}

	/**
	 * @param until when it runs out, in milliseconds since the epoch
	 * @param number what it was prepared under, which may be used as long
	 * @throws Error when n8n cannot remember
	 */
	async remember(facts: string[], until: number, number?: PreparedNotes): Promise<void> {
		await this.store.exclusively(async () => {
			await this.store.record([
				this.lastOf(until),
				...(number === undefined ? [] : [number.known, number.lastOf(until + GRACE_MS)]),
			]);
			const notes = facts.map((fact) => this.note(fact));
			const there = await this.store.record([this.known, ...notes]);
			// The gateway has given the ID before, for something else: then nobody knows what it stands for.
			if (there.has(this.known) && !notes.every((note) => there.has(note)))
				await this.store.record([this.mark]);
		});
	}

	/** @throws Error when n8n cannot remember */
	async recall(facts: string[]): Promise<Prepared> {
		return await this.store.exclusively(async () => await this.ask(facts));
	}

	/**
	 * When it will have run out. What is left behind of asking only makes that later, so that it needs no mark.
	 *
	 * @returns milliseconds since the epoch, not before it has run out; 0 when it surely has; `undefined` where this workflow
	 *   does not know of it
	 * @throws Error when n8n cannot remember
	 */
	async end(): Promise<number | undefined> {
		return await this.store.exclusively(async () => {
			const { isKnown } = await this.ask([]);
			if (!isKnown) return undefined;
			const end = await this.store.latest(LONGEST_MS, QUARTER_MS, (quarter) => this.until(quarter));
			return end > 0 ? end : await this.store.latest(FURTHEST_MS, DAY_MS, (day) => this.day(day));
		});
	}

	private async ask(facts: string[]): Promise<Prepared> {
		const there = await this.store.find([
			this.known,
			...facts.map((fact) => this.note(fact)),
			this.mark,
		]);
		const isProven = (note: string) => there.has(note) && !there.has(this.mark);
		return {
			isKnown: isProven(this.known),
			doubtful: new Set(facts.filter((fact) => !isProven(this.note(fact)))),
		};
	}

	/** Says when it ends. */
	private lastOf(until: number): string {
		return until > Date.now() + LONGEST_MS
			? this.day(lastDay(until))
			: this.until(Math.floor(until / QUARTER_MS));
	}

	private until(quarter: number): string {
		return this.note('until', String(quarter));
	}

	/** The last day of something that lives for longer than one. */
	private day(day: number): string {
		return this.note('day', String(day));
	}

	private get known(): string {
		return this.note();
	}

	private get mark(): string {
		return this.note('doubt', 'asked for');
	}

	/** n8n keeps a short hash of it. */
	private note(...parts: string[]): string {
		const { account, id } = this;
		return JSON.stringify(['prepared', account, id, ...parts]);
	}
}
