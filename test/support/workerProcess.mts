import { readFileSync, renameSync, writeFileSync } from 'node:fs';

import type { IDataObject } from 'n8n-workflow';

import { KessWebPayApi } from '../../credentials/KessWebPayApi.credentials.ts';
import { KessWebPay } from '../../nodes/KessWebPay/KessWebPay.node.ts';
import { type Credentials, runNode } from '../../sandbox/host/engine.mts';

/** A worker process: creates the orders of a JSON file and prints one line of JSON with what became of them. */
export interface WorkerJob {
	/** n8n's stored credentials, shared with other processes. */
	credentialsFile: string;
	numbers: string[];
	batchSize: number;
}

export interface WorkerResult {
	links: number;
	errors: string[];
}

/** Credentials that lie in a file, as those of n8n's workers lie in one database. */
function fileCredentials(file: string, type: string): Credentials {
	return Object.defineProperty({} as Credentials, type, {
		enumerable: true,
		get: () => JSON.parse(readFileSync(file, 'utf8')) as IDataObject,
		set: (data: IDataObject) => {
			const draft = `${file}.${process.pid}`;
			writeFileSync(draft, JSON.stringify(data));
			renameSync(draft, file);
		},
	});
}

async function main(): Promise<void> {
	const job = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as WorkerJob;
	console.log('ready');
	await new Promise((resolve) => process.stdin.once('data', resolve));
	const { items, error } = await runNode({
		node: new KessWebPay(),
		parameters: {
			...{ resource: 'order', operation: 'create', outTradeNo: '={{ $json.no }}', body: 'Iced coffee', totalAmount: '10.50', currency: 'USD' },
			options: { batching: { batch: { batchSize: job.batchSize } } },
		},
		items: job.numbers.map((no) => ({ no })),
		credentialTypes: [new KessWebPayApi()],
		credentials: fileCredentials(job.credentialsFile, 'kessWebPayApi'),
		settings: { onError: 'continueRegularOutput' },
	});
	const result: WorkerResult = {
		links: items.filter(({ json }) => Boolean(json.payment_link)).length,
		errors: [...(error ? [error.message] : []), ...items.flatMap(({ json }) => (json.error ? [String(json.error)] : []))],
	};
	console.log(JSON.stringify(result));
	process.exit();
}

await main();
