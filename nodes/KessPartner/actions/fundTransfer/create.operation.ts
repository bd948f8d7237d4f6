import type { IDataObject } from 'n8n-workflow';

import { hasEnded, isDone, type Remembered } from '../../../../kess/gateway/movement';
import { SERVICES } from '../../../../kess/partner/services';
import { clockInPhnomPenh } from '../../../../kess/written/day';
import { PaymentNotes } from '../../../shared/money/paymentNotes';
import { readRow } from '../../../shared/money/payRow';
import type { ItemCall } from '../../../shared/run/item';
import type { PartnerClient } from '../../client';
import type { PartnerOperation } from '../operation';
import { rememberPrepared } from './approved';
import { amount, currency, outTradeNo, receiverCheck, receiverId, senderName } from './fields';
import { checkReceiver, endOfLife, type NewTransfer, readNewTransfer, readTransferNumber } from './newTransfer';
import { alreadyPaid, takenBefore, transferItem, unclearStanding } from './results';
import { lookUp, prepare, spent, transferNumber, transferPayment } from './transfers';

/** `create.unified.fundTransfer` (docs/gateway.md §13, CREATE UNIFIED FUND TRANSFER): the first of two steps. */
export const create: PartnerOperation = {
	service: SERVICES.createTransfer,
	option: {
		name: 'Create',
		value: 'create',
		action: 'Prepare fund transfer',
		description: 'Prepare a transfer and learn who its receiver is. No money moves before it is confirmed.',
	},
	properties: [
		outTradeNo,
		receiverId,
		receiverCheck,
		amount,
		currency,
		senderName,
	],
	async execute(call, { client }) {
		const number = readTransferNumber(call);
		const row = await readRow(call, transferPayment(client, number), () => readNewTransfer(call, client, number));
		if ('end' in row) return [transferItem(call, row.end, { out_trade_no: number }, {})];
		return [await call.once(transferNumber(client, number), async () => await prepareOnce(call, client, row.asked))];
	},
};

async function prepareOnce(call: ItemCall, client: PartnerClient, transfer: NewTransfer): Promise<IDataObject> {
	const { outTradeNo: number } = transfer.asked;
	const known = await new PaymentNotes(call.context, transferPayment(client, number), false).recall().catch((): Remembered => ({ state: 'nothing' }));
	// KESS refuses a number that is on its way, and no refusal may say then that it has not been paid.
	const underWay = (saying: string, until?: number) =>
		transferItem(call, { end: 'unknown', reason: `an earlier run has asked KESS to pay it${saying}`, until }, { out_trade_no: number }, {});
	if ('until' in known && known.state !== 'refused' && !hasEnded(known, Date.now())) return underWay('', known.until);
	const look = await lookUp(client, transfer.asked);
	if (known.state === 'sent' && (look.found === 'unclear' || look.found === 'open')) {
		return underWay(`, and KESS does not say what became of it: ${look.reason}`);
	}
	if (look.found === 'this') throw alreadyPaid(look.data);
	if (look.found === 'another') throw spent(look.reason);
	if (isDone(known)) throw spent('this workflow has paid it, though KESS does not show it now');
	if (look.found === 'unclear') throw look.error ?? unclearStanding(look.reason);
	const prepared = await prepare(client, transfer.fields, transfer.asked);
	if (prepared.kind === 'taken') throw takenBefore(prepared.error);
	if (prepared.kind !== 'prepared') throw prepared.error;
	checkReceiver(transfer, prepared.data);
	await rememberPrepared(call.context, client, transfer.asked, prepared.data);
	return { ...prepared.data, expires_at: clockInPhnomPenh(endOfLife(prepared.data)) };
}
