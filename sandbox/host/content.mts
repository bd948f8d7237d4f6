import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { projectFolder } from './install.mjs';
import { cli, type N8nOptions } from './host.mts';
import type { Credential, Workflow } from './restClient.mts';

/** Where the example workflows and their spreadsheets lie. */
export const workflowsFolder = join(projectFolder, 'workflows');

/** What the placeholders in an example workflow stand for. */
export interface Places {
	/** `{{FILES}}`: the folder of the spreadsheets, without a slash at the end. */
	filesFolder: string;
	/** `{{SANDBOX}}`: origin of the local gateway. */
	sandboxUrl: string;
}

/**
 * Reads the example workflows and puts this machine's places into them.
 *
 * @returns the workflows as n8n's import takes them, each with the fixed id of its file
 */
export async function exampleWorkflows({ filesFolder, sandboxUrl }: Places): Promise<Array<Workflow & { id: string }>> {
	const files = (await readdir(workflowsFolder)).filter((name) => name.endsWith('.json')).sort();
	return await Promise.all(
		files.map(async (name) => {
			const text = (await readFile(join(workflowsFolder, name), 'utf8'))
				.replaceAll('{{FILES}}', insideJson(filesFolder))
				.replaceAll('{{SANDBOX}}', insideJson(sandboxUrl));
			return { active: false, ...(JSON.parse(text) as Workflow & { id: string }) };
		}),
	);
}

/**
 * Copies the spreadsheets of the example workflows. A copy that was changed since is the user's own and stays.
 *
 * @param filesFolder where the copies lie
 * @param copied what the last call gave: digests of the copies it left, by file name
 * @returns the same for the next call
 */
export async function copySpreadsheets(
	filesFolder: string,
	copied: Record<string, string>,
): Promise<Record<string, string>> {
	const names = (await readdir(workflowsFolder)).filter((name) => name.endsWith('.csv'));
	const entries = names.map(async (name) => {
		const original = join(workflowsFolder, name);
		const copy = join(filesFolder, name);
		const isOurs = !existsSync(copy) || digest(await readFile(copy)) === copied[name];
		if (isOurs) await copyFile(original, copy);
		return [name, isOurs ? digest(await readFile(original)) : (copied[name] ?? '')] as const;
	});
	return Object.fromEntries(await Promise.all(entries));
}

/** A short text that differs for different contents. */
export function digest(content: string | Buffer): string {
	return createHash('sha256').update(content).digest('hex');
}

/**
 * Adds credentials to an n8n, or replaces those with the same ids.
 *
 * @throws Error with n8n's output when it did not take them
 */
export async function importCredentials(options: N8nOptions, credentials: Credential[]): Promise<void> {
	await importList(options, 'import:credentials', credentials);
}

/**
 * Adds workflows to an n8n, or replaces those with the same ids; they are not active afterwards.
 *
 * @throws Error with n8n's output when it did not take them
 */
export async function importWorkflows(options: N8nOptions, workflows: Workflow[]): Promise<void> {
	await importList(options, 'import:workflow', workflows);
}

async function importList(options: N8nOptions, command: string, list: unknown[]): Promise<void> {
	if (list.length === 0) return;
	const folder = await mkdtemp(join(tmpdir(), 'kesspay-import-'));
	try {
		const input = join(folder, 'list.json');
		await writeFile(input, JSON.stringify(list), { mode: 0o600 });
		const { stdout, stderr } = await cli(options, [command, `--input=${input}`]);
		// A refused import ends with exit code 0 too, and one that has succeeded now and then crashes while it ends.
		if (stdout.includes(`Successfully imported ${list.length} `)) return;
		throw new Error(`n8n ${command} did not take the list:\n${`${stdout}\n${stderr}`.trim().slice(-4_000)}`);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

/** A text as it stands between the quotes of a JSON string. */
function insideJson(text: string): string {
	return JSON.stringify(text).slice(1, -1);
}
