import type { IDataObject } from 'n8n-workflow';

import { KessError } from '../../../kess/errors';
import { clockInPhnomPenh } from '../../../kess/written/day';
import type { ItemCall } from '../run/item';
import type { OwnNumber } from '../run/runNumbers';
import type { MoneyEnd } from './moveMoney';

/** How the end of a movement is put into an item. */
export interface MoneyWords {
	/** What is known of it when nobody can tell how it ended, by the gateway's field names. */
	known: IDataObject;
	/** What must not be done in another way meanwhile: "pay this transfer". */
	act: string;
	/** By what it is found again: "the same transfer number". */
	again: string;
	/** Where no look-up of KESS surely tells: whom to ask, in sentences. */
	ask?: string;
	/** The field that says that an earlier run has done it, where the item says so itself. */
	mark?: OwnNumber['mark'];
	/** Whether a row that nobody can tell about ends the run. */
	stopAtUnknown?: boolean;
}

/**
 * The output of something that moves money, when it was not refused. Unknown is data, not a failure: a failed item would lose
 * its fields, and a workflow has to be able to go on with it.
 *
 * @returns what the gateway shows, with `warning` where that is not quite what was asked for; or what is known, with the
 *   status `unknown`, a reason and the next step
 */
export function moneyItem(call: ItemCall, end: MoneyEnd, words: MoneyWords): IDataObject {
	call.end = end.end;
	if (end.end === 'pending') return end.data;
	if (end.end === 'done') {
		call.advise(end.warning);
		return {
			...(end.data ?? words.known),
			...(end.warning !== undefined && { warning: end.warning }),
			...(end.existed && words.mark !== undefined && { [words.mark]: true }),
		};
	}
	const nextStep = nextStepOf(end, words);
	if (words.stopAtUnknown === true)
		call.stopsRun = new KessError(`It is not known what became of it: ${end.reason}`, nextStep);
	return { status: 'unknown', ...words.known, reason: end.reason, next_step: nextStep };
}

function nextStepOf(
	{ until, because }: MoneyEnd & { end: 'unknown' },
	{ act, again, ask }: MoneyWords,
): string {
	const wait = `Do not ${act} in another way yet.`;
	if (ask !== undefined) return `${wait} ${ask}`;
	const isOver = until === undefined || until <= Date.now();
	if (because !== undefined && isOver)
		return `${wait} Ask KESS whether it was done: ${because}, so that running it again may find out nothing.`;
	return `${wait} Run it again in this same workflow with ${again}${isOver ? '' : `, now or after ${clockInPhnomPenh(until)}`}: it is looked up first.`;
}
