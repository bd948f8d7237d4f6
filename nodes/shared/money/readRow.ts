import { messageOf } from '../../../kess/errors';
import type { Remembered } from '../../../kess/gateway/movement';
import type { ItemCall } from '../run/item';
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
			return 'an earlier run of this workflow has paid something under this number';
	}
}
