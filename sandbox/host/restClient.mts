import { decodeFlatted } from './flatted.mts';

/** Between two looks at an execution: short for a short one, and no load for a long one. */
const pauseAfter = (waitedMs: number) => Math.min(Math.max(waitedMs / 10, 50), 1000);

/** The account that owns an n8n. n8n wants 8 to 64 characters with a digit and a capital letter as password. */
export interface Owner {
	email: string;
	password: string;
	firstName: string;
	lastName: string;
}

/** A credential as n8n stores it; `data` has the properties of the credential type. */
export interface Credential {
	id?: string;
	name: string;
	type: string;
	data: Record<string, unknown>;
}

/** What n8n says about a credential when it tests it. */
export interface CredentialTest {
	status: 'OK' | 'Error';
	message: string;
}

/** The parts of a workflow that the sandbox and the tests work with. */
export interface Workflow {
	id?: string;
	name: string;
	active?: boolean;
	versionId?: string;
	nodes: Array<{ name: string; type: string; [field: string]: unknown }>;
	connections: Record<string, unknown>;
	settings?: Record<string, unknown>;
	[field: string]: unknown;
}

/** One item on a node's output. */
export interface Item {
	json: Record<string, unknown>;
	binary?: Record<string, unknown>;
	error?: { name: string; message: string; description?: string; [field: string]: unknown };
	pairedItem?: unknown;
}

/** One run of one node. */
export interface NodeRun {
	executionStatus?: string;
	executionTime: number;
	error?: { name: string; message: string; description?: string; [field: string]: unknown };
	/** By connection type, then output, then item. */
	data?: Record<string, Array<Item[] | null>>;
	[field: string]: unknown;
}

/** An execution with its data decoded. */
export interface Execution {
	id: string;
	workflowId: string;
	/** new, running, waiting, success, error, canceled, crashed, unknown */
	status: string;
	mode: string;
	startedAt: string;
	stoppedAt: string | null;
	waitTill: string | null;
	data: {
		resultData: {
			runData: Record<string, NodeRun[]>;
			error?: { name: string; message: string; description?: string; [field: string]: unknown };
			lastNodeExecuted?: string;
		};
		[field: string]: unknown;
	};
	[field: string]: unknown;
}

/** An answer of n8n's REST interface other than 2xx. */
export class RestError extends Error {
	constructor(
		readonly method: string,
		readonly path: string,
		readonly status: number,
		readonly body: string,
	) {
		super(`n8n answered ${status} to ${method} ${path}: ${body.slice(0, 500)}`);
		this.name = 'RestError';
	}
}

const ENDED = ['success', 'error', 'canceled', 'crashed', 'unknown'];

/**
 * The interface that n8n's own editor uses. It is not a public one: it is known to work with the n8n that is pinned in
 * this folder.
 */
export class RestClient {
	private cookie = '';

	/** @param url origin of n8n, without a slash at the end */
	constructor(readonly url: string) {}

	/** Makes the owner account when this n8n has none yet, and logs in. */
	async signIn(owner: Owner): Promise<void> {
		const { userManagement } = await this.call<{ userManagement: { showSetupOnFirstLoad: boolean } }>('GET', '/rest/settings');
		if (userManagement.showSetupOnFirstLoad) await this.call('POST', '/rest/owner/setup', owner);
		await this.call('POST', '/rest/login', { emailOrLdapLoginId: owner.email, password: owner.password });
	}

	/** @returns the stored credentials without their secrets */
	async listCredentials(): Promise<Array<{ id: string; name: string; type: string }>> {
		return await this.call('GET', '/rest/credentials');
	}

	/** @returns the new credential's id */
	async createCredential({ name, type, data }: Credential): Promise<string> {
		return (await this.call<{ id: string }>('POST', '/rest/credentials', { name, type, data })).id;
	}

	async updateCredential({ id, name, type, data }: Credential & { id: string }): Promise<void> {
		await this.call('PATCH', `/rest/credentials/${id}`, { name, type, data });
	}

	/** What the editor does on saving: n8n calls the credential type's test request. */
	async testCredential({ id, name, type, data }: Credential): Promise<CredentialTest> {
		return await this.call('POST', '/rest/credentials/test', { credentials: { id: id ?? '', name, type, data } });
	}

	/** @returns id, name and state of every workflow */
	async listWorkflows(): Promise<Array<{ id: string; name: string; active: boolean }>> {
		return await this.call('GET', '/rest/workflows');
	}

	/** @returns the workflow as stored, with the id and version that n8n gave it */
	async createWorkflow(workflow: Workflow): Promise<Workflow & { id: string; versionId: string }> {
		return await this.call('POST', '/rest/workflows', { settings: {}, ...workflow, active: false });
	}

