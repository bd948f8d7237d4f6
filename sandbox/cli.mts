import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type CredentialRow, partnerCredentialRows, webPayCredentialRows } from './accounts.mts';
import { KEY_FILES } from './partner/keys.mts';
import { startSandbox } from './server.mts';

const DEFAULT_PORT = 4010;

function readOptions(): { port: number; keysFolder: string | undefined } {
	const { values } = parseArgs({ options: { port: { type: 'string', default: String(DEFAULT_PORT) }, keys: { type: 'string' } } });
	const port = Number(values.port);
	if (!/^\d+$/.test(values.port) || port > 65535) throw new Error(`The port ${values.port} is not a number from 0 to 65535.`);
	return { port, keysFolder: values.keys === undefined ? undefined : resolve(values.keys) };
}

function lines(rows: CredentialRow[]): string {
	return rows.map(({ label, value }) => `  ${label.padEnd(20)}${value}`).join('\n');
}

/** Where the keys are; the private one is never printed. */
function keyRows(origin: string, keysFolder: string | undefined): CredentialRow[] {
	if (keysFolder === undefined) return [{ label: 'Keys', value: `${origin} shows them (others after every start; --keys FOLDER keeps them)` }];
	return [
		{ label: 'Private Key', value: `in ${join(keysFolder, KEY_FILES.partnerPrivateKey)}` },
		{ label: 'KESS Public Key', value: `in ${join(keysFolder, KEY_FILES.kessPublicKey)}` },
	];
}

async function main(): Promise<void> {
	const { port, keysFolder } = readOptions();
	const sandbox = await startSandbox({ port, keysFolder }).catch((error: NodeJS.ErrnoException) => {
		if (error.code !== 'EADDRINUSE') throw error;
		throw new Error(`Port ${port} is in use, perhaps by another KESS sandbox. Stop that, or choose another: --port ${port + 1}`);
	});
	console.log(`
The KESS sandbox runs at ${sandbox.url} - no real money. Open it in a browser to copy these and to see the orders and payouts.

Credentials for n8n (made up), KESS WebPay API:
${lines(webPayCredentialRows(sandbox.url))}

KESS Partner API:
${lines([...partnerCredentialRows(sandbox.url), ...keyRows(sandbox.url, keysFolder)])}

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
