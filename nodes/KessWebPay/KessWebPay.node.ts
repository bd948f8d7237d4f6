import {
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	NodeConnectionTypes,
} from 'n8n-workflow';

import { batchingOption, timeoutOption } from '../shared/options';
import { DEFAULT_BATCH_SIZE, operations, run } from './actions/router';
import { testWebPayCredential } from './credentialTest';

export class KessWebPay implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'KESS WebPay',
		name: 'kessWebPay',
		icon: { light: 'file:../../icons/kess.svg', dark: 'file:../../icons/kess.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
		description: 'Take payments through KESS WebPay: orders, payment links and their status',
		defaults: { name: 'KESS WebPay' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'kessWebPayApi', required: true, testedBy: 'kessWebPayApiTest' }],
		properties: [
			...operations.properties,
			{
				displayName: 'Options',
				name: 'options',
				type: 'collection',
				placeholder: 'Add Option',
				default: {},
				options: [
					batchingOption(DEFAULT_BATCH_SIZE),
					{
						displayName: 'Response Signature',
						name: 'responseSignature',
						type: 'options',
						options: [
							{
								name: 'Automatic',
								value: 'auto',
								description: 'Required on gateway version 2. Verified on version 1 when there is one.',
							},
							{
								name: 'Required',
								value: 'required',
								description: 'An answer without a signature is not believed',
							},
							{
								name: 'Verify If Present',
								value: 'ifPresent',
								description: 'An answer without a signature is believed, a wrong signature never is',
							},
						],
						default: 'auto',
						description: 'Whether answers of KESS have to be signed',
					},
					timeoutOption,
				],
			},
		],
	};

	methods = {
		credentialTest: { kessWebPayApiTest: testWebPayCredential },
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return [await run(this)];
	}
}
