import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where the packages of PostgreSQL put programs that are not on the PATH, newest version first. */
const POSTGRES_FOLDERS = [
	...below('/usr/lib/postgresql', /./),
	...below('/usr', /^pgsql-/),
	...below('/opt/homebrew/opt', /^postgresql/),
	...below('/usr/local/opt', /^postgresql/),
];

/**
 * The folder with the programs of PostgreSQL.
 *
 * @returns {string | undefined} `undefined` when it is not installed
 */
export function findPostgres() {
	const folders = [...pathFolders(), ...POSTGRES_FOLDERS];
	return folders.find((folder) => ['initdb', 'postgres', 'psql'].every((name) => isProgram(join(folder, name))));
}

/**
 * The program of Redis.
 *
 * @returns {string | undefined} `undefined` when it is not installed
 */
export function findRedis() {
	return pathFolders().map((folder) => join(folder, 'redis-server')).find(isProgram);
}

/**
 * What the test of the queue mode needs and is not installed here, and how to get it.
 *
 * @returns {string | undefined} a sentence, or `undefined` when nothing is missing
 */
export function missingParts() {
	const names = [findPostgres() === undefined && 'PostgreSQL', findRedis() === undefined && 'Redis'].filter(Boolean);
	if (names.length === 0) return undefined;
	const are = names.length > 1 ? 'are' : 'is';
	return `${names.join(' and ')} ${are} not installed; on Debian and Ubuntu: apt-get install postgresql redis-server`;
}

function pathFolders() {
	return (process.env.PATH ?? '').split(delimiter).filter(Boolean);
}

function below(parent, name) {
	if (!existsSync(parent)) return [];
	const byVersion = new Intl.Collator('en', { numeric: true });
	const found = readdirSync(parent).filter((entry) => name.test(entry)).sort(byVersion.compare).reverse();
	return found.map((entry) => join(parent, entry, 'bin'));
}

function isProgram(file) {
	try {
		accessSync(file, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}
