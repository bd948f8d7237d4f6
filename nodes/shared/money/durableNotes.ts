import {
	type DeduplicationScope,
	type ICheckProcessedOptions,
	type IExecuteFunctions,
	sleep,
} from 'n8n-workflow';

import { Flights } from '../run/flights';

/** How many notes n8n keeps for a workflow; it drops the oldest, and writes all of them each time. */
const ROOM = 30_000;

/** So exactly are times kept that are hours away. */
export const QUARTER_MS = 15 * 60_000;

const NOTES: DeduplicationScope = 'workflow';
const LOCK: DeduplicationScope = 'node';

/** Longer than a worker that lives takes for a few reads and writes. */
const STALE_MS = 10_000;
const MARGIN_MS = 1000;

const WAIT_MS = 60_000;
const LOOK_AGAIN_MS = 25;
const MARKS = 64;

const MODE: ICheckProcessedOptions = { mode: 'entries' };

const flights = new Flights();

/** When this worker has made the row. */
interface Lock {
	at: number;
	ticks: number;
}

/** By the clock, which may be set, and by the time that has passed, which leaves out that a computer slept. */
function isOverdue({ at, ticks }: Lock): boolean {
	return Math.max(Date.now() - at, performance.now() - ticks) > STALE_MS - MARGIN_MS;
}

/** Another worker has broken the lock, or may have: nothing that was done under it can be relied on. */
export class LockLostError extends Error {
	override message = 'n8n took too long to read and write what it remembers';
}

/**
 * Texts that n8n remembers for one workflow across executions and workers, of which it tells nothing but whether they are
 * there.
 *
 * n8n keeps them in one row, which it reads and writes back in two steps. So whoever works on them first makes the
 * row of its own node, which n8n inserts: of two inserts the database lets one win. A worker that was killed leaves that
 * row behind, and it is broken after a while. Two nodes of one workflow on two workers do not see each other's.
 */
export class DurableNotes {
	constructor(private readonly context: IExecuteFunctions) {}

	/**
	 * Does some work with the notes, while nobody else does.
	 *
	 * @throws LockLostError when it took so long that somebody else may have done so too; Error when n8n cannot remember
	 */
	async exclusively<T>(work: () => Promise<T>): Promise<T> {
		return await flights.run(String(this.context.getWorkflow().id), async () => {
			const lock = await this.lock();
			try {
				const result = await work();
				if (isOverdue(lock)) throw new LockLostError();
				return result;
			} finally {
				// One that stays is broken by the next one, and one that was broken is somebody else's.
				if (!isOverdue(lock)) await this.unlock().catch(() => undefined);
			}
		});
	}

	/** Writes all of the notes down. @returns those that were there before */
	async record(notes: string[]): Promise<Set<string>> {
		const { processed } = await this.context.helpers.checkProcessedAndRecord(notes, NOTES, {
			...MODE,
			maxEntries: ROOM,
		});
		return new Set(processed.map(String));
	}

	/**
	 * @returns those of the notes that are there. They are asked for by writing them, and forgotten again: whoever is killed in
	 *   between, or whose write meets that of another node, leaves all of them, so that this must do no harm
	 */
	async find(notes: string[]): Promise<Set<string>> {
		const found = await this.record(notes);
		await this.forget(notes.filter((note) => !found.has(note)));
		return found;
	}

	/**
	 * The latest time that is noted down: as one text for each span of time, since nothing but texts can be asked for.
	 *
	 * @param aheadMs how far ahead it is looked for, from now
	 * @param spanMs how exactly the times are kept
	 * @returns the end of the span, in milliseconds since the epoch; 0 where there is none
	 */
	async latest(aheadMs: number, spanMs: number, note: (span: number) => string): Promise<number> {
		const now = Math.floor(Date.now() / spanMs);
		const ends = new Map(
			Array.from({ length: Math.ceil(aheadMs / spanMs) + 1 }, (_, index) => [
				note(now + index),
				(now + index + 1) * spanMs,
			]),
		);
		const there = await this.find([...ends.keys()]);
		return Math.max(0, ...[...ends].flatMap(([text, end]) => (there.has(text) ? [end] : [])));
	}

	async forget(notes: string[]): Promise<void> {
		if (notes.length > 0) await this.context.helpers.removeProcessed(notes, NOTES, MODE);
	}

	private async lock(): Promise<Lock> {
		const { checkProcessedAndRecord, getProcessedDataCount } = this.context.helpers;
		// How many entries the row has is all that others can read of it: by that they see that it has changed hands.
		const row = Array.from(
			{ length: 1 + Math.floor(Math.random() * MARKS) },
			(_, index) => `lock ${index}`,
		);
		let seen = { mark: 0, since: 0 };
		let failure: unknown;
		for (const end = Date.now() + WAIT_MS; Date.now() < end; ) {
			const mark = await getProcessedDataCount(LOCK, MODE);
			if (mark !== seen.mark) seen = { mark, since: Date.now() };
			if (mark === 0) {
				const lock = { at: Date.now(), ticks: performance.now() };
				try {
					if ((await checkProcessedAndRecord(row, LOCK, MODE)).processed.length === 0) return lock;
				} catch (error) {
					// Another worker was faster by a moment, or the database is away: then it goes on like this.
					failure = error;
				}
			} else if (Date.now() - seen.since > STALE_MS) {
				await this.unlock();
			}
			await sleep(LOOK_AGAIN_MS * (1 + Math.random()));
		}
		throw failure ?? new Error('another worker does not let go of them');
	}

	private async unlock(): Promise<void> {
		await this.context.helpers.clearAllProcessedItems(LOCK, MODE);
	}
}
