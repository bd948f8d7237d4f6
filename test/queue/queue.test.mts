import { ControlClient } from '../../sandbox/controlClient.mts';
import { type FaultName, FAULTS } from '../../sandbox/faults.mts';
import { table } from '../../sandbox/host/table.mts';
import { delayed, PARTNER_FAULTS, STEPS } from '../support/partnerFaults.mts';
import { START_WITHIN_MS } from '../../sandbox/host/environment.mts';
import { type Cluster, memoryOf, startCluster, type Worker } from './support/cluster.mts';
import { inLanes } from '../support/lanes.mts';
import { type Order, orderService, type Payout, payoutService, type Said, type Service } from './support/traffic.mts';

/** Calls under way at the same time. */
const AT_A_TIME = 10;

/**
 * n8n on several machines: orders and payouts come in through webhooks, a worker is killed in the middle of payouts, the
 * gateway is slow and loses answers. In the end every order has its link and every payout is in the ledger once.
 *
 * One test builds on what the one before has left.
 */

const ORDERS = 500;
/** Sent first, while nothing goes wrong, to see what the machine carries. */
const CALM_ORDERS = 100;
const ROWS_IN_A_CALL = 5;
const PAYOUT_CALLS = 40;
/** Calls whose confirmations hang when the worker is killed, enough for both workers to have some. */
const HELD_CALLS = [12, 13, 14, 15, 16, 17, 18, 19];
const CONFIRMATIONS_UNDER_WAY = 4;

const LATENCY_MS = 100;
const SLOW_MS = 3_000;
/** Longer than the nodes wait. */
const HANGS_MS = 30_000;
/** Shorter than that. */
const WAITING_MS = 6_000;
/** Later than rows that are sent again at once have been looked up, sooner than n8n notices the death. */
const BOOKED_LATE_MS = 45_000;
/** More than a claim lasts: the pre-transfer's life and what the node adds to it. */
const CLAIMS_END_MS = 2 * 60 * 60_000;

/** How often somebody sends again what is not said to be paid, before and after that. */
const ROUNDS = 2;

const WITHIN_MS = 600_000;

const [, CONFIRM] = STEPS;

// A token that the gateway no longer knows costs a login, and logins are counted here.
const PAYOUT_FAULTS = PARTNER_FAULTS.filter((fault) => fault !== 'expired-token');
const ORDER_FAULTS = PAYOUT_FAULTS.filter((fault) => FAULTS[fault].only === undefined);

const orders: Order[] = Array.from({ length: ORDERS }, (_, index) => ({
	no: `ORDER-${index}`,
	title: 'នំបញ្ចុក',
	amount: `${1 + (index % 9)}.25`,
}));

const payoutCalls: Payout[][] = Array.from({ length: PAYOUT_CALLS }, (_, call) =>
	Array.from({ length: ROWS_IN_A_CALL }, (_unused, row) => ({ no: `PAYOUT-${call}-${row}`, receiver: '012000232', amount: `${1 + row}.05` })),
);
const payouts = payoutCalls.flat();

/** The rows with this place in the calls that are held up. */
const heldNumbers = (row: number): string[] => HELD_CALLS.map((call) => payoutCalls[call]?.[row]?.no ?? '');

/** Booked by the gateway, which does not say so in time. */
const hangingNumbers = new Set(heldNumbers(2));

