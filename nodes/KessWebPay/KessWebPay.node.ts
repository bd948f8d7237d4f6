import {
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	type IWebhookFunctions,
	type IWebhookResponseData,
	NodeConnectionTypes,
} from 'n8n-workflow';

import { nodeOptions } from '../shared/run/collections';
import { agentNotice } from '../shared/run/agents';
import { batchingOption, timeoutOption } from '../shared/run/options';
import { DEFAULT_BATCH_SIZE, operations, run } from './actions/router';
import { testWebPayCredential } from './methods/testCredential';
import { getPaymentMethods } from './methods/loadOptions';
import { responseSignatureOption } from './responseSignature';
import { resumeAfterPayment, resumeWebhooks } from './notifications/resume';

export class KessWebPay implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'KESS WebPay',
		name: 'kessWebPay',
		icon: { light: 'file:../../icons/kess.svg', dark: 'file:../../icons/kess.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: operations.subtitle,
		// In n8n's list one row stands for this node and the trigger, with the sentence of one of them.
		description:
			'Take payments in Cambodia through KESS: payment links, QR codes (KHQR), refunds and subscriptions, and workflows that start when somebody has paid',
		defaults: { name: 'KESS WebPay' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'kessWebPayApi', required: true, testedBy: 'kessWebPayApiTest' }],
		webhooks: resumeWebhooks,
		waitingNodeTooltip: 'Waiting for the payment',
		properties: [
			agentNotice,
			...operations.properties,
			nodeOptions([batchingOption(DEFAULT_BATCH_SIZE), responseSignatureOption, timeoutOption]),
		],
	};

	methods = {
		credentialTest: { kessWebPayApiTest: testWebPayCredential },
		loadOptions: { getPaymentMethods },
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return [await run(this)];
	}

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await resumeAfterPayment(this);
	}
}
