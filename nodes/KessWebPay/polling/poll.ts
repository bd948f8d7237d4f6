import type { IDataObject, INodeExecutionData, IPollFunctions } from 'n8n-workflow';

import type { NotSent, Refused, Unknown } from '../../../kess/gateway/outcome';
import { InvalidValueError, KessError } from '../../../kess/errors';
import { type JsonObject, textOf } from '../../../kess/jsonObject';
import { shownEvents, type WebPayEvent } from '../../../kess/webPay/event';
import { dayInPhnomPenh, daysBefore } from '../../../kess/written/day';
import { explainInvalid, toRunError } from '../../shared/run/errors';
import { asChosen } from '../../shared/run/simplify';
import { listOrders } from '../actions/common/listOrders';
import { EVENT_FIELDS, queryOrder } from '../actions/common/order';
import { refusal, requireDone } from '../actions/common/outcomes';
import { WebPayClient } from '../client';
import { readSignatureRule, type SignatureRule } from '../responseSignature';
import { keep, markOf, type Memory, Notes, recall } from './memory';

/** Milliseconds for one request. */
const TIMEOUT_MS = 30_000;

/** Milliseconds that a look may wait for a busy gateway: the next one is never far. */
const PATIENCE_MS = 10_000;

/** How far back a look goes at most: also when n8n was off, or the workflow inactive, for longer. */
const MAX_DAYS = 31;

/** Orders that one look hands on; the next one has the others. n8n may end a look after some 30 seconds. */
const MAX_ORDERS = 500;

/** Orders asked for at the same time. After as many questions in a row without an answer the gateway is out of reach. */
const LANES = 10;

const ORDERS_BY_NUMBER =
	'https://github.com/n8n-nodes-kesspay/n8n-nodes-kesspay/blob/HEAD/workflows/paid-orders-by-number.json';

const NEXT_LOOK = 'Nothing is lost: the next look asks for the same days again.';

/** The events that each choice of Trigger On means. */
const CHOICES: ReadonlyMap<string, ReadonlyArray<WebPayEvent['name']>> = new Map([
	['CLOSED', ['closed']],
	['REFUNDED', ['refunded', 'partiallyRefunded']],
	['SUCCESS', ['paid', 'renewed']],
]);

/**
 * How n8n says that it activates a workflow by itself, and not for somebody who would see an error. It tries that five
 * times within seconds: were KESS out of reach then, a workflow would stay inactive with nobody knowing.
 */
const BY_ITSELF: ReadonlySet<string> = new Set(['init', 'leadershipChange']);

/** Activations whose first look has been made: n8n uses one context for all looks of an activation. */
const activated = new WeakSet<IPollFunctions>();

/** Nodes whose look is under way: n8n begins the next one although the last has not ended. */
const looking = new Set<string>();

interface Settings {
	/** The choices of Trigger On. */
	choices: string[];
	daysBack: number;
	signature: SignatureRule;
}

/**
 * One look of the poll trigger: what has happened to orders since the last one, of what is chosen: a payment, a refund, the
 * end of an order, each once, with the order as KESS gives it when asked for it, because no signature covers a list.
 *
 * @returns `null` when there are none
 * @throws an error for n8n. Nothing is lost by it: what was not handed on is found by the next look
 */
export async function pollOrders(context: IPollFunctions): Promise<INodeExecutionData[][] | null> {
	let client: WebPayClient | undefined;
	const node = `${context.getWorkflow().id}:${context.getNode().id}`;
	const isManual = context.getMode() === 'manual';
	if (!isManual && looking.has(node)) return null;
	const mayFail = activated.has(context) || !BY_ITSELF.has(context.getActivationMode());
	activated.add(context);
	try {
		if (!isManual) looking.add(node);
		const settings = readSettings(context);
		client = await WebPayClient.open(context, {
			timeout: TIMEOUT_MS,
			signature: settings.signature,
			patience: PATIENCE_MS,
		});
		requireLists(client);
		const { redaction } = client;
		const tell = (note: string) =>
			context.logger.warn(`${context.getNode().name}: ${redaction.message(note)}`);
		const orders = isManual
			? [await findLatest(client, settings, tell)]
			: await findNew(context, client, settings, tell);
		return orders.length === 0
			? null
			: [orders.map((order) => ({ json: asChosen(context, order, EVENT_FIELDS) }))];
	} catch (error) {
		const failure = toRunError(context.getNode(), error, client?.redaction);
		if (mayFail) throw failure;
		context.logger.warn(
			`${context.getNode().name} could not look when it was activated, and will look again: ${failure.message}`,
		);
		return null;
	} finally {
		if (!isManual) looking.delete(node);
	}
}

