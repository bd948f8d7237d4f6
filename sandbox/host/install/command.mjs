import { spawn } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { basename, delimiter, dirname, join, resolve } from 'node:path';

const KEPT_CHARACTERS = 20_000;
const SHOWN_LINES = 12;

/** A command that ended with something else than exit code 0; `output` is the end of what it printed. */
export class CommandError extends Error {
	/**
	 * @param {string} command
	 * @param {string} ending
	 * @param {string} output
	 */
	constructor(command, ending, output) {
		super(`${command} ${ending}${output.trim() ? `:\n${bothEnds(output)}` : ''}`);
		this.name = 'CommandError';
		this.output = output;
	}
}

/** npm names the cause first and ends with general help, a compiler the other way round. */
function bothEnds(output) {
	const lines = output.trim().split('\n');
	if (lines.length <= 2 * SHOWN_LINES) return lines.join('\n');
	return [...lines.slice(0, SHOWN_LINES), '…', ...lines.slice(-SHOWN_LINES)].join('\n');
}

/**
 * Runs a command to its end without showing its output.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv, signal?: AbortSignal }} options `signal` ends the command and
 *   everything it started
 * @returns {Promise<string>} the end of what it printed
 * @throws {CommandError} when it does not end with exit code 0
 */
export async function run(command, args, { cwd, env, signal }) {
	signal?.throwIfAborted();
	// A process group of its own, so that ending it also ends the compilers and downloads below it.
	const child = spawn(command, args, {
		cwd,
		env,
		stdio: ['ignore', 'pipe', 'pipe'],
		detached: process.platform !== 'win32',
	});
	const stop = () => {
		if (process.platform === 'win32' || !child.pid) child.kill();
		else if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGTERM');
	};
	signal?.addEventListener('abort', stop, { once: true });
	let output = '';
	const keep = (chunk) => {
		output = (output + chunk).slice(-KEPT_CHARACTERS);
	};
	child.stdout.setEncoding('utf8').on('data', keep);
	child.stderr.setEncoding('utf8').on('data', keep);
	try {
		const ending = await new Promise((done, fail) => {
			child.once('error', fail);
			child.once('close', (code, killedBy) => done(killedBy ? `was ended by ${killedBy}` : code));
		});
		signal?.throwIfAborted();
		if (ending === 0) return output;
		const name = [basename(command), ...args].join(' ');
		throw new CommandError(name, typeof ending === 'number' ? `ended with ${ending}` : ending, output);
	} finally {
		signal?.removeEventListener('abort', stop);
	}
}

/**
 * Runs npm.
 *
 * @param {string[]} args
 * @param {{ cwd: string, spare: string, node?: string, nodedir?: string, signal?: AbortSignal }} options `node`: the
 *   Node that runs npm and compiles, by default the running one; `nodedir`: where its headers are; `spare`: a folder
 *   for npm's cache when there is no home folder to write to
 * @returns {Promise<string>} the end of npm's output
 * @throws {CommandError}
 */
export async function npm(args, { cwd, spare, node = process.execPath, nodedir, signal }) {
	const env = npmEnvironment(spare);
	env.PATH = [dirname(node), env.PATH].filter(Boolean).join(delimiter);
	if (nodedir) env.npm_config_nodedir = nodedir;
	const cli = npmCli();
	if (cli) return await run(node, [cli, ...args], { cwd, env, signal });
	return await run('npm', args, { cwd, env, signal });
}

/** The npm that started us, or the one beside the running Node; without either, the PATH decides. */
function npmCli() {
	const started = process.env.npm_execpath;
	if (started && basename(started) === 'npm-cli.js' && existsSync(started)) return started;
	const beside = resolve(dirname(process.execPath), '../lib/node_modules/npm/bin/npm-cli.js');
	return existsSync(beside) ? beside : undefined;
}

function npmEnvironment(spare) {
	const env = {};
	for (const [name, value] of Object.entries(process.env)) {
		// What an outer npm tells its scripts about the outer package does not hold for the inner one.
		if (/^npm_(package_|lifecycle_|command$|config_(loglevel|local_prefix|prefix|omit)$)/i.test(name)) continue;
		env[name] = value;
	}
	if (!isWritableFolder(env.HOME)) {
		env.HOME = join(spare, 'home');
		env.npm_config_cache = join(spare, 'npm-cache');
	}
	return env;
}

function isWritableFolder(folder) {
	if (!folder) return false;
	try {
		accessSync(folder, constants.W_OK);
		return true;
	} catch {
		return false;
	}
}
