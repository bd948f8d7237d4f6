import { EventEmitter } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

process.env.N8N_USER_FOLDER ??= mkdtempSync(join(tmpdir(), 'kesspay-engine-'));
process.env.N8N_ENCRYPTION_KEY ??= 'kesspay-engine';
process.env.N8N_LOG_LEVEL ??= 'silent';
process.env.N8N_DIAGNOSTICS_ENABLED = 'false';
process.env.N8N_ENFORCE_SETTINGS_FILE_PERMISSIONS ??= 'false';

import 'reflect-metadata';
import { ExecutionLifecycleHooks, getAdditionalKeys, LoadOptionsContext, PollContext, WebhookContext, WorkflowExecute } from 'n8n-core';
import {
	type IBinaryKeyData,
	ICredentialsHelper,
	type ICredentialDataDecryptedObject,
	type ICredentialsExpressionResolveValues,
	type ICredentialType,
	type IDataObject,
	type IExecuteData,
	type IHttpRequestHelper,
	type IHttpRequestOptions,
	type INode,
	type INodeCredentialsDetails,
	type INodeExecutionData,
	type INodeProperties,
	type INodePropertyOptions,
	type INodeType,
	type INodeTypes,
	isExpression,
	type IRun,
	type IWebhookData,
	type IWorkflowExecuteAdditionalData,
	NodeHelpers,
	Workflow,
	type WorkflowActivateMode,
	type WorkflowExecuteMode,
} from 'n8n-workflow';

/**
 * n8n's own engine (n8n-core) running a node class: its item data, retries, Continue On Fail and HTTP helpers are the
 * real ones. Only what n8n's server adds around it is replaced: the credential store is an object in memory.
 */

export type Credentials = Record<string, ICredentialDataDecryptedObject>;

/** Does what the server's CredentialsHelper does, with the credential classes' own methods. */
class MemoryCredentials extends ICredentialsHelper {
	/** How often a credential was asked for. */
	reads = 0;

	constructor(
		private readonly types: Map<string, ICredentialType>,
		readonly stored: Credentials,
	) {
		super();
	}

	getParentTypes(): string[] {
		return [];
	}

	isCredentialUsableByNode(): boolean {
		return true;
	}

	getCredentialsProperties(type: string): INodeProperties[] {
		return this.types.get(type)?.properties ?? [];
	}

	async getCredentials(): Promise<never> {
		throw new Error('not part of this engine');
	}

	async getDecrypted(
		additionalData: IWorkflowExecuteAdditionalData,
		_details: INodeCredentialsDetails,
		type: string,
		mode: WorkflowExecuteMode,
		executeData?: IExecuteData,
		_raw?: boolean,
		at?: ICredentialsExpressionResolveValues,
	): Promise<ICredentialDataDecryptedObject> {
		this.reads += 1;
		const stored = this.stored[type] ?? {};
		const defaults = NodeHelpers.getNodeParameters(
			this.getCredentialsProperties(type),
			stored as IDataObject as never,
			true,
			false,
			null,
			null,
		);
		const data = { ...(defaults as ICredentialDataDecryptedObject), ...stored };
		if (at === undefined) return data;
		const keys = getAdditionalKeys(additionalData, mode, null, { isCredential: true });
		return at.workflow.expression.getParameterValue(
			data as never,
			at.runExecutionData,
			at.runIndex,
			at.itemIndex,
			at.node.name,
			at.connectionInputData,
			mode,
			keys,
			executeData,
			false,
			data as never,
		) as unknown as ICredentialDataDecryptedObject;
	}

	async updateCredentials(_details: INodeCredentialsDetails, type: string, data: ICredentialDataDecryptedObject) {
		this.stored[type] = data;
	}

	async updateCredentialsOauthTokenData(): Promise<void> {
		throw new Error('not part of this engine');
	}

	async runPreAuthentication(): Promise<undefined> {
		return undefined;
	}

	async preAuthentication(
		helpers: IHttpRequestHelper,
		credentials: ICredentialDataDecryptedObject,
		type: string,
		_node: INode,
		expired: boolean,
	): Promise<ICredentialDataDecryptedObject | undefined> {
		const definition = this.types.get(type);
		const expirable = definition?.properties.find((property) => property.typeOptions?.expirable === true);
		if (!expirable || !definition?.preAuthentication) return undefined;
		if (credentials[expirable.name] !== '' && !expired) return undefined;
		const output = (await definition.preAuthentication.call(helpers, credentials)) as ICredentialDataDecryptedObject;
		if (output[expirable.name] === undefined) return undefined;
		// As n8n does: what is an expression stays one.
		const kept = Object.entries(output).filter(([field]) => field === expirable.name || !isExpression(this.stored[type]?.[field]));
		this.stored[type] = { ...this.stored[type], ...Object.fromEntries(kept) };
		return Object.assign(credentials, output);
	}

