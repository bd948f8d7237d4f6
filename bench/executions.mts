import { stat } from 'node:fs/promises';
import { join } from 'node:path';

import axios from 'axios';

import { type Environment, startEnvironment } from '../sandbox/host/environment.mts';
import { lineOf } from '../sandbox/host/workflow.mts';
import { orderRows } from './lists.mts';
import { figure, type Section } from './report.mts';

const http = axios.create({ proxy: false });

const WARM_UP = 20;
const CALLS = 200;
const AT_ONCE = 10;
const PATH = 'bench-order';
const LISTENS_WITHIN_MS = 20_000;

/** What n8n evaluates expressions with, by its settings. */
const ENGINES: Array<[name: string, env: Record<string, string>]> = [
	['default (vm)', {}],
	['vm, compile cache', { N8N_EXPRESSION_ENGINE_COMPILE_CACHE: 'true' }],
	['legacy', { N8N_EXPRESSION_ENGINE: 'legacy' }],
];

interface Use {
	perSecond: number;
	/** Bytes of n8n's database (SQLite) for each execution. */
	stored: number;
}

const webhook = {
	name: 'Webhook',
	type: 'n8n-nodes-base.webhook',
	typeVersion: 2,
	webhookId: PATH,
	parameters: { httpMethod: 'POST', path: PATH, responseMode: 'lastNode', options: {} },
};

const create = {
	name: 'Create',
	type: 'n8n-nodes-kesspay.kessWebPay',
	typeVersion: 1,
	parameters: {
		resource: 'order',
		operation: 'create',
		outTradeNo: '={{ $json.body.no }}',
		body: '={{ $json.body.title }}',
		totalAmount: '={{ $json.body.amount }}',
		currency: 'USD',
	},
	credentials: { kessWebPayApi: { id: 'kessWebPaySandbox', name: 'KESS WebPay sandbox (v2)' } },
};

/** Bytes of the database, with what SQLite has not yet moved into its main file. */
async function databaseSize({ options }: Environment): Promise<number> {
	const sizes = ['', '-wal'].map(async (suffix) => {
		const file = await stat(join(options.userFolder, '.n8n', `database.sqlite${suffix}`)).catch(() => undefined);
		return file?.size ?? 0;
	});
	return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

async function call(url: string, rows: Array<Record<string, unknown>>): Promise<void> {
	await Promise.all(
		Array.from({ length: AT_ONCE }, async () => {
			for (let row = rows.shift(); row; row = rows.shift()) {
				const { data } = await http.post<{ payment_link?: string }>(url, row);
				if (!data.payment_link) throw new Error(`An execution gave no link: ${JSON.stringify(data).slice(0, 200)}`);
			}
		}),
	);
}

async function measureEngine(env: Record<string, string>): Promise<Use> {
	const environment = await startEnvironment({ env });
	try {
		const { client, n8n } = environment;
		const { id } = await client.createWorkflow(lineOf('One order for each call', [webhook, create]));
		await client.activateWorkflow(id);
		const url = `${n8n.url}/webhook/${PATH}`;
		await untilListening(url);
		await call(url, orderRows('warm-up', WARM_UP));
		const before = await databaseSize(environment);
		const started = performance.now();
		await call(url, orderRows('order', CALLS));
		const seconds = (performance.now() - started) / 1000;
		return { perSecond: CALLS / seconds, stored: ((await databaseSize(environment)) - before) / CALLS };
	} finally {
		await environment.stop();
	}
}

/** A webhook may still be unknown for a moment after its workflow has become active. */
async function untilListening(url: string): Promise<void> {
	for (const end = Date.now() + LISTENS_WITHIN_MS; ; ) {
		const { status } = await http.post(url, orderRows('first', 1)[0], { validateStatus: () => true });
		if (status !== 404) return;
		if (Date.now() > end) throw new Error('The webhook does not listen');
		await new Promise((resolve) => setTimeout(resolve, 200));
	}
}

/** One order for each execution, as a shop's website asks for them, in one n8n process with SQLite. */
export async function measure(): Promise<Section> {
	const rows: string[][] = [];
	for (const [name, env] of ENGINES) {
		const { perSecond, stored } = await measureEngine(env);
		rows.push([name, figure(perSecond), figure(1000 / perSecond), figure(stored / 1000)]);
		console.log(`One order for each execution: ${name}: ${figure(perSecond)} a second`);
	}
	return {
		title: 'One order for each execution',
		text: [
			`A webhook, KESS WebPay, and the payment link as the answer: ${CALLS} calls, ${AT_ONCE} at a time, in one n8n process that keeps all execution data in SQLite; the gateway answers at once and, like the caller, runs beside it on the same two cores. What differs is how n8n evaluates expressions (N8N_EXPRESSION_ENGINE and its settings): its default makes an isolated environment for each execution.`,
		],
		tables: [{ heads: ['expression engine', 'executions a second', 'ms an execution', 'kB stored for each'], rows }],
		claims: [],
	};
}
