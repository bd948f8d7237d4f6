import {
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	type IWebhookFunctions,
	type IWebhookResponseData,
	NodeConnectionTypes,
} from 'n8n-workflow';

import { testWebPayCredential } from './methods/testCredential';
import { responseSignatureOption } from './responseSignature';
import { passOn } from './notifications/passOn';
import { receiveNotification } from './notifications/receive';

export class KessWebPayTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'KESS WebPay Trigger',
		name: 'kessWebPayTrigger',
		icon: { light: 'file:../../icons/kess.svg', dark: 'file:../../icons/kess.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: '={{ $parameter["statuses"].join(", ") }}',
		description: 'Starts the workflow when KESS WebPay tells of a payment, a refund or a saved card, and says which',
		defaults: { name: 'KESS WebPay Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'kessWebPayApi', required: true, testedBy: 'kessWebPayApiTest' }],
		// With an empty responseData n8n answers with what webhook() gives.
		webhooks: [{ name: 'default', httpMethod: 'POST', responseMode: 'onReceived', responseData: '', path: 'webhook' }],
		properties: [
			{
				displayName:
					'KESS calls the address that an order names. Copy the <b>Production URL</b> above into <b>Notify URL</b> of the order and activate this workflow. The Test URL is another address: it works only while the editor listens, so use it only for an order with which you try the workflow out.',
				name: 'urlNotice',
				type: 'notice',
				default: '',
			},
			{
				displayName: 'Trigger On',
				name: 'statuses',
				type: 'multiOptions',
				required: true,
				options: [
					{ name: 'Closed', value: 'CLOSED', description: 'The order was closed unpaid (status CLOSED)' },
					{ name: 'Other', value: 'OTHER', description: 'Anything else: a refund, a saved card, any other status' },
					{ name: 'Paid', value: 'SUCCESS', description: 'The money has arrived (status SUCCESS), also with each renewal of a subscription' },
				],
				default: ['SUCCESS'],
				description: 'What starts the workflow, once for each payment and each refund. The field <code>event</code> of the output says what has happened: <code>paid</code>, <code>renewed</code>, <code>closed</code>, <code>refunded</code>, <code>partiallyRefunded</code>, <code>cardSaved</code> or <code>other</code>.',
			},
			{
				displayName: 'Confirm With Gateway',
				name: 'confirmWithGateway',
				type: 'boolean',
				default: true,
				description:
					'Whether to ask KESS for the order and go on with its answer. A notification carries no time, so an old one can be sent again, and the nested fields in it are not signed. A saved card cannot be asked for: its notification is handed on as it came.',
			},
			{
				displayName:
					'The fields are taken from the notification. Query the order before you hand out anything of value.',
				name: 'unconfirmedNotice',
				type: 'notice',
				displayOptions: { show: { confirmWithGateway: [false] } },
				default: '',
			},
			{
				displayName: 'Options',
				name: 'options',
				type: 'collection',
				placeholder: 'Add Option',
				displayOptions: { show: { confirmWithGateway: [true] } },
				default: {},
				options: [responseSignatureOption],
			},
		],
	};

	methods = {
		credentialTest: { kessWebPayApiTest: testWebPayCredential },
	};

	// The address stands in each order: there is nothing to register at KESS.
	webhookMethods = {
		default: {
			async checkExists(): Promise<boolean> {
				return true;
			},
			async create(): Promise<boolean> {
				return true;
			},
			async delete(): Promise<boolean> {
				return true;
			},
		},
	};

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await receiveNotification(this);
	}

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await passOn(this);
	}
}
