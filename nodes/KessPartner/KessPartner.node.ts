import {
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	NodeConnectionTypes,
} from 'n8n-workflow';

import { nodeOptions } from '../shared/run/collections';
import { agentNotice } from '../shared/run/agents';
import { batchingOption, timeoutOption } from '../shared/run/options';
import { DEFAULT_BATCH_SIZE, operations, run } from './actions/router';
import { testPartnerCredential } from './methods/testCredential';

export class KessPartner implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'KESS Partner',
		name: 'kessPartner',
		icon: {
			light: 'file:../../icons/kessPartner.svg',
			dark: 'file:../../icons/kessPartner.dark.svg',
		},
		group: ['output'],
		version: 1,
		subtitle: operations.subtitle,
		description:
			'Send money to KESS wallets in Cambodia: payouts that are never paid twice, in one step or two',
		defaults: { name: 'KESS Partner' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		// Phone numbers and wallet IDs: workflows get them, but nobody reads them in a list of executions.
		sensitiveOutputFields: ['receiver_id'],
		credentials: [{ name: 'kessPartnerApi', required: true, testedBy: 'kessPartnerApiTest' }],
		properties: [
			agentNotice,
			...operations.properties,
			nodeOptions([
				batchingOption(DEFAULT_BATCH_SIZE),
				{
					displayName: 'Stop at Unknown',
					name: 'stopAtUnknown',
					type: 'boolean',
					default: false,
					description:
						'Whether to start no further transfer once the outcome of one is unknown. Otherwise it leaves with the status "unknown" and the others go on.',
				},
				timeoutOption,
			]),
		],
	};

	methods = {
		credentialTest: { kessPartnerApiTest: testPartnerCredential },
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return [await run(this)];
	}
}
