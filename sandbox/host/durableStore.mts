import { linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTick } from 'node:timers/promises';

import { DataDeduplicationService } from 'n8n-core';
import type { DeduplicationItemTypes, DeduplicationScope, ICheckProcessedOptions, IDeduplicationOutput } from 'n8n-workflow';

/** The texts of each row. */
type Rows = Record<string, string[]>;

interface Context {
	workflow: { id?: string };
	node?: { id: string };
}

/**
 * Stands in for n8n's database behind `checkProcessedAndRecord`, with the same weaknesses: a row for each workflow and one
 * for each of its nodes, read and written back in two steps, so that two who write at the same moment can lose one of two
 * entries. Only making a row that is not there yet is left to the database, which lets one of two win. Each row is a
 * file when they have to outlive a process or be shared by two.
 */
export class DurableStore {
	private rows: Rows = {};

	/** @param folder of the files; left out: the rows are in memory */
	constructor(private readonly folder?: string) {
		if (folder !== undefined) mkdirSync(folder, { recursive: true });
	}

	/** Puts the store behind the engine of this process; once in a process. */
	async attach(): Promise<this> {
		await DataDeduplicationService.init(this as never);
		return this;
	}

	clear(): void {
		for (const row of Object.keys(this.snapshot())) this.remove(row);
	}

	snapshot(): Rows {
		if (this.folder === undefined) return structuredClone(this.rows);
		return Object.fromEntries(
			readdirSync(this.folder)
				.filter((name) => name.endsWith('.json'))
				.map((name) => decodeURIComponent(name.slice(0, -'.json'.length)))
				.map((row) => [row, this.load(row) ?? []]),
		);
	}

	/** As when a worker that had read these rows writes them back. */
	restore(rows: Rows): void {
		this.clear();
		for (const [row, entries] of Object.entries(rows)) this.insert(row, [...entries]);
	}

	entries(): string[] {
		return Object.values(this.snapshot()).flat();
	}

	async checkProcessedAndRecord(
		items: DeduplicationItemTypes[],
		scope: DeduplicationScope,
		context: Context,
		options: ICheckProcessedOptions,
	): Promise<IDeduplicationOutput> {
		const row = rowOf(scope, context);
		const known = this.load(row);
		await nextTick();
		const texts = items.map(String);
		if (known === undefined) {
			this.insert(row, texts);
			return { new: texts, processed: [] };
		}
		const seen = new Set(known);
		const result = { new: texts.filter((text) => !seen.has(text)), processed: texts.filter((text) => seen.has(text)) };
		const entries = [...known, ...result.new];
		if (options.maxEntries) entries.splice(0, entries.length - options.maxEntries);
		this.update(row, entries);
		return result;
	}

	async removeProcessed(items: DeduplicationItemTypes[], scope: DeduplicationScope, context: Context): Promise<void> {
		const row = rowOf(scope, context);
		const known = this.load(row);
		await nextTick();
		const gone = new Set(items.map(String));
		if (known !== undefined) this.update(row, known.filter((text) => !gone.has(text)));
	}

	async clearAllProcessedItems(scope: DeduplicationScope, context: Context): Promise<void> {
		await nextTick();
		this.remove(rowOf(scope, context));
	}

	async getProcessedDataCount(scope: DeduplicationScope, context: Context): Promise<number> {
		await nextTick();
		return this.load(rowOf(scope, context))?.length ?? 0;
	}

	private load(row: string): string[] | undefined {
		if (this.folder === undefined) return this.rows[row] && [...this.rows[row]];
		try {
			return JSON.parse(readFileSync(this.fileOf(row), 'utf8')) as string[];
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
			throw error;
		}
	}

	/** @throws Error when there is such a row */
	private insert(row: string, entries: string[]): void {
		if (this.folder === undefined) {
			if (this.rows[row] !== undefined) throw new Error('UNIQUE constraint failed: processed_data.workflowId, processed_data.context');
			this.rows[row] = entries;
			return;
		}
		const draft = this.draft(row, entries);
		try {
			linkSync(draft, this.fileOf(row));
		} finally {
			rmSync(draft);
		}
	}

	/** A row that has gone meanwhile stays away. */
	private update(row: string, entries: string[]): void {
		if (this.load(row) === undefined) return;
		if (this.folder === undefined) {
			this.rows[row] = entries;
			return;
		}
		renameSync(this.draft(row, entries), this.fileOf(row));
	}

	private draft(row: string, entries: string[]): string {
		const draft = `${this.fileOf(row)}.${process.pid}`;
		writeFileSync(draft, JSON.stringify(entries));
		return draft;
	}

	private remove(row: string): void {
		if (this.folder === undefined) delete this.rows[row];
		else rmSync(this.fileOf(row), { force: true });
	}

	private fileOf(row: string): string {
		return join(this.folder ?? '', `${encodeURIComponent(row)}.json`);
	}
}

function rowOf(scope: DeduplicationScope, { workflow, node }: Context): string {
	return `${workflow.id ?? ''}|${scope === 'node' ? `n:${node?.id ?? ''}` : ''}`;
}
