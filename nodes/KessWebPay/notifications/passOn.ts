import { type IDataObject, type IExecuteFunctions, type INodeExecutionData, sleep } from 'n8n-workflow';

import { Flights } from '../../../kess/gateway/flights';
import { messageOf } from '../../../kess/errors';
import type { WebPayEvent } from '../../../kess/webPay/event';
import { handled, scopeOf } from './handled';

/** How many notes n8n keeps for a trigger, two for each execution; it drops the oldest, and writes all of them each time. */
const ROOM = 10_000;

/** Much longer than n8n takes to read the notes and to write them back. */
const SETTLED_MS = 150;

/** How often an execution looks whether its note has stayed. */
const LOOKS = 5;

/** What `receiveNotification` hands to the execution that it starts. */
interface Handed extends IDataObject {
	key: string;
	item: IDataObject;
}

const flights = new Flights();

/** The item with which an execution begins, for `passOn`. */
export function toPassOn({ name, key }: WebPayEvent, order: IDataObject): INodeExecutionData {
	const json: Handed = { key, item: { ...order, event: name } };
	return { json };
}

/**
 * Begins the execution of an event: what has been received is handed on, unless another execution was begun by the same
 * event. That one ends here, with no item.
 *
 * Here n8n remembers for the node, whatever its name, in its database, which all workers share. But it reads and writes
 * the notes in two steps, and of two workers that do both at the same moment one undoes what the other has written. So
 * each writes down who it is, and looks again when that has settled: whose name is gone while the event is there gives
 * way, and what was undone is written anew. What is left takes workers that are held up between the two steps for longer
 * than that: with two of them, an event that goes on twice; with a third between them, one that both leave to the other.
 *
 * There is no lock, because the one that n8n's database could give (see `DurableNotes`) needs the notes of the workflow,
 * which payments of other nodes have: what two nodes on two workers write there at once can be lost, and with it what is
 * known of a payment.
 *
 * Never throws: that an event is handled twice is the lesser evil.
 */
export async function passOn(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const items: INodeExecutionData[] = [];
	for (const { json } of context.getInputData()) {
		const { key, item } = json as Handed;
		if (await isFirst(context, key)) items.push({ json: item });
	}
	return [items];
}

async function isFirst(context: IExecuteFunctions, key: string): Promise<boolean> {
	// Somebody who tries the workflow out, or retries an execution, wants it to run.
	if (context.getMode() !== 'webhook') return true;
	let failure: unknown;
	for (let look = 1; look <= LOOKS; look++) {
		try {
			const writer = await writeDown(context, key);
			// Where the notification was received in this process, no other one runs executions.
			if (writer !== 'nobody' || handled.has(scopeOf(context), key, {})) return writer !== 'another';
		} catch (error) {
			// Another worker was faster with the first note of all, or the database is away.
			failure = error;
		}
		await sleep(SETTLED_MS * (1 + Math.random()));
	}
	const reason = failure === undefined ? 'others undo what it writes down' : messageOf(failure);
	context.logger.warn(`${context.getNode().name} cannot see whether this was handled before: ${reason}`);
	return true;
}

/** @returns who had written down the event before; that it is this execution means that n8n begins it anew, or looks again */
async function writeDown(context: IExecuteFunctions, key: string): Promise<'nobody' | 'another' | 'this'> {
	const own = `${key} ${context.getExecutionId()}`;
	const { processed } = await flights.run(
		scopeOf(context),
		async () => await context.helpers.checkProcessedAndRecord([key, own], 'node', { mode: 'entries', maxEntries: ROOM }),
	);
	if (!processed.includes(key)) return 'nobody';
	return processed.includes(own) ? 'this' : 'another';
}
