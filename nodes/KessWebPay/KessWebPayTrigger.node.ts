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
import { simplifyProperty } from '../shared/run/simplify';
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
		subtitle:
			'={{ $parameter["statuses"].map((status) => ({ SUCCESS: "Order Paid", CLOSED: "Order Closed", OTHER: "Other" })[status]).join(", ") }}',
		// In n8n's list one row stands for this node and the trigger, with the sentence of one of them.
		description:
			'Take payments in Cambodia through KESS: payment links, QR codes (KHQR), refunds and subscriptions, and workflows that start when somebody has paid',
		eventTriggerDescription:
			'Waiting for KESS to call the Test URL: pay an order that has it as its Notify URL',
		activationMessage:
			'From now on KESS starts this workflow: give orders the Production URL as their Notify URL.',
		triggerPanel: {
			header: 'Wait for a payment',
			executionsHelp: {
				inactive:
					'To try it out, listen here, create an order whose Notify URL is the <b>Test URL</b>, and pay it. To use it, publish the workflow and give orders the <b>Production URL</b>.',
				active:
					'To try it out, listen here, create an order whose Notify URL is the <b>Test URL</b>, and pay it. What KESS tells the <b>Production URL</b> starts the workflow by itself: see its executions.',
			},
			activationHint:
				'Publish the workflow, and KESS starts it at every payment whose order has the Production URL.',
		},
		defaults: { name: 'KESS WebPay Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'kessWebPayApi', required: true, testedBy: 'kessWebPayApiTest' }],
		// With an empty responseData n8n answers with what webhook() gives.
		webhooks: [
			{
				name: 'default',
				httpMethod: 'POST',
				responseMode: 'onReceived',
				responseData: '',
				path: 'kess-webpay',
			},
		],
		properties: [
			{
				displayName:
					'Open <b>Webhook URLs</b> above, copy the <b>Production URL</b> into <b>Notify URL</b> of your orders, and publish this workflow.',
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
					{
						name: 'Order Paid',
						value: 'SUCCESS',
						description:
							'The money has arrived (status SUCCESS), even if a part was given back since; also with each renewal of a subscription',
					},
					{
						name: 'Order Closed',
						value: 'CLOSED',
						description: 'The order was closed unpaid (status CLOSED)',
					},
					{
						name: 'Other',
						value: 'OTHER',
						description: 'Anything else: a refund, a saved card, any other status',
					},
				],
				default: ['SUCCESS'],
				description:
					'What starts the workflow, once for each payment and each refund. The field <code>event</code> of the output says what has happened: <code>paid</code>, <code>renewed</code>, <code>closed</code>, <code>refunded</code>, <code>partiallyRefunded</code>, <code>cardSaved</code> or <code>other</code>.',
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
			simplifyProperty,
			{
				...nodeOptions([responseSignatureOption]),
				displayOptions: { show: { confirmWithGateway: [true] } },
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
