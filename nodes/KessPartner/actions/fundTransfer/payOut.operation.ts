import type { IDataObject } from 'n8n-workflow';

import { requirePartnerTransactionId } from '../../../../kess/partnerFields';
import { CREATE_TRANSFER } from '../../../../kess/partnerGateway';
import { matchTransfer } from '../../../../kess/partnerTransfer';
import type { JsonObject } from '../../../../kess/jsonObject';
import {
	confirm,
	type ConfirmEnd,
	inFlight,
	lookUp,
	openElsewhere,
	pendingElsewhere,
	prepare,
	unclearBefore,
} from '../../transfers';
import { Unfinished } from '../../unfinished';
import type { PartnerDesk, PartnerOperation } from '../operation';
import { amount, currency, expectedReceiverName, outTradeNo, partnerTransactionId, receiverId, senderName } from './fields';
import { checkReceiver, endOfLife, type NewTransfer, readNewTransfer } from './newTransfer';
import { confirmItem } from './results';

/** Pays one row: look up, create, check the name, confirm, and find out what happened when that is not clear. */
export const payOut: PartnerOperation = {
	option: {
		name: 'Pay Out',
		value: 'payOut',
		action: 'Pay out fund transfer',
		description: 'Pay a receiver in one step. A transfer that was paid before is found and returned, never paid twice.',
	},
	properties: [
		{
			displayName:
				'A transfer number is paid once: run the same rows again as often as you like, with the same numbers. Rows with status "unknown" are not failed, see their next_step. Two n8n workers that start the same row in the same moment are kept apart by n8n\'s database only as well as it can: do not run one list in two executions at once.',
			name: 'payOutNotice',
			type: 'notice',
			default: '',
		},
		outTradeNo,
		receiverId,
		senderName,
		amount,
		currency,
		partnerTransactionId,
		{
			displayName: 'Additional Fields',
			name: 'additionalFields',
			type: 'collection',
			placeholder: 'Add Field',
			default: {},
			options: [expectedReceiverName],
		},
	],
	async execute(call, desk) {
		const transfer = readNewTransfer(call);
		const transaction = call.read('partnerTransactionId', requirePartnerTransactionId);
		const { asked, fields } = transfer;
		const end = await inFlight(desk.client, asked.outTradeNo, async () => await payOnce(desk, transfer, transaction));
		const { out_trade_no, receiver_id, amount: sum, currency: unit } = fields;
		return [confirmItem(end, { out_trade_no, receiver_id, amount: sum, currency: unit } as IDataObject, desk.options.stopAtUnknown === true)];
	},
};

const unfinished = new Unfinished();

async function payOnce(desk: PartnerDesk, transfer: NewTransfer, transaction: string): Promise<ConfirmEnd> {
	const { client, memory } = desk;
	const { asked, fields } = transfer;
	const key = `${client.identity}|${asked.outTradeNo}`;

	const standing = await lookUp(client, asked);
	if (standing.state === 'paid') return { end: 'paid', data: standing.data, alreadyConfirmed: true };
	if (standing.state === 'unclear') return unclearBefore(standing.reason);

	let started = unfinished.get(key);
	if (started !== undefined && matchTransfer(asked, started.prepared as JsonObject, CREATE_TRANSFER) !== undefined) {
		// It was prepared for another amount or receiver. As long as it can be confirmed, nothing else may be.
		return openElsewhere(started.expiresAt);
	}
	if (started === undefined) {
		if (standing.state === 'open') return openElsewhere();
		const pendingUntil = await memory.pendingUntil(asked.outTradeNo);
		if (pendingUntil !== undefined) return pendingElsewhere(pendingUntil);
		const prepared = await prepare(client, fields, asked);
		started = { prepared, expiresAt: endOfLife(prepared), partnerTransactionId: transaction };
		unfinished.set(key, started);
	}
	checkReceiver(transfer, started.prepared);
	const preTransferId = String(started.prepared.pre_transfer_id);
	const end = await confirm(client, memory, {
		preTransferId,
		partnerTransactionId: started.partnerTransactionId,
		expiresAt: started.expiresAt,
		asked: { ...asked, preTransferId },
	});
	if (end.end !== 'unknown') unfinished.delete(key);
	return end;
}
