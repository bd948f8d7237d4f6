import type {
	IDataObject,
	IWebhookDescription,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';

import { textOf } from '../../../kess/jsonObject';
import { messageOf } from '../../../kess/errors';
import { peekWebPayNotification } from '../../../kess/webPay/notification';
import { hasEnded } from '../../../kess/webPay/orderStates';
import { asChosen } from '../../shared/run/simplify';
import { type Awaited, awaitedBy } from '../actions/common/awaited';
import { ORDER_FIELDS, queryOrder } from '../actions/common/order';
import { requireDone } from '../actions/common/outcomes';
import { readCall } from './call';
import { lookAgain, NOTIFIED, questions } from './questions';
import { findDifference, WebPayClient } from '../client';
import { readSignatureRule } from '../responseSignature';

/** Answers of the gateway with which an execution went on. */
const resumed = new WeakSet<object>();

const resume = {
	name: 'default',
	httpMethod: 'POST',
	responseMode: 'onReceived',
	restartWebhook: true,
	isFullPath: true,
} as const;

/**
 * Where a parked execution can be woken up: at n8n's resume address with the node's id, which Create and Wait gives to
 * KESS, and at the plain one, which users put into an order that they create before they wait. Only POST: anybody's
 * browser may open an address.
 */
export const resumeWebhooks: IWebhookDescription[] = [
	{ ...resume, path: '={{ $nodeId }}' },
	{ ...resume, path: '' },
];

/**
 * Wakes up an execution that Create and Wait has parked, when the order is paid or can no longer be.
 *
 * A notification only says that it is time to look: what the execution goes on with is the order that the gateway shows,
 * signed, under the number and over the amount with which this node has created it. A notification is therefore not believed, nor
 * does it have to be: one that is forged, late, repeated, or signed in a way that nobody knows makes us look, no more, and
 * not more often than every few seconds. n8n resumes a waiting execution once.
 *
 * Nothing may be thrown here: n8n would let the execution go on with the error.
 */
export async function resumeAfterPayment(
	context: IWebhookFunctions,
): Promise<IWebhookResponseData> {
	try {
		const read = readCall(context);
		const told = read.kind === 'unread' ? undefined : peekWebPayNotification(read.call);
		if (told === undefined) return keepWaiting(context, 400);
		const awaited = awaitedBy(context);
		const named = textOf(told.outTradeNo);
		// In a loop the address stays the same, and an earlier order may be told again.
		if (named !== '' && named !== awaited.outTradeNo) return keepWaiting(context, 200);
		const status = textOf(told.status);
		const ask = async () =>
			await questions.ask(
				`${context.getExecutionId()} ${context.getNode().id}`,
				async () => await lookUp(context, awaited),
			);
		const order = await lookAgain(ask, (answer) => hasEnded(status) && !hasEnded(answer.status));
		if (hasEnded(order.status)) {
			// Of all who share the answer one resumes the execution: n8n does it once.
			if (resumed.has(order)) return keepWaiting(context, 200);
			resumed.add(order);
			return {
				workflowData: [[{ json: asChosen(context, order, ORDER_FIELDS), pairedItem: { item: 0 } }]],
				webhookResponse: { received: true },
			};
		}
		// The gateway's answer may lag behind its notification, which therefore has to come again.
		return keepWaiting(context, status === '' || hasEnded(status) ? 503 : 200);
	} catch (error) {
		context.logger.warn(
			`KESS WebPay could not look up the order that it waits for: ${messageOf(error)}`,
		);
		return keepWaiting(context, 503);
	}
}

/** The order as the gateway shows it. @throws KessError when it is not the one that was asked for */
async function lookUp(context: IWebhookFunctions, awaited: Awaited): Promise<IDataObject> {
	const options = context.getNodeParameter('options', {}) as IDataObject;
	const timeout = Math.min(Number(options.timeout) || NOTIFIED.timeout, NOTIFIED.timeout);
	const client = await WebPayClient.open(context, {
		timeout,
		signature: readSignatureRule(options),
		patience: NOTIFIED.patience,
	});
	const data = requireDone(
		await queryOrder(client, awaited.outTradeNo),
		'query the order',
		'KESS is asked again with its next notification.',
	);
	const unbelieved = findDifference(data, awaited);
	if (unbelieved !== undefined) throw unbelieved;
	return client.redaction.data(data) as IDataObject;
}

/** @param httpStatus 503 asks for the same notification again; 400 says that it is none */
function keepWaiting(
	context: IWebhookFunctions,
	httpStatus: 200 | 400 | 503,
): IWebhookResponseData {
	context
		.getResponseObject()
		.status(httpStatus)
		.json({ received: httpStatus === 200 });
	return { noWebhookResponse: true };
}
