import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

import { checkNode, hostNode, isInstalled, projectFolder } from '../../../sandbox/host/install.mjs';

const runFile = promisify(execFile);

// The functions run in a process of their own, as npm start and npm test have it, on a small project that was never
// installed, with an npm that notes what it was asked.
const NPM = `#!/usr/bin/env node
const { appendFileSync, copyFileSync, mkdirSync } = require('node:fs');
appendFileSync(process.env.NPM_NOTES, JSON.stringify({
	args: process.argv.slice(2), cwd: process.cwd(), home: process.env.HOME, cache: process.env.npm_config_cache,
	loglevel: process.env.npm_config_loglevel,
}) + '\\n');
setTimeout(() => {
	if (process.env.NPM_FAILS) { console.error(process.env.NPM_FAILS); process.exit(1); }
	if (process.argv[2] === 'ci') {
		mkdirSync('node_modules', { recursive: true });
		copyFileSync('package-lock.json', 'node_modules/.package-lock.json');
	}
	if (process.argv[2] === 'run') {
		mkdirSync('dist', { recursive: true });
		appendFileSync('dist/Node.js', '');
		appendFileSync('dist/Credential.js', '');
	}
	if (process.argv[2] === 'pack') appendFileSync(process.argv[process.argv.indexOf('--pack-destination') + 1] + '/small-1.0.0.tgz', '');
}, Number(process.env.NPM_MS ?? 300));
`;

const lock = (version: string) =>
	JSON.stringify({
		packages: {
			'': { name: 'small' },
			'node_modules/a': { version },
			'node_modules/b': { version: '1.0.0', optional: true },
		},
	});

interface Note {
	args: string[];
	cwd: string;
	home?: string;
	cache?: string;
	loglevel?: string;
}

