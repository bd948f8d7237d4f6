import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { ControlClient } from '../sandbox/controlClient.mts';
import type { Execution, Workflow } from '../sandbox/host/restClient.mts';
import { type Environment, startEnvironment } from '../sandbox/host/environment.mts';
import { httpRequestNodes, kessPartner } from '../sandbox/host/payoutWorkflows.mts';
import type { LoopJob } from './axiosLoop.mts';
import { kessWebPayWorkflow, ownNodesWorkflow } from './links.mts';
import { orderRows, transferRows } from './lists.mts';
import { type Claim, figure, type Section, type Table } from './report.mts';
import { median } from './rounds.mts';

const run = promisify(execFile);

const ROWS = 1000;
const LATENCIES_MS = [0, 50, 200];
/** The default of Batching for orders, and twice that. */
const IN_FLIGHT = [10, 20];
const EXECUTION_MS = 20 * 60_000;

/** Pay Out looks up, prepares and pays. */
const STEPS_OF_A_PAYOUT = 3;
const PAYOUTS_IN_FLIGHT = 10;
const ONE_AT_A_TIME = 100;
const TIMEOUT_MS = 30_000;

/** The latency for which something is claimed. */
const CLAIMED_MS = 50;

const TEXT = [
	'Seconds from the list of rows to the last answer, by the latency of the gateway: the time of the nodes after the list, without the start of the execution and without saving it. In brackets, as a multiple of the limit: rows x requests x latency / requests in flight. Links: median of three rounds.',
	"The own workflow of a user without KESS nodes is Code (text to sign), Crypto (MD5), HTTP Request; for payouts Code (RSA), HTTP Request, Code, HTTP Request, with the login before the list. It opens all connections at once, checks no signature, and finds nothing again. The axios loop keeps its connections open, which n8n's HTTP helper does not, and writes nothing down: Pay Out notes in n8n's database what it is about to pay, that it still may, and how that ended (docs/money.md), which takes about 12 ms for each payout with SQLite.",
];

/** One way to work off a list. */
interface Contestant {
	name: string;
	/** @returns milliseconds */
	time(prefix: string): Promise<number>;
	/** What rows, latency and concurrency alone allow, in milliseconds; none without a bound on what is in flight. */
	limit?: number;
}

/** Medians by the contestant's name, in milliseconds. */
type Times = Map<string, number>;

/** By the latency in milliseconds. */
type Races = Map<number, { contestants: Contestant[]; times: Times }>;

class Rows {
	private lists = 0;

	private readonly control: ControlClient;

	constructor(private readonly environment: Environment) {
		this.control = new ControlClient(environment.sandbox);
	}

	/** Runs a workflow in the real n8n: the time that the nodes after the list took, without start and saving. */
	async workflow(workflow: Workflow, expected: number): Promise<number> {
		const { client } = this.environment;
		const { id } = await client.createWorkflow(workflow);
		const execution = await client.execute(id, { timeoutMs: EXECUTION_MS });
		await client.call('POST', `/rest/workflows/${id}/archive`, {});
		await client.call('DELETE', `/rest/workflows/${id}`);
		return nodeTime(execution, workflow, expected);
	}

	async axiosLoop(job: Omit<LoopJob, 'url' | 'privateKey'>): Promise<number> {
		const { url, partnerKeys } = this.environment.sandbox;
		const script = fileURLToPath(new URL('axiosLoop.mts', import.meta.url));
		const whole: LoopJob = { ...job, url, privateKey: partnerKeys.partnerPrivateKey };
		const { stdout } = await run(process.execPath, ['--import', 'tsx', script, JSON.stringify(whole)]);
		return Number(stdout);
	}

