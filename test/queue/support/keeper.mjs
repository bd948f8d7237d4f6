// Runs a server for a test and ends it when the test sends any message, or is gone: the channel between the two closes
// also when the test was killed and could not clean up.
//
//   node keeper.mjs '{ "program": …, "args": […], "uid": …, "gid": …, "folder": … }'
//
// uid and gid are left out where the server runs as the same user. The folder is removed at the end.
import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';

const GRACE_MS = 10_000;

const { program, args, uid, gid, folder } = JSON.parse(process.argv[2]);
const server = spawn(program, args, { cwd: folder, uid, gid, detached: true, stdio: ['ignore', 'inherit', 'inherit'] });

// With the test its end of our output is gone.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
// Ctrl-C is for the test. What it leaves behind is our work.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => undefined);

server.once('error', (error) => console.error(error.message));
server.once('close', async () => {
	// Others may still be about to end in the folder.
	await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 300 });
	process.exit();
});
for (const event of ['message', 'disconnect']) {
	process.once(event, () => {
		// For both servers SIGINT means: end now, whoever is connected.
		server.kill('SIGINT');
		setTimeout(() => server.kill('SIGKILL'), GRACE_MS);
	});
}
