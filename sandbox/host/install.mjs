import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { CommandError, npm, run } from './install/command.mjs';
import { takeLock } from './install/lock.mjs';
import { step } from './install/progress.mjs';

/** The project's folder. */
export const projectFolder = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');

const LOWEST_NODE = [20, 19];
const N8N_NODE_MAJOR = 24;
const INSTALL_FLAGS = [
	'--ignore-scripts',
	'--include=dev',
	'--include=optional',
	'--no-audit',
	'--no-fund',
	'--legacy-peer-deps',
	'--loglevel=error',
];
const BUILD_SOURCES = ['credentials', 'icons', 'kess', 'nodes', 'gulpfile.js', 'package.json', 'tsconfig.json'];

/**
 * @typedef {object} InstallOptions
 * @property {string} [project] the project's folder
 * @property {AbortSignal} [signal] ends what is running
 */

/**
 * Refuses a Node that is too old for the tools of this project.
 *
 * @param {string} [version] such as "20.19.0"
 * @throws {Error} with the version that is needed
 */
export function checkNode(version = process.versions.node) {
	const [major = 0, minor = 0] = version.split('.').map(Number);
	const [lowestMajor, lowestMinor] = LOWEST_NODE;
	if (major > lowestMajor || (major === lowestMajor && minor >= lowestMinor)) return;
	throw new Error(
		`Node ${LOWEST_NODE.join('.')} or newer is needed, this is Node ${version}. Get it from https://nodejs.org and run the command again.`,
	);
}

/**
 * Installs the project's own packages when they are missing or not those of the lock file.
 *
 * @param {InstallOptions} [options]
 */
export async function ensureRoot({ project = projectFolder, signal } = {}) {
	checkNode();
	if (isInstalled(project)) return;
	await alone(project, signal, async () => {
		if (isInstalled(project)) return;
		const title = `Installing the tools of this project (${packageCount(project)} packages, about one minute)`;
		await step(title, () => install(project, project, signal));
	});
}

/**
 * Installs n8n itself, in sandbox/n8n, and compiles its database driver: n8n comes with no built one for every system.
 *
 * @param {InstallOptions} [options]
 */
export async function ensureHost({ project = projectFolder, signal } = {}) {
	checkNode();
	const host = join(project, 'sandbox', 'n8n');
	if (isInstalled(host) && (await loadsSqlite(project, signal))) return;
	await alone(project, signal, async () => {
		if (!isInstalled(host)) {
			const { version } = lockOf(host).packages['node_modules/n8n'];
			const title = `Installing n8n ${version} (${packageCount(host)} packages, about two minutes)`;
			await step(title, () => install(project, host, signal));
		}
		if (await loadsSqlite(project, signal)) return;
		await step("Compiling n8n's database driver (about one minute)", async () => {
			try {
				await npm(['rebuild', 'sqlite3', '--ignore-scripts=false', '--loglevel=error'], {
					cwd: host,
					spare: spareFolder(project),
					signal,
					...hostNode(project),
				});
			} catch (error) {
				throw mended(error, 'Compiling needs python3, make and a C++ compiler (Debian, Ubuntu: apt install python3 make g++; macOS: xcode-select --install). Install them and run the command again.');
			}
		});
	});
}

/**
 * Builds dist when a source has changed since the last build, and packs it as it would be published.
 *
 * @param {InstallOptions} [options]
 */
export async function ensureBuild({ project = projectFolder, signal } = {}) {
	if (isBuilt(project)) return;
	await alone(project, signal, async () => {
		if (isBuilt(project)) return;
		await step('Building the nodes', async () => {
			const digest = sourceDigest(project);
			// First the record: a compiler that fails leaves files behind, which are not those of the last good build.
			await rm(buildRecord(project), { force: true });
			await rm(join(project, 'dist'), { recursive: true, force: true });
			try {
				const options = { cwd: project, spare: spareFolder(project), signal };
				await npm(['run', 'build', '--loglevel=error'], options);
				await npm(['pack', '--ignore-scripts', '--pack-destination', options.spare, '--loglevel=error'], options);
			} catch (error) {
				throw mended(error, 'Mend what the compiler names and run the command again.');
			}
			await writeFile(buildRecord(project), JSON.stringify({ digest }));
		});
	});
}

/**
 * What `ensureBuild` has packed.
 *
 * @param {string} [project] the project's folder
 * @returns {{ name: string, version: string, file: string }} the package, and where it lies
 */
export function packedNodes(project = projectFolder) {
	const { name, version } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
	return { name, version, file: join(spareFolder(project), `${name}-${version}.tgz`) };
}

/**
 * The Node that n8n runs on: the running one when it is new enough, else the one installed beside n8n.
 *
 * @param {string} [project] the project's folder
 * @returns {{ node: string, nodedir: string | undefined }} the program, and the folder with its headers when there is one
 * @throws {Error} when there is neither
 */
