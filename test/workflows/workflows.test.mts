import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { INodeProperties, INodeType } from 'n8n-workflow';

import { KessPartner } from '../../nodes/KessPartner/KessPartner.node.ts';
import { KessWebPay } from '../../nodes/KessWebPay/KessWebPay.node.ts';
import { KessWebPayPollTrigger } from '../../nodes/KessWebPay/KessWebPayPollTrigger.node.ts';
import { KessWebPayTrigger } from '../../nodes/KessWebPay/KessWebPayTrigger.node.ts';
import { sandboxCredentials } from '../../sandbox/host/credentials.mts';

interface WorkflowNode {
	id: string;
	name: string;
	type: string;
	typeVersion: number;
	position: [number, number];
	parameters: Record<string, unknown>;
	credentials?: Record<string, { id: string; name: string }>;
}

interface Workflow {
	id: string;
	name: string;
	nodes: WorkflowNode[];
	connections: Record<string, Record<string, Array<Array<{ node: string; type: string; index: number }> | null>>>;
}

const folder = join(__dirname, '..', '..', 'workflows');
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
const texts = new Map(files.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
const workflows = new Map([...texts].map(([name, text]) => [name, JSON.parse(text) as Workflow]));
const workflowOf = (name: string) => workflows.get(name) as Workflow;

const ownNodes = new Map<string, INodeType>([
	['n8n-nodes-kesspay.kessPartner', new KessPartner()],
	['n8n-nodes-kesspay.kessPartnerTool', new KessPartner()],
	['n8n-nodes-kesspay.kessWebPay', new KessWebPay()],
	['n8n-nodes-kesspay.kessWebPayTool', new KessWebPay()],
	['n8n-nodes-kesspay.kessWebPayPollTrigger', new KessWebPayPollTrigger()],
	['n8n-nodes-kesspay.kessWebPayTrigger', new KessWebPayTrigger()],
]);
const credentials = sandboxCredentials({
	url: 'http://127.0.0.1:4010',
	partnerKeys: { partnerPrivateKey: 'a private key', kessPublicKey: 'a public key' },
});

/** Every text in a value, however deep. */
function textsIn(value: unknown): string[] {
	if (typeof value === 'string') return [value];
	if (value === null || typeof value !== 'object') return [];
	return Object.values(value).flatMap(textsIn);
}

/** Names of parameters, with those inside collections as `collection.field`, that the list does not offer. */
function unknownParameters(parameters: Record<string, unknown>, offered: INodeProperties[], path = ''): string[] {
	return Object.entries(parameters).flatMap(([name, value]) => {
		const found = offered.filter((property) => property.name === name);
		if (found.length === 0) return [`${path}${name}`];
		const collections = found.filter(({ type }) => type === 'collection');
		if (collections.length > 0) {
			const fields = collections.flatMap(({ options }) => options as INodeProperties[]);
			return unknownParameters(value as Record<string, unknown>, fields, `${path}${name}.`);
		}
		if (found[0]?.type !== 'fixedCollection') return [];
		const groups = found[0].options as Array<{ name: string; values: INodeProperties[] }>;
		return Object.entries(value as Record<string, unknown>).flatMap(([group, entries]) => {
			const values = groups.find((candidate) => candidate.name === group)?.values;
			if (values === undefined) return [`${path}${name}.${group}`];
			return [entries].flat().flatMap((entry) =>
				unknownParameters(entry as Record<string, unknown>, values, `${path}${name}.${group}.`),
			);
		});
	});
}

describe('the example workflows', () => {
	test('there is the one that npm start runs', () => {
		expect(workflowOf('order-links-from-a-spreadsheet.json')).toMatchObject({
			id: 'orderLinksFromSpreadsheet',
			name: 'Order links from a spreadsheet',
		});
	});

	test('ids and names are used once', () => {
		const all = [...workflows.values()];
		expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
		expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
	});
});

describe.each(files)('%s', (file) => {
	const { id, nodes, connections } = workflowOf(file);

	test('has an id that n8n keeps, and nodes that can be told apart', () => {
		expect(id).toMatch(/^[A-Za-z0-9]{1,36}$/);
		expect(new Set(nodes.map((node) => node.id)).size).toBe(nodes.length);
		expect(new Set(nodes.map((node) => node.name)).size).toBe(nodes.length);
		expect(new Set(nodes.map(({ position }) => position.join())).size).toBe(nodes.length);
	});

	test("uses n8n's own nodes and ours", () => {
		const others = nodes.filter(({ type }) => !/^(?:@n8n\/n8n-nodes-langchain|n8n-nodes-base)\./.test(type) && !ownNodes.has(type));
		expect(others.map(({ type }) => type)).toEqual([]);
	});

	test('sets only parameters that our nodes have, in a version that there is', () => {
		for (const { type, typeVersion, parameters } of nodes) {
			const description = ownNodes.get(type)?.description;
			if (description === undefined) continue;
			expect([description.version].flat()).toContain(typeVersion);
			// n8n adds two fields to every tool.
			const { descriptionType: _type, toolDescription: _text, ...own } = parameters;
			expect(unknownParameters(type.endsWith('Tool') ? own : parameters, description.properties)).toEqual([]);
		}
	});

	test('names credentials that the sandbox has', () => {
		const known = credentials.map(({ id: credentialId, name, type }) => ({ id: credentialId, name, type }));
		for (const node of nodes) {
			for (const [type, used] of Object.entries(node.credentials ?? {})) expect(known).toContainEqual({ ...used, type });
			if (ownNodes.has(node.type)) expect(Object.keys(node.credentials ?? {})).not.toEqual([]);
		}
	});

	/** Models and tools are reached from the other end: their connection leads to the agent. */
	const isPartOfAgent = (name: string) => Object.keys(connections[name] ?? {}).some((kind) => kind.startsWith('ai_'));

	test('connects nodes that there are, and every node but notes and triggers is reached', () => {
		const names = nodes.map(({ name }) => name);
		const targets = Object.values(connections).flatMap((outputs) =>
			Object.values(outputs).flatMap((lists) => lists.flatMap((list) => (list ?? []).map(({ node }) => node))),
		);
		expect(names).toEqual(expect.arrayContaining([...Object.keys(connections), ...targets]));
		const unreached = nodes.filter(
			({ name, type }) => !targets.includes(name) && !/stickyNote$|Trigger$/.test(type) && !isPartOfAgent(name),
		);
		expect(unreached.map(({ name }) => name)).toEqual([]);
	});

	test('expressions refer to nodes that there are', () => {
		const referred = textsIn(nodes.map(({ parameters }) => parameters)).flatMap((text) =>
			[...text.matchAll(/\$\('([^']+)'\)/g)].map((match) => match[1]),
		);
		expect(nodes.map(({ name }) => name)).toEqual(expect.arrayContaining(referred));
	});

	test("says nothing about anybody's computer, and keeps its files in one folder", () => {
		for (const text of textsIn(nodes)) {
			expect(text).not.toMatch(/^=?(\/(?!\/)|~|[A-Za-z]:[\\/])|\/(home|root|Users|tmp)\//);
		}
		for (const { type, parameters } of nodes) {
			if (type !== 'n8n-nodes-base.readWriteFile') continue;
			expect(parameters.fileSelector ?? parameters.fileName).toMatch(/^\{\{FILES\}\}\/[a-z-]+\.csv$/);
		}
		expect(texts.get(file)).not.toMatch(/password|secret/i);
	});

	test('says in notes what it does and what to change', () => {
		const notes = nodes.filter(({ type }) => type === 'n8n-nodes-base.stickyNote').map(({ parameters }) => String(parameters.content));
		expect(notes[0]).toMatch(/^## .*\n\n\*\*What it does:\*\* .*\./);
		expect(notes.join('\n')).toContain('**What to change:**');
	});
});
