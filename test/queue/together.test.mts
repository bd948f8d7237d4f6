import { ControlClient } from '../../sandbox/controlClient.mts';
import { START_WITHIN_MS } from '../../sandbox/host/environment.mts';
import { table } from '../../sandbox/host/table.mts';
import { type Cluster, startCluster, type Worker } from './support/cluster.mts';
import { type Payout, payoutService, type Service } from './support/traffic.mts';

/** How often everything is sent twice; the promise was tried with ten. */
const RUNS = Number(process.env.KESSPAY_RUNS ?? 1);

const CALLS = 40;
const ROWS_IN_A_CALL = 5;
/** Of each worker, so that all calls of a run are under way at the same time. */
const CONCURRENCY = CALLS;
const WITHIN_MS = 600_000;

const callsOf = (run: number): Payout[][] =>
	Array.from({ length: CALLS }, (_, call) =>
		Array.from({ length: ROWS_IN_A_CALL }, (_unused, row) => ({ no: `RUN-${run}-${call}-${row}`, receiver: '012000232', amount: `${1 + row}.05` })),
	);

/**
 * The same payouts in two n8n processes on one PostgreSQL at the same moment, at the gateway that makes paying twice
 * easiest: it hides prepared transfers and prepares another one.
 */
describe('the same payouts sent twice at the same moment', () => {
	let cluster: Cluster;
	let sandbox: ControlClient;
	let payouts: Service<Payout>;
	const summary: string[][] = [];

	beforeAll(async () => {
		cluster = await startCluster(['worker 1', 'worker 2'], CONCURRENCY);
		sandbox = new ControlClient(cluster.sandbox);
		await sandbox.settings({ secondCreate: 'open', queryOpen: 'notexist' });
		await Promise.all([cluster.startWorker('worker 1'), cluster.startWorker('worker 2')]);
		payouts = await payoutService(cluster);
	}, START_WITHIN_MS);

	afterAll(async () => {
		await cluster?.stop();
		if (summary.length > 0) console.log(table(['sent twice at the same moment', 'seconds', 'paid', 'twice', 'said unknown', 'said failed'], summary, 60));
	}, START_WITHIN_MS);

	async function untilAllEnded(): Promise<void> {
		const open = async () => await cluster.postgres.query("select 1 from execution_entity where status in ('new', 'running') limit 1");
		while ((await open()).length > 0) await new Promise((resolve) => setTimeout(resolve, 200));
	}

	it.each(Array.from({ length: RUNS }, (_, run) => run))('run %i: each is paid once at most, and what is not is unknown', async (run) => {
		const before = (await payouts.said()).length;
		const started = Date.now();
		const calls = callsOf(run);
		await Promise.all([...calls, ...calls].map(payouts.send));
		await untilAllEnded();
		const seconds = (Date.now() - started) / 1000;
		const said = (await payouts.said()).slice(before);
		const { entries, doublePayments } = await sandbox.ledger();
		const paid = entries.map((entry) => entry.out_trade_no).filter((no) => no.startsWith(`RUN-${run}-`));
		const count = (as: string) => String(said.filter((one) => one.as === as).length);
		summary.push([`run ${run}: ${calls.flat().length} payouts`, seconds.toFixed(0), String(paid.length), String(doublePayments.length), count('unknown'), count('failed')]);
		expect(doublePayments).toEqual([]);
		expect(new Set(paid).size).toBe(paid.length);
		// A worker whose database keeps it waiting for too long sends nothing: then both say unknown, and a later run pays.
		const unpaid = new Set(calls.flat().map(({ no }) => no).filter((no) => !paid.includes(no)));
		expect(said.filter(({ no, as }) => unpaid.has(no) && as !== 'unknown')).toEqual([]);
		expect(unpaid.size).toBeLessThan(5);
		expect(said).toHaveLength(2 * calls.flat().length);
		expect(said.filter(({ as }) => as === 'failed')).toEqual([]);
		// Both workers have had their part of it.
		expect(cluster.workers.filter((worker: Worker) => worker.begun().length === 0)).toEqual([]);
	}, WITHIN_MS);
});
