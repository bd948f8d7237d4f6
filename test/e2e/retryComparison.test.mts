import type { Execution } from '../../sandbox/host/restClient.mts';
import { table } from '../../sandbox/host/table.mts';
import { inLanes } from '../support/lanes.mts';
import { delayed, PARTNER_FAULTS, STEPS } from '../support/partnerFaults.mts';
import { type Environment, START_WITHIN_MS, startEnvironment } from '../../sandbox/host/environment.mts';
import { httpRequestNodes, kessPartner, type PayoutWorkflow, type Shown, type Transfer } from '../../sandbox/host/payoutWorkflows.mts';

/**
 * The faults of the matrix over KESS Partner, in the real n8n and over HTTP, beside what a user has without the node:
 * HTTP Request with Retry On Fail. Each run is one list with a row for every fault at every step.
 */

const [CREATE, CONFIRM] = STEPS;

/** How often the fault strikes: once, twice, or whatever is tried. */
const TIMES = [1, 2, 40];

/** As n8n retries by default: three tries, one second apart. */
const SETTINGS = { timeout: 5000, node: { retryOnFail: true, onError: 'continueRegularOutput' } };

/** Longer than both workflows wait for an answer. */
const SLOW_MS = 7000;

/** So long that a second run comes before it. */
const LATE_BOOKING_MS = 30_000;

/** Rows of KESS Partner under way at the same time: so few that a busy machine has their answers within the timeout. */
const AT_A_TIME = 10;

/** Rows that meet no fault of their own; the list begins with one of them. */
const SOUND = ['first', 'sound-1', 'sound-2', 'sound-3'];

interface Scenario {
	name: string;
	/** Executes the workflow as often as the scenario wants. */
	run(execute: () => Promise<Execution>): Promise<Execution[]>;
	/** The step at which the answer to the first row of the list is lost, once. */
	firstRowLostAt?: string;
}

const once: Scenario['run'] = async (execute) => [await execute()];

// With On Error = Continue, n8n looks at the first row alone to find out whether a node has failed and is to be run again.
const SCENARIOS: Scenario[] = [
	{ name: 'once', run: once },
	{ name: 'once, first row lost at create', run: once, firstRowLostAt: CREATE },
	{ name: 'once, first row lost at confirm', run: once, firstRowLostAt: CONFIRM },
	{ name: 'whole workflow run again', run: async (execute) => [await execute(), await execute()] },
	{ name: 'two executions at once', run: async (execute) => await Promise.all([execute(), execute()]) },
];

/** What the ledger has of one workflow's list, and what the workflow said of it. Texts are transfer numbers. */
interface Outcome {
	rows: number;
	creates: number;
	confirms: number;
	paid: Set<string>;
	paidTwice: string[];
	/** By every run: nobody was ever told that it is paid, or may be. */
	saidFailedButPaid: string[];
	/** By any run; another one may have known better, or have paid it later. */
	someRunSaidFailed: Shown[];
	saidPaidButNot: Shown[];
	saidUnknown: string[];
}

const HEADS = [
	'workflow',
	'second create',
	'scenario',
	'rows',
	'create/confirm sent',
	'paid',
	'PAID TWICE',
	'said failed but paid',
	'... by one of two runs',
	'said paid but not',
	'said unknown',
];

// A run may fail before another one pays: that reason says nothing about payment.
const BEFORE_ANY_PAYMENT = /^KESS (refuses the login|does not say what has become of this number before|does not accept what was sent)/;

