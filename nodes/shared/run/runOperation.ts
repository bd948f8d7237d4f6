import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import type { Redaction } from '../../../kess/gateway/redaction';
import type { JsonObject } from '../../../kess/jsonObject';
import { failedItem, losesErrors, requireMayPay } from './agents';
import { toNodeError } from './errors';
import { ItemCall } from './item';
import { ItemParameters } from './parameters';
import type { OperationList } from './listOperations';
import { ItemWithFiles } from './operation';
import { readCommonOptions } from './options';
import { runItems } from './runItems';
import { RunNumbers } from './runNumbers';

/** Opens the connection of one execution. */
export type OpenClient<Client> = (timeout: number, options: IDataObject) => Promise<Client>;

/**
 * Runs the chosen operation on every item: the one place for the item loop, item linking, Continue On Fail and the
 * shape of errors, and for what an AI agent may not do.
 *
 * @param credentialType the one that the node uses
 * @param defaultBatchSize items under way at the same time, unless the user chooses otherwise
 */
export async function runOperation<Client extends { redaction: Redaction }>(
	context: IExecuteFunctions,
	operations: OperationList<Client>,
	credentialType: string,
	defaultBatchSize: number,
	open: OpenClient<Client>,
): Promise<INodeExecutionData[]> {
	const items = context.getInputData();
	if (items.length === 0) return [];
	const resource = context.getNodeParameter('resource', 0);
	const operation = operations.find(resource, context.getNodeParameter('operation', 0));
	const { batching, timeout, options } = readCommonOptions(context, defaultBatchSize);
	const parameters = new ItemParameters(context);
	let client: Client | undefined;
	const numbers = new RunNumbers();
	const calls = new Array<ItemCall | undefined>(items.length);
	const shapeError = (error: unknown, itemIndex: number) =>
		toNodeError(context.getNode(), error, itemIndex, calls[itemIndex]?.reference, client?.redaction);

	try {
		client = await open(timeout, options);
	} catch (error) {
		// n8n would hand the input on as if it were the result.
		if (context.continueOnFail() || losesErrors(context)) {
			return items.map((_, item) => failedItem(context, shapeError(error, item), item));
		}
		throw shapeError(error, 0);
	}
	const opened = client;
	return await runItems(context, items.length, batching, {
		prepare: (itemIndex) => parameters.prepare(itemIndex),
		async run(itemIndex) {
			const turn = numbers.nextTurn();
			const call = new ItemCall(context, itemIndex, operation.properties, parameters, numbers, turn, (text) => opened.redaction.message(text));
			calls[itemIndex] = call;
			try {
				parameters.prepare(itemIndex);
				await requireMayPay(context, itemIndex, credentialType, operation.service);
				const output = await operation.execute(call, opened);
				const pairedItem = { item: itemIndex };
				const clean = (json: IDataObject) => opened.redaction.data(json as JsonObject) as IDataObject;
				return {
					output: output.map((part) =>
						part instanceof ItemWithFiles
							? { ...part, json: clean(part.json), pairedItem }
							: { json: clean(part), pairedItem },
					),
					stopsRun: call.stopsRun,
				};
			} finally {
				turn.pass();
				parameters.release(itemIndex);
			}
		},
		shapeError,
	});
}
