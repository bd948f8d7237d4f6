import { setTimeout as pause } from 'node:timers/promises';

import type { IDataObject } from 'n8n-workflow';

import type { Credentials } from '../../sandbox/host/engine.mts';
import { KessSandbox } from '../support/kessSandbox.mts';
import { inLanes } from '../support/lanes.mts';
import { cellsOf, isInFifth, type MatrixCell, type Round, WAYS } from './cells.mts';
import { isPostponed, judge, type RowRun, type Shortfall, SHORTFALLS, timesOf } from './judge.mts';
import { limitsOf } from './limits.mts';
import { DAY_END_MS, type MoneyOperation } from './operations.mts';
import { LAG_MS, LATE_MS, TIMEOUT_MS } from './times.mts';
import { startWorker, type Worker } from './worker.mts';

/**
 * The matrix: every operation that moves money x every fault of its services x the ways to run a list again, judged by the
 * ledger alone. A fifth of the cells, always the same ones; with KESSPAY_MATRIX=all all of them (`npm run matrix`), with any other text
 * those that have it in their name.
 */
const CHOSEN = process.env.KESSPAY_MATRIX ?? '';

const SIDE_BY_SIDE = 80;

/** The last run waits for as long as it takes: nothing goes wrong any more. */
const PATIENT_MS = 60_000;

const LAST: Round = { settings: { onError: 'continueRegularOutput' }, worker: 0 };

/** What a cell has been through. */
interface CellRun {
	cell: MatrixCell;
	sandbox: KessSandbox;
	items: IDataObject[];
	struck: IDataObject;
	/** What steps hand on to each other. */
	state: Map<string, IDataObject>;
	runs: Map<string, RowRun[]>;
}

export type MatrixCounts = Record<'cells' | 'rows' | 'done' | 'unknown' | 'refused' | 'pending' | 'silent' | 'booked' | Shortfall, number>;

function chosen(cell: MatrixCell): boolean {
	if (CHOSEN === 'all') return true;
	return CHOSEN === '' ? isInFifth(cell) : cell.name.includes(CHOSEN);
}

const sideBySide = async <Item,>(list: Item[], work: (item: Item) => Promise<void>) => await inLanes(list, work, SIDE_BY_SIDE);

/** Runs the operation's cells. @returns what fell short, in words, and the counts */
export async function runMatrix(operation: MoneyOperation): Promise<{ short: string[]; counts: MatrixCounts }> {
	const { gateway, worlds, endMs } = operation;
	const workers = [await startWorker(), await startWorker(), await startWorker()];
	const sandboxes = await Promise.all(worlds.map(async () => await KessSandbox.start({ fastRsa: true })));
	const credentials = sandboxes.map((sandbox) => (gateway === 'partner' ? sandbox.partnerCredential() : sandbox.webPayCredential('v2')));
	const realNow = Date.now;
	const forward = async (ms: number) => {
		jest.spyOn(Date, 'now').mockImplementation(() => realNow() + ms);
		for (const sandbox of sandboxes) await sandbox.setClockAhead(ms);
	};
	try {
		const cells = await prepareCells(operation, sandboxes);
		const run = async (own: CellRun, round: Round, isLast: boolean) =>
			await runRound(operation, own, round, isLast, workers[isLast ? own.cell.lastWorker : round.worker] as Worker, credentials[own.cell.world] as Credentials);
		await sideBySide(cells, async (own) => {
			for (const { fault, service, times, options } of own.cell.strikes) {
				await own.sandbox.fault(fault, { ...options, service: service.toLowerCase(), times, outTradeNo: [String(own.struck.no)] });
			}
			const rounds = WAYS[own.cell.way] as Round[];
			if (rounds[1]?.meanwhile) await Promise.all(rounds.map(async (round) => await run(own, round, false)));
			else {
				for (const round of rounds) {
					if (round.after === 'end') break;
					if (round.after === 'lag') await pause(LAG_MS + LATE_MS);
					await run(own, round, false);
				}
			}
		});
		// What the gateway books late has been booked by then.
		await pause(2 * LATE_MS);
		await forward(endMs);
		await sideBySide(cells, async (own) => {
			for (const round of WAYS[own.cell.way] as Round[]) if (round.after === 'end') await run(own, round, false);
		});
		await pause(2 * LATE_MS);
		for (const sandbox of sandboxes) await sandbox.clearFaults();
		await forward(2 * endMs);
		await sideBySide(cells, async (own) => await run(own, LAST, true));
		await forward(2 * endMs + DAY_END_MS);
		await sideBySide(cells.filter(({ runs }) => [...runs.values()].some(isPostponed)), async (own) => await run(own, LAST, true));
		return await judgeCells(operation, cells, sandboxes);
	} finally {
		jest.restoreAllMocks();
		for (const sandbox of sandboxes) await sandbox.stop();
	}
}

