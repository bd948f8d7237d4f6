import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import type { Outcome } from '../../../kess/gateway/outcome';
import { type Json, type JsonObject, textOf } from '../../../kess/jsonObject';
import { messageOf } from '../../../kess/errors';
import { LIMITS } from '../../../kess/limits';
import { readWebPayAccount } from '../../../kess/webPay/account';
import { readWebPayNotification } from '../../../kess/webPay/notification';
import { queryOrder } from '../actions/common/order';
import { lookAgain, NOTIFIED, questions } from './questions';
import { type SignatureRule, WebPayClient } from '../client';
import { HandledNotifications } from './handled';

const PAID = 'SUCCESS';
const CLOSED = 'CLOSED';
const UNDECIDED = 'WAITING';

/** What is to be done with a notification. */
type Decision =
	| { kind: 'start'; order: JsonObject; store(): void; settle(started: boolean): void }
	/** Nothing more to do: the gateway need not send it again. */
	| { kind: 'ignore' }
	/** `status` is the HTTP status. Anything but 2xx makes the gateway send it again. */
	| { kind: 'refuse'; status: number; reason: string };

const handled = new HandledNotifications();

/** Verified notifications on which this process is deciding, by what they say of which order. */
const undecided = new Map<string, Promise<Decision>>();

/**
 * Answers a call to the trigger's address and starts the workflow when it tells of an order's status that is wanted and
 * has not been handled. Never throws: n8n would start a failed execution for it.
 */
export async function receiveNotification(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const decision = await decide(context);
	switch (decision.kind) {
		case 'start': {
			const response = context.getResponseObject();
			const settle = () => decision.settle(!response.writableFinished || response.statusCode < 300);
			// Who has called may have hung up while the gateway was asked.
			if (response.destroyed) settle();
			else response.once('close', settle);
			const json = decision.order as IDataObject;
			decision.store();
			return {
				workflowData: [[{ json }]],
				// n8n reads this when the execution has begun, right before it stores the static data. Since n8n 2.41 at the
				// latest, the beginning of an execution makes it forget that the data was changed.
				get webhookResponse() {
					decision.store();
					return { received: true };
				},
			};
		}
		case 'ignore':
			return { webhookResponse: { received: true } };
		case 'refuse':
			context.logger.warn(`${context.getNode().name} refused a notification: ${decision.reason}`);
			context.getResponseObject().status(decision.status).json({ received: false });
			return { noWebhookResponse: true };
	}
}

async function decide(context: IWebhookFunctions): Promise<Decision> {
	try {
		const { rawBody } = context.getRequestObject();
		// n8n keeps the bytes of everything but multipart, in which KESS sends nothing.
		if (rawBody === undefined) return { kind: 'refuse', status: 415, reason: 'it is neither a form nor JSON' };
		if (rawBody.length > LIMITS.callBytes) return { kind: 'refuse', status: 413, reason: `it has ${rawBody.length} bytes` };
		const { apiSecretKey, signType } = readWebPayAccount(await context.getCredentials('kessWebPayApi'));
		const notification = readWebPayNotification(rawBody, apiSecretKey, signType);
		if (notification.kind === 'refused') return { kind: 'refuse', status: 401, reason: notification.reason };
		const { fields, isAmbiguous } = notification;
		const outTradeNo = textOf(fields.out_trade_no);
		if (outTradeNo === '') return { kind: 'refuse', status: 400, reason: 'it is well signed, but names no order' };
		const confirms = context.getNodeParameter('confirmWithGateway', true) as boolean;
		if (!confirms && isAmbiguous) {
			return { kind: 'refuse', status: 401, reason: 'its signature fits other fields too, so only the gateway could tell' };
		}
		const look = confirms ? async () => await confirm(context, outTradeNo, fields) : async () => believe(fields);
		// Somebody who tries out a workflow wants the same notification to work again.
		if (context.getMode() === 'manual') return choose(context, await look());
		return await decideOnce(context, outTradeNo, textOf(fields.status), look);
	} catch (error) {
		const reason = messageOf(error);
		return { kind: 'refuse', status: 503, reason: `it cannot be checked now: ${reason}` };
	}
}

