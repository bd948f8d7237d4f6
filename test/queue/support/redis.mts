import { mkdir } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';

import { freePort } from '../../../sandbox/host/ports.mts';
import { findRedis } from './programs.mjs';
import { type Server, startServer } from './server.mts';

/** A Redis that keeps nothing on disk. */
export interface Redis extends Server {
	/** What n8n needs to use it as its queue, as environment variables. */
	env: Record<string, string>;
}

/**
 * Starts Redis on a free port of this computer.
 *
 * @param parent in which it may have a folder
 * @throws Error with what Redis printed when it does not start
 */
export async function startRedis(parent: string): Promise<Redis> {
	const program = findRedis();
	if (program === undefined) throw new Error('Redis is not installed');
	const folder = join(parent, 'redis');
	await mkdir(folder);
	const port = await freePort();
	const settings = { port: String(port), bind: '127.0.0.1', save: '', appendonly: 'no', dir: folder, daemonize: 'no' };
	const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
	const server = await startServer({ program, args, folder }, port, async () => await answers(port));
	return {
		...server,
		env: { QUEUE_BULL_REDIS_HOST: '127.0.0.1', QUEUE_BULL_REDIS_PORT: String(port), QUEUE_BULL_PREFIX: 'kesspay' },
	};
}

async function answers(port: number): Promise<boolean> {
	return await new Promise((resolve) => {
		const socket = createConnection(port, '127.0.0.1', () => socket.write('PING\r\n'));
		socket.once('data', (reply) => {
			socket.destroy();
			resolve(reply.toString().startsWith('+PONG'));
		});
		socket.once('error', () => resolve(false));
	});
}