describe('the installation', () => {
	let folder: string;
	let project: string;
	let notesFile: string;

	beforeEach(async () => {
		folder = await mkdtemp(join(tmpdir(), 'kesspay-install-'));
		project = join(folder, 'project');
		notesFile = join(folder, 'notes');
		await mkdir(join(project, 'kess'), { recursive: true });
		await mkdir(join(folder, 'bin'));
		await writeFile(join(folder, 'bin', 'npm-cli.js'), NPM);
		await writeFile(notesFile, '');
		await writeFile(join(project, 'package-lock.json'), lock('1.0.0'));
		await writeFile(join(project, 'kess', 'money.ts'), 'export {};');
		const n8n = { nodes: ['dist/Node.js'], credentials: ['dist/Credential.js'] };
		await writeFile(join(project, 'package.json'), JSON.stringify({ name: 'small', version: '1.0.0', n8n }));
	});

	afterEach(async () => await rm(folder, { recursive: true, force: true }));

	const environment = (more: Record<string, string | undefined> = {}) => ({
		...process.env,
		npm_execpath: join(folder, 'bin', 'npm-cli.js'),
		NPM_NOTES: notesFile,
		HOME: folder,
		npm_config_cache: undefined,
		...more,
	});

	const script = (name: string) => [
		'--input-type=module',
		'-e',
		`import { ${name} } from ${JSON.stringify(pathToFileURL(join(projectFolder, 'sandbox/host/install.mjs')).href)};
		try { await ${name}({ project: ${JSON.stringify(project)} }); }
		catch (error) { console.error(error.message); process.exit(3); }`,
	];

	const ensure = async (name: string, more: Record<string, string | undefined> = {}) =>
		await runFile(process.execPath, script(name), { env: environment(more) });

	const notes = async (): Promise<Note[]> =>
		(await readFile(notesFile, 'utf8'))
			.split('\n')
			.filter(Boolean)
			.map((line) => JSON.parse(line) as Note);

	it('installs what the lock file asks for, once', async () => {
		const { stdout } = await ensure('ensureRoot');
		expect(stdout).toMatch(/^Installing the tools of this project .*…\n.*… done in \d+ s\n$/);
		await ensure('ensureRoot');
		expect(await notes()).toEqual([expect.objectContaining({ cwd: project })]);
		expect((await notes())[0]?.args).toEqual(
			expect.arrayContaining(['ci', '--ignore-scripts', '--include=dev', '--no-audit', '--no-fund', '--legacy-peer-deps']),
		);
	});

	it('installs again when the lock file has changed', async () => {
		await ensure('ensureRoot');
		await writeFile(join(project, 'package-lock.json'), lock('1.0.1'));
		expect(isInstalled(project)).toBe(false);
		await ensure('ensureRoot');
		expect(await notes()).toHaveLength(2);
		expect(isInstalled(project)).toBe(true);
	});

	it('installs once when two ask at the same time', async () => {
		// Long enough for the second process to start while the first one installs, on a busy machine too.
		const slow = { NPM_MS: '4000' };
		const outputs = await Promise.all([ensure('ensureRoot', slow), ensure('ensureRoot', slow)]);
		expect(await notes()).toHaveLength(1);
		expect(outputs.map(({ stdout }) => stdout).join('')).toMatch(/Waiting for another installation to end \(process \d+\)/);
	});

	it('is not held up by an installation that was killed', async () => {
		const killed = spawn(process.execPath, script('ensureRoot'), { env: environment(), stdio: 'ignore' });
		while ((await notes()).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
		killed.kill('SIGKILL');
		await new Promise((resolve) => killed.once('close', resolve));
		await rm(join(project, 'node_modules'), { recursive: true, force: true });
		await ensure('ensureRoot');
		expect(isInstalled(project)).toBe(true);
	});

	it('is not held up by a lock without an owner', async () => {
		const abandoned = join(project, 'sandbox-data', 'install.lock');
		await mkdir(abandoned, { recursive: true });
		const longAgo = new Date(Date.now() - 120_000);
		await utimes(abandoned, longAgo, longAgo);
		await ensure('ensureRoot');
		expect(isInstalled(project)).toBe(true);
	});

	it.each([
		['empty', ''],
		['missing', undefined],
		['not there', '/no/such/folder'],
	])('needs no home folder (%s)', async (_, HOME) => {
		await ensure('ensureRoot', { HOME });
		const [note] = await notes();
		expect(note).toMatchObject({
			home: join(project, 'sandbox-data', 'home'),
			cache: join(project, 'sandbox-data', 'npm-cache'),
		});
	});

	it('does not hand on how talkative the outer npm is', async () => {
		await ensure('ensureRoot', { npm_config_loglevel: 'silent' });
		expect((await notes())[0]?.loglevel).toBeUndefined();
	});

	it.each([
		['npm error code ENOTFOUND', 'The npm registry could not be reached'],
		['npm error code ENOSPC', 'The disk is full'],
		[['npm error code EUSAGE', ...Array<string>(60).fill('npm error help')].join('\n'), 'does not fit package.json'],
		['npm error something else', 'delete the node_modules folder first'],
	])('shows how npm failed and how to go on (%s)', async (output, advice) => {
		const failed = ensure('ensureRoot', { NPM_FAILS: output });
		await expect(failed).rejects.toMatchObject({ code: 3, stderr: expect.stringContaining(output.split('\n')[0] ?? '') });
		await expect(failed).rejects.toMatchObject({ stderr: expect.stringContaining(advice) });
		// The lock is given back: the next one starts at once.
		await ensure('ensureRoot');
	});

	it('builds and packs when a source has changed, and removes what the last build left', async () => {
		await ensure('ensureBuild');
		await ensure('ensureBuild');
		expect(await notes()).toHaveLength(2);
		await writeFile(join(project, 'dist', 'Old.js'), '');
		await writeFile(join(project, 'kess', 'money.ts'), 'export const changed = 1;');
		await ensure('ensureBuild');
		expect(await notes()).toHaveLength(4);
		await expect(readFile(join(project, 'dist', 'Old.js'))).rejects.toThrow('ENOENT');
		await rm(join(project, 'dist', 'Node.js'));
		await ensure('ensureBuild');
		expect((await notes()).map(({ args }) => args[0])).toEqual(['run', 'pack', 'run', 'pack', 'run', 'pack']);
	});

	it('does not take what a failed build leaves for the build of the sources it had before', async () => {
		const source = join(project, 'kess', 'money.ts');
		const good = await readFile(source, 'utf8');
		await ensure('ensureBuild');
		await writeFile(source, 'not TypeScript');
		const failed = ensure('ensureBuild', { NPM_FAILS: 'kess/money.ts(1,1): error TS1005' });
		await expect(failed).rejects.toMatchObject({ stderr: expect.stringContaining('error TS1005') });
		await mkdir(join(project, 'dist'), { recursive: true });
		await writeFile(join(project, 'dist', 'Node.js'), 'half');
		await writeFile(join(project, 'dist', 'Credential.js'), 'half');
		await writeFile(source, good);
		await ensure('ensureBuild');
		expect((await notes()).map(({ args }) => args[0])).toEqual(['run', 'pack', 'run', 'run', 'pack']);
	});
});

describe('the versions of Node', () => {
	it.each(['20.19.0', '20.20.2', '22.0.0', '24.21.0'])('takes %s', (version) => {
		expect(() => checkNode(version)).not.toThrow();
	});

	it.each(['20.18.9', '18.20.0', '8.0.0'])('refuses %s', (version) => {
		expect(() => checkNode(version)).toThrow(`Node 20.19 or newer is needed, this is Node ${version}`);
	});

	it('finds a Node 24 for n8n, with its headers', async () => {
		const { node, nodedir } = hostNode();
		const { stdout } = await runFile(node, ['-p', 'process.versions.node']);
		expect(stdout).toMatch(/^24\./);
		expect(nodedir).toBeDefined();
	});

	it('says what to do where there is none', () => {
		if (process.versions.node.startsWith('24.')) return;
		expect(() => hostNode(tmpdir())).toThrow('n8n runs on Node 24');
	});
});