	async authenticate(
		credentials: ICredentialDataDecryptedObject,
		type: string,
		options: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> {
		const authenticate = this.types.get(type)?.authenticate;
		return typeof authenticate === 'function' ? await authenticate(credentials, options) : options;
	}
}

/** Feeds items into the node that is run. */
class Items implements INodeType {
	description = {
		displayName: 'Items',
		name: 'items',
		group: ['trigger' as const],
		version: 1,
		description: '',
		defaults: {},
		inputs: [],
		outputs: ['main' as const],
		properties: [],
	};

	execute: () => Promise<INodeExecutionData[][]>;

	constructor(items: IDataObject[], binary?: IBinaryKeyData) {
		this.execute = async () => [items.map((json) => ({ json, binary }))];
	}
}

export interface NodeRun {
	status: IRun['status'];
	/** The items of the first output, or of none when the run failed; of a tool what the agent gets. */
	items: INodeExecutionData[];
	/** As n8n serialised it. */
	error: { message: string; description?: string | null; name: string } | undefined;
	/** The stored credentials after the run. */
	credentials: Credentials;
	/** How often a credential was read. */
	credentialReads: number;
	run: IRun;
}

export interface NodeRunOptions {
	node: INodeType;
	parameters: IDataObject;
	items?: IDataObject[];
	/** Files that every item has. */
	files?: IBinaryKeyData;
	credentialTypes: ICredentialType[];
	credentials: Credentials;
	/** Node settings such as retryOnFail, maxTries, waitBetweenTries, onError. */
	settings?: Partial<INode>;
	/** The workflow's id: what n8n remembers for nodes, it remembers for a workflow. */
	workflowId?: string;
	/** What n8n has stored for the workflow's nodes. */
	staticData?: IDataObject;
	/** An AI agent, which gets the items and has the node as its tool "Node". */
	agent?: INodeType;
}

/** The tool that n8n's server makes of a node: the same one with another description. */
function asTool(node: INodeType): INodeType {
	const { name, displayName } = node.description;
	const changes = { name: `${name}Tool`, displayName: `${displayName} Tool`, inputs: [], outputs: ['ai_tool' as const] };
	return Object.create(node, { description: { value: { ...node.description, ...changes } } }) as INodeType;
}

/** A workflow with the node in it, and what n8n's server would add. */
function prepare(options: NodeRunOptions) {
	const { node, parameters, items = [{}], files, credentials, settings, workflowId = 'test', staticData, agent } = options;
	const types = new Map(options.credentialTypes.map((type) => [type.name, type]));
	const nodes = new Map<string, INodeType>([
		['test.items', new Items(items, files)],
		['test.node', node],
		['test.nodeTool', asTool(node)],
		...(agent ? [['test.agent', agent] as const] : []),
	]);
	const nodeTypes: INodeTypes = {
		getByName: (name) => nodes.get(name) as INodeType,
		getByNameAndVersion: (name, version) => NodeHelpers.getVersionedNodeType(nodes.get(name) as INodeType, version),
		getKnownTypes: () => ({}),
	};
	const position: [number, number] = [0, 0];
	const workflow = new Workflow({
		id: workflowId,
		name: 'test',
		active: false,
		nodeTypes,
		staticData,
		settings: { executionOrder: 'v1' },
		nodes: [
			{ id: 'items', name: 'Items', type: 'test.items', typeVersion: 1, position, parameters: {} },
			{
				id: 'node',
				name: 'Node',
				type: agent ? 'test.nodeTool' : 'test.node',
				typeVersion: 1,
				position,
				parameters: parameters as INode['parameters'],
				credentials: Object.fromEntries(Object.keys(credentials).map((type) => [type, { id: type, name: type }])),
				...settings,
			},
			...(agent ? [{ id: 'agent', name: 'Agent', type: 'test.agent', typeVersion: 1, position, parameters: {} }] : []),
		],
		connections: {
			Items: { main: [[{ node: agent ? 'Agent' : 'Node', type: 'main', index: 0 }]] },
			...(agent && { Node: { ai_tool: [[{ node: 'Agent', type: 'ai_tool' as const, index: 0 }]] } }),
		},
	});
	const helper = new MemoryCredentials(types, credentials);
	const additionalData = {
		credentialsHelper: helper,
		hooks: new ExecutionLifecycleHooks('manual', '1', { id: workflowId, name: 'test', nodes: [], connections: {}, active: false } as never),
		executionId: '1',
		workflowId,
		userId: 'test',
		currentNodeExecutionIndex: 0,
		variables: {},
		restApiUrl: 'http://127.0.0.1/rest',
		instanceBaseUrl: 'http://127.0.0.1',
		webhookBaseUrl: 'http://127.0.0.1/webhook',
		webhookWaitingBaseUrl: 'http://127.0.0.1/webhook-waiting',
		webhookTestBaseUrl: 'http://127.0.0.1/webhook-test',
		formWaitingBaseUrl: 'http://127.0.0.1/form-waiting',
		setExecutionStatus() {},
		sendDataToUI() {},
		logAiEvent() {},
		externalSecretsProxy: { hasProvider: () => false, hasSecret: () => false, listProviders: () => [], listSecrets: () => [], getSecret: () => undefined },
	} as unknown as IWorkflowExecuteAdditionalData;
	return { workflow, additionalData, helper };
}

/** Runs one node on some items, in the real engine. */
export async function runNode(options: NodeRunOptions): Promise<NodeRun> {
	const { workflow, additionalData, helper } = prepare(options);
	const run = (await new WorkflowExecute(additionalData, 'manual').run({
		workflow,
		startNode: workflow.getNode('Items') ?? undefined,
	})) as IRun;
	const last = run.data.resultData.runData.Node?.at(-1);
	const error = last?.error ?? run.data.resultData.error;
	return {
		status: run.status,
		items: ((last?.data?.main ?? last?.data?.ai_tool)?.[0] ?? []) as INodeExecutionData[],
		error: error as NodeRun['error'],
		credentials: helper.stored,
		credentialReads: helper.reads,
		run,
	};
}

/** Loads a list of the node's panel as n8n's editor has it loaded. */
export async function loadOptions(options: NodeRunOptions, method: string): Promise<INodePropertyOptions[]> {
	const { workflow, additionalData } = prepare(options);
	additionalData.currentNodeParameters = options.parameters as INode['parameters'];
	const load = options.node.methods?.loadOptions?.[method];
	if (!load) throw new Error(`The node has no list ${method}`);
	return await load.call(new LoadOptionsContext(workflow, workflow.getNode('Node') as INode, additionalData, ''));
}

/** A node that polls, in an active workflow: n8n calls it, and stores its static data, as it does in the server. */
export class Polling {
	/** What a restart finds. */
	private stored: string | undefined;
	private look: (() => Promise<INodeExecutionData[][] | null>) | undefined;

