import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { setImmediate as nextTick } from 'node:timers/promises';

import { DataDeduplicationService } from 'n8n-core';
import type { DeduplicationItemTypes, ICheckProcessedOptions, IDeduplicationOutput } from 'n8n-workflow';

type Rows = Record<string, string[]>;

/**
 * Stands in for n8n's database behind `checkProcessedAndRecord`, with the same weaknesses: one row for each node, read
 * and written back in two steps, so that two who write at the same moment can lose one of two entries. Kept in a file
 * when it has to outlive a process or be shared by two.
 */
export class DurableStore {
	private rows: Rows = {};

	constructor(private readonly file?: string) {}

	/** Puts the store behind the engine of this process; once in a process. */
	async attach(): Promise<this> {
		await DataDeduplicationService.init(this as never);
		return this;
	}

	clear(): void {
		this.save({});
	}

	snapshot(): Rows {
		return structuredClone(this.load());
	}

	/** As when a worker that had read these rows writes them back. */
	restore(rows: Rows): void {
		this.save(structuredClone(rows));
	}

	entries(): string[] {
		return Object.values(this.load()).flat();
	}

	async checkProcessedAndRecord(
		items: DeduplicationItemTypes[],
		_scope: string,
		context: { node?: { id: string } },
		options: ICheckProcessedOptions,
	): Promise<IDeduplicationOutput> {
		const key = context.node?.id ?? '';
		const known = [...(this.load()[key] ?? [])];
		await nextTick();
		const seen = new Set(known);
		const texts = items.map(String);
		const result = { new: texts.filter((text) => !seen.has(text)), processed: texts.filter((text) => seen.has(text)) };
		const entries = [...known, ...result.new];
		if (options.maxEntries) entries.splice(0, entries.length - options.maxEntries);
		this.save({ ...this.load(), [key]: entries });
		return result;
	}

	async removeProcessed(items: DeduplicationItemTypes[], _scope: string, context: { node?: { id: string } }): Promise<void> {
		const key = context.node?.id ?? '';
		const known = [...(this.load()[key] ?? [])];
		await nextTick();
		const gone = new Set(items.map(String));
		this.save({ ...this.load(), [key]: known.filter((text) => !gone.has(text)) });
	}

	private load(): Rows {
		if (this.file === undefined) return this.rows;
		return existsSync(this.file) ? (JSON.parse(readFileSync(this.file, 'utf8')) as Rows) : {};
	}

	private save(rows: Rows): void {
		this.rows = rows;
		if (this.file === undefined) return;
		const draft = `${this.file}.${process.pid}`;
		writeFileSync(draft, JSON.stringify(rows));
		renameSync(draft, this.file);
	}
}
