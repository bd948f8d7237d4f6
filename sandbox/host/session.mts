import { existsSync } from 'node:fs';
import { lstat, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { parse } from 'csv-parse/sync';

import { projectFolder } from './install.mjs';
import { step } from './install/progress.mjs';
import { copySpreadsheets, digest, exampleWorkflows, importCredentials, importWorkflows } from './content.mts';
import { sandboxCredentials } from './credentials.mts';
import { installNodes, startN8n, type N8nOptions, type RunningN8n } from './host.mts';
import { owner } from './owner.mts';
import { freePort } from './ports.mts';
import { RestClient, type Credential, type Workflow } from './restClient.mts';
import { table } from './table.mts';
import { startSandbox, type Sandbox } from '../server.mts';

const WORKFLOW_ID = 'orderLinksFromSpreadsheet';
const PAYOUT_WORKFLOW_IDS = ['payWagesFromSpreadsheet', 'payWagesAfterApproval'];
const RESULT_FILE = 'orders-with-links.csv';
const SANDBOX_PORT = 4010;
const N8N_PORT = 5678;
const RUN_WITHIN_MS = 180_000;

/** What `npm start` is asked to do. */
export interface SessionOptions {
	/** Where everything that is made at run time lies. */
	folder: string;
	/** Stop after the result is printed. */
	once: boolean;
	/** Ends the session. */
	signal: AbortSignal;
}

/**
 * Starts the local gateway and n8n with our nodes, runs the example workflow, prints what it made and stays until it is
 * ended. Nothing is left running afterwards.
 *
 * @throws Error when n8n ends by itself or the example workflow does not succeed
 */
export async function runSession({ folder, once, signal }: SessionOptions): Promise<void> {
	const filesFolder = join(folder, 'files');
	const userFolder = join(folder, 'n8n');
	await mkdir(filesFolder, { recursive: true });
	await mkdir(userFolder, { recursive: true });

	const before = await lastDelivery(folder);
	const n8nPort = await freePort(N8N_PORT);
	const sandbox = await startSandbox({
		// Beside another one it has the address again that its credentials and links name.
		port: await freePort(SANDBOX_PORT, before.sandboxPort ?? 0),
		keysFolder: join(folder, 'keys'),
		n8nUrl: `http://127.0.0.1:${n8nPort}`,
	});
	let n8n: RunningN8n | undefined;
	try {
		const options: N8nOptions = {
			userFolder,
			filesFolder,
			port: n8nPort,
			logFile: join(folder, 'n8n.log'),
			env: { GENERIC_TIMEZONE: 'Asia/Phnom_Penh' },
			signal,
		};
		const content = {
			credentials: sandboxCredentials(sandbox),
			workflows: await exampleWorkflows({ filesFolder, sandboxUrl: sandbox.url }),
		};
		await keepEditorCacheAway(userFolder);
		await step('Installing the nodes in n8n', async () => await installNodes(userFolder));
		await deliver(folder, before, options, content, sandbox);
		n8n = await step('Starting n8n', async () => await startN8n(options));

		const client = new RestClient(n8n.url);
		await client.signIn(owner);
		await importMissing(client, options, content);
		await step('Making payment links from the spreadsheet', async () => await runExample(client));
		console.log(await report(join(filesFolder, RESULT_FILE), sandbox, n8n));
		if (once) return;
		console.log('\nPress Ctrl-C to stop.');
		await untilEnded(n8n, signal);
	} finally {
		await n8n?.stop();
		await sandbox.close();
	}
}

interface Content {
	credentials: Array<Credential & { id: string }>;
	workflows: Array<Workflow & { id: string }>;
}

/** What the last session put into n8n and the files folder, as digests, and where its gateway was. */
interface Delivered {
	sandboxPort?: number;
	credentials?: string;
	workflows?: string;
	spreadsheets?: Record<string, string>;
}

/**
 * Puts the project's spreadsheets, credentials and workflows in place. An import takes n8n some seconds and replaces
 * what was changed in the editor, so it is left out for what has not changed in the project since the last session.
 */
async function deliver(
	folder: string,
	before: Delivered,
	options: N8nOptions,
	content: Content,
	sandbox: Sandbox,
): Promise<void> {
	const now: Delivered = {
		sandboxPort: Number(new URL(sandbox.url).port),
		credentials: digest(JSON.stringify(content.credentials)),
		workflows: digest(JSON.stringify(content.workflows)),
		spreadsheets: await copySpreadsheets(options.filesFolder, before.spreadsheets ?? {}),
	};
	const [credentials, workflows] = [before.credentials !== now.credentials, before.workflows !== now.workflows];
	if (credentials || workflows) {
		await step('Adding credentials and workflows to n8n', async () => {
			if (credentials) await importCredentials(options, content.credentials);
			if (workflows) await importWorkflows(options, content.workflows);
		});
	}
	await writeFile(recordIn(folder), JSON.stringify(now));
}

const recordIn = (folder: string) => join(folder, 'delivered.json');

async function lastDelivery(folder: string): Promise<Delivered> {
	return existsSync(recordIn(folder)) ? (JSON.parse(await readFile(recordIn(folder), 'utf8')) as Delivered) : {};
}

/** What was deleted in the editor, or lost with n8n's database, comes back. */
async function importMissing(client: RestClient, options: N8nOptions, content: Content): Promise<void> {
	const credentials = new Set((await client.listCredentials()).map(({ id }) => id));
	const workflows = new Set((await client.listWorkflows()).map(({ id }) => id));
	await importCredentials(options, content.credentials.filter(({ id }) => !credentials.has(id)));
	await importWorkflows(options, content.workflows.filter(({ id }) => !workflows.has(id)));
}

async function runExample(client: RestClient): Promise<void> {
	const { status, data } = await client.execute(WORKFLOW_ID, { timeoutMs: RUN_WITHIN_MS });
	if (status === 'success') return;
	const { error, lastNodeExecuted } = data.resultData;
	const reason = [error?.message, error?.description].filter(Boolean).join(' – ');
	throw new Error(`The workflow ended with ${status} at the node "${lastNodeExecuted}": ${reason}`);
}

async function report(file: string, sandbox: Sandbox, n8n: RunningN8n): Promise<string> {
	const rows = parse(await readFile(file), { columns: true, bom: true, skip_empty_lines: true }) as Array<
		Record<string, string>
	>;
	const cells = rows.map((row) => [
		row.out_trade_no ?? row.order_no ?? '',
		row.title ?? '',
		`${row.amount ?? ''} ${row.currency ?? ''}`,
		row.status ?? '',
		row.payment_link || (row.problem ?? ''),
	]);
	const links = rows.filter((row) => row.payment_link).length;
	const without = rows.length - links;
	return [
		'',
		table(['out_trade_no', 'title', 'amount', 'status', 'payment link'], cells),
		'',
		`${links} payment links${without ? `, ${without} rows without one (the reason stands in its place)` : ''}`,
		'',
		`Spreadsheet  ${file}`,
		`n8n          ${n8n.url}/workflow/${WORKFLOW_ID}`,
		`  login      ${owner.email}`,
		`  password   ${owner.password}`,
		...PAYOUT_WORKFLOW_IDS.map((id) => `Pay wages    ${n8n.url}/workflow/${id}`),
		`All examples ${n8n.url}/home/workflows`,
		`KESS sandbox ${sandbox.url} (no real money)`,
		`Paid wages   ${sandbox.url}/ledger`,
	].join('\n');
}

async function untilEnded(n8n: RunningN8n, signal: AbortSignal): Promise<void> {
	const aborted = new Promise<undefined>((resolve) => {
		if (signal.aborted) resolve(undefined);
		signal.addEventListener('abort', () => resolve(undefined), { once: true });
	});
	const end = await Promise.race([n8n.ended, aborted]);
	if (!end) return;
	const how = end.signal ?? `exit code ${end.code}`;
	throw new Error(`n8n has ended by itself (${how}). The end of its output:\n${n8n.log().slice(-2_000)}`);
}

/**
 * n8n writes a prepared copy of its whole editor below its user folder, and eslint, whose settings n8n fixes, would go
 * through it. Below node_modules it does not.
 */
async function keepEditorCacheAway(userFolder: string): Promise<void> {
	const target = join(projectFolder, 'sandbox', 'n8n', 'node_modules', '.cache', 'n8n-editor');
	const link = join(userFolder, '.cache');
	await mkdir(target, { recursive: true });
	const present = await lstat(link).catch(() => undefined);
	if (present?.isSymbolicLink()) return;
	await rm(link, { recursive: true, force: true });
	await symlink(target, link, 'junction');
}
