import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import type { Outcome } from '../../../kess/gateway/outcome';
import { type Json, type JsonObject, textOf } from '../../../kess/jsonObject';
import { messageOf } from '../../../kess/errors';
import { readWebPayAccount } from '../../../kess/webPay/account';
import {
	cardEvent,
	isAboutCard,
	isAboutRefund,
	isBehind,
	orderEvent,
	orderNumberIn,
	type WebPayEvent,
} from '../../../kess/webPay/event';
import { readWebPayNotification } from '../../../kess/webPay/notification';
import { goesOn } from '../../../kess/webPay/orderStates';
import { asChosen } from '../../shared/run/simplify';
import { EVENT_FIELDS, queryOrder } from '../actions/common/order';
import { readCall } from './call';
import { lookAgain, NOTIFIED, questions } from './questions';
import { WebPayClient } from '../client';
import { readSignatureRule } from '../responseSignature';
import { handled, rememberedBy, scopeOf } from './handled';
import { toPassOn } from './passOn';

/** What is to be done with a notification. */
type Decision =
	| {
			kind: 'start';
			event: WebPayEvent;
			order: JsonObject;
			store(): void;
			settle(started: boolean): void;
	  }
	/** Nothing more to do: the gateway need not send it again. */
	| { kind: 'ignore' }
	/** `status` is the HTTP status. Anything but 2xx makes the gateway send it again. */
	| { kind: 'refuse'; status: number; reason: string };

/** What is signed by KESS. */
interface Told {
	fields: JsonObject;
	/** Whether the signature could belong to other fields, too. */
	isAmbiguous: boolean;
}

const IGNORE: Decision = { kind: 'ignore' };

function refuse(status: number, reason: string): Decision & { kind: 'refuse' } {
	return { kind: 'refuse', status, reason };
}

/** Verified notifications on which this process is deciding, by what they say of which order. */
const undecided = new Map<string, Promise<Decision>>();

/**
 * Answers a call to the trigger's address and starts the workflow when it tells of an event that is wanted and has not
 * been handled. Never throws: n8n would start a failed execution for it.
 */
