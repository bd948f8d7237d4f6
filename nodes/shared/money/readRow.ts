import type { IDataObject } from 'n8n-workflow';

import { messageOf } from '../../../kess/errors';
import type { Remembered } from '../../../kess/gateway/movement';
import type { ItemCall } from '../run/item';
import { type OwnNumber, UsedTwiceError } from '../run/runNumbers';
import type { MoneyEnd } from './moveMoney';
import { type Payment, PaymentNotes } from './paymentNotes';

/**
 * Reads what a row asks for, besides its number. Where that cannot be read, or the run has been stopped, an earlier run may
 * have paid the number all the same: then the row is not failed, and how it ended is not known.
 *
 * @throws what is wrong with the row, when nothing is known to have been sent under its number
 */
export async function readRow<Asked>(call: ItemCall, payment: Payment, read: () => Asked): Promise<{ asked: Asked } | { end: MoneyEnd & { end: 'unknown' } }> {
	let problem: unknown;
	try {
		const asked = read();
		if (call.notStarted === undefined) return { asked };
		problem = call.notStarted;
	} catch (error) {
		problem = error;
	}
	const before = whatWasBefore(await remembered(call, payment));
	if (before === undefined) throw problem;
	return { end: { end: 'unknown', reason: `${before}, and this run has not looked it up: ${messageOf(problem)}` } };
}

/**
 * Does what a row asks for, unless an earlier one of the run has its number for something else: that is an error on this row, but
 * not where this very thing may have been paid by an earlier run.
 *
 * @param output of a row of which nobody knows how it ended
 */
export async function onceInRun(
	call: ItemCall,
	own: OwnNumber,
	payment: Payment,
	output: (end: MoneyEnd & { end: 'unknown' }) => IDataObject,
	work: () => Promise<IDataObject>,
): Promise<IDataObject> {
	const done = await call.once({ ...own, what: payment.what }, work).then(
		(item) => ({ item }),
		(problem: unknown) => ({ problem }),
	);
	if ('item' in done) return done.item;
	const { problem } = done;
	// What is remembered of the very same payment may come from the earlier item.
	if (problem instanceof UsedTwiceError && !problem.isSamePayment) {
		const known = await new PaymentNotes(call.context, payment, false).recall().catch(() => undefined);
		const reason = `an earlier run of this workflow has asked KESS to pay just this, and this run has not looked it up: ${problem.message}`;
		if (known?.state === 'sent' || known?.state === 'done') return output({ end: 'unknown', reason });
	}
	throw problem;
}

async function remembered(call: ItemCall, payment: Payment): Promise<Remembered | undefined> {
	try {
		return await new PaymentNotes(call.context, { ...payment, what: undefined }, false).recall();
	} catch {
		return undefined;
	}
}

function whatWasBefore(known: Remembered | undefined): string | undefined {
	switch (known?.state) {
		case undefined:
			return 'n8n cannot read whether this workflow has paid something under this number before';
		case 'nothing':
		case 'refused':
			return undefined;
		case 'sent':
		case 'another':
			return 'an earlier run of this workflow has asked KESS to pay something under this number';
		case 'done':
		case 'doneSomehow':
		case 'doneAnother':
			return 'an earlier run of this workflow has paid something under this number';
	}
}
