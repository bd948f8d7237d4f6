import type { IDataObject } from 'n8n-workflow';

import { KessError } from '../../../../kess/errors';
import type { MoneyEnd } from '../../../shared/money/moveMoney';
import { moneyItem } from '../../../shared/money/moneyItem';
import type { ItemCall } from '../../../shared/run/item';

/** The output item of a payout, whichever operation it comes from: its `status` is `paid` or `unknown`. */
export function transferItem(
	call: ItemCall,
	end: MoneyEnd,
	known: IDataObject,
	options: IDataObject,
): IDataObject {
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

/** KESS has used the number before, and whoever has prepared it may pay it. */
export function takenBefore({ message, code }: KessError): KessError {
	return new KessError(
		`KESS has used this transfer number before, and does not show that it has been paid (${message})`,
		'Nothing was prepared by this run, but what was prepared under the number before may still be confirmed, or have been just now. Query the transfer: only when that says EXPIRED, pay with a new transfer number.',
		code,
	);
}

/** KESS refuses a number that it has used: where nothing came of it, another one is needed. */
export function neverAgain({ message, code }: KessError): KessError {
	return new KessError(
		message,
		'Nothing was paid under this transfer number, and KESS does not take it again. Pay with a new transfer number.',
		code,
	);
}
