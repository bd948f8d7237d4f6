import { setTimeout as pause } from 'node:timers/promises';

import type { IDataObject, IExecuteFunctions, INodeExecutionData, INodeType } from 'n8n-workflow';

import { KessWebPayApi } from '../credentials/KessWebPayApi.credentials.ts';
import { KessWebPay } from '../nodes/KessWebPay/KessWebPay.node.ts';
import { CREATE_ORDER } from '../sandbox/host/workflow.mts';
import { type Credentials, type NodeRun, runNode } from '../sandbox/host/engine.mts';
import { orderRows } from './lists.mts';

/** One run in a process of its own (node --expose-gc), which reads it as JSON from the command line. */
export interface MemoryJob {
	node: 'kessWebPay' | 'copy';
	count: number;
	credentials: Credentials;
}

/** What the process prints as JSON, in bytes and milliseconds. */
export interface MemoryUse {
	/** The most memory that the process had from the system during the run, over what it had before. */
	peak: number;
	/** Objects alive when the run is over, its input and output still held, over those before. */
	live: number;
	time: number;
}

const SAMPLE_MS = 10;
const SETTLE_MS = 500;

/** What n8n itself needs for as many items of the same size: each is made anew and linked, and no more. */
class Copy implements INodeType {
	description = new KessWebPay().description;

	execute: (this: IExecuteFunctions) => Promise<INodeExecutionData[][]>;

	constructor(example: IDataObject) {
		const text = JSON.stringify(example);
		this.execute = async function () {
			return [this.getInputData().map(({ json }, item) => ({ json: { ...JSON.parse(text), out_trade_no: json.no }, pairedItem: { item } }))];
		};
	}
}

async function run(node: INodeType, prefix: string, count: number): Promise<NodeRun> {
	return await runNode({
		node,
		parameters: CREATE_ORDER,
		items: orderRows(prefix, count) as IDataObject[],
		credentialTypes: [new KessWebPayApi()],
		credentials: job.credentials,
	});
}

async function liveBytes(): Promise<number> {
	// Timers and sockets that end with the run let go of it only now; the second collection takes what the first has freed.
	await pause(SETTLE_MS);
	globalThis.gc?.();
	globalThis.gc?.();
	return process.memoryUsage().heapUsed;
}

const job = JSON.parse(process.argv[2] ?? '') as MemoryJob;
const warmUp = await run(new KessWebPay(), 'warm-up', 100);
const node = job.node === 'copy' ? new Copy(warmUp.items[0]?.json ?? {}) : new KessWebPay();
const liveBefore = await liveBytes();
const { rss: before } = process.memoryUsage();
let highest = before;
const sample = () => {
	highest = Math.max(highest, process.memoryUsage.rss());
};
const sampling = setInterval(sample, SAMPLE_MS);
const started = performance.now();
const result = await run(node, 'memory', job.count);
const time = performance.now() - started;
sample();
clearInterval(sampling);
const live = (await liveBytes()) - liveBefore;
const done = result.items.filter(({ json }) => typeof json.payment_link === 'string').length;
if (done !== job.count) throw new Error(`${done} of ${job.count} items have a payment link. ${result.error?.message ?? ''}`);
const use: MemoryUse = { peak: highest - before, live, time };
console.log(JSON.stringify(use));
process.exit();
