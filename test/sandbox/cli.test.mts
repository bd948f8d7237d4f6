import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { partnerAccount, webPayAccount } from '../../sandbox/accounts.mts';
import { startSandbox } from '../../sandbox/server.mts';
import { until } from '../support/gatewayClient.mts';

const ROOT = join(__dirname, '..', '..');

const started: ChildProcess[] = [];
afterEach(() => {
	for (const child of started.splice(0)) child.kill('SIGKILL');
});

/** Starts the sandbox as its users do. */
function run(...args: string[]) {
	const child = spawn(process.execPath, ['--import', 'tsx', join(ROOT, 'sandbox', 'cli.mts'), ...args], { cwd: ROOT });
	const output = { out: '', err: '' };
	child.stdout.on('data', (chunk: Buffer) => (output.out += chunk.toString()));
	child.stderr.on('data', (chunk: Buffer) => (output.err += chunk.toString()));
	const exit = new Promise<number | null>((resolve) => child.once('close', resolve));
	started.push(child);
	return { child, output, exit };
}

test.each(['SIGINT', 'SIGTERM'] as const)('prints where it runs and what to enter, and ends with %s', async (signal) => {
	const { child, output, exit } = run('--port', '0');
	await until(() => output.out.includes('Ctrl+C'));
	const url = /http:\/\/127\.0\.0\.1:\d+/.exec(output.out)?.[0];
	for (const value of Object.values(webPayAccount).filter((text) => text !== webPayAccount.sellerName)) expect(output.out).toContain(value);
	for (const value of [...Object.values(partnerAccount), `${url} shows them`]) expect(output.out).toContain(value);
	expect((await fetch(`${url}/`)).status).toBe(200);
	child.kill(signal);
	expect(await exit).toBe(0);
});

test('keys are kept in a folder and never printed', async () => {
	const folder = await mkdtemp(join(tmpdir(), 'kess-keys-'));
	try {
		const { child, output, exit } = run('--port', '0', '--keys', folder);
		await until(() => output.out.includes('Ctrl+C'));
		for (const file of ['partner-private.pem', 'kess-public.pem']) {
			expect(output.out).toContain(join(folder, file));
			expect(await readFile(join(folder, file), 'utf8')).toMatch(/^-----BEGIN /);
		}
		expect(output.out).not.toContain('-----BEGIN');
		child.kill('SIGTERM');
		expect(await exit).toBe(0);
	} finally {
		await rm(folder, { recursive: true });
	}
});

test('a port in use ends it with a clear message', async () => {
	const sandbox = await startSandbox({ port: 0 });
	const { output, exit } = run('--port', String(sandbox.port));
	expect(await exit).toBe(1);
	expect(output.err).toContain(`Port ${sandbox.port} is in use`);
	expect(output.err).not.toMatch(/\n {4}at /);
	await sandbox.close();
});

test('a port that is none ends it with a clear message', async () => {
	const { output, exit } = run('--port', '70000');
	expect(await exit).toBe(1);
	expect(output.err).toContain('70000');
});
