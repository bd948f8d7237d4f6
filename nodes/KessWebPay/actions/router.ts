import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { toNodeError } from '../../shared/errors';
import { ItemCall } from '../../shared/itemCall';
import { listOperations } from '../../shared/listOperations';
import { readCommonOptions } from '../../shared/options';
import { runItems } from '../../shared/runItems';
import { type SignatureRule, WebPayClient } from '../transport';
import { order } from './order';
import { service } from './service';

/** Orders under way at the same time, unless the user chooses otherwise. */
export const DEFAULT_BATCH_SIZE = 10;

export const operations = listOperations([order, service], 'create');

/** Runs the chosen operation on every item. */
export async function run(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const items = context.getInputData();
	if (items.length === 0) return [];
	const resource = context.getNodeParameter('resource', 0);
	const operation = operations.find(resource, context.getNodeParameter('operation', 0));
	const { batching, timeout, options } = readCommonOptions(context, DEFAULT_BATCH_SIZE);
	const calls = items.map((_, itemIndex) => new ItemCall(context, itemIndex, operation.properties));
	const shapeError = (error: unknown, itemIndex: number) =>
		toNodeError(context.getNode(), error, itemIndex, calls[itemIndex]?.reference);

	let client: WebPayClient;
	try {
		client = await WebPayClient.open(context, {
			timeout,
			signature: (options.responseSignature as SignatureRule | undefined) ?? 'auto',
		});
	} catch (error) {
		throw shapeError(error, 0);
	}
	return await runItems(
		context,
		items.length,
		batching,
		async (itemIndex) => {
			const output = await operation.execute(calls[itemIndex] as ItemCall, client);
			return output.map((json) => ({ json, pairedItem: { item: itemIndex } }));
		},
		shapeError,
	);
}
