import { execFileSync, spawn } from 'node:child_process';
import { chownSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { ending } from '../../../sandbox/host/processTree.mts';

const USABLE_WITHIN_MS = 30_000;
const LOOK_AGAIN_MS = 50;

/** Users that a system has and that own nothing of value. */
const UNPRIVILEGED = ['postgres', 'nobody'];

/** A running database or queue. */
export interface Server {
	port: number;
	/** Ends it and removes its folder; may be called twice. */
	stop(): Promise<void>;
}

/** What to start, and as whom. */
export interface ServerProgram {
	program: string;
	args: string[];
	/** Removed when the server has ended, however that comes about. */
	folder: string;
	user?: User;
}

/** A user of the system. */
export interface User {
	uid: number;
	gid: number;
}

/**
 * PostgreSQL refuses to run as root. Then this is somebody else, who owns the folder from now on.
 *
 * @param folder in which that user has to write
 * @returns `undefined` when this process is not root's: then everything runs as it does
 */
export function unprivilegedOwner(folder: string): User | undefined {
	if (process.getuid?.() !== 0) return undefined;
	for (const name of UNPRIVILEGED) {
		try {
			const [uid, gid] = ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, name], { stdio: ['ignore', 'pipe', 'ignore'] })));
			chownSync(folder, uid as number, gid as number);
			return { uid, gid } as User;
		} catch {
			continue;
		}
	}
	throw new Error(`PostgreSQL does not run as root, and there is no user ${UNPRIVILEGED.join(' or ')}`);
}

/**
 * Starts a server that ends with this process at the latest.
 *
 * @param isUsable asked again and again until it says so
 * @throws Error with what the server printed, when it ends or is not usable within half a minute
 */
export async function startServer(
	{ program, args, folder, user }: ServerProgram,
	port: number,
	isUsable: () => Promise<boolean>,
): Promise<Server> {
	const child = spawn(process.execPath, [join(__dirname, 'keeper.mjs'), JSON.stringify({ program, args, folder, ...user })], {
		// A terminal's Ctrl-C does not reach a group of its own.
		detached: true,
		stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
	});
	let text = '';
	for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
	const ended = ending(child);
	const stop = async () => {
		if (child.connected) child.send('stop');
		await ended;
	};
	for (const last = Date.now() + USABLE_WITHIN_MS; ; ) {
		if (await isUsable()) return { port, stop };
		if (child.exitCode === null && Date.now() < last) {
			await pause(LOOK_AGAIN_MS);
			continue;
		}
		await stop();
		throw new Error(`${program} does not start:\n${text.slice(-4_000)}`);
	}
}