async function prepareCells(operation: MoneyOperation, sandboxes: KessSandbox[]): Promise<CellRun[]> {
	const cells = cellsOf(operation).filter(chosen);
	const runs: CellRun[] = [];
	for (const [world, sandbox] of sandboxes.entries()) {
		const own = cells.filter((cell) => cell.world === world);
		// Digits alone, so that a gateway may make numbers of them.
		const lists = own.map(({ index, hasNeighbours }) => (hasNeighbours ? [0, 1, 2] : [1]).map((row) => `7${String(index).padStart(5, '0')}${row}`));
		const rows = lists.length === 0 ? [] : ((await operation.prepare?.(sandbox, lists.flat())) ?? lists.flat().map(() => ({})));
		for (const [index, cell] of own.entries()) {
			const items = (lists[index] as string[]).map((no) => ({ ...rows.shift(), no }));
			const struck = items.find(({ no }) => no.endsWith('1')) as IDataObject;
			runs.push({ cell, sandbox, items, struck, state: new Map(), runs: new Map(items.map(({ no }) => [no, []])) });
		}
		const settings = operation.worlds[world] ?? {};
		if (Object.keys(settings).some((name) => name.endsWith('LagMs'))) await pause(LAG_MS);
		await sandbox.settings(settings);
	}
	return runs;
}

async function runRound(
	operation: MoneyOperation,
	{ cell, items, state, runs }: CellRun,
	{ settings, meanwhile, after }: Round,
	isLast: boolean,
	worker: Worker,
	credentials: Credentials,
): Promise<void> {
	const sent = new Map<string, number[]>();
	const begun = Date.now();
	const said = await operation.run(
		{
			worker,
			credentials,
			settings,
			items,
			timeout: isLast ? PATIENT_MS : TIMEOUT_MS,
			workflowId: `${operation.name} ${cell.index}`,
			leaves(body) {
				if (String(body.service).toLowerCase() !== operation.pay.toLowerCase()) return;
				const number = operation.numberOf(body, items);
				if (number === undefined) throw new Error('A request that moves money names no row');
				sent.set(number, [...(sent.get(number) ?? []), Date.now()]);
			},
		},
		// Two that run at the same time are whole executions, each of which prepares what it pays; so are some of those that follow.
		meanwhile || (after === undefined && cell.index % 2 === 0) ? new Map() : state,
	);
	const ended = Date.now();
	const hasFailed = said.includes(undefined) && settings.onError === undefined;
	for (const [index, { no }] of items.entries()) {
		const before = runs.get(String(no))?.at(-1);
		if (isLast && before?.isLast) delete before.isLast;
		runs.get(String(no))?.push({ said: said[index], begun, ended, sentAt: sent.get(String(no)) ?? [], hasFailed, ...(isLast && { isLast }) });
	}
}

async function judgeCells(operation: MoneyOperation, cells: CellRun[], sandboxes: KessSandbox[]): Promise<{ short: string[]; counts: MatrixCounts }> {
	const names = ['cells', 'rows', 'done', 'unknown', 'refused', 'pending', 'silent', 'booked', ...SHORTFALLS] as const;
	const counts = Object.fromEntries(names.map((name) => [name, 0])) as MatrixCounts;
	counts.cells = cells.length;
	const short: string[] = [];
	for (const sandbox of sandboxes) {
		const times = timesOf((await sandbox.money()).bookings);
		for (const { cell, items, runs } of cells.filter((own) => own.sandbox === sandbox)) {
			const limits = limitsOf(operation, cell);
			for (const { no } of items) {
				const rowRuns = runs.get(String(no)) ?? [];
				const booked = times.get(`${operation.kind} ${String(no)}`) ?? [];
				counts.booked += booked.length;
				counts.rows += rowRuns.length;
				for (const { said } of rowRuns) counts[said?.says ?? 'silent'] += 1;
				for (const shortfall of judge(rowRuns, booked, limits)) {
					counts[shortfall] += 1;
					short.push(`${shortfall}: ${cell.name} / ${String(no)}\n${describe(rowRuns, booked)}`);
				}
			}
		}
	}
	return { short, counts };
}

/** What happened to a row, in milliseconds since it began. */
function describe(runs: RowRun[], booked: number[]): string {
	const [{ begun: start } = { begun: 0 }] = runs;
	const since = (at: number) => String(at - start);
	return [
		...runs.map(
			({ said, begun, ended, sentAt }) =>
				`    ${since(begun)} to ${since(ended)}, sent ${sentAt.map(since).join(', ') || 'nothing'}: ${said?.says ?? 'nothing said'} ${said?.text ?? ''}`,
		),
		`    booked at ${booked.map(since).join(', ') || 'no time'}`,
	].join('\n');
}
