import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';

const HEARTBEAT_MS = 5_000;
const STALE_AFTER_MS = 60_000;
const LOOK_AGAIN_MS = 500;

/**
 * Takes a lock that works between processes: a folder, since making one is atomic. A lock is stale, and taken over,
 * when its process is gone or when its sign of life (the time of its owner file) is more than a minute old.
 *
 * @param {string} folder the lock; its parent folders are made
 * @param {{ onWait?: (pid: number) => void, wait?: boolean, signal?: AbortSignal }} [options] `onWait` is
 *   called once when somebody else holds the lock; with `wait: false` that is an error with code ELOCKED instead
 * @returns {Promise<() => Promise<void>>} gives the lock back
 */
export async function takeLock(folder, { onWait, wait = true, signal } = {}) {
	await mkdir(dirname(folder), { recursive: true });
	for (let told = false; ; ) {
		signal?.throwIfAborted();
		if (await makeFolder(folder)) return await own(folder);
		const owner = await readOwner(folder);
		if (owner.gone) continue;
		if (owner.stale) {
			await removeStale(folder, owner.token);
			continue;
		}
		// Not written yet who holds it: that takes another look.
		const known = owner.pid !== undefined;
		if (known && !wait) throw Object.assign(new Error(`Process ${owner.pid} holds ${folder}`), { code: 'ELOCKED' });
		if (known && !told) onWait?.(owner.pid);
		told ||= known;
		await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
	}
}

async function makeFolder(folder) {
	try {
		await mkdir(folder);
		return true;
	} catch (error) {
		if (error.code === 'EEXIST') return false;
		throw error;
	}
}

async function own(folder) {
	const file = join(folder, 'owner.json');
	await writeFile(file, JSON.stringify({ pid: process.pid, host: hostname(), token: randomUUID() }));
	const heartbeat = setInterval(() => {
		const now = new Date();
		utimes(file, now, now).catch(() => undefined);
	}, HEARTBEAT_MS);
	heartbeat.unref();
	return async () => {
		clearInterval(heartbeat);
		await rm(folder, { recursive: true, force: true });
	};
}

async function readOwner(folder) {
	const file = join(folder, 'owner.json');
	try {
		const { pid, host, token } = JSON.parse(await readFile(file, 'utf8'));
		const silentMs = Date.now() - (await stat(file)).mtimeMs;
		const dead = host === hostname() && !isAlive(pid);
		return { pid, token, stale: dead || silentMs > STALE_AFTER_MS };
	} catch {
		// The folder is made first and the owner written after it, so for a moment there is no (whole) owner file.
		const made = await stat(folder).catch(() => undefined);
		if (!made) return { gone: true };
		return { pid: undefined, token: undefined, stale: Date.now() - made.mtimeMs > STALE_AFTER_MS };
	}
}

function isAlive(pid) {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return error.code === 'EPERM';
	}
}

async function removeStale(folder, token) {
	const aside = `${folder}.${randomUUID()}`;
	try {
		await rename(folder, aside);
	} catch (error) {
		if (error.code === 'ENOENT') return;
		throw error;
	}
	const moved = await readOwner(aside);
	if (moved.token === token) {
		await rm(aside, { recursive: true, force: true });
		return;
	}
	// Somebody took the stale lock over between our look and our rename: theirs is good and goes back.
	await rename(aside, folder).catch(() => undefined);
}
