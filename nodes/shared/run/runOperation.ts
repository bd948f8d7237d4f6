import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
} from 'n8n-workflow';

import type { KessError } from '../../../kess/errors';
import type { Redaction } from '../../../kess/gateway/redaction';
import type { JsonObject } from '../../../kess/jsonObject';
import { Accounts } from '../gateway/accounts';
import { findMayNotPay } from './agents';
import { toNodeError } from './errors';
import { RunHints } from './hints';
import { ItemCall } from './item';
import { ItemParameters } from './parameters';
import type { OperationList } from './listOperations';
import { ItemWithFiles } from './operation';
import { simplified } from './simplify';
import { readCommonOptions } from './options';
import { runItems } from './runItems';
import { RunNumbers } from './runNumbers';

/** The connection to one account. */
interface AccountClient {
	redaction: Redaction;
	/** Why nothing can be sent with it. */
	problem: KessError | undefined;
}

/** @param problem why nothing can be sent with the credential, where that is known */
export type OpenClient<Client> = (
	credentials: ICredentialDataDecryptedObject,
	settings: { timeout: number; options: IDataObject; problem: KessError | undefined },
) => Client;

/**
 * Runs the chosen operation on every item: the one place for the item loop, item linking, Continue On Fail and the
 * shape of errors, and for what an AI agent may not do.
 *
 * @param credentialType the one that the node uses
 * @param defaultBatchSize items under way at the same time, unless the user chooses otherwise
 */
export async function runOperation<Client extends AccountClient>(
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
	const numbers = new RunNumbers();
	const accounts = new Accounts(context, credentialType, (credentials, problem) =>
		open(credentials, { timeout, options, problem }),
	);
	const calls = new Array<{ item: ItemCall; client: Client } | undefined>(items.length);
	const nameOf = (itemIndex: number) => {
		const call = calls[itemIndex];
		return call?.item.reference === undefined
			? undefined
			: call.client.redaction.message(call.item.reference);
	};
	const hints = new RunHints(context, nameOf);
	const isSimplified = (itemIndex: number) =>
		operation.simplified !== undefined && parameters.get('simplify', itemIndex, true) !== false;
	const output = await runItems(context, items.length, batching, {
		nameOf,
		prepare: (itemIndex) => parameters.prepare(itemIndex),
		async run(itemIndex, notStarted) {
			const turn = numbers.nextTurn();
			try {
				const client = await accounts.clientOf(itemIndex);
				const clean = (json: IDataObject) =>
					client.redaction.data(json as JsonObject) as IDataObject;
				const item = new ItemCall(
					context,
					itemIndex,
					operation.properties,
					parameters,
					numbers,
					turn,
					hints,
					operation.service?.does === 'pays',
					(text) => client.redaction.message(text),
				);
				calls[itemIndex] = { item, client };
				item.hold(
					notStarted ??
						client.problem ??
						(await findMayNotPay(context, itemIndex, credentialType, operation.service)),
				);
				const output = await operation.execute(item, client);
				const shape = (json: IDataObject) =>
					clean(isSimplified(itemIndex) ? simplified(json, operation.simplified ?? []) : json);
				const pairedItem = { item: itemIndex };
				const shaped = output.map((part) =>
					part instanceof ItemWithFiles
						? { ...part, json: shape(part.json), pairedItem }
						: { json: shape(part), pairedItem },
				);
				if (item.end !== 'done') hints.count(item.end, itemIndex);
				return { output: shaped, end: item.end, stopsRun: item.stopsRun };
			} finally {
				turn.pass();
				parameters.release(itemIndex);
			}
		},
		shapeError: (error, itemIndex) => {
			const call = calls[itemIndex];
			hints.count('refused', itemIndex);
			return toNodeError(
				context.getNode(),
				error,
				itemIndex,
				call?.item.reference,
				call?.client.redaction,
			);
		},
	});
	hints.show();
	return output;
}
