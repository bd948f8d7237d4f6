import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { webPayCredential } from '../sandbox/host/credentials.mts';
import { startSandbox } from '../sandbox/server.mts';
import type { MemoryJob, MemoryUse } from './memoryRun.mts';
import { figure, type Section } from './report.mts';

const run = promisify(execFile);

const SIZES = [100, 10_000, 100_000];
const SCRIPT = fileURLToPath(new URL('memoryRun.mts', import.meta.url));

const NODES: Array<[node: MemoryJob['node'], name: string]> = [
	['kessWebPay', 'KESS WebPay'],
	['copy', 'n8n alone'],
];

/** Runs the items in a process of its own, against a gateway that has seen nobody before and is not part of it. */
async function measureRun(node: MemoryJob['node'], count: number): Promise<MemoryUse> {
	const sandbox = await startSandbox({ port: 0 });
	try {
		const job: MemoryJob = { node, count, credentials: { kessWebPayApi: webPayCredential(sandbox, 'v1') } };
		const { stdout } = await run(process.execPath, ['--expose-gc', '--import', 'tsx', SCRIPT, JSON.stringify(job)]);
		return JSON.parse(stdout) as MemoryUse;
	} finally {
		await sandbox.close();
	}
}

/** How much memory a run of Create takes, and how that grows with the number of its items. */
export async function measure(): Promise<Section> {
	const uses = new Map<string, MemoryUse>();
	const rows: string[][] = [];
	for (const count of SIZES) {
		for (const [node, name] of NODES) {
			const use = await measureRun(node, count);
			uses.set(`${node} ${count}`, use);
			rows.push([
				count.toLocaleString('en'),
				name,
				figure(use.live / 1e6),
				figure(use.live / count / 1000),
				figure(use.peak / 1e6),
				figure(use.peak / count / 1000),
				figure(use.time / 1000),
			]);
		}
	}
	const livePerItem = (node: MemoryJob['node'], count: number) => (uses.get(`${node} ${count}`)?.live ?? Number.NaN) / count;
	return {
		title: 'Memory',
		text: [
			"Orders created through n8n's engine with ten under way at once (the default), each run in a fresh process after 100 items to warm up, the gateway in another process. n8n alone is a node that returns items of the same size and content without doing anything for them.",
			'Alive: what remains after a collection of garbage when the run is over, with the input and the output of the node still held, as n8n holds them. It includes up to 2 MB of compiled code, which does not grow with the items. Peak: the most memory from the system, over that before the run, sampled. Most of it is garbage that Node has not yet collected: it collects the less often, the more memory the machine has, so this figure grows more slowly than the items and differs between runs.',
		],
		tables: [{ heads: ['items', 'node', 'alive, MB', 'kB an item', 'peak, MB', 'kB an item', 'seconds'], rows }],
		claims: [
			{
				what: 'alive for each item, 100,000 over 10,000 items',
				measured: livePerItem('kessWebPay', 100_000) / livePerItem('kessWebPay', 10_000),
				bound: { atMost: 1.1 },
			},
			{
				what: 'alive for each of 100,000 items, KESS WebPay over n8n alone',
				measured: livePerItem('kessWebPay', 100_000) / livePerItem('copy', 100_000),
				bound: { atMost: 1.15 },
			},
		],
	};
}
