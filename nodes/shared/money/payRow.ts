import type { IDataObject } from 'n8n-workflow';

import { messageOf } from '../../../kess/errors';
import type { Remembered } from './decision';
import type { ItemCall } from '../run/item';
import { type OwnNumber, UsedTwiceError } from '../run/runNumbers';
import { doneBefore, type MoneyEnd, type Movement, moveMoney } from './moveMoney';
import { type Payment, PaymentNotes } from './paymentNotes';

/** A row that moves money. */
export interface PayRow<Asked> {
	/** Its number, as what is paid under it is remembered. */
	payment: Payment;
	/** The same, for other items of the run that use it. */
	own: OwnNumber;
	/** Another number that the row uses, where it may have one. */
	alsoOwn?(asked: Asked): OwnNumber | undefined;
	/** What else it asks for. @throws what is wrong with it */
	read(): Asked;
	/** What tells the payment from others under its number. */
	told(asked: Asked): Partial<Payment> | Promise<Partial<Payment>>;
	/** How it is sent, looked up and recognised. */
	movement(asked: Asked): Omit<Movement, 'payment'> | Promise<Omit<Movement, 'payment'>>;
	/** The item. @param asked left out where it could not be read */
	output(end: MoneyEnd, asked?: Asked): IDataObject;
}

/**
 * The way of every row that moves money: it is read, done once in the run, moved, and told.
 *
 * @throws KessError when nothing was sent for it that could be carried out, or KESS has refused it with proof
 */
export async function payRow<Asked>(call: ItemCall, row: PayRow<Asked>): Promise<IDataObject> {
	const paid = call.notStarted === undefined ? undefined : await knownAsPaid(call, row);
	if (paid !== undefined) return paid;
	const read = await readRow(call, row.payment, () => row.read());
	return 'end' in read ? row.output(read.end) : await onceInRun(call, row, read.asked);
}

/** The item of a row for which nothing may be sent, where the memory knows that just this has been paid. */
async function knownAsPaid<Asked>(
	call: ItemCall,
	row: PayRow<Asked>,
): Promise<IDataObject | undefined> {
	try {
		const asked = row.read();
		const known = await remembered(call, await paymentOf(row, asked));
		return known?.state === 'done' ? row.output(doneBefore(), asked) : undefined;
	} catch {
		return undefined;
	}
}

/**
 * Reads what a row asks for, besides its number. Where that cannot be read, or nothing may be sent for it, an earlier run may
 * have paid the number all the same: then the row is not failed, and how it ended is not known.
 *
 * @throws what is wrong with the row, when nothing is known to have been sent under its number
 */
export async function readRow<Asked>(
	call: ItemCall,
	payment: Payment,
	read: () => Asked,
): Promise<{ asked: Asked } | { end: MoneyEnd & { end: 'unknown' } }> {
	let problem: unknown = call.notStarted;
	try {
		if (problem === undefined) return { asked: read() };
	} catch (error) {
		problem = error;
	}
	const before = whatWasBefore(await remembered(call, { ...payment, what: undefined }));
	if (before === undefined) throw problem;
	return {
		end: {
			end: 'unknown',
			reason: `${before}, and this run has not looked it up: ${messageOf(problem)}`,
		},
	};
}

/** Does what a row asks for once, unless an earlier one of the run has its number for something else. */
async function onceInRun<Asked>(
	call: ItemCall,
	row: PayRow<Asked>,
	asked: Asked,
): Promise<IDataObject> {
	const payment = await paymentOf(row, asked);
	const move = async () =>
		row.output(await moveMoney(call.context, { ...(await row.movement(asked)), payment }), asked);
	const also = row.alsoOwn?.(asked);
	const work =
		also === undefined ? move : async () => await call.once({ ...also, what: payment.what }, move);
	return await call
		.once({ ...row.own, what: payment.what }, work)
		.catch(async (problem: unknown) => {
			// This very thing may have been paid by an earlier run. But what is remembered of it may come from the earlier item, where that is it.
			if (problem instanceof UsedTwiceError && !problem.isSamePayment) {
				const known = await remembered(call, payment);
				const reason = `an earlier run of this workflow has asked KESS to pay just this, and this run has not looked it up: ${problem.message}`;
				if (known?.state === 'sent' || known?.state === 'done')
					return row.output({ end: 'unknown', reason }, asked);
			}
			throw problem;
		});
}

async function paymentOf<Asked>(row: PayRow<Asked>, asked: Asked): Promise<Payment> {
	return { ...row.payment, ...(await row.told(asked)) };
}

async function remembered(call: ItemCall, payment: Payment): Promise<Remembered | undefined> {
	try {
		return await new PaymentNotes(call.context, payment, false).recall();
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
