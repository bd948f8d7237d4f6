import { parseArgs } from 'node:util';
import { webPayCredentialRows } from './accounts.mts';
import { startSandbox } from './server.mts';

const DEFAULT_PORT = 4010;

function readPort(): number {
	const { values } = parseArgs({ options: { port: { type: 'string', default: String(DEFAULT_PORT) } } });
	const port = Number(values.port);
	if (!/^\d+$/.test(values.port) || port > 65535) throw new Error(`The port ${values.port} is not a number from 0 to 65535.`);
	return port;
}

async function main(): Promise<void> {
	const port = readPort();
	const sandbox = await startSandbox({ port }).catch((error: NodeJS.ErrnoException) => {
		if (error.code !== 'EADDRINUSE') throw error;
		throw new Error(`Port ${port} is in use, perhaps by another KESS sandbox. Stop that, or choose another: --port ${port + 1}`);
	});
	console.log(`
The KESS sandbox runs at ${sandbox.url} - no real money. Open it in a browser to see the orders.

Credentials for n8n (made up, environment: custom):
${webPayCredentialRows(sandbox.url).map(([label, value]) => `  ${label.padEnd(20)}${value}`).join('\n')}

Stop with Ctrl+C.`);
	let stopping = false;
	const stop = () => {
		if (stopping) return;
		stopping = true;
		void sandbox.close().then(() => {
			process.exitCode = 0;
		});
	};
	process.on('SIGINT', stop);
	process.on('SIGTERM', stop);
}

main().catch((error: unknown) => {
	console.error(error instanceof Error ? error.message : String(error));
	process.exitCode = 1;
});
