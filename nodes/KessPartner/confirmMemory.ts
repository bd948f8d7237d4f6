import type { DeduplicationScope, ICheckProcessedOptions, IExecuteFunctions } from 'n8n-workflow';

import { Flights } from '../../kess/flights';
import { KessError } from '../../kess/kessError';

/**
 * What this node remembers across executions and workers about confirmations it has asked for.
 *
 * n8n's durable store only knows whether a text was seen before. So the end of a pre-transfer's life is kept as the
 * quarter of an hour it falls into, and found again by asking for each quarter that is still to come. The store
 * rewrites one row for each node, without a lock between workers: two that write at the same moment can lose one of
 * the two notes. Within a process, writing is one after the other.
 */

const SCOPE: DeduplicationScope = 'node';

/** Three notes for each of the last five thousand transfers; n8n drops the oldest and rewrites all of them each time. */
const OPTIONS: ICheckProcessedOptions = { mode: 'entries', maxEntries: 15_000 };

const QUARTER_MS = 15 * 60_000;

/** A pre-transfer that says nothing about its life, or lives longer, is treated as one that ends after a day. */
export const LONGEST_LIFE_MS = 24 * 60 * 60_000;

/** A confirmation that is about to be asked for. */
export interface Confirmation {
	outTradeNo: string;
	preTransferId: string;
	/** Milliseconds since the epoch; after this the gateway refuses to carry it out. */
	expiresAt: number;
}

const writes = new Flights();

export class ConfirmMemory {
	constructor(
		private readonly context: IExecuteFunctions,
		/** Whose transfers these are. */
		private readonly identity: string,
	) {}

	/**
	 * Notes that this confirmation is about to be sent, before it is.
	 *
	 * @returns `undefined` when it may be sent: it is the first for its transfer number, or the same one again, or every
	 *   earlier one has run out. Otherwise when the last other one runs out, in milliseconds since the epoch
	 * @throws KessError when n8n cannot remember: then nothing may be sent
	 */
	async claim(confirmation: Confirmation, now = Date.now()): Promise<number | undefined> {
		const transfer = this.note(confirmation.outTradeNo);
		const own = [this.note(confirmation.outTradeNo, confirmation.preTransferId), this.endNote(confirmation, now)];
		return await this.exclusively(async () => {
			const { processed } = await this.record([transfer, ...own]);
			if (!processed.includes(transfer) || processed.includes(own[0] as string)) return undefined;
			const pending = await this.lastEnd(confirmation.outTradeNo, now, own[1] as string, processed);
			if (pending === undefined) return undefined;
			await this.forget(own.filter((note) => !processed.includes(note)));
			return pending;
		});
	}

	/**
	 * Until when an earlier execution's confirmation for this transfer number can still be carried out.
	 *
	 * @returns milliseconds since the epoch, or `undefined` when there is none
	 */
	async pendingUntil(outTradeNo: string, now = Date.now()): Promise<number | undefined> {
		const transfer = this.note(outTradeNo);
		return await this.exclusively(async () => {
			const { processed } = await this.record([transfer]);
			if (processed.length > 0) return await this.lastEnd(outTradeNo, now);
			await this.forget([transfer]);
			return undefined;
		});
	}

	/** Asks for every quarter of an hour to come; asking leaves a note, which is taken back. */
	private async lastEnd(outTradeNo: string, now: number, own?: string, known: string[] = []): Promise<number | undefined> {
		const quarters = Array.from({ length: LONGEST_LIFE_MS / QUARTER_MS + 1 }, (_, index) => quarter(now) + index);
		const notes = new Map(quarters.map((end) => [this.note(outTradeNo, `until ${end}`), end]));
		const { new: unseen } = await this.record([...notes.keys()]);
		await this.forget(unseen);
		const seen = [...notes].filter(([note]) => !unseen.includes(note) && (note !== own || known.includes(note)));
		const last = seen.at(-1);
		return last === undefined ? undefined : (last[1] + 1) * QUARTER_MS;
	}

	private endNote({ outTradeNo, expiresAt }: Confirmation, now: number): string {
		return this.note(outTradeNo, `until ${quarter(Math.min(expiresAt, now + LONGEST_LIFE_MS))}`);
	}

	private note(...parts: string[]): string {
		return JSON.stringify([this.identity, ...parts]);
	}

	private async record(notes: string[]): Promise<{ new: string[]; processed: string[] }> {
		const found = await this.context.helpers.checkProcessedAndRecord(notes, SCOPE, OPTIONS);
		return { new: found.new.map(String), processed: found.processed.map(String) };
	}

	private async forget(notes: string[]): Promise<void> {
		if (notes.length > 0) await this.context.helpers.removeProcessed(notes, SCOPE, OPTIONS);
	}

	private async exclusively<T>(work: () => Promise<T>): Promise<T> {
		try {
			return await writes.run(this.context.getNode().id, work);
		} catch {
			throw cannotRemember();
		}
	}
}

function quarter(time: number): number {
	return Math.floor(time / QUARTER_MS);
}

function cannotRemember(): KessError {
	return new KessError(
		'n8n could not note down that this transfer is about to be confirmed, so it was not confirmed',
		'Save the workflow and run it again. If this stays so, check the database of this n8n. Nothing was paid by this run.',
	);
}
