import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import type { IDataObject } from 'n8n-workflow';

import type { Credentials } from '../../sandbox/host/engine.mts';
import type { SettingChanges } from '../../sandbox/settings.mts';
import { cellsOf, type MatrixCell } from '../matrix/cells.mts';
import { isPostponed, judge, type RowRun, SHORTFALLS, timesOf } from '../matrix/judge.mts';
import { limitsOf } from '../matrix/limits.mts';
import { DAY_END_MS, type MoneyOperation } from '../matrix/operations.mts';
import { LATE_MS, TIMEOUT_MS } from '../matrix/times.mts';
import { KessSandbox } from '../support/kessSandbox.mts';
import { inLanes } from '../support/lanes.mts';
import { randomNumbers } from '../support/randomNumbers.mts';
import { SOAKED } from './soaked.mts';
import type { FromWorker, SoakJob } from './worker.mts';

/**
 * Moves money through the nodes in n8n's engine for as long as it takes, while the gateway misbehaves at random, shows
 * what it has booked 1 to 20 s late, and processes are killed; then all is well and hours pass, and each list is run once
 * more. The gateway's ledger judges what was said of each row.
 *
 *   npm run soak              10,000 transfers, 2,000 refunds and 2,000 payments of KHQR codes, seed 20261121
 *   npm run soak -- 0.05 7    a twentieth of each, seed 7
 */

const share = Number(process.argv[2] ?? 1);
const seed = Number(process.argv[3] ?? 20_261_121);

const ROWS_EACH = 10;
/** Of one workflow, which is what n8n remembers things for. */
const LISTS_OF_A_WORKFLOW = 50;
const SIDE_BY_SIDE = 60;
const PROCESSES = 3;
const KILL_EVERY_MS = 10_000;
const LAG_CHANGES_EVERY_MS = 1000;
const MOST_LAG_MS = 20_000;
const PATIENT_MS = 60_000;
const STRUCK = 0.35;

const random = randomNumbers(seed);
const pick = <T,>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;

/** A process, killed sooner or later, and what is to happen with what it says. */
class SoakProcess {
	private readonly child: ChildProcess;
	private readonly listeners = new Map<number, (message: FromWorker | undefined) => void>();
	readonly ready: Promise<void>;

	constructor(storeFolder: string) {
		this.child = fork(join(import.meta.dirname, 'worker.mts'), [storeFolder], { execArgv: ['--import', 'tsx'] });
		this.ready = new Promise((resolve) => {
			this.child.on('message', (message: FromWorker) => ('isReady' in message ? resolve() : this.listeners.get(message.id)?.(message)));
		});
		this.child.once('exit', () => {
			for (const listen of this.listeners.values()) listen(undefined);
		});
	}

	/** @returns what was said of each row, or nothing when the process was killed before it could say it */
	async do(job: SoakJob, sent: (number: string, at: number) => void): Promise<RowRun['said'][] | undefined> {
		return await new Promise((resolve, reject) => {
			this.listeners.set(job.id, (message) => {
				if (message !== undefined && 'sent' in message) return sent(message.sent, message.at);
				this.listeners.delete(job.id);
				if (message !== undefined && 'fails' in message) reject(new Error(message.fails));
				else resolve(message && 'said' in message ? message.said.map((row) => row ?? undefined) : undefined);
			});
			this.child.send(job);
		});
	}

	kill(): void {
		this.child.kill('SIGKILL');
	}
}

/** A list, what strikes its rows, and what became of them. */
interface SoakList {
	way: MoneyOperation;
	world: number;
	sandbox: KessSandbox;
	credentials: Credentials;
	workflowId: string;
	items: IDataObject[];
	strikes: Map<string, MatrixCell>;
	runs: Map<string, RowRun[]>;
}