function readSettings(context: IPollFunctions): Settings {
	const signature = readSignatureRule(context.getNodeParameter('options', {}) as IDataObject);
	const read = <T>(name: string, label: string, check: (value: unknown) => T): T => {
		try {
			return check(context.getNodeParameter(name));
		} catch (error) {
			throw explainInvalid(error, `${label} (${name})`);
		}
	};
	return {
		choices: read('statuses', 'Trigger On', requireChoices),
		daysBack: read('daysBack', 'Days Back', requireDays),
		signature,
	};
}

function requireChoices(value: unknown): string[] {
	const choices = Array.isArray(value) ? value.map(String) : [];
	if (choices.length > 0 && choices.every((choice) => CHOICES.has(choice))) return choices;
	throw new InvalidValueError('names no status that there is', 'Choose at least one.');
}

function requireDays(value: unknown): number {
	const days = Number(value);
	if (Number.isInteger(days) && days >= 1 && days <= MAX_DAYS) return days;
	throw new InvalidValueError(
		`is not a whole number from 1 to ${MAX_DAYS}`,
		'Enter for how many days your payment links are valid, for example 2.',
	);
}

/** @throws KessError on version 1, which has no lists */
function requireLists({ version }: WebPayClient): void {
	if (version === 'v2') return;
	throw new KessError(
		'KESS WebPay Poll Trigger needs gateway version 2, and the credential is set to version 1',
		`Version 1 cannot list orders. If KESS gave you a client ID and a client secret, set Gateway Version to Version 2 in the KESS WebPay credential. If not, ask for each order by its number: the example workflow "Paid orders by number" does that (${ORDERS_BY_NUMBER}).`,
	);
}

/** One day more than is asked for: in which time zone KESS counts days is not published (docs/gateway.md §8). */
function firstDay(today: string, daysBack: number): string {
	return daysBefore(today, daysBack + 1);
}

/** What an order tells, of what is chosen. */
function eventsOf(order: IDataObject, choices: readonly string[], notes: Notes): WebPayEvent[] {
	const events = shownEvents(order as JsonObject, (beginning) => notes.hasSome(beginning));
	return events.filter(({ name }) => choices.some((choice) => CHOICES.get(choice)?.includes(name)));
}

/** For somebody who tries out the workflow: the order that was paid, or made, last. */
async function findLatest(
	client: WebPayClient,
	{ choices, daysBack }: Settings,
	tell: (note: string) => void,
): Promise<IDataObject> {
	const today = dayInPhnomPenh(Date.now());
	const latestEvent = (order: IDataObject) => eventsOf(order, choices, new Notes()).at(-1);
	const listed = await listOrders(client, firstDay(today, daysBack), today, Infinity, tell);
	const [first, ...others] = listed.filter(latestEvent);
	if (first === undefined) {
		throw new KessError(
			`No order of the last ${daysBack} days has a status that is chosen in Trigger On`,
			'Pay an order, or choose more days, and fetch again.',
		);
	}
	const latest = others.reduce(
		(last, order) => (timeOf(order) > timeOf(last) ? order : last),
		first,
	);
	const result = await queryOrder(client, textOf(latest.out_trade_no));
	const order = client.redaction.data(
		requireDone(result, 'show the order', 'Looking changes nothing: fetch again.') as JsonObject,
	);
	return { ...order, event: latestEvent(order)?.name };
}

/** Which formats KESS gives is not published (docs/gateway.md §3): 0 for one that is not known. */
function timeOf({ paid_at: paidAt, created_at: createdAt }: IDataObject): number {
	return Date.parse(textOf(paidAt) || textOf(createdAt)) || 0;
}

