import { afterSending, orThrow, type Outcome } from '../../../../kess/gateway/outcome';
import { type Json, type JsonObject, textOf } from '../../../../kess/jsonObject';
import { KessError } from '../../../../kess/errors';
import { isSameMoney } from '../../../../kess/money';
import type { WebPayService } from '../../../../kess/webPay/services';
import { quoted } from '../../../../kess/gateway/redaction';
import type { ItemCall } from '../../../shared/run/item';
import { findDifference, type WebPayClient } from '../../client';
import { queryOrder } from './order';
import { refusal } from './outcomes';
import type { NewOrder } from './transaction';

/** An order that is there, as the gateway shows it to a query. */
type ExistingOrder = Record<string, Json>;

/** How often an order is sent before its outcome is called unknown. */
const ATTEMPTS = 3;

/** What making an order has come to. */
export type Made =
	/** `data` of the service's own answer. */
	| { existed: false; data: Json }
	/** An earlier attempt has made it: the service's own answer is gone. */
	| { existed: true; order: ExistingOrder };

/**
 * Makes an order, or finds the one that an earlier attempt has made: the gateway takes each order number once, so after
 * a refusal or a lost answer the order number tells what is there. Only for services that move no money by themselves.
 *
 * @param within where the answer has the order, when it is not the answer itself
 * @throws KessError when the number belongs to an order over another amount, or nobody can say whether there is one
 */
export async function createOnce(
	call: ItemCall,
	client: WebPayClient,
	service: WebPayService,
	order: NewOrder,
	within?: 'order_info',
): Promise<Made> {
	let result = believed(orThrow(await callFor(client, service, order, within)));
	for (let attempt = 1; attempt < ATTEMPTS && result.kind === 'unknown'; attempt++) {
		const existing = await findExisting(client, order, result.reason);
		if (existing !== undefined) return found(call, order, existing);
		// The gateway does not have it and takes the number only once: now repeating cannot make a second order.
		result = believed(afterSending(await callFor(client, service, order, within)));
	}
	if (result.kind === 'done') return { existed: false, data: result.data };
	const existing = await findExisting(client, order, result.reason);
	if (existing !== undefined) return found(call, order, existing);
	if (result.kind === 'refused') throw refusal(result, 'create the order');
	throw new KessError(
		`KESS gave no clear answer, again and again, and does not have the order: ${result.reason}`,
		'Run the item again with the same order number: an order that has been created in the meantime is found.',
	);
}

/** One that was made for something else has another title: then the number may stand in two rows. */
function found(call: ItemCall, { fields }: NewOrder, order: ExistingOrder): Made {
	const title = textOf(order.body);
	if (title !== '' && title !== textOf(fields.body)) {
		call.advise(
			`The order existed already, for "${quoted(title)}" and not for "${quoted(fields.body)}". Check that no other row has its number before you send the link to anybody.`,
		);
	}
	return { existed: true, order };
}

/**
 * Calls a service that makes an order, and matches the order in its answer; see `createOnce`.
 *
 * @returns `unknown` when it is another one, or the answer does not say which
 */
async function callFor(
	client: WebPayClient,
	service: WebPayService,
	order: NewOrder,
	within?: 'order_info',
): Promise<Outcome<Json>> {
	const asked = { outTradeNo: order.outTradeNo, money: order.money };
	if (within === undefined) return await client.call(service, order.fields, asked);
	const result = await client.call(service, order.fields);
	const unbelieved =
		result.kind === 'done'
			? findDifference((result.data as JsonObject)[within] ?? null, asked)
			: undefined;
	return unbelieved === undefined
		? result
		: { kind: 'unknown', reason: unbelieved.message, unbelieved };
}

/** No money moves here: that an answer is not believed is said at once, before anything else is tried. */
function believed<Result extends { kind: string; unbelieved?: KessError }>(result: Result): Result {
	if (result.unbelieved !== undefined) throw result.unbelieved;
	return result;
}

/**
 * The order that the gateway has under this number.
 *
 * @param because why it is looked up, for the message when looking fails too
 * @returns `undefined` when it has none
 * @throws KessError when it has one with another amount, or cannot say
 */
async function findExisting(
	client: WebPayClient,
	order: NewOrder,
	because: string,
): Promise<ExistingOrder | undefined> {
	const found = believed(afterSending(await queryOrder(client, order.outTradeNo)));
	if (found.kind === 'refused') return undefined;
	if (found.kind === 'unknown') {
		throw new KessError(
			`KESS gave no clear answer when creating the order (${because}) and none when asked about it (${found.reason})`,
			'The order may exist. Run the item again with the same order number: if it exists, its payment link is returned.',
		);
	}
	const { money } = order;
	const existing = found.data as ExistingOrder;
	if (isSameMoney(money, existing.total_amount, existing.currency)) return existing;
	throw new KessError(
		`An order with this number exists already, over ${quoted(existing.total_amount)} ${quoted(existing.currency)} instead of ${money.decimal} ${money.currency}`,
		'Use another order number for the new order, or correct the amount.',
	);
}
