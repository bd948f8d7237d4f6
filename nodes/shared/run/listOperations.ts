import { type INodeProperties, updateDisplayOptions } from 'n8n-workflow';

import type { Operation, Resource } from './operation';

/** The operations of a node: what the panel shows of them, and how a run finds the chosen one. */
export interface OperationList<Client> {
	properties: INodeProperties[];
	/** @throws Error for a pair that the panel does not offer */
	find(resource: string, operation: string): Operation<Client>;
}

/**
 * Builds the panel from the operation files: Resource, Operation, and each operation's parameters shown only for it.
 *
 * @param resources in the order in which the panel lists them; the first one and its `defaultOperation` are preselected
 */
export function listOperations<Client>(resources: Array<Resource<Client>>, defaultOperation: string): OperationList<Client> {
	const byName = new Map<string, Operation<Client>>();
	const operationLists: INodeProperties[] = [];
	const parameters: INodeProperties[] = [];
	for (const { option, operations } of resources) {
		const values = operations.map((operation) => operation.option.value);
		const preselected = values.includes(defaultOperation) ? defaultOperation : (values[0] ?? '');
		operationLists.push({
			displayName: 'Operation',
			name: 'operation',
			type: 'options',
			noDataExpression: true,
			displayOptions: { show: { resource: [option.value] } },
			options: operations.map((operation) => operation.option),
			default: preselected,
		});
		for (const operation of operations) {
			const show = { resource: [option.value], operation: [operation.option.value] };
			parameters.push(...updateDisplayOptions({ show }, operation.properties));
			byName.set(`${option.value}:${operation.option.value}`, operation);
		}
	}
	const firstResource = resources[0]?.option.value ?? '';
	const resourceList: INodeProperties = {
		displayName: 'Resource',
		name: 'resource',
		type: 'options',
		noDataExpression: true,
		options: resources.map((resource) => resource.option),
		default: firstResource,
	};
	return {
		properties: [resourceList, ...operationLists, ...parameters],
		find: (resource, operation) => {
			const found = byName.get(`${resource}:${operation}`);
			if (found === undefined) throw new Error(`This version of the node has no operation "${operation}" for "${resource}"`);
			return found;
		},
	};
}