	/** Every contestant once, and again, each on a fresh list and gateway. */
	async race(contestants: Contestant[], latency: number, rounds: number, rows: number): Promise<Times> {
		const times = new Map(contestants.map(({ name }) => [name, [] as number[]]));
		for (let round = 0; round < rounds; round++) {
			for (const { name, time } of contestants) {
				await this.gateway(latency);
				const took = await time(`R${++this.lists}`);
				times.get(name)?.push(took);
				await this.requireDone(rows);
				console.log(`${rows} rows, ${latency} ms: ${name}: ${Math.round(took)} ms`);
			}
		}
		return new Map([...times].map(([name, values]) => [name, median(values)]));
	}

	private async gateway(latency: number): Promise<void> {
		await this.control.reset();
		if (latency > 0) await this.control.fault('slow', { delayMs: latency, times: 1_000_000_000 });
	}

	/** A list that was not worked off would be fast for the wrong reason. */
	private async requireDone(rows: number): Promise<void> {
		const orders = (await this.control.orders()).length;
		const payouts = (await this.control.paidOut()).length;
		if (orders + payouts !== rows) throw new Error(`${orders} orders and ${payouts} payouts instead of ${rows} rows`);
	}
}

/** @throws Error when the workflow did not give as many items as expected */
function nodeTime(execution: Execution, workflow: Workflow, expected: number): number {
	const { runData, error } = execution.data.resultData;
	const names = workflow.nodes.map(({ name }) => name);
	const timed = names.slice(names.indexOf('Items') + 1).map((name) => runData[name]?.at(-1));
	const given = timed.at(-1)?.data?.main?.[0]?.length ?? 0;
	if (given !== expected) throw new Error(`${workflow.name}: ${given} items instead of ${expected}. ${error?.message ?? ''}`);
	return timed.reduce((sum, node) => sum + (node?.executionTime ?? 0), 0);
}

function tableOf(first: string, byLatency: Races): Table {
	const names = [...new Set([...byLatency.values()].flatMap(({ contestants }) => contestants.map(({ name }) => name)))];
	const cell = (name: string, latency: number) => {
		const { contestants, times } = byLatency.get(latency) ?? { contestants: [], times: new Map() as Times };
		const took = times.get(name) ?? Number.NaN;
		const limit = contestants.find((contestant) => contestant.name === name)?.limit;
		return `${figure(took / 1000)} s${limit ? ` (${figure(took / limit)})` : ''}`;
	};
	return {
		heads: [first, ...[...byLatency.keys()].map((latency) => `${latency} ms`)],
		rows: names.map((name) => [name, ...[...byLatency.keys()].map((latency) => cell(name, latency))]),
	};
}

const ours = (inFlight: number) => `KESS WebPay, ${inFlight} in flight`;
const loop = (inFlight: number) => `axios loop, ${inFlight} in flight`;
const LOOSE = `KESS WebPay, all ${ROWS} in flight`;
const OWN = `Code, Crypto, HTTP Request (all ${ROWS} in flight)`;

function linkContestants(rows: Rows, url: string, latency: number): Contestant[] {
	const limited = IN_FLIGHT.flatMap((concurrency): Contestant[] => {
		const limit = (ROWS * latency) / concurrency;
		return [
			{ name: ours(concurrency), limit, time: async (prefix) => await rows.workflow(kessWebPayWorkflow(orderRows(prefix, ROWS), concurrency), ROWS) },
			{ name: loop(concurrency), limit, time: async (prefix) => await rows.axiosLoop({ kind: 'links', prefix, count: ROWS, concurrency }) },
		];
	});
	return [
		...limited,
		{ name: LOOSE, time: async (prefix) => await rows.workflow(kessWebPayWorkflow(orderRows(prefix, ROWS), ROWS), ROWS) },
		{ name: OWN, time: async (prefix) => await rows.workflow(ownNodesWorkflow(orderRows(prefix, ROWS), url), ROWS) },
	];
}

