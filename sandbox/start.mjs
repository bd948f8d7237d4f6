// npm start: installs what is missing, then starts the local KESS gateway and n8n and shows an example.
//
//   npm start                  stays until Ctrl-C
//   npm start -- --once        stops after the example (so does KESSPAY_START_ONCE=1)
//   KESSPAY_SANDBOX_FOLDER     where the run-time data lies, by default sandbox-data
import { join, resolve } from 'node:path';

import { ensureBuild, ensureHost, ensureRoot, projectFolder } from './host/install.mjs';
import { takeLock } from './host/install/lock.mjs';

const LOOK_AGAIN_MS = 250;
const folder = resolve(process.env.KESSPAY_SANDBOX_FOLDER || join(projectFolder, 'sandbox-data'));
const once = process.argv.includes('--once') || process.env.KESSPAY_START_ONCE === '1';

const stop = new AbortController();
const { signal } = stop;
// Ctrl-C reaches us from the terminal and once more through npm: the handlers stay.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
	process.on(name, () => {
		if (!signal.aborted) console.log('\nStopping …');
		stop.abort();
	});
}
// When npm itself is told to end, only the shell between it and us hears of it, and we would stay behind.
if (process.env.npm_lifecycle_event === 'start') {
	const parent = process.ppid;
	setInterval(() => {
		if (process.ppid !== parent) stop.abort();
	}, LOOK_AGAIN_MS).unref();
}

async function main() {
	const release = await takeLock(join(folder, 'start.lock'), { wait: false }).catch((error) => {
		if (error.code !== 'ELOCKED') throw error;
		throw new Error(`npm start is running already: ${error.message}. Stop that one first.`);
	});
	try {
		await ensureRoot({ signal });
		await ensureHost({ signal });
		await ensureBuild({ signal });
		// Everything below is TypeScript, which can be read only now that the packages are there.
		(await import('tsx/cjs/api')).register();
		(await import('tsx/esm/api')).register();
		const { runSession } = await import('./host/session.mts');
		await runSession({ folder, once, signal });
	} finally {
		await release();
	}
}

try {
	await main();
} catch (error) {
	if (!signal.aborted) {
		console.error(`\n${error.message}`);
		process.exitCode = 1;
	}
}
if (signal.aborted) console.log('Stopped, nothing is left running.');
process.exit();