/** What the last look has not seen. The windows of two looks overlap by all the days that are looked back at. */
async function findNew(
	context: IPollFunctions,
	client: WebPayClient,
	settings: Settings,
	tell: (note: string) => void,
): Promise<IDataObject[]> {
	const { choices, daysBack } = settings;
	const today = dayInPhnomPenh(Date.now());
	const start = firstDay(today, daysBack);
	const account = markOf(client.identity);
	const stored = recall(context);
	const last = stored?.account === account ? stored : undefined;
	const notes = new Notes(last?.noted);
	// What this node has not looked at before is noted only: all of it at first, later days or statuses that were added.
	const from = last === undefined ? undefined : latestOf(last.from, daysBefore(today, MAX_DAYS));
	if (from === undefined || start < from) {
		const end = from === undefined || from > today ? today : daysBefore(from, 1);
		for (const order of await listOrders(client, start, end, Infinity, tell, NEXT_LOOK)) {
			for (const { key } of eventsOf(order, choices, notes)) notes.add(key);
		}
	}
	// An order that was paid with its second attempt may be listed with both.
	const listed = new Set<string>();
	if (last !== undefined && from !== undefined && from <= today) {
		const before = choices.filter((choice) => last.statuses.includes(choice));
		const added = choices.filter((choice) => !before.includes(choice));
		for (const order of await listOrders(client, from, today, Infinity, tell, NEXT_LOOK)) {
			const outTradeNo = textOf(order.out_trade_no);
			if (outTradeNo === '') continue;
			const isNew = ({ key }: WebPayEvent) => !notes.has(key);
			if (eventsOf(order, before, notes).some(isNew)) listed.add(outTradeNo);
			for (const { key } of eventsOf(order, added, notes)) notes.add(key);
		}
	}
	// Lists begin with the newest.
	const candidates = [...listed].reverse().slice(0, MAX_ORDERS);
	const { found, doubtful, silence } = await confirm(client, candidates, choices, notes);
	const missing = silence ?? [...doubtful.values()][0];
	const isComplete = missing === undefined && candidates.length === listed.size;
	// An order that KESS goes on listing and never shows makes one look fail, and is then only in the log.
	const unseen = [...doubtful].filter(([outTradeNo]) => !notes.has(doubtKey(outTradeNo)));
	const failure = found.length > 0 ? undefined : (silence ?? unseen[0]?.[1]);
	if (failure !== undefined && failure !== silence)
		unseen.forEach(([outTradeNo]) => notes.add(doubtKey(outTradeNo)));
	const next = isComplete || from === undefined || start < from ? start : from;
	remember(context, stored, {
		at: Date.now(),
		account,
		statuses: choices,
		from: next,
		noted: notes.kept(today, next),
	});
	if (failure !== undefined) throw failure;
	if (missing !== undefined) tell(`It could not look at every order: ${missing.message}`);
	return found;
}

/** Under what it is noted that somebody has seen that an order is listed and not shown. */
const doubtKey = (outTradeNo: string) => JSON.stringify(['DOUBTFUL', outTradeNo]);

const latestOf = (one: string, other: string) => (one > other ? one : other);

/** Most looks find nothing, and what has not changed need not be stored again. */
function remember(context: IPollFunctions, before: Memory | undefined, memory: Memory): void {
	const content = (value: Memory | undefined) => JSON.stringify({ ...value, at: 0 });
	if (content(before) !== content(memory)) keep(context, memory);
}

/** What has become of the questions about orders. */
interface Confirmed {
	found: IDataObject[];
	/** Why an order is missing of which KESS has given another answer, or one that is not believed, by its number. */
	doubtful: Map<string, KessError>;
	/** Why orders are missing about which there was no answer. */
	silence: KessError | undefined;
}

/**
 * Asks for each order and notes what is handed on. An answer about one order never stops the others; with as many questions
 * in a row without any answer as are asked at the same time, no further one is asked: the gateway may be out of reach.
 */
async function confirm(
	client: WebPayClient,
	numbers: string[],
	choices: readonly string[],
	notes: Notes,
): Promise<Confirmed> {
	const answers: Array<IDataObject | undefined> = numbers.map(() => undefined);
	const doubtful: Confirmed['doubtful'] = new Map();
	let silence: KessError | undefined;
	let unanswered = 0;
	const queue = numbers.entries();
	const lane = async () => {
		for (const [index, outTradeNo] of queue) {
			const result = await queryOrder(client, outTradeNo);
			const isAnswered = result.kind === 'done' || isDoubtful(result);
			unanswered = isAnswered ? 0 : unanswered + 1;
			if (result.kind === 'done') answers[index] = client.redaction.data(result.data as JsonObject);
			else if (isAnswered) doubtful.set(outTradeNo, reasonOf(result, outTradeNo));
			else silence ??= reasonOf(result, outTradeNo);
			if (unanswered >= LANES) return;
		}
	};
	await Promise.all(Array.from({ length: LANES }, lane));
	const found: IDataObject[] = [];
	for (const order of answers) {
		if (order === undefined) continue;
		for (const { name, key } of eventsOf(order, choices, notes)) {
			// The list may have been ahead of the order, or the order of the list.
			if (notes.has(key)) continue;
			notes.add(key);
			found.push({ ...order, event: name });
		}
	}
	return { found, doubtful, silence };
}

/** Whether there was an answer, though not the order. */
function isDoubtful(result: Refused | Unknown | NotSent): boolean {
	return (
		result.kind === 'refused' || (result.kind === 'unknown' && result.unbelieved !== undefined)
	);
}

function reasonOf(result: Refused | Unknown | NotSent, outTradeNo: string): KessError {
	switch (result.kind) {
		case 'notSent':
			return result.error;
		case 'refused':
			return refusal(result, `show the order ${outTradeNo}, which it lists`);
		case 'unknown':
			return (
				result.unbelieved ??
				new KessError(
					`KESS gave no clear answer about the order ${outTradeNo}: ${result.reason}`,
					NEXT_LOOK,
				)
			);
	}
}
