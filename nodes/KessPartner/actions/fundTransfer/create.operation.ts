import type { IDataObject } from 'n8n-workflow';

import { SERVICES } from '../../../../kess/partner/services';
import { rememberPrepared } from './approved';
import { confirmation, lookUp, prepare, spent, transferNumber } from './transfers';
import { hasEnded, type Remembered } from '../../../../kess/gateway/movement';
import type { MoneyEnd } from '../../../shared/money/moveMoney';
import { PaymentNotes } from '../../../shared/money/paymentNotes';
import type { ItemCall } from '../../../shared/run/item';
import type { PartnerClient } from '../../client';
import type { PartnerOperation } from '../operation';
import { amount, currency, expectedReceiverName, outTradeNo, receiverId, senderName } from './fields';
import { checkReceiver, endOfLife, type NewTransfer, readNewTransfer } from './newTransfer';
import { alreadyPaid, takenBefore, transferItem, unclearStanding } from './results';

/** `create.unified.fundTransfer` (docs/gateway.md §13, CREATE UNIFIED FUND TRANSFER): the first of two steps. */
export const create: PartnerOperation = {
	service: SERVICES.createTransfer,
	option: {
		name: 'Create',
		value: 'create',
		action: 'Create fund transfer',
		description: 'Prepare a transfer and learn who its receiver is. No money moves before it is confirmed.',
	},
	properties: [
		outTradeNo,
		receiverId,
		senderName,
		amount,
		currency,
		{
			displayName: 'Additional Fields',
			name: 'additionalFields',
			type: 'collection',
			placeholder: 'Add Field',
			default: {},
			options: [expectedReceiverName],
		},
	],
	async execute(call, { client }) {
		const transfer = readNewTransfer(call);
		return [await call.once(transferNumber(client, transfer.asked.outTradeNo), async () => await prepareOnce(call, client, transfer))];
	},
};

async function prepareOnce(call: ItemCall, client: PartnerClient, transfer: NewTransfer): Promise<IDataObject> {
	const { outTradeNo: number } = transfer.asked;
	const payment = confirmation(client, number);
	const known = await new PaymentNotes(call.context, payment, false).recall().catch((): Remembered => ({ state: 'nothing' }));
	if ('until' in known && known.state !== 'refused' && !hasEnded(known, Date.now())) {
		// KESS refuses a number that is on its way, and no refusal may say then that it has not been paid.
		const end: MoneyEnd = { end: 'unknown', reason: 'an earlier run has asked KESS to pay it', until: known.until };
		return transferItem(call, end, { out_trade_no: number }, {});
	}
	const look = await lookUp(client, transfer.asked);
	if (known.state === 'sent' && (look.found === 'unclear' || look.found === 'open')) {
		const end: MoneyEnd = { end: 'unknown', reason: `an earlier run has asked KESS to pay it, and KESS does not say what became of it: ${look.reason}` };
		return transferItem(call, end, { out_trade_no: number }, {});
	}
	switch (look.found) {
		case 'this':
			throw alreadyPaid(look.data);
		case 'another':
			throw spent(look.reason);
		case 'unclear':
			if (known.state === 'done' || known.state === 'another') break;
			throw look.error ?? unclearStanding(look.reason);
		case 'open':
		case 'none':
	}
	if (known.state === 'done' || known.state === 'another') throw spent('this workflow has paid it, though KESS does not show it now');
	const prepared = await prepare(client, transfer.fields, transfer.asked);
	if (prepared.kind === 'taken') throw takenBefore(prepared.error);
	if (prepared.kind !== 'prepared') throw prepared.error;
	checkReceiver(transfer, prepared.data);
	await rememberPrepared(call.context, client, transfer.asked, prepared.data);
	return { ...prepared.data, expires_at: new Date(endOfLife(prepared.data)).toISOString() };
}
