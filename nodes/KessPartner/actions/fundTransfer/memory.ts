import { type IExecuteFunctions, sleep } from 'n8n-workflow';

import { KessError } from '../../../../kess/errors';
import { DurableNotes } from '../../../shared/money/durableNotes';

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

/** So many quarters of an hour are asked for at first: claims of transfers that live for minutes have ended by then. */
const SOON_QUARTERS = 5;

/** Stands beside the end of a claim that lasts longer. */
const LONG = 'long';

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
		const notes = this.notes(claim, now);
		const [number, holder] = notes;
		let leftovers: string[] = [];
		const claimed = await this.store.exclusively(async () => {
			const { processed } = await this.store.record(notes);
			const again = processed.includes(holder);
			if (again || !processed.includes(number)) return { again };
			const own = notes.filter((note) => !processed.includes(note));
			const last = await this.lastEnd(claim.outTradeNo, now, own);
			if (last === undefined) return { again };
			leftovers = [holder, ...last.notedBeyond];
			await this.store.forget(own);
			return { again, heldUntil: last.end };
		});
		if (leftovers.length > 0) {
			// A worker that had read the row in between has written them back: they would hold the number for longer.
			await this.settle();
			await this.store.exclusively(async () => await this.store.forget(leftovers));
		}
		return claimed;
	}

	/**
	 * Whether the number is still claimed by this holder, right before money moves. Also notes a later end.
	 *
	 * @returns false when another worker has claimed it in the same moment
	 * @throws KessError when n8n cannot remember
	 */
	async isHeld(claim: Claim): Promise<boolean> {
		for (let attempt = 0; attempt < LOOKS; attempt++) {
			const { again, heldUntil } = await this.claim(claim);
			if (again) return true;
			if (heldUntil !== undefined) return false;
			// The claim was gone: another worker wrote about other transfers and lost it. It is noted again, and that worker
			// has had the time to finish when this looks once more.
			await this.settle();
		}
		return false;
	}

	private async settle(): Promise<void> {
		await sleep(SETTLE_MS * (1 + Math.random()));
	}

	/** Gives a claim back: nothing can be paid through it any more. */
	async release(claim: Claim, now = Date.now()): Promise<void> {
		const notes = this.notes(claim, now);
		const [, holder] = notes;
		await this.store.exclusively(async () => {
			const { processed } = await this.store.record([holder]);
			// Where this claim was lost to somebody else's, the other notes are theirs.
			await this.store.forget(processed.includes(holder) ? notes : [holder]);
		});
	}

	/**
	 * Asks for the quarters of an hour to come, for those of a whole day only where a claim was made that long; asking
	 * leaves notes, which are taken back.
	 *
	 * @param own notes that this claim has just left
	 * @returns the last end, and the notes for ends beyond it that this claim has left; `undefined` when no claim lasts
	 */
	private async lastEnd(outTradeNo: string, now: number, own: string[]): Promise<{ end: number; notedBeyond: string[] } | undefined> {
		const quarters = Array.from({ length: LONGEST_LIFE_MS / QUARTER_MS + 1 }, (_, index) => quarter(now) + index);
		const ends = new Map(quarters.map((end) => [this.note(outTradeNo, `until ${end}`), end]));
		const asked: string[] = [];
		const find = async (notes: string[]) => {
			const { new: unseen } = await this.store.record(notes);
			await this.store.forget(unseen);
			asked.push(...unseen);
			return notes.filter((note) => !unseen.includes(note) && !own.includes(note));
		};
		const long = this.note(outTradeNo, LONG);
		const soon = await find([...[...ends.keys()].slice(0, SOON_QUARTERS), long]);
		const found = soon.includes(long) ? await find([...ends.keys()]) : soon;
		const last = ends.get(found.at(-1) ?? '');
		if (last === undefined) return undefined;
		// The holder may note an earlier end itself in this moment, so those stay alone.
		const notedBeyond = [...asked, ...own].filter((note) => (ends.get(note) ?? 0) > last);
		return { end: (last + 1) * QUARTER_MS, notedBeyond };
	}

	/** Number, holder, end and, for one that ends late, that it does. */
	private notes({ outTradeNo, holder, until }: Claim, now: number): [number: string, holder: string, ...others: string[]] {
		const end = quarter(Math.min(until + GRACE_MS, now + LONGEST_LIFE_MS));
		const long = end < quarter(now) + SOON_QUARTERS ? [] : [this.note(outTradeNo, LONG)];
		return [this.note(outTradeNo), this.note(outTradeNo, holder), this.note(outTradeNo, `until ${end}`), ...long];
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
