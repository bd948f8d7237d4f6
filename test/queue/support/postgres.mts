import { execFile } from 'node:child_process';
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { freePort } from '../../../sandbox/host/ports.mts';
import { findPostgres } from './programs.mjs';
import { type Server, startServer, unprivilegedOwner } from './server.mts';

const runFile = promisify(execFile);

const DATABASE = 'postgres';
const USER = 'n8n';

/** A PostgreSQL with an empty database. */
export interface Postgres extends Server {
	/** What n8n needs to use it, as environment variables. */
	env: Record<string, string>;
	/** @returns the rows of one query, their values as text */
	query(sql: string): Promise<string[][]>;
}

/**
 * Makes a database in a folder of its own and starts PostgreSQL on a free port of this computer.
 *
 * @param folder in which the data may lie; removed in the end
 * @throws Error with what PostgreSQL printed when it cannot do that
 */
export async function startPostgres(folder: string): Promise<Postgres> {
	const programs = findPostgres();
	if (programs === undefined) throw new Error('PostgreSQL is not installed');
	const data = join(folder, 'postgres');
	await mkdir(data);
	const user = unprivilegedOwner(data);
	// The other user has to get through to its data.
	await chmod(folder, 0o711);
	const args = ['--pgdata', data, '--username', USER, '--auth', 'trust', '--encoding', 'UTF8', '--locale', 'C'];
	await runFile(join(programs, 'initdb'), args, { cwd: data, ...user });

	const port = await freePort();
	const query = async (sql: string) => {
		const flags = ['--no-psqlrc', '--no-align', '--tuples-only', '--field-separator', '\t'];
		const where = ['--host', '127.0.0.1', '--port', String(port), '--username', USER, '--dbname', DATABASE];
		const { stdout } = await runFile(join(programs, 'psql'), [...flags, ...where, '--command', sql]);
		return stdout.split('\n').filter(Boolean).map((line) => line.split('\t'));
	};
	const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', `port=${port}`];
	const server = await startServer(
		{ program: join(programs, 'postgres'), args: ['-D', data, ...settings.flatMap((setting) => ['-c', setting])], folder, user },
		port,
		async () => await query('select 1').then(() => true, () => false),
	);
	return {
		...server,
		query,
		env: {
			DB_TYPE: 'postgresdb',
			DB_POSTGRESDB_HOST: '127.0.0.1',
			DB_POSTGRESDB_PORT: String(port),
			DB_POSTGRESDB_DATABASE: DATABASE,
			DB_POSTGRESDB_USER: USER,
			DB_POSTGRESDB_PASSWORD: '',
		},
	};
}
