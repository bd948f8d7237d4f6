import type { DeduplicationScope, ICheckProcessedOptions, IExecuteFunctions } from 'n8n-workflow';

import { Flights } from '../../../kess/gateway/flights';
import type { KessError } from '../../../kess/errors';

const SCOPE: DeduplicationScope = 'node';

/** n8n drops the oldest and rewrites all of them each time. */
const OPTIONS: ICheckProcessedOptions = { mode: 'entries', maxEntries: 15_000 };

const writes = new Flights();

/**
 * Texts that n8n remembers for one node across executions and workers.
 *
 * n8n keeps one row for each node, which is read and written back in two steps and without a lock. Within a process,
 * writing is one after the other here; between workers the later of two writes that overlap wins, and the notes of the
 * earlier one are lost.
 */
export class DurableNotes {
	constructor(
		private readonly context: IExecuteFunctions,
		private readonly cannotRemember: () => KessError,
	) {}

	/** Does some work with the notes, while no other work of this process on this node does. @throws KessError when n8n cannot remember */
	async exclusively<T>(work: () => Promise<T>): Promise<T> {
		try {
			return await writes.run(this.context.getNode().id, work);
		} catch {
			throw this.cannotRemember();
		}
	}

	/** Writes all of the notes down, and tells which of them were there before. */
	async record(notes: string[]): Promise<{ new: string[]; processed: string[] }> {
		const found = await this.context.helpers.checkProcessedAndRecord(notes, SCOPE, OPTIONS);
		return { new: found.new.map(String), processed: found.processed.map(String) };
	}

	async forget(notes: string[]): Promise<void> {
		if (notes.length > 0) await this.context.helpers.removeProcessed(notes, SCOPE, OPTIONS);
	}
}
