import type { IDataObject } from 'n8n-workflow';

import { quoted } from '../../../../kess/gateway/redaction';
import type { ItemCall } from '../../../shared/run/item';
import type { ExistingOrder, Made } from '../common/createOnce';
import { orderItem } from '../common/order';

/**
 * The output of a service that answers with more than the order: its `data`, or, when an earlier attempt has made the
 * order, that order in the same place.
 */
export function paymentItem(made: Made): IDataObject {
	if (!made.existed) return orderItem(made.data);
	return { order_info: made.order as IDataObject, already_existed: true };
}

/** Says to a user who meant to charge somebody that an order of an earlier attempt is not paid. */
export function adviseUnpaid(call: ItemCall, { status }: ExistingOrder): void {
	if (status === 'SUCCESS') return;
	call.advise(
		`The order existed already with the status ${quoted(status)}, and this run has charged nothing. Query it later, or use a new order number for a new attempt.`,
	);
}
