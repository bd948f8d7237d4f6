import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { KessError } from '../../../../kess/errors';
import { requireOneAccount } from '../../../shared/gateway/accounts';
import { isTool } from '../../../shared/run/agents';
import { CREDENTIAL } from '../../client';
import type { WebPayOperation } from '../operation';
import { qrCodeField, qrCodePropertyField } from '../common/qrPicture';
import { create, failIfClosedField, readOrder } from './create.operation';
import { noteAwaited } from '../common/awaited';
import { createOnce } from '../common/createOnce';
import { hasEnded } from '../../../../kess/webPay/orderStates';
import { SERVICES } from '../../../../kess/webPay/services';
import { ORDER_FIELDS } from '../common/order';
import { limitWaitTimeProperty, linkValidForProperties, readLimit, waitUntil } from './timeSpan';

/** What KESS itself is said to use (docs/gateway.md §8); it is sent, so that the time is known. */
const DEFAULT_EXPIRES_IN = 1800;

const waitNotice: INodeProperties = {
	displayName:
		'To send the link, put <b>Create</b> before it, with the same order number. When the time is up, query the order. <a href="https://github.com/n8n-nodes-kesspay/n8n-nodes-kesspay/blob/main/docs/what-happens-when.md#kess-webpay" target="_blank">More</a>',
	name: 'waitNotice',
	type: 'notice',
	default: '',
};

/**
 * `webpay.acquire.createorder`, and then the execution is parked until a notification of KESS wakes it up: see
 * `resumeAfterPayment`.
 */
export const createAndWait: WebPayOperation = {
	service: SERVICES.createOrder,
	option: {
		name: 'Create and Wait',
		value: 'createAndWait',
		action: 'Create order and wait for payment',
		description:
			'Create an order and let the workflow go on only when KESS says that it is paid or closed, or when the time is up',
	},
	properties: [
		waitNotice,
		...create.properties
			.filter((property) => !linkValidForProperties.includes(property))
			.map(withoutOwnFields),
		limitWaitTimeProperty,
	],
	simplified: ORDER_FIELDS,
	async execute(call, client) {
		const { context } = call;
		requireOneItem(context);
		await requireOneAccount(context, CREDENTIAL, 'Create and Wait');
		const limit = call.read('limitWaitTime', readLimit);
		const { fields, ...order } = readOrder(call, client);
		noteAwaited(context, order);
		const expiresIn = Number(fields.expires_in ?? limit ?? DEFAULT_EXPIRES_IN);
		const made = await createOnce(call, client, SERVICES.createOrder, {
			...order,
			fields: { ...fields, expires_in: expiresIn, notify_url: resumeAddress(context) },
		});
		const item = (
			made.existed ? { ...made.order, already_existed: true } : made.data
		) as IDataObject;
		if (!hasEnded(item.status))
			await context.putExecutionToWait(waitUntil(Date.now(), limit, item.expired_at, expiresIn));
		return [item];
	},
};

/** KESS is given the address of the parked execution instead; and a picture would come when the order has been paid. */
function withoutOwnFields(property: INodeProperties): INodeProperties {
	if (property.name !== 'additionalFields') return property;
	const left = new Set([
		'notifyUrl',
		failIfClosedField.name,
		qrCodeField.name,
		qrCodePropertyField.name,
	]);
	return { ...property, options: property.options?.filter(({ name }) => !left.has(name)) };
}

/** n8n parks an execution as a whole, and on a node with several items it keeps only what one payment brought. */
function requireOneItem(context: IExecuteFunctions): void {
	if (isTool(context)) {
		throw new KessError(
			'A tool of an AI agent cannot wait for a payment',
			'Let the agent use Create, and later Query with the same order number.',
		);
	}
	const { length } = context.getInputData();
	if (length === 1) return;
	throw new KessError(
		`Create and Wait takes one item, but got ${length}: an execution can wait for one payment only`,
		'Put Loop Over Items with a batch size of 1 before this node. Or start one execution for each order with Execute Sub-workflow, with its option Wait for Sub-Workflow Completion switched off: n8n gives only the last order back to a workflow that waits. Nothing was sent.',
	);
}

/**
 * Where KESS wakes up this execution: n8n's resume address and this node's id. What n8n added to the address as proof
 * stays in its query.
 */
function resumeAddress(context: IExecuteFunctions): string {
	const address = String(context.evaluateExpression('{{ $execution.resumeUrl }}', 0));
	if (!URL.canParse(address)) {
		throw new KessError(
			'n8n has no address at which KESS could wake up this execution',
			'Set the address of this n8n (WEBHOOK_URL) and run the workflow again. Nothing was sent.',
		);
	}
	const url = new URL(address);
	url.pathname += `/${encodeURIComponent(context.getNode().id)}`;
	return url.href;
}
