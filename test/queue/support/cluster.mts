import { execFile } from 'node:child_process';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

import { ensureBuild } from '../../../sandbox/host/install.mjs';
import { sandboxCredentials } from '../../../sandbox/host/credentials.mts';
import { installNodes, startN8n, startWebhooks, startWorker, type RunningN8n } from '../../../sandbox/host/host.mts';
import { owner } from '../../../sandbox/host/owner.mts';
import { RestClient } from '../../../sandbox/host/restClient.mts';
import { startSandbox, type Sandbox } from '../../../sandbox/server.mts';
import { type Postgres, startPostgres } from './postgres.mts';
import { startRedis } from './redis.mts';

/** n8n's own default is 10, and it warns below 5. */
const CONCURRENCY = 5;

// n8n waits a minute and more until it believes that a worker has died.
const DEAD_WORKER_NOTICED = {
	QUEUE_WORKER_LOCK_DURATION: '20000',
	QUEUE_WORKER_LOCK_RENEW_TIME: '4000',
	QUEUE_WORKER_STALLED_INTERVAL: '5000',
};

/** A worker process, and what it has done. */
export interface Worker extends RunningN8n {
	name: string;
	/** Ids of the executions that it has begun. */
	begun(): string[];
	/** Those of them that it has not finished. */
	unfinished(): string[];
	/** Kills it in the middle of whatever it is doing. */
	kill(): Promise<void>;
}

/** A gateway and an n8n in queue mode: PostgreSQL, Redis, a main process and workers, all on free ports. */
export interface Cluster {
	sandbox: Sandbox;
	postgres: Postgres;
	main: RunningN8n;
	/** Signed in as the owner. */
	client: RestClient;
	/** Every worker that was ever started. */
	workers: Worker[];
	/** n8n's ids of the sandbox's credentials by type; of WebPay that of version 2. */
	credentialIds: Record<'kessWebPayApi' | 'kessPartnerApi', string>;
	/** Starts a worker, on what an earlier one of the same name has left. */
	startWorker(name: string): Promise<Worker>;
	/** Starts a process that answers webhooks beside the main process. */
	startWebhooks(name: string): Promise<RunningN8n>;
	/** Lets time pass for the gateway and for workers that are started from now on. */
	passTime(ms: number): void;
	/** Ends everything and removes its files. */
	stop(): Promise<void>;
}

/** Starts everything but the processes that are named. The nodes come from the packed project, into a user folder for each process. */
export async function startCluster(names: string[], concurrency = CONCURRENCY): Promise<Cluster> {
	await ensureBuild();
	const folder = await mkdtemp(join(tmpdir(), 'kesspay-queue-'));
	const userFolder = (name: string) => join(folder, name);
	const filesFolder = join(folder, 'files');
	await mkdir(filesFolder);
	let aheadMs = 0;
	const started: Array<() => Promise<void>> = [];
	const stop = async () => {
		// The last started first: each of them leans on those before it.
		for (const end of started.splice(0).reverse()) await end();
	};
	try {
		const postgres = await startPostgres(folder);
		started.push(postgres.stop);
		const redis = await startRedis(folder);
		started.push(redis.stop);
		const sandbox = await startSandbox({ port: 0, fastRsa: true, now: () => Date.now() + aheadMs });
		started.push(sandbox.close);

		await Promise.all(['main', ...names].map(async (name) => await installNodes(userFolder(name))));
		const env = {
			EXECUTIONS_MODE: 'queue',
			OFFLOAD_MANUAL_EXECUTIONS_TO_WORKERS: 'true',
			...redis.env,
			...postgres.env,
			...DEAD_WORKER_NOTICED,
		};
		const main = await startN8n({ userFolder: userFolder('main'), filesFolder, env });
		started.push(main.stop);
		const client = new RestClient(main.url);
		await client.signIn(owner);
		const credentialIds = { kessWebPayApi: '', kessPartnerApi: '' };
		for (const { id, ...credential } of sandboxCredentials(sandbox)) {
			if (id !== 'kessWebPaySandboxV1') credentialIds[credential.type as keyof typeof credentialIds] = await client.createCredential(credential);
		}

		const workers: Worker[] = [];
		return {
			sandbox,
			postgres,
			main,
			client,
			workers,
			credentialIds,
			async startWorker(name) {
				const running = await startWorker({
					userFolder: userFolder(name),
					filesFolder,
					env: { ...env, ...clockEnv(aheadMs) },
					concurrency,
				});
				started.push(running.stop);
				const worker = withHistory(name, running);
				workers.push(worker);
				return worker;
			},
			async startWebhooks(name) {
				const running = await startWebhooks({ userFolder: userFolder(name), filesFolder, env });
				started.push(running.stop);
				return running;
			},
			passTime(ms) {
				aheadMs += ms;
			},
			stop,
		};
	} catch (error) {
		await stop();
		throw error;
	}
}

/** The memory that a process has in use, in MiB. */
export async function memoryOf(pid: number): Promise<number> {
	const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)]);
	return Number(stdout.trim()) / 1024;
}

function clockEnv(aheadMs: number): Record<string, string> {
	if (aheadMs === 0) return {};
	const clock = pathToFileURL(join(__dirname, 'clockAhead.mjs')).href;
	return { NODE_OPTIONS: `--import ${clock}`, KESSPAY_CLOCK_AHEAD_MS: String(aheadMs) };
}

/** A worker writes down in its output what it begins and finishes. */
function withHistory(name: string, running: RunningN8n): Worker {
	const logged = (pattern: RegExp) => [...running.log().matchAll(pattern)].map(([, id = '']) => id);
	const begun = () => logged(/Worker started execution (\d+)/g);
	return {
		...running,
		name,
		begun,
		unfinished() {
			const finished = new Set(logged(/Worker (?:finished|errored while running) execution (\d+)/g));
			return begun().filter((id) => !finished.has(id));
		},
		async kill() {
			process.kill(process.platform === 'win32' ? running.pid : -running.pid, 'SIGKILL');
			await running.ended;
		},
	};
}