export async function receiveNotification(
	context: IWebhookFunctions,
): Promise<IWebhookResponseData> {
	const decision = await decide(context);
	switch (decision.kind) {
		case 'start': {
			const response = context.getResponseObject();
			const settle = () => decision.settle(!response.writableFinished || response.statusCode < 300);
			// Who has called may have hung up while the gateway was asked.
			if (response.destroyed) settle();
			else response.once('close', settle);
			decision.store();
			return {
				workflowData: [[toPassOn(decision.event, shown(context, decision.order as IDataObject))]],
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

/** Of a card nobody knows what matters. */
function shown(context: IWebhookFunctions, order: IDataObject): IDataObject {
	return isAboutCard(order as JsonObject) ? order : asChosen(context, order, EVENT_FIELDS);
}

async function decide(context: IWebhookFunctions): Promise<Decision> {
	try {
		const read = readCall(context);
		if (read.kind === 'unread') return { ...read, kind: 'refuse' };
		const { apiSecretKey, signType } = readWebPayAccount(
			await context.getCredentials('kessWebPayApi'),
		);
		const told = readWebPayNotification(read.call, apiSecretKey, signType);
		if (told.kind === 'refused') return refuse(401, told.reason);
		const isCard = isAboutCard(told.fields);
		if (!isCard && orderNumberIn(told.fields) === '')
			return refuse(400, 'it is well signed, but names no order');
		const confirms = !isCard && context.getNodeParameter('confirmWithGateway', true) !== false;
		if (!confirms && told.isAmbiguous)
			return refuse(401, 'its signature fits other fields too, so only the gateway could tell');
		const find = isCard ? findCard : confirms ? confirm : believe;
		// Somebody who tries out a workflow wants the same notification to work again.
		if (context.getMode() === 'manual') return choose(context, await find(context, told, () => []));
		return await decideOnce(context, told, find);
	} catch (error) {
		return refuse(503, `it cannot be checked now: ${messageOf(error)}`);
	}
}

/** Decides on each event once, also when its notifications arrive at the same time. */
async function decideOnce(context: IWebhookFunctions, told: Told, find: Find): Promise<Decision> {
	const scope = scopeOf(context);
	const memory = rememberedBy(context);
	const { key: said } = isAboutCard(told.fields)
		? cardEvent(told.fields)
		: orderEvent(told.fields, undefined, () => []);
	if (handled.has(scope, said, memory)) return IGNORE;
	const flight = `${scope}:${said}`;
	const underWay = undecided.get(flight);
	if (underWay !== undefined) {
		const decision = await underWay;
		return decision.kind === 'start' ? IGNORE : decision;
	}
	const known = (beginning: string) => handled.beginningWith(beginning, scope, memory);
	const work = async (): Promise<Decision> => {
		const decision = choose(context, await find(context, told, known));
		if (decision.kind !== 'start') return decision;
		// The same notification is known the next time without asking the gateway, unless it may mean something else by then.
		const mayChange = told.isAmbiguous || goesOn(decision.order.status);
		const keys = mayChange ? [decision.event.key] : [...new Set([said, decision.event.key])];
		if (!handled.claim(scope, keys, memory)) return IGNORE;
		return {
			...decision,
			store: () => handled.store(scope, keys, memory),
			settle: (started) => handled.settle(scope, keys, started),
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

/** What has happened, with what is to be handed on, or why that cannot be said. */
type Found =
	| { kind: 'found'; event: WebPayEvent; order: JsonObject }
	| (Decision & { kind: 'refuse' });

/** @param known the keys of the events that have been handled and begin so */
type Find = (
	context: IWebhookFunctions,
	told: Told,
	known: (beginning: string) => readonly string[],
) => Promise<Found>;

/** The order as the gateway has it: a notification can be old, and what is nested in it is not signed. */
const confirm: Find = async (context, { fields, isAmbiguous }, known) => {
	const outTradeNo = orderNumberIn(fields);
	// Of fields that may be another's only those count which the gateway is then asked about.
	const told = isAmbiguous ? { out_trade_no: outTradeNo, status: fields.status } : fields;
	const signature = readSignatureRule(context.getNodeParameter('options', {}) as IDataObject);
	const client = await WebPayClient.open(context, { ...NOTIFIED, signature });
	const lags = (answer: Outcome<Json>) =>
		answer.kind === 'done' && isBehind(answer.data as JsonObject, told);
	const ask = async () =>
		await questions.ask(
			`${scopeOf(context)} ${outTradeNo}`,
			async () => await queryOrder(client, outTradeNo),
		);
	const result = await lookAgain(ask, lags);
	switch (result.kind) {
		case 'unknown':
			return refuse(503, `the gateway gave no clear answer about the order: ${result.reason}`);
		case 'notSent':
			return refuse(503, `it cannot be checked now: ${result.error.message}`);
		case 'refused':
			return refuse(404, `the gateway does not show the order: ${result.reason} (${result.code})`);
		case 'done': {
			const order = client.redaction.data(result.data as JsonObject);
			if (lags(result))
				return refuse(503, 'the gateway does not show yet what it tells of the order');
			const event = orderEvent(told, order, known);
			// The gateway goes on showing the first charge of a subscription with its order.
			const isCharge = event.name === 'renewed' && told.status === 'SUCCESS';
			const charge = isCharge ? chargeIn(told) : {};
			return { kind: 'found', event, order: { ...order, ...charge } };
		}
	}
};

function chargeIn(told: JsonObject): JsonObject {
	const fields = ['transaction_id', 'paid_at'].filter((field) => textOf(told[field]) !== '');
	return Object.fromEntries(fields.map((field) => [field, told[field]]));
}

/** Without the gateway only a notification counts that has everything an order's or a refund's notification has, and signed. */
const believe: Find = async (_context, { fields }, known) => {
	const amount =
		isAboutRefund(fields) && textOf(fields.total_amount) === '' ? 'amount' : 'total_amount';
	const missing = ['status', amount, 'currency'].find((field) => textOf(fields[field]) === '');
	return missing === undefined
		? { kind: 'found', event: orderEvent(fields, undefined, known), order: fields }
		: refuse(400, `it is well signed, but has no ${missing}`);
};

/** A card cannot be asked for. */
const findCard: Find = async (_context, { fields }) => ({
	kind: 'found',
	event: cardEvent(fields),
	order: fields,
});

/** The values of Trigger On that are the status which an event brings. */
const GROUPS: Partial<Record<WebPayEvent['name'], string>> = {
	paid: 'SUCCESS',
	renewed: 'SUCCESS',
	closed: 'CLOSED',
};

function choose(context: IWebhookFunctions, found: Found): Decision {
	if (found.kind === 'refuse') return found;
	const wanted = context.getNodeParameter('statuses', ['SUCCESS']) as string[];
	const { event, order } = found;
	return wanted.includes(GROUPS[event.name] ?? 'OTHER')
		? { kind: 'start', event, order, store() {}, settle() {} }
		: IGNORE;
}
