import type { IDataObject } from 'n8n-workflow';

import { CONFIRM_TRANSFER } from '../../../../kess/partner/services';
import { KessError } from '../../../../kess/errors';
import { quoted } from '../../../../kess/gateway/redaction';
import { StopRunError } from '../../../shared/run/errors';
import { type ConfirmEnd, refusal } from './transfers';

/** Tells paid items from unknown ones in a workflow, whichever operation they come from. */
export type PaymentStatus = 'paid' | 'unknown';

/**
 * The output item of a confirmation. Unknown is data, not a failure: a failed item would lose its fields, and a
 * workflow has to be able to go on with it.
 *
 * @param known what is known of the transfer when the outcome is not
 * @throws KessError when KESS has refused; StopRunError when the outcome is unknown and the user wants to stop then
 */
export function confirmItem(result: ConfirmEnd, known: IDataObject, stopAtUnknown: boolean): IDataObject {
	switch (result.end) {
		case 'paid': {
			const paid = { ...result.data, status: 'paid' satisfies PaymentStatus };
			return result.alreadyConfirmed ? { ...paid, already_confirmed: true } : paid;
		}
		case 'refused':
			throw refusal(result, CONFIRM_TRANSFER);
		case 'unknown': {
			const { reason, nextStep } = result;
			if (stopAtUnknown) throw new StopRunError(`It is not known whether this transfer was paid: ${reason}`, nextStep);
			return { ...known, status: 'unknown' satisfies PaymentStatus, reason, next_step: nextStep };
		}
	}
}

/** Without knowing whether the number has been paid, nothing is prepared for it. */
export function unclearStanding(reason: string): KessError {
	return new KessError(
		`KESS does not say whether this transfer number has been paid before: ${reason}`,
		'Nothing was prepared or paid by this run. Run the item again with the same transfer number.',
	);
}

/** The number has been paid, so there is nothing to prepare. */
export function alreadyPaid(data: IDataObject): KessError {
	return new KessError(
		`This transfer number has been paid already, with fund transfer ${quoted(data.fund_transfer_id)}`,
		'Nothing is left to do for it. Use a new transfer number for a new payment.',
	);
}