describe('HTTP Request with Retry On Fail beside KESS Partner, in the real n8n', () => {
	let environment: Environment;
	const lines: string[][] = [];

	beforeAll(async () => {
		environment = await startEnvironment({ env: { NODE_FUNCTION_ALLOW_BUILTIN: 'crypto' } });
	}, START_WITHIN_MS);

	afterAll(async () => {
		await environment?.stop();
		console.log(table(HEADS, lines));
	});

	/** Plans the faults of one list. Its transfer numbers begin with the prefix. */
	async function planList(prefix: string, { firstRowLostAt }: Scenario): Promise<Transfer[]> {
		const [first = '', ...others] = SOUND.map((name) => prefix + name);
		if (firstRowLostAt) await environment.control.fault('lost-after-booking', { service: firstRowLostAt, outTradeNo: first });
		const faulty: string[] = [];
		for (const [index, fault] of PARTNER_FAULTS.entries()) {
			for (const [step, service] of STEPS.entries()) {
				const outTradeNo = `${prefix}${fault}-${service.split('.')[0]}`;
				await environment.control.fault(fault, { service, outTradeNo, times: TIMES[(index + step) % TIMES.length], ...delayed(fault, fault === 'slow' ? SLOW_MS : LATE_BOOKING_MS) });
				faulty.push(outTradeNo);
			}
		}
		return [first, ...faulty, ...others].map((outTradeNo) => ({
			out_trade_no: outTradeNo,
			receiver_id: '012000232',
			sender_name: 'រោងចក្រ Sunrise/Garments',
			amount: 1.05,
			currency: 'USD',
		}));
	}

	/** The rows of a list that met no fault. */
	function soundOf(prefix: string, { firstRowLostAt }: Scenario): string[] {
		return (firstRowLostAt ? SOUND.slice(1) : SOUND).map((name) => prefix + name);
	}

	/** @returns what each run showed of each transfer */
	async function runList(workflow: PayoutWorkflow, transfers: Transfer[], scenario: Scenario): Promise<Shown[][]> {
		const { client } = environment;
		const { id } = await client.createWorkflow(workflow.build(transfers));
		const executions = await scenario.run(async () => await client.execute(id, { timeoutMs: 300_000 }));
		expect(executions.map(({ status }) => status)).toEqual(executions.map(() => 'success'));
		return executions.map((execution) => workflow.read(execution, transfers));
	}

	async function outcomeOf(prefix: string, said: Shown[][]): Promise<Outcome> {
		const { entries, doublePayments } = await environment.control.ledger();
		const { requests, recent } = await environment.control.requestLog();
		// The log forgets the oldest requests when there are too many.
		expect(recent).toHaveLength(requests);
		const ofList = (outTradeNo: string | null) => outTradeNo?.startsWith(prefix) ?? false;
		const sent = (name: string) => recent.filter(({ service, out_trade_no }) => service === name.toLowerCase() && ofList(out_trade_no)).length;
		const paid = new Set(entries.map((entry) => entry.out_trade_no).filter(ofList));
		const [someRun = []] = said;
		const byEveryRun = (as: Shown['as']) => someRun.flatMap(({ outTradeNo }, row) => (said.every((run) => run[row]?.as === as) ? [outTradeNo] : []));
		return {
			rows: someRun.length,
			creates: sent(CREATE),
			confirms: sent(CONFIRM),
			paid,
			paidTwice: doublePayments.filter(ofList),
			saidFailedButPaid: byEveryRun('failed').filter((outTradeNo) => paid.has(outTradeNo)),
			someRunSaidFailed: said.flat().filter(({ as, outTradeNo }) => as === 'failed' && paid.has(outTradeNo)),
			saidPaidButNot: said.flat().filter(({ as, outTradeNo }) => as === 'paid' && !paid.has(outTradeNo)),
			saidUnknown: byEveryRun('unknown'),
		};
	}

	function print(workflow: string, secondCreate: string, scenario: string, outcome: Outcome): void {
		const { rows, creates, confirms, paid, paidTwice, saidFailedButPaid, someRunSaidFailed, saidPaidButNot, saidUnknown } = outcome;
		const different = (shown: Shown[]) => new Set(shown.map(({ outTradeNo }) => outTradeNo)).size;
		const figures = [
			rows,
			`${creates}/${confirms}`,
			paid.size,
			paidTwice.length,
			saidFailedButPaid.length,
			different(someRunSaidFailed) - saidFailedButPaid.length,
			different(saidPaidButNot),
			saidUnknown.length,
		];
		lines.push([workflow, secondCreate, scenario, ...figures.map(String)]);
	}

	/** One workflow in all scenarios, each with a list of its own. Nearly all of their time is waiting, so some run side by side. */
	async function runAll(prefix: string, workflow: PayoutWorkflow, lanes: number): Promise<Shown[][][]> {
		const said: Shown[][][] = [];
		await inLanes([...SCENARIOS.entries()], async ([index, scenario]) => {
			said[index] = await runList(workflow, await planList(`${prefix}${index}-`, scenario), scenario);
		}, lanes);
		return said;
	}

	describe.each(['refuse', 'open'] as const)('a gateway that meets a second create with "%s"', (secondCreate) => {
		const prefixes = { theirs: `HTTP-${secondCreate}-`, ours: `KESS-${secondCreate}-` };
		let said: Record<keyof typeof prefixes, Shown[][][]>;

		beforeAll(async () => {
			await environment.control.reset();
			await environment.control.settings({ secondCreate });
			// HTTP Request has a whole list under way at once: with more of them an answer is late that meets no fault.
			said = {
				theirs: await runAll(prefixes.theirs, httpRequestNodes(environment.sandbox, SETTINGS), 2),
				ours: await runAll(prefixes.ours, kessPartner({ ...SETTINGS, batchSize: AT_A_TIME }), SCENARIOS.length),
			};
			// What the gateway books late has been booked by then.
			await new Promise((resolve) => setTimeout(resolve, LATE_BOOKING_MS + 200));
		}, 600_000);

		it.each(SCENARIOS)('KESS Partner pays once and says nothing that is not so: $name', async (scenario) => {
			const index = SCENARIOS.indexOf(scenario);
			const lists = { theirs: `${prefixes.theirs}${index}-`, ours: `${prefixes.ours}${index}-` };
			const theirs = await outcomeOf(lists.theirs, said.theirs[index] ?? []);
			const ours = await outcomeOf(lists.ours, said.ours[index] ?? []);
			print('HTTP Request', secondCreate, scenario.name, theirs);
			print('KESS Partner', secondCreate, scenario.name, ours);

			expect(ours.paidTwice).toEqual([]);
			expect(ours.saidFailedButPaid).toEqual([]);
			expect(ours.someRunSaidFailed.filter(({ reason }) => !BEFORE_ANY_PAYMENT.test(reason))).toEqual([]);
			expect(ours.saidPaidButNot).toEqual([]);
			expect([...ours.paid]).toEqual(expect.arrayContaining(soundOf(lists.ours, scenario)));

			expect(theirs.creates).toBeGreaterThanOrEqual(theirs.rows);
			// Where the first row fails, n8n has HTTP Request send all rows again, and what comes of that is theirs to show.
			if (scenario.firstRowLostAt === undefined) expect([...theirs.paid]).toEqual(expect.arrayContaining(soundOf(lists.theirs, scenario)));
		});
	});
});
