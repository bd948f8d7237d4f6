import type { IDataObject } from 'n8n-workflow';

import { KessError } from '../../../../kess/errors';
import { quoted } from '../../../../kess/gateway/redaction';
import type { MoneyEnd } from '../../../shared/money/moveMoney';
import { moneyItem } from '../../../shared/money/moneyItem';
import type { ItemCall } from '../../../shared/run/item';

/** The output item of a payout, whichever operation it comes from: its `status` is `paid` or `unknown`. */
export function transferItem(call: ItemCall, end: MoneyEnd, known: IDataObject, options: IDataObject): IDataObject {
	const item = moneyItem(call, end, {
		known,
		act: 'pay this transfer',
		again: 'the same transfer number',
		mark: 'already_confirmed',
		stopAtUnknown: options.stopAtUnknown === true,
	});
	return end.end === 'done' ? asPaid(item) : item;
}

/** What has been paid says so first. */
export function asPaid(data: IDataObject): IDataObject {
	return Object.assign({ status: '' }, data, { status: 'paid' });
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

/** KESS has used the number before, and whoever has prepared it may pay it. */
export function takenBefore({ message, code }: KessError): KessError {
	return new KessError(
		`KESS has used this transfer number before, and does not show that it has been paid (${message})`,
		'Nothing was prepared by this run, but what was prepared under the number before may still be confirmed, or have been just now. Query the transfer: only when that says EXPIRED, pay with a new transfer number.',
		code,
	);
}
