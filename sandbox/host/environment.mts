import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ensureBuild } from './install.mjs';
import { exampleWorkflows, importCredentials } from './content.mts';
import { sandboxCredentials } from './credentials.mts';
import { cacheFolder, installNodes, startN8n, type N8nOptions, type RunningN8n } from './host.mts';
import { owner } from './owner.mts';
import { RestClient, type Credential, type Workflow } from './restClient.mts';
import { ControlClient } from '../controlClient.mts';
import { startSandbox, type Sandbox, type SandboxOptions } from '../server.mts';

/** For `beforeAll` and `afterAll`: an import and a start of n8n on a busy machine, in milliseconds. */
export const START_WITHIN_MS = 240_000;

/** A gateway and an n8n with our nodes, both empty and for one test file alone. */
export interface Environment {
	sandbox: Sandbox;
	/** What is done to the gateway from outside. */
	control: ControlClient;
	n8n: RunningN8n;
	/** Signed in as the owner. */
	client: RestClient;
	/** What `cli` and another `startN8n` need to work on the same n8n. */
	options: N8nOptions;
	/** The credentials that n8n has; their ids are those of the example workflows. */
	credentials: Array<Credential & { id: string }>;
	/** Adds example workflows, by their ids. An import with n8n's command line would take seconds. */
	addExamples(...ids: string[]): Promise<Workflow[]>;
	/** Ends n8n and starts it again on the same data; `n8n` and `client` are the new ones afterwards. */
	restart(): Promise<void>;
	/** Ends both and removes their files. */
	stop(): Promise<void>;
}

/**
 * Starts a gateway and an n8n on free ports, with the nodes installed from the packed project and the sandbox's
 * credentials.
 *
 * @param settings `env`: more environment variables for n8n; `credentials`: more credentials, with ids;
 *   `sandbox`: how the gateway starts
 */
export async function startEnvironment(
	settings: { env?: Record<string, string>; credentials?: Array<Credential & { id: string }>; sandbox?: SandboxOptions } = {},
): Promise<Environment> {
	await ensureBuild();
	const folder = await mkdtemp(join(tmpdir(), 'kesspay-e2e-'));
	const options: N8nOptions = { userFolder: join(folder, 'n8n'), filesFolder: join(folder, 'files'), env: settings.env };
	await cp(await freshHome(), options.userFolder, { recursive: true });
	await mkdir(options.filesFolder);
	const sandbox = await startSandbox({ port: 0, fastRsa: true, ...settings.sandbox });
	const own = sandboxCredentials(sandbox);
	const added = settings.credentials ?? [];

	const cleanUp = async () => {
		await sandbox.close();
		await rm(folder, { recursive: true, force: true });
	};
	const start = async () => {
		const n8n = await startN8n(options);
		const client = new RestClient(n8n.url);
		try {
			await client.signIn(owner);
		} catch (error) {
			await n8n.stop();
			throw error;
		}
		return { n8n, client };
	};
	try {
		await installNodes(options.userFolder);
		await importCredentials(options, added);
		const environment: Environment = {
			sandbox,
			control: new ControlClient(sandbox),
			options,
			credentials: [...own, ...added],
			...(await start()),
			async addExamples(...ids) {
				const examples = await exampleWorkflows({ filesFolder: options.filesFolder, sandboxUrl: sandbox.url });
				const wanted = ids.map((wantedId) => examples.find(({ id }) => id === wantedId) as Workflow);
				for (const workflow of wanted) await environment.client.createWorkflow(workflow);
				return wanted;
			},
			async restart() {
				await environment.n8n.stop();
				Object.assign(environment, await start());
			},
			async stop() {
				await environment.n8n.stop();
				await cleanUp();
			},
		};
		for (const credential of own) await environment.client.updateCredential(credential);
		return environment;
	} catch (error) {
		await cleanUp();
		throw error;
	}
}

/**
 * The home of an n8n that has not run yet: its database, and in it the sandbox's credentials, still empty. Making it takes
 * longer than a start, so that it is made once.
 */
async function freshHome(): Promise<string> {
	const home = join(cacheFolder, 'home');
	if (existsSync(home)) return home;
	await mkdir(cacheFolder, { recursive: true });
	const made = await mkdtemp(`${home}-`);
	const empty = sandboxCredentials({ url: '', partnerKeys: { partnerPrivateKey: '', kessPublicKey: '' } });
	await importCredentials({ userFolder: made, filesFolder: made }, empty);
	// Another process may have been faster.
	await rename(made, home).catch(async () => await rm(made, { recursive: true, force: true }));
	return home;
}