	async getWorkflow(id: string): Promise<Workflow & { id: string; versionId: string }> {
		return await this.call('GET', `/rest/workflows/${id}`);
	}

	/** Makes the workflow's triggers listen. A webhook may still answer 404 for a moment after this. */
	async activateWorkflow(id: string): Promise<void> {
		const { versionId } = await this.getWorkflow(id);
		await this.call('POST', `/rest/workflows/${id}/activate`, { versionId });
	}

	async deactivateWorkflow(id: string): Promise<void> {
		await this.call('POST', `/rest/workflows/${id}/deactivate`, {});
	}

	/**
	 * Starts a workflow as the editor's button does.
	 *
	 * @param trigger name of the trigger node; left out: the workflow's manual trigger
	 * @returns the execution's id
	 */
	async runWorkflow(id: string, trigger?: string): Promise<string> {
		const workflow = await this.getWorkflow(id);
		const name = trigger ?? workflow.nodes.find(({ type }) => type === 'n8n-nodes-base.manualTrigger')?.name;
		if (!name) throw new Error(`The workflow "${workflow.name}" has no manual trigger`);
		const body = { workflowData: workflow, triggerToStartFrom: { name } };
		const started = await this.call<{ executionId?: string }>('POST', `/rest/workflows/${id}/run`, body);
		if (!started.executionId) throw new Error(`n8n did not start "${workflow.name}": ${JSON.stringify(started)}`);
		return started.executionId;
	}

	async listExecutions(workflowId: string): Promise<Array<{ id: string; status: string; mode: string }>> {
		const filter = encodeURIComponent(JSON.stringify({ workflowId }));
		return (await this.call<{ results: Array<{ id: string; status: string; mode: string }> }>('GET', `/rest/executions?filter=${filter}`)).results;
	}

	async getExecution(id: string): Promise<Execution> {
		const stored = await this.call<{ data: string }>('GET', `/rest/executions/${id}`);
		// Until the execution pauses or ends there is nothing to decode.
		const data = stored.data === '[]' ? { resultData: { runData: {} } } : decodeFlatted(stored.data);
		return { ...stored, data } as Execution;
	}

	/**
	 * Waits until an execution has ended.
	 *
	 * @param options `until`: the statuses to wait for, by default those of an ended execution (use `['waiting']` for one
	 *   that pauses); `timeoutMs`: milliseconds, by default enough for a busy machine
	 * @throws Error when the time is up, or when it ended with a status that was not asked for
	 */
	async waitForExecution(
		id: string,
		{ until = ENDED, timeoutMs = 100_000 }: { until?: string[]; timeoutMs?: number } = {},
	): Promise<Execution> {
		for (const started = Date.now(); ; ) {
			const execution = await this.getExecution(id);
			const { status } = execution;
			if (until.includes(status)) return execution;
			if (ENDED.includes(status)) throw new Error(`Execution ${id} ended with ${status}, not ${until.join(' or ')}`);
			const waited = Date.now() - started;
			if (waited > timeoutMs) throw new Error(`Execution ${id} is still ${status} after ${timeoutMs} ms`);
			await new Promise((resolve) => setTimeout(resolve, pauseAfter(waited)));
		}
	}

	/** Runs a workflow and waits until it has ended. */
	async execute(id: string, options: { trigger?: string; timeoutMs?: number } = {}): Promise<Execution> {
		const { trigger, timeoutMs } = options;
		return await this.waitForExecution(await this.runWorkflow(id, trigger), { timeoutMs });
	}

	/**
	 * Any other call.
	 *
	 * @returns what stands in `data` of n8n's answer
	 * @throws RestError
	 */
	async call<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
		const response = await fetch(`${this.url}${path}`, {
			method,
			headers: {
				// n8n binds the session to this header's value.
				'browser-id': 'kesspay-sandbox',
				...(this.cookie ? { cookie: this.cookie } : {}),
				...(body === undefined ? {} : { 'content-type': 'application/json' }),
			},
			body: body === undefined ? undefined : JSON.stringify(body),
		});
		for (const cookie of response.headers.getSetCookie()) {
			if (cookie.startsWith('n8n-auth=')) this.cookie = cookie.split(';')[0] ?? '';
		}
		const text = await response.text();
		if (!response.ok) throw new RestError(method, path, response.status, text);
		return (JSON.parse(text) as { data: Answer }).data;
	}
}

/** The items of one output of a node's last run; none when the node did not run or gave nothing there. */
export function outputOf(execution: Execution, node: string, output = 0): Item[] {
	return execution.data.resultData.runData[node]?.at(-1)?.data?.main?.[output] ?? [];
}
