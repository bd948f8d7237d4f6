import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { listOperations } from '../../shared/listOperations';
import { runOperation } from '../../shared/runOperation';
import { type SignatureRule, WebPayClient } from '../transport';
import { order } from './order';
import { service } from './service';

/** Orders under way at the same time, unless the user chooses otherwise. */
export const DEFAULT_BATCH_SIZE = 10;

export const operations = listOperations([order, service], 'create');

/** Runs the chosen operation on every item. */
export async function run(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	return await runOperation(context, operations, DEFAULT_BATCH_SIZE, async (_context, timeout, options) => {
		const signature = (options.responseSignature as SignatureRule | undefined) ?? 'auto';
		return await WebPayClient.open(context, { timeout, signature });
	});
}
