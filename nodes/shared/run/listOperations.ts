import { type INodeProperties, updateDisplayOptions } from 'n8n-workflow';

import type { Operation, Resource } from './operation';
import { simplifyProperty } from './simplify';

/** The operations of a node: what the panel shows of them, and how a run finds the chosen one. */
export interface OperationList<Client> {
	properties: INodeProperties[];
	/** An expression for the line under the node: `Create and Wait: Order`. */
	subtitle: string;
	/** @throws Error for a pair that the panel does not offer */
	find(resource: string, operation: string): Operation<Client>;
}

/**
 * Builds the panel from the operation files: Resource, Operation, and each operation's parameters shown only for it.
 *
 * @param resources in the order in which the panel lists them; the first one and its `defaultOperation` are preselected
 */
export function listOperations<Client>(
	resources: Array<Resource<Client>>,
	defaultOperation: string,
): OperationList<Client> {
	const byName = new Map<string, Operation<Client>>();
	const names = new Map<string, string>();
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
			const properties =
				operation.simplified === undefined
					? operation.properties
					: [...operation.properties, simplifyProperty];
			parameters.push(...updateDisplayOptions({ show }, properties));
			byName.set(`${option.value}:${operation.option.value}`, operation);
			names.set(
				`${option.value}:${operation.option.value}`,
				`${operation.option.name}: ${option.name}`,
			);
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
		subtitle: `={{ (${JSON.stringify(Object.fromEntries(names))})[$parameter["resource"] + ":" + $parameter["operation"]] }}`,
		find: (resource, operation) => {
			const found = byName.get(`${resource}:${operation}`);
			if (found === undefined)
				throw new Error(
					`This version of the node has no operation "${operation}" for "${resource}"`,
				);
			return found;
		},
	};
}