export function hostNode(project = projectFolder) {
	const bundled = join(
		project,
		'sandbox/n8n/node_modules',
		`node-${process.platform}-${process.arch}`,
		'bin/node',
	);
	const major = Number(process.versions.node.split('.')[0]);
	// n8n's add-ons are built for Node 24: of a newer one it is not certain.
	if (major === N8N_NODE_MAJOR || (major > N8N_NODE_MAJOR && !existsSync(bundled))) {
		return withHeaders(process.execPath);
	}
	if (existsSync(bundled)) return withHeaders(bundled);
	throw new Error(
		`n8n runs on Node ${N8N_NODE_MAJOR}, this is Node ${process.versions.node}, and no Node ${N8N_NODE_MAJOR} is installed beside n8n for ${process.platform}-${process.arch}. Run the command with Node ${N8N_NODE_MAJOR}.`,
	);
}

function withHeaders(node) {
	const folder = dirname(dirname(node));
	return { node, nodedir: existsSync(join(folder, 'include/node/node.h')) ? folder : undefined };
}

/**
 * Whether node_modules holds what the lock file asks for. npm writes its own list at the very end of an installation,
 * so an interrupted one is noticed and one made by hand is accepted.
 *
 * @param {string} folder the package's folder
 */
export function isInstalled(folder) {
	const record = join(folder, 'node_modules', '.package-lock.json');
	if (!existsSync(record)) return false;
	const installed = JSON.parse(readFileSync(record, 'utf8')).packages;
	return Object.entries(lockOf(folder).packages).every(
		([path, { version, optional }]) => path === '' || optional || installed[path]?.version === version,
	);
}

function lockOf(folder) {
	return JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8'));
}

/** Rounded to hundreds: some of them are for other systems only. */
function packageCount(folder) {
	const count = Object.keys(lockOf(folder).packages).length;
	return (Math.floor(count / 100) * 100).toLocaleString('en');
}

async function install(project, folder, signal) {
	try {
		await npm(['ci', ...INSTALL_FLAGS], { cwd: folder, spare: spareFolder(project), signal });
	} catch (error) {
		throw mended(error, 'Run the command again; when it ends the same way, delete the node_modules folder first.');
	}
	if (!isInstalled(folder)) throw new Error(`npm ci left ${folder} without some of the packages of its lock file.`);
}

async function loadsSqlite(project, signal) {
	const { node } = hostNode(project);
	try {
		await run(node, ['-e', "require('sqlite3')"], {
			cwd: join(project, 'sandbox', 'n8n'),
			env: { PATH: process.env.PATH },
			signal,
		});
		return true;
	} catch (error) {
		if (error instanceof CommandError) return false;
		throw error;
	}
}

function mended(error, otherwise) {
	if (!(error instanceof CommandError)) return error;
	const advice = [
		[/ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ECONNRESET|ERR_SOCKET_TIMEOUT/, 'The npm registry could not be reached. Check the connection (and the proxy settings of npm) and run the command again.'],
		[/ENOSPC/, 'The disk is full. n8n and the tools need about 3 GB.'],
		[/EACCES|EPERM|EROFS/, "Something could not be written. Check who owns the project's folder and npm's cache."],
		[/EUSAGE/, 'package-lock.json does not fit package.json. Undo your changes to them, or run npm install to bring them together.'],
		[/E404|ETARGET|notarget/i, 'The npm registry does not have one of the packages. See which one npm uses (npm config get registry), and use one that has it'],
	].find(([pattern]) => pattern.test(error.output));
	return new Error(`${error.message}\n\n${advice ? advice[1] : otherwise}`);
}

function isBuilt(project) {
	const { n8n } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
	const made = [...n8n.credentials, ...n8n.nodes].map((file) => join(project, file));
	if (![...made, packedNodes(project).file, buildRecord(project)].every((file) => existsSync(file))) return false;
	return JSON.parse(readFileSync(buildRecord(project), 'utf8')).digest === sourceDigest(project);
}

function sourceDigest(project) {
	const hash = createHash('sha256');
	for (const source of BUILD_SOURCES) {
		for (const file of filesOf(project, source)) {
			hash.update(`${file}\0`).update(readFileSync(join(project, file))).update('\0');
		}
	}
	return hash.digest('hex');
}

function filesOf(project, path) {
	if (!existsSync(join(project, path))) return [];
	if (path.includes('.')) return [path];
	return readdirSync(join(project, path), { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => join(entry.parentPath, entry.name).slice(project.length + 1))
		.sort();
}

function spareFolder(project) {
	return join(project, 'sandbox-data');
}

function buildRecord(project) {
	return join(spareFolder(project), 'build.json');
}

async function alone(project, signal, work) {
	await mkdir(spareFolder(project), { recursive: true });
	const release = await takeLock(join(spareFolder(project), 'install.lock'), {
		signal,
		onWait: (pid) => console.log(`Waiting for another installation to end (process ${pid}) …`),
	});
	try {
		await work();
	} finally {
		await release();
	}
}
