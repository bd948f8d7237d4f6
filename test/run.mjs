// npm test: installs what is missing, runs every check even when an earlier one failed, and ends with the totals.
// npm run test:unit: what needs no n8n server and is done in a minute; what takes longer is called *.long.test.mts.
// npm run test:queue: n8n's queue mode alone, which must not be skipped then.
// npm run matrix: all of the matrix of test/matrix, of which npm test runs a fifth.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ensureBuild, ensureHost, ensureRoot, projectFolder } from '../sandbox/host/install.mjs';
import { missingParts } from './queue/support/programs.mjs';

const JEST = join(projectFolder, 'node_modules', 'jest', 'bin', 'jest.js');
const reports = mkdtempSync(join(tmpdir(), 'kesspay-test-'));
/** Of jest, for each section that has many test files. */
const WORKERS = 2;

const [only] = process.argv.slice(2);
const total = { passed: 0, failed: 0, skipped: 0 };

/** Sections that run side by side, in the order in which their output is shown: the first one's at once, then the next. */
const shown = [];

function count({ passed = 0, failed = 0, skipped = 0 }) {
	total.passed += passed;
	total.failed += failed;
	total.skipped += skipped;
}

/**
 * One part of the run.
 *
 * @param work does it, with a function that prints; gives how many passed, failed and were skipped
 */
async function section(title, work) {
	const output = { held: [], ended: false };
	const print = (text) => {
		if (shown[0] === output) process.stdout.write(text);
		else output.held.push(text);
	};
	shown.push(output);
	print(`\n=== ${title}\n`);
	const started = Date.now();
	let result;
	try {
		result = await work(print);
	} catch (error) {
		print(`${error.message}\n`);
		result = { failed: 1 };
	}
	count(result);
	print(`=== ${title}: ${result.failed ? 'FAILED' : 'ok'}, ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
	output.ended = true;
	while (shown[0]?.ended) {
		shown.shift();
		process.stdout.write(shown[0]?.held.splice(0).join('') ?? '');
	}
	return !result.failed;
}

/** One check that is a command: it counts as one test. */
async function check(title, script) {
	await section(title, async (print) => {
		const code = await run(process.platform === 'win32' ? 'npm.cmd' : 'npm', ['run', script, '--silent'], print);
		return code === 0 ? { passed: 1 } : { failed: 1 };
	});
}

async function jest(name, args, print) {
	const report = join(reports, `${name}.json`);
	const code = await run(process.execPath, [JEST, '--json', `--outputFile=${report}`, ...args], print);
	let found;
	try {
		found = JSON.parse(readFileSync(report, 'utf8'));
	} catch {
		print(`jest ended with ${code} and left no report\n`);
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

async function run(command, args, print) {
	const child = spawn(command, args, { cwd: projectFolder, stdio: ['ignore', 'pipe', 'pipe'] });
	// jest prints its report to stderr. Shown as one stream it cannot get out of order.
	for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', print);
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

async function queue(print) {
	const missing = missingParts();
	if (missing === undefined) return await jest('queue', ['test/queue'], print);
	print(`${only === 'queue' ? '' : 'Skipped: '}${missing}\n`);
	return only === 'queue' ? { failed: 1 } : { skipped: 1 };
}

const unit = async (...without) => {
	const args = ['--testPathIgnorePatterns', 'test/e2e', 'test/queue', ...without, `--maxWorkers=${WORKERS}`];
	await section('Tests', async (print) => await jest('unit', args, print));
};

const short = async () => await unit(String.raw`\.long\.test`);

const matrix = async () => {
	process.env.KESSPAY_MATRIX ??= 'all';
	await section('The whole matrix', async (print) => await jest('matrix', ['test/matrix', `--maxWorkers=${WORKERS}`], print));
};

const realN8n = async () => await section('Tests in a real n8n', async (print) => await jest('e2e', ['test/e2e', `--maxWorkers=${WORKERS}`], print));

const queueMode = async () => await section('n8n in queue mode', queue);

async function all() {
	// Most of their time is waiting, for timeouts and for gateways that are slow on purpose.
	const withoutN8n = async () => {
		await check('Types', 'typecheck');
		await check('Arrows between the rooms', 'arrows');
		await check("n8n's lint", 'lint');
		await check("n8n's package scan", 'scan');
		await unit();
		await queueMode();
	};
	await Promise.all([withoutN8n(), realN8n()]);
}

// What is missing is said before minutes of installing.
const cannotRun = only === 'queue' && missingParts() !== undefined;
if (cannotRun || (await section('Install and build', install))) {
	await ({ unit: short, queue: queueMode, matrix }[only] ?? all)();
}
rmSync(reports, { recursive: true, force: true });

const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
console.log(`\n${total.passed} passed, ${total.failed} failed${skipped}`);
process.exitCode = total.failed === 0 ? 0 : 1;
