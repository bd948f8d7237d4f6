import { execFile, spawn } from 'node:child_process';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

import { hostNode, packedNodes, projectFolder } from './install.mjs';
import { freePort } from './ports.mts';
import { ending, groupExists, stopTree, type Ending } from './processTree.mts';

const runFile = promisify(execFile);

const n8nModules = join(projectFolder, 'sandbox', 'n8n', 'node_modules');

/** What can be made anew, and goes when another n8n is installed. */
export const cacheFolder = join(n8nModules, '.cache', 'kesspay');
const USABLE_WITHIN_MS = 120_000;
const PROBE_MS = 5_000;
const LOOK_AGAIN_MS = 200;
const KEPT_LOG_CHARACTERS = 400_000;

// Of the environment of whoever starts us only these: a N8N_ or DB_ variable of a real installation must not reach
// the sandbox.
const PASSED_ON = ['LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot', 'USER'];

const OFFLINE_AND_LOCAL = {
	N8N_HOST: '127.0.0.1',
	N8N_LISTEN_ADDRESS: '127.0.0.1',
	N8N_ENCRYPTION_KEY: 'kesspay-sandbox-only',
	N8N_DIAGNOSTICS_ENABLED: 'false',
	N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
	N8N_TEMPLATES_ENABLED: 'false',
	N8N_PERSONALIZATION_ENABLED: 'false',
	N8N_HIRING_BANNER_ENABLED: 'false',
	N8N_DYNAMIC_BANNERS_ENABLED: 'false',
	N8N_LICENSE_AUTO_RENEW_ENABLED: 'false',
	EXTERNAL_FRONTEND_HOOKS_URLS: '',
	N8N_SECURE_COOKIE: 'false',
	N8N_ENFORCE_SETTINGS_FILE_PERMISSIONS: 'false',
	N8N_VERIFIED_PACKAGES_ENABLED: 'false',
	N8N_UNVERIFIED_PACKAGES_ENABLED: 'true',
	N8N_RUNNERS_BROKER_LISTEN_ADDRESS: '127.0.0.1',
	// A machine that is busy is no database that is away.
	DB_PING_TIMEOUT_MS: '60000',
	// These modules call out to the internet when n8n starts.
	N8N_DISABLED_MODULES: 'mcp-registry,instance-ai,agents,agent-evals,chat-hub,mcp',
};

/** What a start of n8n needs to know. */
export interface N8nOptions {
	/** n8n's home: database, settings and our nodes lie in `.n8n` below it. */
	userFolder: string;
	/** The only folder whose files workflows may read and write. */
	filesFolder: string;
	/** Left out or 0: any free one. */
	port?: number;
	/** More environment variables, stronger than the ones of the sandbox. */
	env?: Record<string, string>;
	/** Ends what is starting or running. */
	signal?: AbortSignal;
	/** Where n8n's output is also written to. */
	logFile?: string;
}

/** What a start of a worker needs to know; `env` has to name the database and the queue of its main process. */
export interface WorkerOptions extends N8nOptions {
	/** How many executions it runs at the same time. */
	concurrency: number;
}

/** A running n8n process. */
export interface RunningN8n {
	/** Origin of editor, REST and webhooks, of a worker that of its health checks; without a slash at the end. */
	url: string;
	/** Process id, which is the id of its process group too. */
	pid: number;
	/** The end of what n8n has printed so far. */
	log(): string;
	/** Resolves when n8n ends, for whatever reason. */
	ended: Promise<Ending>;
	/** Ends n8n and everything it started; may be called twice. */
	stop(): Promise<void>;
}

/** How a command of n8n's command line ended. */
export interface CommandResult extends Ending {
	stdout: string;
	stderr: string;
}

/**
 * Puts the packed project where n8n keeps community packages, as an installation from n8n's settings page does: the nodes
 * then have the type names that users' workflows have (`n8n-nodes-kesspay.kessWebPay`). `ensureBuild` packs it.
 *
 * @param userFolder as in {@link N8nOptions}; n8n must not be running on it
 */