const storeFolder = mkdtempSync(join(tmpdir(), 'kesspay-soak-'));
const started = Date.now();
const seconds = () => Math.round((Date.now() - started) / 1000);
const counts: Record<string, number> = Object.fromEntries(['rows', 'faults', 'executions', 'kills', 'cut off', 'done', 'unknown', 'refused', 'pending', 'booked', ...SHORTFALLS].map((name) => [name, 0]));
const count = (name: string, by = 1) => (counts[name] = (counts[name] ?? 0) + by);

let jobs = 0;
let aheadMs = 0;
let processes: SoakProcess[] = [];
let isKilling = true;

async function replace(index: number): Promise<void> {
	const next = new SoakProcess(storeFolder);
	await next.ready;
	const before = processes[index];
	processes[index] = next;
	before?.kill();
}

/** One execution of a list in one of the processes. */
async function execute({ way, credentials, workflowId, items, runs }: SoakList, settings: IDataObject, { isLast, isBeside }: { isLast?: true; isBeside?: true } = {}): Promise<void> {
	const sent = new Map<string, number[]>();
	const begun = Date.now() + aheadMs;
	const call = { credentials, workflowId, settings, items, timeout: isLast ? PATIENT_MS : TIMEOUT_MS };
	const said = await pick(processes).do({ id: jobs++, operation: way.name, call, aheadMs }, (number, at) => sent.set(number, [...(sent.get(number) ?? []), at]));
	const ended = Date.now() + aheadMs;
	count(said === undefined ? 'cut off' : 'executions');
	const hasFailed = said !== undefined && said.includes(undefined) && settings.onError === undefined;
	for (const [index, { no }] of items.entries()) {
		const rowRuns = runs.get(String(no)) as RowRun[];
		const row = said?.[index];
		if (row !== undefined) count(row.says);
		rowRuns.push({ said: row, begun, ended, sentAt: sent.get(String(no)) ?? [], hasFailed, ...(said === undefined && { wasKilled: true }), ...(isBeside && { isBeside }) });
	}
}

async function listsOf(way: MoneyOperation, world: number, rows: number, sandbox: KessSandbox): Promise<SoakList[]> {
	const credentials = way.gateway === 'partner' ? sandbox.partnerCredential() : sandbox.webPayCredential('v2');
	const cells = cellsOf(way).filter((cell) => cell.world === world);
	const numbers = Array.from({ length: rows }, (_, row) => `7${world}${String(row).padStart(6, '0')}`);
	const more = (await way.prepare?.(sandbox, numbers)) ?? numbers.map(() => ({}));
	const all = numbers.map((no, index) => ({ ...more[index], no }));
	return Array.from({ length: Math.ceil(rows / ROWS_EACH) }, (_, list) => {
		const items = all.slice(list * ROWS_EACH, (list + 1) * ROWS_EACH);
		const strikes = new Map(items.filter(() => random() < STRUCK).map(({ no }) => [no, pick(cells)]));
		const workflowId = `${way.name} ${world} ${Math.floor(list / LISTS_OF_A_WORKFLOW)}`;
		return { way, world, sandbox, credentials, workflowId, items, strikes, runs: new Map(items.map(({ no }) => [no, []])) };
	});
}

const CONTINUE = { onError: 'continueRegularOutput' };
const SETTINGS: IDataObject[] = [{}, CONTINUE, { ...CONTINUE, retryOnFail: true, maxTries: 3, waitBetweenTries: 0 }];

/** Once, again, or twice at the same time, in whichever process. */
async function live(list: SoakList): Promise<void> {
	for (const [no, { strikes }] of list.strikes) {
		for (const { fault, service, times, options } of strikes) {
			await list.sandbox.fault(fault, { ...options, service: service.toLowerCase(), times, outTradeNo: [no] });
			count('faults');
		}
	}
	const settings = pick(SETTINGS);
	if (random() < 0.2) await Promise.all([execute(list, CONTINUE, { isBeside: true }), execute(list, CONTINUE, { isBeside: true })]);
	else await execute(list, settings);
	if (random() < 0.4) await execute(list, settings);
}

