import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { listOperations } from '../../shared/run/listOperations';
import { runOperation } from '../../shared/run/runOperation';
import { CREDENTIAL, WebPayClient } from '../client';
import { readSignatureRule } from '../responseSignature';
import { bakongMember } from './bakongMember';
import { asOffered } from './operation';
import { khqr } from './khqr';
import { order } from './order';
import { payment } from './payment';
import { paymentMethod } from './paymentMethod';
import { refund } from './refund';
import { savedCard } from './savedCard';
import { service } from './service';
import { subscription } from './subscription';
import { user } from './user';

/** Orders under way at the same time, unless the user chooses otherwise. */
export const DEFAULT_BATCH_SIZE = 10;

export const operations = listOperations(
	[
		order,
		payment,
		paymentMethod,
		bakongMember,
		refund,
		savedCard,
		subscription,
		khqr,
		user,
		service,
	].map(asOffered),
	'create',
);

/** Runs the chosen operation on every item. */
export async function run(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	return await runOperation(
		context,
		operations,
		CREDENTIAL,
		DEFAULT_BATCH_SIZE,
		(credentials, { timeout, options, problem }) =>
			WebPayClient.with(context, credentials, {
				timeout,
				signature: readSignatureRule(options),
				problem,
			}),
	);
}
