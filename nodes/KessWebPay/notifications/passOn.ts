import {
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
	sleep,
} from 'n8n-workflow';

import { Flights } from '../../shared/run/flights';
import { messageOf } from '../../../kess/errors';
import type { WebPayEvent } from '../../../kess/webPay/event';
import { handled, scopeOf } from './handled';

/** How many notes n8n keeps for a trigger, three for each execution; it drops the oldest, and writes all of them each time. */
const ROOM = 10_000;

/** Much longer than n8n takes to read the notes and to write them back. */
const SETTLED_MS = 150;

/** How often an execution looks whether its note has stayed. */
const LOOKS = 5;

/** Longer than another execution takes, in most cases, to write down that it goes on. */
const GONE_ON_MS = 2_000;

/** What `receiveNotification` hands to the execution that it starts. */
interface Handed extends IDataObject {
	key: string;
	item: IDataObject;
}

const flights = new Flights();

/** The item with which an execution begins, for `passOn`. */
export function toPassOn({ name, key }: WebPayEvent, order: IDataObject): INodeExecutionData {
	const json: Handed = { key, item: { event: name, ...order } };
	return { json };
}

/**
 * Begins the execution of an event: what has been received is handed on, unless another execution was begun by the same
 * event. That one ends here, with no item.
 *
 * Here n8n remembers for the node, whatever its name, in its database, which all workers share. But it reads and writes
 * the notes in two steps, and of two workers that do both at the same moment one undoes what the other has written. So
 * each writes down who it is, and looks again when that has settled: whose name is gone while the event is there leaves it
 * to the other, and what was undone is written anew. Workers that are held up between the two steps for longer than that
 * may both leave it to each other; therefore who goes on says so, and who has left it looks for that, and goes on
 * where nobody does. An event is never lost. That it goes on twice takes workers that are held up for so long.
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
	const goesOn = `${key} goes on`;
	try {
		const place = await lookUntil(async (look) => await placeOf(context, key, look));
		if (place === 'late') return false;
		if (place === 'left') {
			await sleep(GONE_ON_MS);
			// Looking for it writes it down, and where it was not there that is true.
			return !(await writeDown(context, [goesOn])).includes(goesOn);
		}
		if (place === 'first')
			await lookUntil(
				async () => (await writeDown(context, [key, goesOn])).includes(goesOn) || undefined,
			);
	} catch (error) {
		context.logger.warn(
			`${context.getNode().name} cannot see whether this was handled before: ${messageOf(error)}`,
		);
	}
	return true;
}

/**
 * Writes down the event, and who has been begun by it.
 *
 * @returns where among those with the same event it stands: `alone`, `first`, `late` because the event was there before, `left`
 *   behind by another that has come at the same moment; `undefined` while that is open
 */
async function placeOf(
	context: IExecuteFunctions,
	key: string,
	look: number,
): Promise<'alone' | 'first' | 'late' | 'left' | undefined> {
	const own = `${key} ${context.getExecutionId()}`;
	const found = await writeDown(context, [key, own]);
	// Also when n8n begins it anew.
	if (found.includes(own)) return 'first';
	if (found.includes(key)) return look === 1 ? 'late' : 'left';
	// Where the notification was received in this process, no other one runs executions.
	return handled.has(scopeOf(context), key, {}) ? 'alone' : undefined;
}

/**
 * Looks until there is an answer, some times at most. A look may fail because another worker was faster with the first note
 * of all, or the database is away.
 *
 * @throws what the last look has thrown
 */
async function lookUntil<T>(
	answer: (look: number) => Promise<T | undefined>,
): Promise<T | undefined> {
	for (let look = 1; look < LOOKS; look++) {
		const given = await answer(look).catch(() => undefined);
		if (given !== undefined) return given;
		await sleep(SETTLED_MS * (1 + Math.random()));
	}
	return await answer(LOOKS);
}

/** @returns those of the notes that were there before */
async function writeDown(context: IExecuteFunctions, notes: string[]): Promise<string[]> {
	const { processed } = await flights.run(
		scopeOf(context),
		async () =>
			await context.helpers.checkProcessedAndRecord(notes, 'node', {
				mode: 'entries',
				maxEntries: ROOM,
			}),
	);
	return processed.map(String);
}
