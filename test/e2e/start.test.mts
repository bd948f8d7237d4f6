import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { parse } from 'csv-parse/sync';

import { projectFolder } from '../../sandbox/host/install.mjs';
import { ending, groupExists, stopTree, type Ending } from '../../sandbox/host/processTree.mts';
import { START_WITHIN_MS } from '../../sandbox/host/environment.mts';

const READY = 'Press Ctrl-C to stop.';

interface Start {
	process: ChildProcess;
	ended: Promise<Ending>;
	output(): string;
}

// One test builds on the data that the one before has left, as one start does on the last.
describe('npm start', () => {
	let folder: string;
	let running: Start | undefined;

	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), 'kesspay-start-'));
	});

	afterEach(async () => {
		if (running?.process.pid && groupExists(running.process.pid)) await stopTree(running.process.pid);
		running = undefined;
	});

	afterAll(async () => await rm(folder, { recursive: true, force: true }));

	const start = (...args: string[]): Start => run(process.execPath, [join(projectFolder, 'sandbox/start.mjs'), ...args]);

	const run = (command: string, args: string[]): Start => {
		const child = spawn(command, args, {
			cwd: projectFolder,
			env: { ...process.env, npm_lifecycle_event: undefined, KESSPAY_SANDBOX_FOLDER: folder },
			detached: true,
			stdio: ['ignore', 'pipe', 'pipe'],
		});
		let text = '';
		for (const stream of [child.stdout, child.stderr]) {
			stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
		}
		running = { process: child, ended: ending(child), output: () => text };
		return running;
	};

	const until = async (condition: () => boolean | Promise<boolean>, started?: Start) => {
		while (!(await condition())) {
			if (started && started.process.exitCode !== null) throw new Error(started.output());
			await new Promise((resolve) => setTimeout(resolve, 100));
		}
	};

	const startAndWait = async () => {
		const started = start();
		await until(() => started.output().includes(READY), started);
		const n8n = await childOf(started.process.pid);
		const addresses = started.output().match(/http:\/\/127\.0\.0\.1:\d+/g) ?? [];
		return { ...started, n8n, addresses: [...new Set(addresses)] };
	};

	const expectNothingLeft = async ({ n8n, addresses }: { n8n: number; addresses: string[] }) => {
		await until(() => !groupExists(n8n));
		expect(addresses).toHaveLength(2);
		for (const address of addresses) await expect(fetch(address)).rejects.toThrow();
	};

	it(
		'makes a payment link for every order, says where everything is and stops when asked to run once',
		async () => {
			const { ended, output } = start('--once');
			await expect(ended).resolves.toEqual({ code: 0, signal: null });
			const orders = await rowsOf('orders.csv');
			const links = await rowsOf('orders-with-links.csv');
			expect(links.map((row) => row.order_no)).toEqual(orders.map((row) => row.order_no));
			expect(output()).toContain(`${orders.length} payment links\n`);
			for (const { order_no: number, payment_link: link } of links) {
				expect(link).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/pay\//);
				expect(output()).toMatch(new RegExp(`^${number} .*${link}$`, 'm'));
			}
			expect(output()).not.toContain(READY);
		},
		START_WITHIN_MS,
	);

	it(
		'starts again on what is there, keeps a changed spreadsheet, refuses a second start, and ends on Ctrl-C',
		async () => {
			const more = 'EXTRA-1,One more,1.00,USD,Someone,,,,,,,,,,\nEXTRA-2,No amount,,USD,Someone,,,,,,,,,,\n';
			await appendFile(join(folder, 'files', 'orders.csv'), more);
			const first = await startAndWait();
			expect(first.output()).not.toContain('Adding credentials and workflows');
			expect(first.output()).toMatch(/^EXTRA-1 .*\/pay\//m);
			expect(first.output()).toMatch(/1 rows without one/);

			const second = start();
			await expect(second.ended).resolves.toEqual({ code: 1, signal: null });
			expect(second.output()).toContain('npm start is running already');

			process.kill(-(first.process.pid ?? 0), 'SIGINT');
			await expect(first.ended).resolves.toEqual({ code: 0, signal: null });
			expect(first.output()).toContain('nothing is left running');
			await expectNothingLeft(first);
		},
		START_WITHIN_MS,
	);

	it(
		'says so and ends when n8n ends by itself',
		async () => {
			const started = await startAndWait();
			process.kill(started.n8n, 'SIGKILL');
			await expect(started.ended).resolves.toEqual({ code: 1, signal: null });
			expect(started.output()).toContain('n8n has ended by itself (SIGKILL)');
			await expectNothingLeft(started);
		},
		START_WITHIN_MS,
	);

	it(
		'leaves nothing behind even when it is killed',
		async () => {
			const started = await startAndWait();
			started.process.kill('SIGKILL');
			await started.ended;
			await expectNothingLeft(started);
		},
		START_WITHIN_MS,
	);

	it(
		'ends when only npm is told to end',
		async () => {
			const npm = run('npm', ['start']);
			await until(() => npm.output().includes(READY), npm);
			const addresses = [...new Set(npm.output().match(/http:\/\/127\.0\.0\.1:\d+/g) ?? [])];
			npm.process.kill('SIGTERM');
			await npm.ended;
			await until(() => !groupExists(npm.process.pid ?? 0));
			await until(async () => (await Promise.all(addresses.map(answers))).every((answer) => !answer));
		},
		START_WITHIN_MS,
	);

	it(
		'ends while it is still starting',
		async () => {
			const started = start();
			await until(() => started.output().includes('Starting n8n'), started);
			await until(async () => (await childOf(started.process.pid).catch(() => 0)) > 0);
			const n8n = await childOf(started.process.pid);
			started.process.kill('SIGTERM');
			await expect(started.ended).resolves.toEqual({ code: 0, signal: null });
			expect(groupExists(n8n)).toBe(false);
		},
		START_WITHIN_MS,
	);

	const rowsOf = async (name: string) =>
		parse(await readFile(join(folder, 'files', name)), { columns: true, bom: true }) as Array<Record<string, string>>;
});

async function answers(address: string): Promise<boolean> {
	return await fetch(address).then(
		() => true,
		() => false,
	);
}

/** The n8n that a start has started. */
async function childOf(parent = 0): Promise<number> {
	const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,args=']);
	const line = stdout.split('\n').find((text) => {
		const [, ppid] = text.trim().split(/\s+/);
		return Number(ppid) === parent && /n8n\/bin\/n8n start$/.test(text);
	});
	if (!line) throw new Error(`Process ${parent} has no n8n`);
	return Number(line.trim().split(/\s+/)[0]);
}