describe('n8n in queue mode', () => {
	let cluster: Cluster;
	let sandbox: ControlClient;
	let orderWorkflow: Service<Order>;
	let payoutWorkflow: Service<Payout>;
	let killed: Worker;
	/** Executions that the killed worker had begun and not finished, and what they were called with. */
	let died: { ids: string[]; calls: Array<Array<Order | Payout>> };
	const summary: string[][] = [];
	const memory = new Map<string, number>();

	beforeAll(async () => {
		cluster = await startCluster(['worker 1', 'worker 2']);
		sandbox = new ControlClient(cluster.sandbox);
		// The gateway that makes paying twice easiest: it hides prepared transfers and prepares another one.
		await sandbox.settings({ secondCreate: 'open', queryOpen: 'notexist' });
		await Promise.all([cluster.startWorker('worker 1'), cluster.startWorker('worker 2')]);
		orderWorkflow = await orderService(cluster);
		payoutWorkflow = await payoutService(cluster);
	}, START_WITHIN_MS);

	afterAll(async () => {
		await cluster?.stop();
		if (summary.length > 0) console.log(table(['n8n in queue mode', ''], summary, 60));
	}, START_WITHIN_MS);

	const say = (what: string, how: string | number) => summary.push([what, String(how)]);

	async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
		while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 200));
	}

	const allEnded = async () =>
		(await cluster.postgres.query("select 1 from execution_entity where status in ('new', 'running') limit 1")).length === 0;

	async function noteMemory(): Promise<void> {
		for (const { name, pid } of [{ name: 'main', pid: cluster.main.pid }, ...cluster.workers.filter((worker) => worker !== killed)]) {
			memory.set(name, Math.max(memory.get(name) ?? 0, await memoryOf(pid)));
		}
	}

	/** Payouts that a worker is waiting for: the gateway has booked them and has not answered. */
	async function confirmationsUnderWay(): Promise<Set<string>> {
		const { recent } = await sandbox.requestLog();
		const hanging = recent.filter(
			({ at, service, answered, out_trade_no: no }) =>
				service === CONFIRM.toLowerCase() && !answered && hangingNumbers.has(no ?? '') && Date.parse(at) > Date.now() - WAITING_MS,
		);
		return new Set(hanging.map((request) => request.out_trade_no ?? ''));
	}

	/** How many faults are planned for orders and payouts and have not struck. */
	async function faultsLeft(): Promise<number> {
		return (await sandbox.faults()).reduce((sum, { outTradeNo, remaining }) => sum + (outTradeNo === undefined ? 0 : remaining), 0);
	}

	/** Numbers that have been booked, and that nothing was booked twice. */
	async function booked(): Promise<Set<string>> {
		const { entries, doublePayments } = await sandbox.ledger();
		expect(doublePayments).toEqual([]);
		return new Set(entries.map((entry) => entry.out_trade_no));
	}

	/** What is known of each payout: paid once anybody has said so, else the last word; nothing when nobody has said anything. */
	async function payoutStates(): Promise<Map<string, Said['as'] | 'nothing'>> {
		const states = new Map<string, Said['as'] | 'nothing'>(payouts.map(({ no }) => [no, 'nothing']));
		for (const { no, as } of await payoutWorkflow.said()) if (states.get(no) !== 'paid') states.set(no, as);
		return states;
	}

	const numbersThatAre = (states: Map<string, string>, state: string) => [...states].filter(([, as]) => as === state).map(([no]) => no);

	/** Sends everything again that is not said to be paid, in the calls it came in. @returns how many rows */
	async function sendUnpaidAgain(): Promise<number> {
		const states = await payoutStates();
		const again = payoutCalls.map((call) => call.filter(({ no }) => states.get(no) !== 'paid')).filter((call) => call.length > 0);
		await inLanes(again, payoutWorkflow.send, 3);
		await until(allEnded);
		return again.flat().length;
	}

	async function planFaults(): Promise<void> {
		await sandbox.fault('lost-before-booking', { service: CONFIRM, outTradeNo: heldNumbers(0), times: 3 });
		await sandbox.fault('late-booking', { service: CONFIRM, outTradeNo: heldNumbers(1), times: 3, delayMs: BOOKED_LATE_MS });
		await sandbox.fault('slow', { service: CONFIRM, outTradeNo: [...hangingNumbers], delayMs: HANGS_MS });

		const others = payoutCalls.filter((_, call) => !HELD_CALLS.includes(call)).flat().filter((_, index) => index % 3 === 0);
		for (const [index, { no }] of others.entries()) {
			const fault = PAYOUT_FAULTS[index % PAYOUT_FAULTS.length] as FaultName;
			const service = STEPS[Math.floor(index / PAYOUT_FAULTS.length) % STEPS.length];
			await sandbox.fault(fault, { service, outTradeNo: no, times: 1 + (index % 2), ...delayed(fault, SLOW_MS) });
		}
		for (const [index, { no }] of orders.slice(CALM_ORDERS).filter((_, index) => index % 7 === 0).entries()) {
			const fault = ORDER_FAULTS[index % ORDER_FAULTS.length] as FaultName;
			await sandbox.fault(fault, { service: 'webpay.acquire.createOrder', outTradeNo: no, ...delayed(fault, SLOW_MS) });
		}
		await sandbox.fault('slow', { times: 1_000_000, delayMs: LATENCY_MS });
	}

	it('takes orders while nothing goes wrong', async () => {
		const before = await databaseSize();
		const started = Date.now();
		await inLanes(orders.slice(0, CALM_ORDERS), async (order) => await orderWorkflow.send([order]), AT_A_TIME);
		await until(allEnded);
		const seconds = (Date.now() - started) / 1000;
		await noteMemory();
		say('executions a second, orders, one main and two workers', (CALM_ORDERS / seconds).toFixed(1));
		say('database growth for each of them', `${Math.round(((await databaseSize()) - before) / CALM_ORDERS)} bytes`);
		expect(await sandbox.orders()).toHaveLength(CALM_ORDERS);
	}, WITHIN_MS);

	it('loses a worker in the middle of payouts, and goes on', async () => {
		await planFaults();
		const planned = await faultsLeft();
		const started = Date.now();
		const sending = Promise.all([
			inLanes(orders.slice(CALM_ORDERS), async (order) => await orderWorkflow.send([order]), AT_A_TIME),
			inLanes(payoutCalls, payoutWorkflow.send, 2),
		]);
		await until(async () => (await confirmationsUnderWay()).size >= CONFIRMATIONS_UNDER_WAY);
		const underWay = await confirmationsUnderWay();
		const holders = await Promise.all(
			cluster.workers.map(async (worker) => ({ worker, held: (await begunWith(worker)).flat().filter(({ no }) => underWay.has(no)) })),
		);
		const { worker, held } = holders.reduce((most, other) => (other.held.length > most.held.length ? other : most));
		killed = worker;
		await killed.kill();
		died = { ids: killed.unfinished(), calls: await begunWith(killed) };
		const diedPayouts = died.calls.filter(([first]) => first && 'receiver' in first) as Payout[][];
		// Somebody who hears nothing sends all of it again at once, long before n8n knows that the worker is dead.
		await Promise.all([...diedPayouts.map(payoutWorkflow.send), cluster.startWorker(killed.name), sending]);
		await until(allEnded);
		await noteMemory();
		say('seconds for the rest, until n8n had noticed the death', Math.round((Date.now() - started) / 1000));
		say('killed', `${killed.name}, with ${diedPayouts.flat().length} payouts, sent again at once, and ${died.calls.length - diedPayouts.length} orders`);
		say('of these payouts, booked and waiting for the answer', held.length);
		expect(held.length).toBeGreaterThan(0);
		say('faults of the gateway', `${planned - (await faultsLeft())} of ${planned} struck, and ${LATENCY_MS} ms latency`);
		await booked();
	}, WITHIN_MS);

	/** What the unfinished executions of a worker were called with. n8n replaces it when it notices that they have died. */
	async function begunWith(worker: Worker): Promise<Array<Array<Order | Payout>>> {
		return await Promise.all(worker.unfinished().map(async (id) => await payoutWorkflow.sentTo(id)));
	}

	it('has told nobody that something is paid, or failed, when it is not so', async () => {
		const states = await payoutStates();
		const paid = await booked();
		expect(numbersThatAre(states, 'paid').filter((no) => !paid.has(no))).toEqual([]);
		expect(numbersThatAre(states, 'failed').filter((no) => paid.has(no))).toEqual([]);
		for (const state of ['paid', 'unknown', 'failed', 'nothing']) say(`payouts said: ${state}`, numbersThatAre(states, state).length);
		say('of those not said to be paid, booked', payouts.filter(({ no }) => states.get(no) !== 'paid' && paid.has(no)).length);
	}, WITHIN_MS);

	it('gives every order once and its link when what has failed is sent again', async () => {
		const linked = async () => new Map((await orderWorkflow.said()).filter(({ as }) => as === 'link').map(({ no, text }) => [no, text]));
		const links = await linked();
		const unlinked = orders.filter(({ no }) => !links.has(no));
		await inLanes(unlinked, async (order) => await orderWorkflow.send([order]), AT_A_TIME);
		await until(allEnded);
		say('orders sent again', unlinked.length);
		const there = await sandbox.orders();
		expect(there.map(({ out_trade_no: no }) => no).sort()).toEqual(orders.map(({ no }) => no).sort());
		expect(Object.fromEntries(await linked())).toEqual(Object.fromEntries(there.map((order) => [order.out_trade_no, order.payment_link])));
		say('orders, each once and with its link', there.length);
	}, WITHIN_MS);

	it('pays nothing twice when dead executions are retried and unpaid rows sent again', async () => {
		// From here on the gateway is well: what it has booked is found, and nothing is sent that may still be carried out.
		await sandbox.clearFaults();
		const before = (await payoutWorkflow.said()).length;
		for (const id of died.ids) await cluster.client.call('POST', `/rest/executions/${id}/retry`, { loadWorkflow: false });
		await until(allEnded);
		say("payouts that n8n's Retry of the dead executions ran", (await payoutWorkflow.said()).length - before);
		// What the gateway books late may come after the rows were looked up: then it is found after the claims have ended.
		const paid = await booked();
		for (let round = 1; round <= ROUNDS; round++) say('payouts sent again', await sendUnpaidAgain());
		const states = await payoutStates();
		await booked();
		expect(payouts.filter(({ no }) => paid.has(no) && states.get(no) !== 'paid')).toEqual([]);
		say('payouts that wait for the end of a claim', payouts.length - numbersThatAre(states, 'paid').length);
		expect(numbersThatAre(states, 'nothing')).toEqual([]);
	}, WITHIN_MS);

	it('has paid every payout once when the claims of the dead worker have ended', async () => {
		await Promise.all(cluster.workers.map(async (worker) => await worker.stop()));
		cluster.passTime(CLAIMS_END_MS);
		await Promise.all([cluster.startWorker('worker 1'), cluster.startWorker('worker 2')]);
		for (let round = 1; round <= ROUNDS; round++) {
			const sent = await sendUnpaidAgain();
			if (sent > 0) say('payouts sent again two hours later', sent);
		}
		const { entries, doublePayments } = await sandbox.ledger();
		say('ledger', `${entries.length} payouts, ${doublePayments.length} paid twice`);
		expect(doublePayments).toEqual([]);
		const unpaid = new Set(numbersThatAre(await payoutStates(), 'unknown'));
		expect((await payoutWorkflow.said()).filter(({ no }) => unpaid.has(no))).toEqual([]);
		expect(entries.map((entry) => entry.out_trade_no).sort()).toEqual(payouts.map(({ no }) => no).sort());
		expect(numbersThatAre(await payoutStates(), 'paid')).toEqual(payouts.map(({ no }) => no));
	}, WITHIN_MS);

	it('logs in at most once for each worker and gateway', async () => {
		for (const login of ['oauth', 'partner-oauth']) {
			const logins = await sandbox.requests(login);
			say(`logins (${login})`, `${logins}, by ${cluster.workers.length} worker processes`);
			expect(logins).toBeGreaterThan(0);
			expect(logins).toBeLessThanOrEqual(cluster.workers.length);
		}
		for (const [index, worker] of cluster.workers.entries()) say(`executions of ${worker.name}, process ${index + 1}`, worker.begun().length);
		for (const [name, workflow] of Object.entries({ order: orderWorkflow, [`payout of ${ROWS_IN_A_CALL} rows`]: payoutWorkflow })) {
			say(`stored data of an execution, ${name}`, `${await storedBytes(workflow.workflowId)} bytes`);
		}
		for (const [name, mib] of memory) say(`memory of ${name}`, `${Math.round(mib)} MiB`);
	}, WITHIN_MS);

	/** As they lie in the database, compressed and without indexes. */
	async function storedBytes(workflowId: string): Promise<number> {
		const [[bytes] = []] = await cluster.postgres.query(
			`select avg(pg_column_size(data.*)) from execution_data data join execution_entity execution on execution.id = data."executionId" where execution."workflowId" = '${workflowId}' and status = 'success'`,
		);
		return Math.round(Number(bytes));
	}

	async function databaseSize(): Promise<number> {
		const [[size] = []] = await cluster.postgres.query('select pg_database_size(current_database())');
		return Number(size);
	}
});