export async function installNodes(userFolder: string): Promise<void> {
	const nodesFolder = join(userFolder, '.n8n', 'nodes');
	const { name, version, file } = packedNodes();
	const target = join(nodesFolder, 'node_modules', name);
	await rm(target, { recursive: true, force: true });
	await mkdir(target, { recursive: true });
	await runFile('tar', ['-xzf', file, '-C', target, '--strip-components=1']);
	const manifest = { name: 'installed-nodes', private: true, dependencies: { [name]: version } };
	await writeFile(join(nodesFolder, 'package.json'), JSON.stringify(manifest, undefined, 2));
}

/**
 * Starts n8n and waits until its REST interface can be used.
 *
 * @throws Error when the port is in use, and with the end of n8n's output when it ends before it is usable or is not
 *   usable within two minutes
 */
export async function startN8n(options: N8nOptions): Promise<RunningN8n> {
	return await start(options, {
		args: ['start'],
		env: (port) => ({ N8N_PORT: String(port) }),
		// /healthz answers too early, and until the routes are there every address answers with a page.
		isUsable: async (url) => (await (await probe(`${url}/rest/settings`)).text()).startsWith('{"data"'),
	});
}

/**
 * Starts a worker of an n8n in queue mode and waits until it takes executions.
 *
 * @throws Error as {@link startN8n} does
 */
export async function startWorker(options: WorkerOptions): Promise<RunningN8n> {
	return await start(options, {
		args: ['worker', `--concurrency=${options.concurrency}`],
		env: (port) => ({
			QUEUE_HEALTH_CHECK_ACTIVE: 'true',
			QUEUE_HEALTH_CHECK_PORT: String(port),
			N8N_WORKER_SERVER_ADDRESS: '127.0.0.1',
		}),
		isUsable: async (url) => (await probe(`${url}/healthz/readiness`)).ok,
	});
}

/**
 * Starts another process of an n8n in queue mode that answers webhooks, beside its main process, and waits until it does.
 * `env` has to name the database and the queue of its main process.
 *
 * @throws Error as {@link startN8n} does
 */
export async function startWebhooks(options: N8nOptions): Promise<RunningN8n> {
	return await start(options, {
		args: ['webhook'],
		env: (port) => ({ N8N_PORT: String(port) }),
		isUsable: async (url) => (await probe(`${url}/healthz/readiness`)).ok,
	});
}

/** What tells the processes of n8n apart. */
interface Kind {
	/** Of n8n's command line. */
	args: string[];
	/** What makes it listen on the port. */
	env(port: number): Record<string, string>;
	/** Whether it does its work; throws while it does not listen. */
	isUsable(url: string): Promise<boolean>;
}

async function start(options: N8nOptions, kind: Kind): Promise<RunningN8n> {
	const port = await freePort(options.port ?? 0);
	if (options.port && port !== options.port) throw new Error(`Port ${options.port} is in use`);
	const url = `http://127.0.0.1:${port}`;
	const { node, script } = n8nProgram();
	const env = { ...(await environment(options)), ...kind.env(port) };
	const guard = pathToFileURL(join(projectFolder, 'sandbox', 'host', 'stopWithParent.mjs')).href;
	await mkdir(options.userFolder, { recursive: true });
	const child = spawn(node, ['--import', guard, script, ...kind.args], {
		cwd: options.userFolder,
		env,
		// Its own process group, so that the task runners it starts end with it. The channel is for stopWithParent.mjs.
		detached: true,
		stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
	});
	const ended = ending(child);
	const { pid } = child;
	if (pid === undefined) throw new Error(`n8n does not start: ${String(await ended.catch((error) => error))}`);

	let text = '';
	const logFile = options.logFile ? createWriteStream(options.logFile) : undefined;
	for (const stream of [child.stdout, child.stderr]) {
		stream?.setEncoding('utf8').on('data', (chunk: string) => {
			text = (text + chunk).slice(-KEPT_LOG_CHARACTERS);
			logFile?.write(chunk);
		});
	}
	void ended.then(() => logFile?.end());

	let stopping: Promise<void> | undefined;
	const stop = async () => {
		stopping ??= (async () => {
			await stopTree(pid);
			await ended;
		})();
		await stopping;
	};
	try {
		await untilUsable(async () => await kind.isUsable(url), ended, options.signal);
	} catch (error) {
		await stop();
		options.signal?.throwIfAborted();
		throw new Error(`${(error as Error).message}. The end of its output:\n${text.slice(-4_000)}`);
	}
	return { url, pid, log: () => text, ended, stop };
}

