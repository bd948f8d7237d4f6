import * as n8nWorkflow from 'n8n-workflow';
import type { ICredentialType, IDataObject, INode, INodeType } from 'n8n-workflow';

import type { Credentials } from '../../sandbox/host/engine.mts';
import { runNode } from '../../sandbox/host/engine.mts';

/** The nodes as one worker process of n8n has them: with all that they keep in memory. */
export interface Worker {
	nodes: Record<'partner' | 'webpay', { node: INodeType; credential: ICredentialType }>;
}

/** Another process: the same nodes, loaded anew. Only n8n itself is shared. */
export async function startWorker(): Promise<Worker> {
	let worker: Worker | undefined;
	await jest.isolateModulesAsync(async () => {
		jest.doMock('n8n-workflow', () => n8nWorkflow);
		const { KessPartner } = await import('../../nodes/KessPartner/KessPartner.node.ts');
		const { KessPartnerApi } = await import('../../credentials/KessPartnerApi.credentials.ts');
		const { KessWebPay } = await import('../../nodes/KessWebPay/KessWebPay.node.ts');
		const { KessWebPayApi } = await import('../../credentials/KessWebPayApi.credentials.ts');
		worker = {
			nodes: {
				partner: { node: new KessPartner(), credential: new KessPartnerApi() },
				webpay: { node: new KessWebPay(), credential: new KessWebPayApi() },
			},
		};
	});
	return worker as Worker;
}

/** What a run says of one row. `pending` is begun and waits for the buyer, which is no end. */
export interface Said {
	says: 'done' | 'unknown' | 'refused' | 'pending';
	/** All texts that come with it. */
	text: string;
	/** It is the error of a step that prepares: what was asked of it was not to pay. */
	prepares?: true;
	json?: IDataObject;
}

export interface NodeCall {
	worker: Worker;
	gateway: 'partner' | 'webpay';
	credentials: Credentials;
	/** n8n remembers for each workflow apart. */
	workflowId: string;
	settings: Partial<INode>;
	parameters: IDataObject;
	items: IDataObject[];
	/** A request is about to leave. */
	leaves(body: IDataObject): void;
	says(json: IDataObject): Said['says'];
}

/** Runs a node and reads what it says of each row; `undefined` for a row of which it says nothing. */
export async function callNode(call: NodeCall): Promise<Array<Said | undefined>> {
	const { node, credential } = call.worker.nodes[call.gateway];
	const authenticate = credential.authenticate as Extract<ICredentialType['authenticate'], (...parameters: never[]) => unknown>;
	const observed = Object.create(credential, {
		authenticate: {
			value: async (...[data, options]: Parameters<typeof authenticate>) => {
				const signed = await authenticate(data, options);
				call.leaves(options.body as IDataObject);
				return signed;
			},
		},
	}) as ICredentialType;
	const { items, run, error } = await runNode({
		node,
		parameters: call.parameters,
		items: call.items,
		credentialTypes: [observed],
		credentials: structuredClone(call.credentials),
		settings: call.settings,
		workflowId: call.workflowId,
	});
	const texts = (...parts: unknown[]) => parts.filter((part) => typeof part === 'string' && part !== '').join(' | ');
	if (run.status === 'error' || error !== undefined) return readFailure(call.items.length, error?.message ?? '', error?.description ?? '');
	const said: Array<Said | undefined> = call.items.map(() => undefined);
	for (const { json, error: failure, pairedItem } of items) {
		const index = (pairedItem as { item: number }).item;
		if (said[index] !== undefined) throw new Error('One row has two items');
		const failed = failure !== undefined || json.error !== undefined;
		said[index] = failed
			? { says: 'refused', text: texts(failure?.message, failure?.description, json.error) }
			: { says: call.says(json), text: texts(json.reason, json.next_step, json.warning), json };
	}
	return said;
}

/** What is left of a run that has failed: the words of one row's error, and in them the numbers of others. */
function readFailure(count: number, message: string, description: string): Array<Said | undefined> {
	const said: Array<Said | undefined> = Array.from({ length: count }, () => undefined);
	const listed = (pattern: RegExp, says: Said['says']) => {
		for (const [, from, to = from] of (pattern.exec(description)?.[1] ?? '').matchAll(/(\d+)(?: to (\d+))?/g)) {
			for (let index = Number(from); index <= Number(to); index++) said[index] = { says, text: '' };
		}
	};
	listed(/Already done in this run: items ([\d to,]+)/, 'done');
	listed(/Also failed: items ([\d to,]+)/, 'refused');
	const named = (pattern: RegExp, says: Said['says']) => {
		for (const [, index] of (pattern.exec(description)?.[1] ?? '').matchAll(/\[item (\d+)\]/g)) said[Number(index)] = { says, text: '' };
	};
	named(/Taken on by KESS, and not done yet: (.*?\])\./, 'pending');
	named(/Not known whether done: (.*?\])\./, 'unknown');
	const own = / \[item (\d+)\]/.exec(message)?.[1];
	if (own === undefined) throw new Error(`The run fails without naming a row: ${message} | ${description}`);
	said[Number(own)] = { says: 'refused', text: `${message} | ${description}` };
	return said;
}
