import { createServer } from 'node:net';

/**
 * A port of 127.0.0.1 that is free at the moment.
 *
 * @param preferred the first of these that is free is taken; 0, or when none is: any
 */
export async function freePort(...preferred: number[]): Promise<number> {
	for (const wanted of [...preferred, 0]) {
		const port = await tryPort(wanted);
		if (port !== undefined) return port;
	}
	throw new Error('No free port on 127.0.0.1');
}

async function tryPort(port: number): Promise<number | undefined> {
	const server = createServer();
	return await new Promise((resolve) => {
		server.once('error', () => resolve(undefined));
		server.listen(port, '127.0.0.1', () => {
			const address = server.address();
			server.close(() => resolve(typeof address === 'object' ? address?.port : undefined));
		});
	});
}
