import type { IDataObject, INode } from 'n8n-workflow';

import { DurableStore } from '../../../sandbox/host/durableStore.mts';
import { KessSandbox } from '../../support/kessSandbox.mts';
import { type Cell, falseWords, runCell, type Verdict, verdicts } from '../../support/partnerCells.mts';
import { delayed, PARTNER_FAULTS, STEPS } from '../../support/partnerFaults.mts';
import { withClock } from '../../support/withClock.mts';

/**
 * Each fault x each step x each way n8n runs a node again x both answers of the gateway to a second create. Every cell is
 * three wages, the middle one of which meets the fault. All cells share one gateway and run side by side.
 */

const RETRY: Partial<INode> = { retryOnFail: true, maxTries: 3, waitBetweenTries: 0 };

/** How the same three rows are run; every run's rows are judged. */
const SCENARIOS = new Map<string, (run: (settings?: Partial<INode>) => Promise<Verdict[]>) => Promise<Verdict[][]>>([
	['no retry', async (run) => [await run()]],
	['Retry On Fail', async (run) => [await run(RETRY)]],
	['Continue On Fail + Retry', async (run) => [await run({ ...RETRY, onError: 'continueRegularOutput' })]],
	['whole workflow run again', async (run) => [await run({ onError: 'continueRegularOutput' }), inRound(1, await run())]],
	['two executions at the same time', async (run) => await Promise.all([run({ onError: 'continueRegularOutput' }), run()])],
]);

const inRound = (round: number, said: Verdict[]) => said.map((verdict) => ({ ...verdict, round }));

/** How often the fault strikes: once, twice, or whatever is tried. */
const TIMES = [1, 2, 40];

const SIDE_BY_SIDE = 40;
const LATE_MS = 1500;

/** Times at which all rows are run again: when no pre-transfer lives any more, and when nothing at all can come any more. */
const AFTERWARDS_MS = [3_600_000, 27 * 3_600_000];

jest.setTimeout(600_000);

describe.each(['refuse', 'open'] as const)('a gateway that meets a second create with "%s"', (secondCreate) => {
	const counts = { cells: 0, rows: 0, paid: 0, unknown: 0, notPaid: 0, ledger: 0, doublePayments: 0, falsePaid: 0, falseRefused: 0, unknownAfterwards: [0] };

	const sandbox = KessSandbox.later({ fastRsa: true });
	const clock = withClock(sandbox);

	beforeAll(async () => {
		await sandbox.restart();
		await sandbox.settings({ secondCreate });
	});

	afterAll(async () => {
		await sandbox.stop();
		console.log(`Fault matrix, second create "${secondCreate}": ${JSON.stringify(counts)}`);
	});

	test('pays every transfer at most once and says of none what is not so', async () => {
		const credentials = sandbox.partnerCredential();
		const cells: Array<() => Promise<Verdict[]>> = [];
		const lists: IDataObject[][] = [];
		for (const fault of PARTNER_FAULTS) {
			for (const [stepIndex, step] of STEPS.entries()) {
				for (const [name, scenario] of SCENARIOS) {
					const number = cells.length;
					cells.push(async () => {
						const id = `${secondCreate}-${number}`;
						const items: IDataObject[] = ['a', 'b', 'c'].map((row) => ({ no: `${id}-${row}`, amount: '1.05' }));
						lists.push(items);
						const times = TIMES[(number + stepIndex) % TIMES.length];
						await sandbox.fault(fault, { service: step, outTradeNo: [`${id}-b`], times, ...delayed(fault, LATE_MS) });
						const run = async (settings: Partial<INode> = {}) => {
							const cell: Cell = { items, settings, timeout: 1000 };
							const result = await runCell(cell, structuredClone(credentials));
							return verdicts(result, cell).map((verdict) => ({ ...verdict, message: `${fault} at ${step}, ${name}: ${verdict.message}` }));
						};
						return (await scenario(run)).flat();
					});
				}
			}
		}
		const said: Verdict[] = [];
		const sideBySide = async (work: ReadonlyArray<() => Promise<Verdict[]>>) => {
			const queue = [...work];
			await Promise.all(
				Array.from({ length: SIDE_BY_SIDE }, async () => {
					for (let cell = queue.shift(); cell; cell = queue.shift()) said.push(...(await cell()));
				}),
			);
		};
		await sideBySide(cells);
		// What the gateway books late has been booked by then.
		await new Promise((resolve) => setTimeout(resolve, 2 * LATE_MS));

		const { entries, doublePayments } = await sandbox.ledger();
		const booked = new Set(entries.map((entry) => entry.out_trade_no));
		const { falsePaid, falseRefused } = falseWords(said, booked);
		Object.assign(counts, {
			cells: cells.length,
			rows: said.length,
			paid: said.filter(({ says }) => says === 'paid').length,
			unknown: said.filter(({ says }) => says === 'unknown').length,
			notPaid: said.filter(({ says }) => says === 'refused').length,
			ledger: entries.length,
			doublePayments: doublePayments.length,
			falsePaid: falsePaid.length,
			falseRefused: falseRefused.length,
		});
		expect(doublePayments).toEqual([]);
		expect(falsePaid).toEqual([]);
		expect(falseRefused).toEqual([]);
		expect(new Set(entries.map((entry) => entry.out_trade_no)).size).toBe(entries.length);
		expect(cells).toHaveLength(PARTNER_FAULTS.length * STEPS.length * SCENARIOS.size);

		// Every unknown ends: in the end each row is paid once, or truly not paid.
		await sandbox.clearFaults();
		counts.unknownAfterwards = [];
		for (const [index, ms] of AFTERWARDS_MS.entries()) {
			await clock.forward(ms);
			await sideBySide(
				lists.map((items) => async () => {
					const cell: Cell = { items, settings: { onError: 'continueRegularOutput' } };
					return inRound(2 + index, verdicts(await runCell(cell, structuredClone(credentials)), cell));
				}),
			);
			counts.unknownAfterwards.push(said.filter(({ round, says }) => round === 2 + index && says === 'unknown').length);
		}
		const after = await sandbox.ledger();
		expect(after.doublePayments).toEqual([]);
		expect(falseWords(said, new Set(after.entries.map((entry) => entry.out_trade_no)))).toEqual({ falsePaid: [], falseRefused: [] });
		expect(said.filter(({ round, says }) => round === 1 + AFTERWARDS_MS.length && says === 'unknown')).toEqual([]);
		expect(said.filter(({ round, says }) => round === 1 + AFTERWARDS_MS.length && says === 'paid')).toHaveLength(after.entries.length);
		if (secondCreate === 'open') expect(after.entries).toHaveLength(3 * cells.length);
	});
});

beforeAll(async () => {
	await new DurableStore().attach();
});
