// npm test: installs what is missing, runs every check even when an earlier one failed, and ends with the totals.
// npm run test:unit: what needs no n8n server and is done in a minute; what takes longer is called *.long.test.mts.
// npm run test:queue: n8n's queue mode alone, which must not be skipped then.
// npm run histories: 5,000 random histories at a gateway that somebody else has written, of which npm test runs 150.
// npm run matrix: all of the matrix of test/matrix, of which npm test runs a fifth.
import { AsyncLocalStorage } from 'node:async_hooks';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { ensureBuild, ensureHost, ensureRoot, projectFolder } from '../sandbox/host/install.mjs';
import { missingParts } from './queue/support/programs.mjs';

const JEST = join(projectFolder, 'node_modules', 'jest', 'bin', 'jest.js');
const reports = mkdtempSync(join(tmpdir(), 'kesspay-test-'));
const [only] = process.argv.slice(2);

/** Of jest, on two cores: most of the time of the tests is waiting, for gateways that are slow on purpose. */
const WORKERS = '--maxWorkers=4';

/** The same, beside those that have an n8n. */
const WORKERS_BESIDE = '--maxWorkers=3';

/** Where each has an n8n of its own: three of them are late for what is timed. */
const WORKERS_WITH_N8N = '--maxWorkers=2';

const total = { passed: 0, failed: 0, skipped: 0 };

function count({ passed = 0, failed = 0, skipped = 0 }) {
	total.passed += passed;
	total.failed += failed;
	total.skipped += skipped;
}

/** What the lines of this one begin with, while others run beside it. */
const lane = new AsyncLocalStorage();

function say(text) {
	console.log((lane.getStore() ?? '') + text);
}

/** Runs sections one after the other, beside other lanes. */
async function inLane(name, sections) {
	await lane.run(`${name} | `, async () => {
		for (const [title, work] of sections) await section(title, work);
	});
}

async function section(title, work) {
	say('');
	say(`=== ${title}`);
	const started = Date.now();
	let result;
	try {
		result = await work();
	} catch (error) {
		say(error.message);
		result = { failed: 1 };
	}
	count(result);
	const seconds = ((Date.now() - started) / 1000).toFixed(1);
	say(`=== ${title}: ${result.failed ? 'FAILED' : 'ok'}, ${seconds} s`);
	return !result.failed;
}

/** One check that is a command: it counts as one test. */
async function check(args) {
	const code = await run(process.platform === 'win32' ? 'npm.cmd' : 'npm', args);
	return code === 0 ? { passed: 1 } : { failed: 1 };
}

async function jest(name, args) {
	const report = join(reports, `${name}.json`);
	const code = await run(process.execPath, [JEST, '--json', `--outputFile=${report}`, ...args]);
	let found;
	try {
		found = JSON.parse(readFileSync(report, 'utf8'));
	} catch {
		say(`jest ended with ${code} and left no report`);
		return { failed: 1 };
	}
	const result = {
		passed: found.numPassedTests,
		// A file that does not even load has no tests to count.
		failed: found.numFailedTests + found.numRuntimeErrorTestSuites,
		skipped: found.numPendingTests + found.numTodoTests,
	};
	if (code !== 0 && result.failed === 0) result.failed = 1;
	return result;
}

async function run(command, args) {
	const child = spawn(command, args, { cwd: projectFolder, stdio: ['ignore', 'pipe', 'pipe'] });
	for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', say);
	return await new Promise((resolve, reject) => {
		child.once('error', reject);
		child.once('close', (code, signal) => resolve(code ?? signal));
	});
}

async function install() {
	await ensureRoot();
	await ensureHost();
	await ensureBuild();
	return {};
}

async function queue() {
	const missing = missingParts();
	if (missing === undefined) return await jest('queue', ['test/queue']);
	say(`${only === 'queue' ? '' : 'Skipped: '}${missing}`);
	return only === 'queue' ? { failed: 1 } : { skipped: 1 };
}

const unit = async (workers, ...without) => await jest('unit', ['--testPathIgnorePatterns', 'test/e2e', 'test/queue', ...without, workers]);

const matrix = async () => {
	process.env.KESSPAY_MATRIX ??= 'all';
	return await jest('matrix', ['test/matrix', WORKERS]);
};

const histories = async () => {
	process.env.KESSPAY_HISTORIES ??= '1000';
	return await jest('histories', ['test/stranger/histories', WORKERS]);
};

const QUEUE = ['n8n in queue mode', queue];

const PARTS = {
	unit: ['Tests', async () => await unit(WORKERS, String.raw`\.long\.test`)],
	queue: QUEUE,
	matrix: ['The whole matrix', matrix],
	histories: ['Random histories', histories],
};

async function all() {
	await Promise.all([
		inLane('a', [
			['Types', async () => await check(['run', 'typecheck', '--silent'])],
			['Arrows between the rooms', async () => await check(['run', 'arrows', '--silent'])],
			['Format', async () => await check(['run', 'format:check', '--silent'])],
			["n8n's lint", async () => await check(['run', 'lint', '--silent'])],
			["n8n's package scan", async () => await check(['run', 'scan', '--silent'])],
			['Tests', async () => await unit(WORKERS_BESIDE)],
		]),
		inLane('b', [['Tests in a real n8n', async () => await jest('e2e', ['test/e2e', WORKERS_WITH_N8N])], QUEUE]),
	]);
}

// What is missing is said before minutes of installing.
const cannotRun = only === 'queue' && missingParts() !== undefined;
if (cannotRun || (await section('Install and build', install))) {
	await (only in PARTS ? section(...PARTS[only]) : all());
}
rmSync(reports, { recursive: true, force: true });

const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
console.log(`\n${total.passed} passed, ${total.failed} failed${skipped}`);
process.exitCode = total.failed === 0 ? 0 : 1;
