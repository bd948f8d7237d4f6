import { readFileSync } from 'node:fs';

import { DurableStore } from '../../sandbox/host/durableStore.mts';
import type { Credentials } from '../../sandbox/host/engine.mts';
import { type Cell, runCell, verdicts } from './partnerCells.mts';

/** A worker process: runs the cells of a JSON file at once and prints one line of JSON for each row's verdict. */
export interface PayoutJob {
	/** n8n's database, shared with other processes. */
	storeFolder: string;
	cells: Array<{ credentials: Credentials; cell: Cell }>;
}

async function main(): Promise<void> {
	const job = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as PayoutJob;
	await new DurableStore(job.storeFolder).attach();
	console.log('ready');
	await new Promise((resolve) => process.stdin.once('data', resolve));
	await Promise.all(
		job.cells.map(async ({ credentials, cell }) => {
			for (const verdict of verdicts(await runCell(cell, credentials), cell)) console.log(JSON.stringify(verdict));
		}),
	);
	process.exit();
}

await main();