/**
 * Runs one command of n8n's command line, e.g. `['execute', '--id=…', '--rawOutput']`, in the same environment as the
 * server. n8n reports a failed import only in its output, with exit code 0 or 1.
 *
 * @param args command and flags
 * @returns exit code and both outputs; a code other than 0 is not an error here
 */
export async function cli(options: Omit<N8nOptions, 'port' | 'logFile'>, args: string[]): Promise<CommandResult> {
	const { node, script } = n8nProgram();
	await mkdir(options.userFolder, { recursive: true });
	const child = spawn(node, [script, ...args], {
		cwd: options.userFolder,
		env: await environment(options),
		detached: true,
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	let stdout = '';
	let stderr = '';
	child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
	child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
	const stop = async () => {
		if (child.pid && groupExists(child.pid)) await stopTree(child.pid);
	};
	const abort = () => void stop();
	options.signal?.addEventListener('abort', abort, { once: true });
	const end = await ending(child);
	options.signal?.removeEventListener('abort', abort);
	await stop();
	options.signal?.throwIfAborted();
	return { ...end, stdout, stderr };
}

async function untilUsable(isUsable: () => Promise<boolean>, ended: Promise<Ending>, signal?: AbortSignal): Promise<void> {
	let end: Ending | undefined;
	void ended.then((how) => (end = how));
	for (const last = Date.now() + USABLE_WITHIN_MS; Date.now() < last; ) {
		signal?.throwIfAborted();
		if (end) throw new Error(`n8n ended at its start (${end.signal ?? `exit code ${end.code}`})`);
		if (await isUsable().catch(() => false)) return;
		await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
	}
	throw new Error(`n8n is not usable after ${USABLE_WITHIN_MS / 1000} seconds`);
}

async function probe(address: string): Promise<Response> {
	return await fetch(address, { signal: AbortSignal.timeout(PROBE_MS) });
}

function n8nProgram(): { node: string; script: string } {
	const script = join(n8nModules, 'n8n', 'bin', 'n8n');
	if (!existsSync(script)) throw new Error('n8n is not installed yet: npm start or npm test installs it');
	return { node: hostNode().node, script };
}

async function environment(options: Omit<N8nOptions, 'port'>): Promise<Record<string, string>> {
	const passed = PASSED_ON.flatMap((name) => {
		const value = process.env[name];
		return value === undefined ? [] : [[name, value] as const];
	});
	return {
		...Object.fromEntries(passed),
		PATH: [dirname(hostNode().node), process.env.PATH].filter(Boolean).join(delimiter),
		HOME: options.userFolder,
		// n8n loads thousands of files: from the second start on they are compiled already.
		NODE_COMPILE_CACHE: join(cacheFolder, 'compiled'),
		...OFFLINE_AND_LOCAL,
		N8N_USER_FOLDER: options.userFolder,
		N8N_RESTRICT_FILE_ACCESS_TO: options.filesFolder,
		// Every n8n process opens this port, and two of them cannot share it.
		N8N_RUNNERS_BROKER_PORT: String(await freePort()),
		...options.env,
	};
}
