import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { listOperations } from '../../shared/run/listOperations';
import { runOperation } from '../../shared/run/runOperation';
import { CREDENTIAL, PartnerClient } from '../client';
import { fundTransfer } from './fundTransfer';
import type { PartnerDesk } from './operation';
import { service } from './service';

/** Payouts go out one after the other, unless the user chooses otherwise. */
export const DEFAULT_BATCH_SIZE = 1;

export const operations = listOperations<PartnerDesk>([fundTransfer, service], 'payOut');

/** Runs the chosen operation on every item. */
export async function run(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	return await runOperation(
		context,
		operations,
		CREDENTIAL,
		DEFAULT_BATCH_SIZE,
		(credentials, { timeout, options, problem }) => {
			const client = PartnerClient.open(context, credentials, timeout, problem);
			return {
				client,
				options,
				problem: client.problem,
				get redaction() {
					return client.redaction;
				},
			};
		},
	);
}
