import type { Workflow } from './restClient.mts';

type Node = Workflow['nodes'][number];

/** A manual trigger named `Start`. */
export const manualTrigger: Node = {
	name: 'Start',
	type: 'n8n-nodes-base.manualTrigger',
	typeVersion: 1,
	parameters: {},
};

/**
 * A node named `Items` that gives these items.
 *
 * @param items the `json` of each, as JSON text can carry it
 * @param binary files that each of them has
 */
export function itemsNode(items: Array<Record<string, unknown>>, binary?: object): Node {
	return {
		name: 'Items',
		type: 'n8n-nodes-base.code',
		typeVersion: 2,
		parameters: { jsCode: `return ${JSON.stringify(items.map((json) => ({ json, binary })))};` },
	};
}

/** Parameters of KESS WebPay that make an order of each item with `no`, `title` and `amount`. */
export const CREATE_ORDER = {
	resource: 'order',
	operation: 'create',
	outTradeNo: '={{ $json.no }}',
	body: '={{ $json.title }}',
	totalAmount: '={{ $json.amount }}',
	currency: 'USD',
};

/**
 * A workflow whose nodes follow each other in a line.
 *
 * @param name its name
 * @param nodes from the trigger on; positions and ids are added
 */
export function lineOf(name: string, nodes: Node[]): Workflow {
	const connections = Object.fromEntries(
		nodes.slice(0, -1).map(({ name: from }, index) => [
			from,
			{ main: [[{ node: nodes[index + 1]?.name, type: 'main', index: 0 }]] },
		]),
	);
	return {
		name,
		nodes: nodes.map((node, index) => ({ id: `node-${index}`, position: [index * 220, 0], ...node })),
		connections,
		settings: { executionOrder: 'v1' },
	};
}
