import type { ChildProcess } from 'node:child_process';

const LOOK_AGAIN_MS = 50;

/** How a process ended: its exit code, or the signal that ended it. */
export interface Ending {
	code: number | null;
	signal: NodeJS.Signals | null;
}

/** Resolves when the process has ended and all it printed has arrived. */
export async function ending(child: ChildProcess): Promise<Ending> {
	return await new Promise((resolve, reject) => {
		child.once('error', reject);
		child.once('close', (code, signal) => resolve({ code, signal }));
	});
}

/**
 * Ends a process that leads its own group, and everything in the group. First they are asked; what is still there
 * after the grace period is killed.
 *
 * @param leader the process id of the leader
 * @param graceMs milliseconds
 * @throws Error when something survives even that
 */
export async function stopTree(leader: number, graceMs = 10_000): Promise<void> {
	signalGroup(leader, 'SIGTERM');
	if (await groupIsGone(leader, graceMs)) return;
	signalGroup(leader, 'SIGKILL');
	if (await groupIsGone(leader, 5_000)) return;
	throw new Error(`The processes of group ${leader} do not end`);
}

/** Whether a process of the group is left. */
export function groupExists(leader: number): boolean {
	return signalGroup(leader, 0);
}

async function groupIsGone(leader: number, withinMs: number): Promise<boolean> {
	for (const end = Date.now() + withinMs; groupExists(leader); ) {
		if (Date.now() > end) return false;
		await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
	}
	return true;
}

function signalGroup(leader: number, signal: NodeJS.Signals | 0): boolean {
	try {
		process.kill(process.platform === 'win32' ? leader : -leader, signal);
		return true;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
		throw error;
	}
}
