import {
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	type IPollFunctions,
	NodeConnectionTypes,
} from 'n8n-workflow';

import { nodeOptions } from '../shared/run/collections';
import { simplifyProperty } from '../shared/run/simplify';
import { testWebPayCredential } from './methods/testCredential';
import { pollOrders } from './polling/poll';
import { responseSignatureOption } from './responseSignature';

export class KessWebPayPollTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'KESS WebPay Poll Trigger',
		name: 'kessWebPayPollTrigger',
		icon: { light: 'file:../../icons/kess.svg', dark: 'file:../../icons/kess.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle:
			'={{ $parameter["statuses"].map((status) => ({ SUCCESS: "Order Paid", CLOSED: "Order Closed", REFUNDED: "Order Refunded" })[status]).join(", ") }}',
		description:
			'Starts the workflow when orders have been paid: asks KESS again and again, for an n8n that KESS cannot reach (version 2)',
		defaults: { name: 'KESS WebPay Poll Trigger' },
		polling: true,
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'kessWebPayApi', required: true, testedBy: 'kessWebPayApiTest' }],
		properties: [
			{
				displayName: 'Needs a credential of <b>version 2</b>: version 1 has no list of orders.',
				name: 'versionNotice',
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
							'The money has arrived (status SUCCESS), even if a part was given back before this look',
					},
					{
						name: 'Order Closed',
						value: 'CLOSED',
						description: 'The order was closed unpaid (status CLOSED)',
					},
					{
						name: 'Order Refunded',
						value: 'REFUNDED',
						description:
							'The money, or a part of it, has been given back (status REFUNDED or PARTIAL_REFUNDED)',
					},
				],
				default: ['SUCCESS'],
				description:
					'What starts the workflow, once per order, and again for each further refund. The field <code>event</code> of the output says what has happened: <code>paid</code>, <code>renewed</code>, <code>closed</code>, <code>refunded</code> or <code>partiallyRefunded</code>. What an order had when the workflow was published starts nothing.',
			},
			{
				displayName: 'Days Back',
				name: 'daysBack',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: 31 },
				default: 2,
				description:
					'How many days before today, in Phnom Penh, the orders are looked at. An order that was made before that and is paid now is not found, so choose as many days as your payment links are valid. A subscription is renewed long after its order was made: for that use the KESS WebPay Trigger, or Subscription > Get Transactions on a schedule.',
			},
			simplifyProperty,
			nodeOptions([responseSignatureOption]),
		],
	};

	methods = {
		credentialTest: { kessWebPayApiTest: testWebPayCredential },
	};

	async poll(this: IPollFunctions): Promise<INodeExecutionData[][] | null> {
		return await pollOrders(this);
	}
}