function payoutContestants(rows: Rows, { sandbox }: Environment, latency: number, count: number, concurrency: number, withOwn: boolean): Contestant[] {
	const limit = (count * STEPS_OF_A_PAYOUT * latency) / concurrency;
	const own: Contestant = {
		name: `Code, HTTP Request twice (all ${count} in flight, no look-up)`,
		time: async (prefix) => await rows.workflow(httpRequestNodes(sandbox, { timeout: TIMEOUT_MS }).build(transferRows(prefix, count)), count),
	};
	return [
		{
			name: `KESS Partner, ${concurrency} in flight`,
			limit,
			time: async (prefix) => await rows.workflow(kessPartner({ timeout: TIMEOUT_MS, batchSize: concurrency }).build(transferRows(prefix, count)), count),
		},
		{ name: loop(concurrency), limit, time: async (prefix) => await rows.axiosLoop({ kind: 'payouts', prefix, count, concurrency }) },
		...(withOwn ? [own] : []),
	];
}

/** A thousand rows in the real n8n: payment links, then payouts. */
export async function measure(): Promise<Section> {
	const environment = await startEnvironment({ sandbox: { fastRsa: true }, env: { NODE_FUNCTION_ALLOW_BUILTIN: 'crypto' } });
	try {
		const rows = new Rows(environment);
		const { url } = environment.sandbox;
		const warmUp = linkContestants(rows, url, 0);
		await rows.race(warmUp, 0, 1, ROWS);

		const links = new Map() as Races;
		for (const latency of LATENCIES_MS) {
			const contestants = linkContestants(rows, url, latency);
			links.set(latency, { contestants, times: await rows.race(contestants, latency, 3, ROWS) });
		}
		const payouts = new Map() as Races;
		for (const latency of LATENCIES_MS) {
			const contestants = payoutContestants(rows, environment, latency, ROWS, PAYOUTS_IN_FLIGHT, true);
			payouts.set(latency, { contestants, times: await rows.race(contestants, latency, 1, ROWS) });
		}
		const single = new Map() as Races;
		for (const latency of LATENCIES_MS) {
			const contestants = payoutContestants(rows, environment, latency, ONE_AT_A_TIME, 1, false);
			single.set(latency, { contestants, times: await rows.race(contestants, latency, 1, ONE_AT_A_TIME) });
		}
		return {
			title: `${ROWS} rows in the real n8n`,
			text: TEXT,
			tables: [
				tableOf(`${ROWS} payment links`, links),
				tableOf(`${ROWS} payouts`, payouts),
				tableOf(`${ONE_AT_A_TIME} payouts, one at a time (the default)`, single),
			],
			claims: [...linkClaims(links), ...payoutClaims(single)],
		};
	} finally {
		await environment.stop();
	}
}

function linkClaims(links: Races): Claim[] {
	const [concurrency = 0] = IN_FLIGHT;
	const { contestants = [], times = new Map() as Times } = links.get(CLAIMED_MS) ?? {};
	const took = (name: string) => times.get(name) ?? Number.NaN;
	return [
		{
			what: `${ROWS} links at ${CLAIMED_MS} ms, default of ${concurrency} in flight, over the limit`,
			measured: took(ours(concurrency)) / (contestants[0]?.limit ?? Number.NaN),
			bound: { atMost: 1.25 },
		},
		{ what: 'the same over the axios loop', measured: took(ours(concurrency)) / took(loop(concurrency)), bound: { atMost: 1.1 } },
		{ what: `all ${ROWS} in flight, over n8n's own nodes`, measured: took(LOOSE) / took(OWN), bound: { atMost: 1 } },
	];
}

function payoutClaims(single: Races): Claim[] {
	const { contestants = [], times = new Map() as Times } = single.get(CLAIMED_MS) ?? {};
	const [own, other] = contestants.map(({ name }) => times.get(name) ?? Number.NaN);
	return [
		{
			what: `${ONE_AT_A_TIME} payouts at ${CLAIMED_MS} ms, one at a time, over the limit`,
			measured: Number(own) / (contestants[0]?.limit ?? Number.NaN),
			bound: { atMost: 1.25 },
		},
		{ what: 'the same over the axios loop, which writes nothing down', measured: Number(own) / Number(other), bound: { atMost: 1.1 } },
	];
}