const sandboxes: KessSandbox[] = [];
const lists: SoakList[] = [];
const lags: Array<() => Promise<unknown>> = [];
for (const { way, rows } of SOAKED) {
	for (const [world, settings] of way.worlds.entries()) {
		const sandbox = await KessSandbox.start({ fastRsa: true });
		sandboxes.push(sandbox);
		lists.push(...(await listsOf(way, world, Math.max(ROWS_EACH, Math.round((rows * share) / way.worlds.length)), sandbox)));
		await sandbox.settings(settings);
		const lagging = Object.keys(settings).filter((name) => name.endsWith('LagMs'));
		lags.push(async () => {
			const changes: SettingChanges = Object.fromEntries(lagging.map((name) => [name, 1000 + Math.floor(Math.random() * (MOST_LAG_MS - 1000))]));
			if (lagging.length > 0) await sandbox.settings(changes);
		});
	}
}
count('rows', lists.reduce((sum, { items }) => sum + items.length, 0));
console.log(`${counts.rows} rows in ${lists.length} lists are there, ${seconds()} s`);
await Promise.all(Array.from({ length: PROCESSES }, async (_, index) => await replace(index)));

const killing = (async () => {
	while (isKilling) {
		await pause(KILL_EVERY_MS);
		if (!isKilling) return;
		await replace(Math.floor(Math.random() * PROCESSES));
		count('kills');
	}
})();
const changing = setInterval(() => void Promise.all(lags.map(async (change) => await change())), LAG_CHANGES_EVERY_MS);

/** All ways at the same time, in an order that the seed gives. */
const shuffled = lists.map((list) => ({ list, at: random() })).sort((a, b) => a.at - b.at).map(({ list }) => list);
let lived = 0;
await inLanes(shuffled, async (list) => {
	await live(list);
	if (++lived % 50 === 0) console.log(`${lived} of ${lists.length} lists, ${counts.unknown} rows unknown, ${seconds()} s`);
}, SIDE_BY_SIDE);
isKilling = false;
await killing;
clearInterval(changing);

/** All is well, and so much time has passed that nothing sent before can be carried out any more. */
async function lookAgain(again: SoakList[], ms: number): Promise<void> {
	aheadMs = ms;
	for (const sandbox of sandboxes) await sandbox.setClockAhead(ms);
	await inLanes(again, async (list) => await execute(list, CONTINUE, { isLast: true }), SIDE_BY_SIDE);
}
await pause(2 * LATE_MS);
for (const sandbox of sandboxes) await sandbox.clearFaults();
await lookAgain(lists, 2 * DAY_END_MS);
await lookAgain(lists.filter(({ runs }) => [...runs.values()].some(isPostponed)), 4 * DAY_END_MS);
for (const child of processes) child.kill();
processes = [];

for (const sandbox of sandboxes) {
	const times = timesOf((await sandbox.money()).bookings);
	for (const { way, world, items, strikes, runs } of lists.filter((list) => list.sandbox === sandbox)) {
		for (const { no } of items) {
			const rowRuns = (runs.get(String(no)) ?? []).map((run, index, all): RowRun => (index === all.length - 1 ? { ...run, isLast: true } : run));
			const booked = times.get(`${way.kind} ${String(no)}`) ?? [];
			count('booked', booked.length);
			const cell = strikes.get(String(no));
			for (const shortfall of judge(rowRuns, booked, limitsOf(way, cell ?? { world, atPay: undefined, options: {} }))) {
				count(shortfall);
				console.log(`${shortfall}: ${way.name} ${String(no)}, ${cell?.name ?? 'not struck'}: ${rowRuns.map(({ said, sentAt }) => `${said?.says ?? 'nothing'} (sent ${sentAt.length}) ${said?.text ?? ''}`).join(' / ')}; booked ${booked.length} times`);
			}
		}
	}
	await sandbox.stop();
}
rmSync(storeFolder, { recursive: true, force: true });
console.table(counts);
console.log(`seed ${seed}, ${seconds()} s`);
process.exit(SHORTFALLS.every((name) => counts[name] === 0) ? 0 : 1);
