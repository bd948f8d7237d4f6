import type { IDataObject } from 'n8n-workflow';

import { requireCipherText } from '../../../../kess/webPay/cipherText';
import { requireReference } from '../../../../kess/written/reference';
import { requireText } from '../../../../kess/written/text';
import { isPending, saysDone, saysFailed } from '../../../../kess/webPay/orderStates';
import { quoted } from '../../../../kess/gateway/redaction';
import { SERVICES } from '../../../../kess/webPay/services';
import { KessError } from '../../../../kess/errors';
import type { JsonObject } from '../../../../kess/jsonObject';
import { moneyItem } from '../../../shared/money/moneyItem';
import type { MoneyEnd, Movement, Sent } from '../../../shared/money/moveMoney';
import { payRow } from '../../../shared/money/payRow';
import type { ItemCall } from '../../../shared/run/item';
import type { WebPayClient } from '../../client';
import type { WebPayOperation } from '../operation';
import { ownNumber } from '../common/order';
import { copiedFrom, LAG_MS, refusedPayment } from '../common/payments';
import { cardProperty } from '../common/transaction';
import { intervalProperty, requireInterval } from './subscriptions';

/** `webpay.acquire.subscription` (docs/gateway.md §3): charges an order to a card, now and in every period to come. */
export const create: WebPayOperation = {
	service: SERVICES.subscription,
	option: {
		name: 'Create',
		value: 'create',
		action: 'Create subscription',
		description:
			'Charge an order to an encrypted card, now and in every period to come. If html_confirm_payment is not empty, the buyer has to confirm the payment on it in the browser.',
	},
	properties: [
		{
			displayName:
				'Encrypted card data only, because n8n saves what passes through it. Easier is a subscription link, or a link to save a card: the buyer enters the card at KESS.',
			name: 'cardNotice',
			type: 'notice',
			default: '',
		},
		{
			displayName: 'Pre Order Token',
			name: 'preOrderToken',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			description: 'Token of the unpaid order that begins the subscription (pre_order_token)',
		},
		{
			displayName: 'Holder Name',
			name: 'holderName',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. SREY OUN',
			description: 'Name on the card',
		},
		cardProperty,
		intervalProperty,
	],
	async execute(call, client) {
		const token = call.read('preOrderToken', (value, say) => requireReference(value, 255, say));
		const item = await payRow(call, {
			payment: { account: client.merchant, kind: 'subscription', number: token, what: undefined },
			own: ownNumber(client, 'pre order token', token),
			read: () => ({
				pre_order_token: token,
				holder_name: call.read('holderName', (value, say) => requireText(value, 255, say)),
				card: call.read('card', requireCipherText),
				interval: call.read('interval', requireInterval),
			}),
			told: ({ interval }) => ({ what: interval }),
			movement: (fields) => subscriptionMovement(client, fields),
			output: (end, fields) => subscriptionItem(call, end, fields?.interval),
		});
		return [item];
	},
};

function subscriptionMovement(client: WebPayClient, fields: JsonObject): Omit<Movement, 'payment'> {
	return {
		lifeMs: undefined,
		refusedMs: LAG_MS,
		async prepare() {
			// A charge is sent once, also when the token has ended: this question finds that out.
			const question = await client.call(SERVICES.getSubscriptions, {});
			return question.kind === 'notSent'
				? { kind: 'refused', error: question.error }
				: { kind: 'ready', until: undefined };
		},
		async send() {
			const result = await client.call(SERVICES.subscription, fields);
			if (result.kind === 'refused') return refusedPayment(result, 'start the subscription');
			if (result.kind !== 'done') return result;
			const data = result.data as IDataObject;
			return copiedFrom(client, 'code', data, String(fields.pre_order_token)) === undefined
				? begun(data)
				: { kind: 'unknown', reason: 'its answer has the code of another subscription' };
		},
		spent: () =>
			new KessError(
				'This pre order token has been used for another subscription',
				'This run has charged nothing. Make a new order, and use its pre order token.',
			),
	};
}

/** The buyer may have to confirm it first, and an answer may tell that nothing came of it. */
function begun(data: IDataObject): Sent {
	const { status, html_confirm_payment: page } = data;
	if (!saysFailed(status) && ((page ?? '') !== '' || isPending(status)))
		return { kind: 'pending', data };
	if (saysDone(status)) return { kind: 'done', data };
	return {
		kind: 'unknown',
		reason:
			status === undefined
				? 'its answer gives the subscription no status'
				: `KESS gives the subscription the status ${quoted(status)}`,
	};
}

function subscriptionItem(
	call: ItemCall,
	end: MoneyEnd,
	interval: string | undefined,
): IDataObject {
	return moneyItem(call, end, {
		known: {
			...(interval !== undefined && { interval }),
			...(end.end === 'done' && { status: 'ACTIVE' }),
		},
		act: 'charge the card',
		again: 'the same pre order token',
		ask: 'Query the order that the token belongs to: the status SUCCESS says that the card has been charged. Get many subscriptions shows whether the subscription has begun.',
		mark: 'already_existed',
	});
}
