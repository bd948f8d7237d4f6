import { type IExecuteFunctions, sleep } from 'n8n-workflow';

import { KessError } from '../../kess/kessError';
import { DurableNotes } from '../shared/durableNotes';

/**
 * What this node remembers across executions and workers: who may confirm a transfer number, and until when.
 *
 * n8n's durable store only knows whether a text was seen before. So the end of a claim is kept as the quarter of an
 * hour it falls into, and found again by asking for each quarter that is still to come.
 *
 * The store loses the earlier of two writes of different workers that overlap: so a claim is looked at once more before
 * money moves (`isHeld`), with a request to the gateway in between. What is left is a worker that needs longer than that
 * request from reading the row to writing it. There is room for three notes for each of the last five thousand transfers.
 */

const QUARTER_MS = 15 * 60_000;

/** A pre-transfer that says nothing about its life, or lives longer, is treated as one that ends after a day. */
export const LONGEST_LIFE_MS = 24 * 60 * 60_000;

/** For how long a transfer is claimed before its pre-transfer says how long it lives. */
export const FIRST_CLAIM_MS = QUARTER_MS;

/** How often a claim that other writes keep losing is made again. */
const LOOKS = 6;

/** Longer than n8n takes from reading the row to writing it back. */
const SETTLE_MS = 200;

/** What the gateway took in time may be carried out a little later, and clocks differ. */
export const GRACE_MS = QUARTER_MS;

/** One holder's right to confirm a transfer number. */
export interface Claim {
	outTradeNo: string;
	/** Whoever may confirm: the same text claims again what it has claimed before. */
	holder: string;
	/** Milliseconds since the epoch; after this the gateway carries out none of the holder's confirmations. */
	until: number;
}

/** How a claim went. */
export interface Claimed {
	/** The holder had claimed it before: an earlier run may have sent its confirmation. */
	again: boolean;
	/** When set, somebody else holds the number until then, in milliseconds since the epoch. */
	heldUntil?: number;
}

export class ConfirmMemory {
	private readonly store: DurableNotes;

	constructor(
		context: IExecuteFunctions,
		/** Whose transfers these are. */
		private readonly identity: string,
	) {
		this.store = new DurableNotes(context, cannotRemember);
	}

	/**
	 * Claims a transfer number, before anything is prepared or confirmed.
	 *
	 * @throws KessError when n8n cannot remember: then nothing may be sent
	 */
	async claim(claim: Claim, now = Date.now()): Promise<Claimed> {
		const [number, holder, end] = this.notes(claim, now);
		return await this.store.exclusively(async () => {
			const { processed } = await this.store.record([number, holder, end]);
			const again = processed.includes(holder);
			if (again || !processed.includes(number)) return { again };
			const heldUntil = await this.lastEnd(claim.outTradeNo, now, processed.includes(end) ? undefined : end);
			if (heldUntil === undefined) return { again };
			await this.store.forget([holder, end].filter((note) => !processed.includes(note)));
			return { again, heldUntil };
		});
	}

	/**
	 * Whether the number is still claimed by this holder, right before money moves. Also notes a later end.
	 *
	 * @returns false when another worker has claimed it in the same moment
	 * @throws KessError when n8n cannot remember
	 */
	async isHeld(claim: Claim): Promise<boolean> {
		for (let attempt = 0; attempt < LOOKS; attempt++) {
			const state = await this.look(claim);
			if (state !== 'lost') return state === 'held';
			// Another worker that was writing at the same time has had the time to finish when this looks again.
			await sleep(SETTLE_MS * (1 + Math.random()));
		}
		return false;
	}

	private async look(claim: Claim, now = Date.now()): Promise<'held' | 'lost' | 'taken'> {
		const [number, holder, end] = this.notes(claim, now);
		return await this.store.exclusively(async () => {
			const { processed } = await this.store.record([number, holder, end]);
			if (processed.includes(holder)) return 'held';
			// All gone: another worker wrote about other transfers and lost them. Number there: somebody has claimed it.
			if (!processed.includes(number)) return 'lost';
			await this.store.forget([holder, end].filter((note) => !processed.includes(note)));
			return 'taken';
		});
	}

	/** Gives a claim back: nothing can be paid through it any more. */
	async release(claim: Claim, now = Date.now()): Promise<void> {
		const [number, holder, end] = this.notes(claim, now);
		await this.store.exclusively(async () => {
			const { processed } = await this.store.record([holder]);
			// Where this claim was lost to somebody else's, the other notes are theirs.
			await this.store.forget(processed.includes(holder) ? [number, holder, end] : [holder]);
		});
	}

	/**
	 * Asks for every quarter of an hour to come; asking leaves notes, which are taken back.
	 *
	 * @param own the note that this claim has just left
	 */
	private async lastEnd(outTradeNo: string, now: number, own: string | undefined): Promise<number | undefined> {
		const quarters = Array.from({ length: LONGEST_LIFE_MS / QUARTER_MS + 1 }, (_, index) => quarter(now) + index);
		const ends = new Map(quarters.map((end) => [this.note(outTradeNo, `until ${end}`), end]));
		const { new: unseen } = await this.store.record([...ends.keys()]);
		await this.store.forget(unseen);
		const last = [...ends].filter(([note]) => !unseen.includes(note) && note !== own).at(-1);
		return last === undefined ? undefined : (last[1] + 1) * QUARTER_MS;
	}

	private notes({ outTradeNo, holder, until }: Claim, now: number): [number: string, holder: string, end: string] {
		const end = quarter(Math.min(until + GRACE_MS, now + LONGEST_LIFE_MS));
		return [this.note(outTradeNo), this.note(outTradeNo, holder), this.note(outTradeNo, `until ${end}`)];
	}

	private note(...parts: string[]): string {
		return JSON.stringify([this.identity, ...parts]);
	}
}

function quarter(time: number): number {
	return Math.floor(time / QUARTER_MS);
}

function cannotRemember(): KessError {
	return new KessError(
		'n8n could not note down that this transfer is about to be paid, so this run has not paid it',
		'Save the workflow and run it again. If this stays so, check the database of this n8n.',
	);
}
