import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import type { FaultName } from '../../../sandbox/faults.mts';
import { KessSandbox } from '../../support/kessSandbox.mts';
import { type Cell, falseWords, type Verdict } from '../../support/partnerCells.mts';
import type { PayoutJob } from '../../support/payoutProcess.mts';

/**
 * Real processes with one database between them: killed in the middle of a payout and started again, and two at the
 * same time. Every transfer is a cell of its own.
 */

jest.setTimeout(300_000);

const LATE_MS = 6000;

/** Where a process can be caught: what it waits for when it is killed. */
const CAUGHT: Array<[where: string, fault: FaultName, step: string]> = [
	['before the transfer is prepared', 'hang-after', 'query.fundTransfer'],
	['when it is prepared, before the answer', 'slow', 'create.unified.fundTransfer'],
	['when the confirmation is lost and will be booked later', 'late-booking', 'confirm.fundTransfer'],
	['when it is confirmed, before the answer', 'slow', 'confirm.fundTransfer'],
	['when it is confirmed and never answered', 'hang-after', 'confirm.fundTransfer'],
	['when the confirmation got lost', 'lost-before-booking', 'confirm.fundTransfer'],
];

const TRANSFERS_EACH = 8;

describe.each([
	['refuse', 'pending'],
	['open', 'pending'],
	['open', 'notexist'],
] as const)('a gateway with second create "%s" and an unpaid number "%s"', (secondCreate, queryOpen) => {
	let sandbox: KessSandbox;
	let folder: string;
	const running = new Set<ChildProcess>();

	beforeAll(async () => {
		sandbox = await KessSandbox.start({ fastRsa: true });
		await sandbox.settings({ secondCreate, queryOpen });
		folder = mkdtempSync(join(tmpdir(), 'kesspay-killed-'));
	});

	afterAll(async () => {
		for (const process of running) process.kill('SIGKILL');
		await sandbox.stop();
		rmSync(folder, { recursive: true, force: true });
	});

	/** Starts a worker and waits until it could begin. */
	async function worker(name: string, cells: Cell[]) {
		const file = join(folder, `${name}.json`);
		const job: PayoutJob = { credentials: sandbox.partnerCredential(), storeFile: join(folder, 'store.json'), cells };
		writeFileSync(file, JSON.stringify(job));
		const script = join(__dirname, '../../support/payoutProcess.mts');
		const child = spawn(process.execPath, ['--import', 'tsx', script, file], { stdio: ['pipe', 'pipe', 'pipe'] });
		running.add(child);
		let output = '';
		let trouble = '';
		child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
		child.stderr.setEncoding('utf8').on('data', (text: string) => (trouble += text));
		const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
		void ended.then(() => running.delete(child));
		while (!output.startsWith('ready')) {
			if (child.exitCode !== null) throw new Error(trouble);
			await pause(20);
		}
		return {
			begin: () => child.stdin.write('\n'),
			kill: async () => {
				child.kill('SIGKILL');
				await ended;
			},
			verdicts: async (): Promise<Verdict[]> => {
				await ended;
				return output.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Verdict);
			},
		};
	}

	const transfers = (prefix: string, timeout: number): Cell[] =>
		Array.from({ length: TRANSFERS_EACH }, (_, n) => ({ items: [{ no: `${prefix}-${n}`, amount: '2.50' }], timeout }));

	async function judge(said: Verdict[]) {
		const { entries, doublePayments } = await sandbox.ledger();
		const booked = new Set(entries.map((entry) => entry.out_trade_no));
		return {
			doublePayments,
			...falseWords(said, booked),
			booked: booked.size,
		};
	}

	const CLEAN = { doublePayments: [], falsePaid: [], falseRefused: [] };

	test('killed at any point and started again: nothing is paid twice', async () => {
		const groups = CAUGHT.map(([, fault, service], index) => ({ fault, service, cells: transfers(`K${index}`, 30_000) }));
		for (const { fault, service, cells } of groups) {
			const outTradeNo = cells.map(({ items }) => items[0]?.no as string);
			await sandbox.fault(fault, { service, outTradeNo, times: fault === 'lost-before-booking' ? 2 : 1, delayMs: LATE_MS });
		}
		const cells = groups.flatMap((group) => group.cells);
		const first = await worker('first', cells);
		first.begin();
		await pause(1500);
		await first.kill();

		const second = await worker('second', cells);
		second.begin();
		const afterKill = await second.verdicts();
		expect(afterKill).toHaveLength(cells.length);
		await pause(LATE_MS);
		const third = await worker('third', cells);
		third.begin();
		const rounds = [await first.verdicts(), afterKill, await third.verdicts()];
		const said = rounds.flatMap((verdicts, round) => verdicts.map((verdict) => ({ ...verdict, round })));
		const verdict = await judge(said);
		const count = (says: string) => said.filter((row) => row.says === says).length;
		console.log(
			`Killed and started again, "${secondCreate}"/"${queryOpen}": ${cells.length} transfers, ${verdict.booked} paid, ${verdict.doublePayments.length} twice; rows said paid ${count('paid')}, unknown ${count('unknown')}, not paid ${count('refused')}`,
		);
		expect(verdict).toMatchObject(CLEAN);
	});

	test('the same list in two workers at the same time: nothing is paid twice', async () => {
		// One row after the other, as the node does unless told otherwise; the gateway takes as long as a real one.
		const items = Array.from({ length: 40 }, (_, n) => ({ no: `TWO-${n}`, amount: '3' }));
		const cells: Cell[] = [{ items, timeout: 10_000 }];
		await sandbox.fault('slow', { times: 10_000, delayMs: 20 });
		const [one, other] = await Promise.all([worker('one', cells), worker('other', cells)]);
		one.begin();
		other.begin();
		const said = (await Promise.all([one.verdicts(), other.verdicts()])).flat();
		expect(said).toHaveLength(2 * items.length);
		const verdict = await judge(said);
		console.log(`Two workers at once, "${secondCreate}"/"${queryOpen}": ${verdict.doublePayments.length} of ${items.length} paid twice`);
		expect(verdict).toMatchObject(CLEAN);
	});
});
