import { KessError } from '../../../../kess/errors';
import type { WebPayService } from '../../../../kess/webPay/services';
import type { JsonObject } from '../../../../kess/jsonObject';
import { afterSending, orThrow } from '../../../../kess/gateway/outcome';
import type { WebPayClient } from '../../client';
import { callFor, type ExistingOrder, type Made, requireSameMoney } from '../common/createOnce';
import { queryOrder, refusal } from '../common/order';
import type { NewOrder } from '../common/transaction';

/**
 * Makes an order that is charged at once. Sent only when the gateway does not have the order number, and never sent
 * again: after a lost answer the order number tells whether the buyer has been charged.
 *
 * @param within where the answer has the order, when it is not the answer itself: no signature covers it there, so the
 *   order is looked up
 * @throws KessError when the charge is refused, the order number belongs to an order over another amount, or nobody can
 *   say what became of the charge
 */
export async function chargeOnce(
	client: WebPayClient,
	service: WebPayService,
	order: NewOrder,
	within?: 'order_info',
): Promise<Made> {
	const before = orThrow(await queryOrder(client, order.outTradeNo));
	if (before.kind === 'done') return { existed: true, order: requireSameMoney(order, before.data) };
	if (before.kind === 'unknown') {
		throw before.unbelieved ?? new KessError(
			`KESS gave no clear answer when asked whether the order exists: ${before.reason}`,
			'This run has charged nothing. Run the item again with the same order number: an order that exists is returned instead of charged twice.',
		);
	}
	const result = orThrow(await callFor(client, service, order, within));
	if (result.kind === 'done' && within === undefined) return { existed: false, data: result.data };
	const reason = result.kind === 'done' ? 'its answer does not have the order that KESS shows' : result.reason;
	const existing = await findCharged(client, order, reason);
	if (result.kind === 'done' && existing !== undefined) {
		// What is nested is not signed, and what is a list in place of a text was none when KESS signed it.
		const signed = Object.entries(result.data as JsonObject).filter(([, value]) => value === null || typeof value !== 'object');
		return { existed: false, data: { ...Object.fromEntries(signed), order_info: existing } };
	}
	// Refused although it is paid: another item with the same number was faster.
	if (existing !== undefined && (result.kind === 'unknown' || existing.status === 'SUCCESS')) {
		return { existed: true, order: existing };
	}
	if (result.kind === 'refused') throw refusal(result, 'charge the buyer');
	throw new KessError(
		`KESS gave no clear answer to the charge and does not have the order: ${reason}`,
		'The charge may still be on its way. Query the order in a minute, then run the item again with the same order number: an order that exists is returned instead of charged twice.',
	);
}

async function findCharged(client: WebPayClient, order: NewOrder, because: string): Promise<ExistingOrder | undefined> {
	const found = afterSending(await queryOrder(client, order.outTradeNo));
	if (found.kind === 'refused') return undefined;
	if (found.kind === 'done') return requireSameMoney(order, found.data);
	throw new KessError(
		`KESS gave no clear answer to the charge (${because}) and none when asked about it (${found.reason})`,
		'The buyer may have been charged. Run the item again with the same order number: if the order exists, it is returned with its status, and nothing is charged twice.',
	);
}