	constructor(private readonly options: NodeRunOptions) {}

	/**
	 * Makes the workflow active: by hand, when n8n starts, or after a change. n8n has the node look at once and stores what
	 * it leaves.
	 *
	 * @param changes parameters that are others than before
	 * @param settings what the node is called now, and how n8n says that it is activated
	 */
	async activate(
		changes: IDataObject = {},
		{ name = 'Node', mode = 'activate' }: { name?: string; mode?: WorkflowActivateMode } = {},
	): Promise<INodeExecutionData[]> {
		Object.assign(this.options.parameters, changes);
		const staticData = this.stored === undefined ? undefined : (JSON.parse(this.stored) as IDataObject);
		const { workflow, additionalData } = prepare({ ...this.options, staticData, settings: { name, ...this.options.settings } });
		const context = new PollContext(workflow, workflow.getNode(name) as INode, additionalData, 'trigger', mode);
		this.look = async () => {
			const found = (await this.options.node.poll?.call(context)) ?? null;
			// n8n stores nothing after a look that gives nothing.
			if (found !== null) this.store(workflow);
			return found;
		};
		const found = await this.poll();
		this.store(workflow);
		return found;
	}

	/** The next look of the workflow that is active. */
	async poll(): Promise<INodeExecutionData[]> {
		if (this.look === undefined) throw new Error('The workflow is not active');
		return (await this.look())?.[0] ?? [];
	}

	/** How many characters n8n has stored. */
	get storedLength(): number {
		return this.stored?.length ?? 0;
	}

	private store(workflow: Workflow): void {
		this.stored = JSON.stringify(workflow.staticData);
	}
}

/** A node that is called from outside, in an active workflow: n8n keeps its static data from one call to the next. */
export class Called {
	private staticData: IDataObject = {};

	constructor(private readonly options: NodeRunOptions) {}

	/** Sends it JSON. @returns the HTTP status, and the items with which n8n begins an execution */
	async post(body: object): Promise<{ status: number; items: INodeExecutionData[] }> {
		const { workflow, additionalData } = prepare({ ...this.options, staticData: this.staticData });
		const httpResponse = Object.assign(new EventEmitter(), {
			statusCode: 200,
			writableFinished: true,
			status(code: number) {
				this.statusCode = code;
				return this;
			},
			json() {},
		});
		const httpRequest = { rawBody: Buffer.from(JSON.stringify(body)), body: {}, headers: {} };
		const context = new WebhookContext(
			workflow,
			workflow.getNode('Node') as INode,
			{ ...additionalData, httpRequest, httpResponse } as unknown as IWorkflowExecuteAdditionalData,
			'webhook',
			{ webhookDescription: this.options.node.description.webhooks?.[0] } as IWebhookData,
			[],
			null,
		);
		const answer = await this.options.node.webhook?.call(context);
		// n8n reads it before it stores the static data.
		void answer?.webhookResponse;
		httpResponse.emit('close');
		this.staticData = JSON.parse(JSON.stringify(workflow.staticData)) as IDataObject;
		return { status: httpResponse.statusCode, items: answer?.workflowData?.[0] ?? [] };
	}
}