/** Decides on each status of each order once, also when its notifications arrive at the same time. */
async function decideOnce(
	context: IWebhookFunctions,
	outTradeNo: string,
	said: string,
	look: () => Promise<Found>,
): Promise<Decision> {
	const scope = `${context.getWorkflow().id}:${context.getNode().id}`;
	const staticData = context.getWorkflowStaticData('node');
	const key = (status: string) => `${status}:${outTradeNo}`;
	if (handled.has(scope, key(said), staticData)) return { kind: 'ignore' };
	const flight = `${scope}:${key(said)}`;
	const underWay = undecided.get(flight);
	if (underWay !== undefined) {
		const decision = await underWay;
		return decision.kind === 'start' ? { kind: 'ignore' } : decision;
	}
	const work = async (): Promise<Decision> => {
		const decision = choose(context, await questions.ask(flight, look));
		if (decision.kind !== 'start') return decision;
		const handledKey = key(textOf(decision.order.status));
		if (!handled.claim(scope, handledKey, staticData)) return { kind: 'ignore' };
		return {
			...decision,
			store: () => handled.store(scope, handledKey, staticData),
			settle: (started) => handled.settle(scope, handledKey, started),
		};
	};
	const deciding = work();
	undecided.set(flight, deciding);
	try {
		return await deciding;
	} finally {
		undecided.delete(flight);
	}
}

/** The order to hand on, or why there is none. */
type Found = { kind: 'order'; order: JsonObject } | (Decision & { kind: 'refuse' });

/** The order as the gateway has it: a notification can be old, and what is nested in it is not signed. */
async function confirm(context: IWebhookFunctions, outTradeNo: string, { status }: JsonObject): Promise<Found> {
	const options = context.getNodeParameter('options', {}) as { responseSignature?: SignatureRule };
	const signature = options.responseSignature ?? 'auto';
	const client = await WebPayClient.open(context, { ...NOTIFIED, signature });
	const said = textOf(status);
	const isBehind = (answer: Outcome<Json>) =>
		answer.kind === 'done' && said !== '' && said !== UNDECIDED && textOf((answer.data as JsonObject).status) === UNDECIDED;
	const result = await lookAgain(async () => await queryOrder(client, outTradeNo), isBehind);
	switch (result.kind) {
		case 'unknown':
			return { kind: 'refuse', status: 503, reason: `the gateway gave no clear answer about the order: ${result.reason}` };
		case 'notSent':
			return { kind: 'refuse', status: 503, reason: `it cannot be checked now: ${result.error.message}` };
		case 'refused':
			return { kind: 'refuse', status: 404, reason: `the gateway does not show the order: ${result.reason} (${result.code})` };
		case 'done': {
			const order = client.redaction.data(result.data as JsonObject);
			if (isBehind(result)) {
				return { kind: 'refuse', status: 503, reason: 'the gateway still waits for the payment of the order' };
			}
			return { kind: 'order', order };
		}
	}
}

/** Without the gateway only a notification counts that has everything an order's notification has, and signed. */
function believe(fields: JsonObject): Found {
	const missing = ['status', 'total_amount', 'currency'].find((field) => textOf(fields[field]) === '');
	return missing === undefined
		? { kind: 'order', order: fields }
		: { kind: 'refuse', status: 400, reason: `it is well signed, but has no ${missing}` };
}

function choose(context: IWebhookFunctions, found: Found): Decision {
	if (found.kind === 'refuse') return found;
	const status = textOf(found.order.status);
	const wanted = context.getNodeParameter('statuses', [PAID]) as string[];
	const group = status === PAID || status === CLOSED ? status : 'OTHER';
	return wanted.includes(group) ? { kind: 'start', order: found.order, store() {}, settle() {} } : { kind: 'ignore' };
}
