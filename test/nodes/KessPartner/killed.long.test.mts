import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

import type { FaultName } from '../../../sandbox/faults.mts';
import type { Credentials } from '../../../sandbox/host/engine.mts';
import { KessSandbox } from '../../support/kessSandbox.mts';
import { type Cell, falseWords, type Verdict } from '../../support/partnerCells.mts';
import type { PayoutJob } from '../../support/payoutProcess.mts';

/**
 * Real processes with one database between them: killed in the middle of a payout and started again, and two at the
 * same time. Every transfer is a cell of its own.
 */

jest.setTimeout(300_000);

const LATE_MS = 6000;

/** Then nothing can come any more of what was sent before. */
const AFTERWARDS_MS = 60 * 60_000;

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

interface World {
	secondCreate: 'refuse' | 'open';
	queryOpen: 'pending' | 'notexist';
	/** Begins every transfer number at this gateway. */
	prefix: string;
	sandbox: KessSandbox;
	credentials: Credentials;
}

const WORLDS: Array<Pick<World, 'secondCreate' | 'queryOpen'>> = [
	{ secondCreate: 'refuse', queryOpen: 'pending' },
	{ secondCreate: 'open', queryOpen: 'pending' },
	{ secondCreate: 'open', queryOpen: 'notexist' },
];

const worlds: World[] = [];
let folder: string;
const running = new Set<ChildProcess>();

// A process takes seconds to start, so each one works at all the gateways.
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), 'kesspay-killed-'));
	for (const [index, { secondCreate, queryOpen }] of WORLDS.entries()) {
		const sandbox = await KessSandbox.start({ fastRsa: true });
		await sandbox.settings({ secondCreate, queryOpen });
		worlds.push({ secondCreate, queryOpen, prefix: `W${index}-`, sandbox, credentials: await sandbox.partnerCredential() });
	}
});

afterAll(async () => {
	for (const process of running) process.kill('SIGKILL');
	for (const { sandbox } of worlds) await sandbox.stop();
	rmSync(folder, { recursive: true, force: true });
});

/** Starts a worker and waits until it could begin. @param aheadMs how much later it is for it */
async function worker(name: string, cellsOf: (world: World) => Cell[], aheadMs = 0) {
	const file = join(folder, `${name}.json`);
	const cells = worlds.flatMap((world) => cellsOf(world).map((cell) => ({ credentials: world.credentials, cell })));
	const job: PayoutJob = { storeFolder: join(folder, 'store'), cells };
	writeFileSync(file, JSON.stringify(job));
	const script = join(__dirname, '../../support/payoutProcess.mts');
	const clock = ['--import', pathToFileURL(join(__dirname, '../../queue/support/clockAhead.mjs')).href];
	const child = spawn(process.execPath, ['--import', 'tsx', ...clock, script, file], {
		stdio: ['pipe', 'pipe', 'pipe'],
		env: { ...process.env, KESSPAY_CLOCK_AHEAD_MS: String(aheadMs) },
	});
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

async function expectClean({ prefix, sandbox }: World, said: Verdict[]): Promise<{ own: Verdict[]; booked: number }> {
	const own = said.filter(({ outTradeNo }) => outTradeNo.startsWith(prefix));
	const { entries, doublePayments } = await sandbox.ledger();
	const booked = new Set(entries.map((entry) => entry.out_trade_no));
	expect({ doublePayments, ...falseWords(own, booked) }).toEqual({ doublePayments: [], falsePaid: [], falseRefused: [] });
	return { own, booked: booked.size };
}

const NAME = 'a gateway with second create "$secondCreate" and an unpaid number "$queryOpen"';

describe('killed at any point and started again: nothing is paid twice', () => {
	let said: Verdict[];

	beforeAll(async () => {
		const transfers = (prefix: string): Cell[] =>
			Array.from({ length: TRANSFERS_EACH }, (_, n) => ({ items: [{ no: `${prefix}-${n}`, amount: '2.50' }], timeout: 2 * LATE_MS }));
		const cells = ({ prefix }: World) => CAUGHT.flatMap((_, index) => transfers(`${prefix}K${index}`));
		for (const { prefix, sandbox } of worlds) {
			for (const [index, [, fault, service]] of CAUGHT.entries()) {
				const outTradeNo = transfers(`${prefix}K${index}`).map(({ items }) => items[0]?.no as string);
				await sandbox.fault(fault, { service, outTradeNo, times: fault === 'lost-before-booking' ? 2 : 1, delayMs: LATE_MS });
			}
		}
		const first = await worker('first', cells);
		first.begin();
		await pause(2500);
		await first.kill();

		const second = await worker('second', cells);
		second.begin();
		const afterKill = await second.verdicts();
		await pause(LATE_MS);
		const third = await worker('third', cells);
		third.begin();
		const rounds = [await first.verdicts(), afterKill, await third.verdicts()];
		for (const { sandbox } of worlds) {
			await sandbox.clearFaults();
			await sandbox.setClockAhead(AFTERWARDS_MS);
		}
		const fourth = await worker('fourth', cells, AFTERWARDS_MS);
		fourth.begin();
		rounds.push(await fourth.verdicts());
		said = rounds.flatMap((verdicts, round) => verdicts.map((verdict) => ({ ...verdict, round })));
	});

	test.each(WORLDS)(NAME, async (chosen) => {
		const world = worlds[WORLDS.indexOf(chosen)] as World;
		const { own, booked } = await expectClean(world, said);
		const transfers = CAUGHT.length * TRANSFERS_EACH;
		expect(own.filter(({ round }) => round === 1)).toHaveLength(transfers);
		// Once nothing more can come of what was sent, every transfer ends: paid, or not paid where the gateway takes no number again.
		const last = own.filter(({ round }) => round === 3);
		expect(last).toHaveLength(transfers);
		expect(last.filter(({ says }) => says === 'unknown')).toEqual([]);
		expect(last.filter(({ says }) => says === 'paid')).toHaveLength(booked);
		if (world.secondCreate === 'open') expect(booked).toBe(transfers);
		const count = (says: string) => own.filter((row) => row.says === says).length;
		console.log(
			`Killed and started again, "${world.secondCreate}"/"${world.queryOpen}": ${transfers} transfers, ${booked} paid, 0 twice; rows said paid ${count('paid')}, unknown ${count('unknown')}, not paid ${count('refused')}`,
		);
	});
});

describe('the same list in two workers at the same time: nothing is paid twice', () => {
	const ROWS = 40;
	let said: Verdict[];

	beforeAll(async () => {
		for (const { sandbox } of worlds) {
			await sandbox.reset();
			// One row after the other, as the node does unless told otherwise; the gateway takes as long as a real one.
			await sandbox.fault('slow', { times: 10_000, delayMs: 20 });
		}
		for (const { secondCreate, queryOpen, sandbox } of worlds) await sandbox.settings({ secondCreate, queryOpen });
		const cells = ({ prefix }: World): Cell[] => [
			{ items: Array.from({ length: ROWS }, (_, n) => ({ no: `${prefix}TWO-${n}`, amount: '3' })), timeout: 10_000 },
		];
		const [one, other] = await Promise.all([worker('one', cells), worker('other', cells)]);
		one.begin();
		other.begin();
		said = (await Promise.all([one.verdicts(), other.verdicts()])).flat();
	});

	test.each(WORLDS)(NAME, async (chosen) => {
		const { own } = await expectClean(worlds[WORLDS.indexOf(chosen)] as World, said);
		expect(own).toHaveLength(2 * ROWS);
	});
});
