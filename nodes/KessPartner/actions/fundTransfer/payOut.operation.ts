import { randomUUID } from 'node:crypto';

import type { IDataObject } from 'n8n-workflow';

import type { JsonObject } from '../../../../kess/jsonObject';
import { requirePartnerTransactionId } from '../../../../kess/partnerFields';
import { CREATE_TRANSFER } from '../../../../kess/partnerGateway';
import { matchTransfer } from '../../../../kess/partnerTransfer';
import { type Claim, FIRST_CLAIM_MS } from '../../confirmMemory';
import {
	confirm,
	type ConfirmEnd,
	inFlight,
	lookUp,
	lookUpAfterwards,
	openElsewhere,
	prepare,
	unclearBefore,
	waitForOther,
} from '../../transfers';
import { type Started, Unfinished } from '../../unfinished';
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
	const { asked } = transfer;
	const key = `${client.identity}|${asked.outTradeNo}`;

	const standing = await lookUp(client, asked);
	if (standing.state === 'paid') return { end: 'paid', data: standing.data, alreadyConfirmed: true };
	if (standing.state === 'unclear') return unclearBefore(standing.reason);

	const before = unfinished.get(key);
	if (before === undefined && standing.state === 'open') return openElsewhere();
	if (before !== undefined && matchTransfer(asked, before.prepared as JsonObject, CREATE_TRANSFER) !== undefined) {
		// It was prepared for another amount or receiver. As long as it can be confirmed, nothing else may be.
		return openElsewhere(before.claim.until);
	}
	const claim = before?.claim ?? { outTradeNo: asked.outTradeNo, holder: randomUUID(), until: Date.now() + FIRST_CLAIM_MS };
	const heldUntil = await memory.claim(claim);
	if (heldUntil !== undefined) return await waitForOther(client, asked, heldUntil);

	let started: Started;
	try {
		started = before ?? (await start(desk, transfer, transaction, claim));
		unfinished.set(key, started);
		checkReceiver(transfer, started.prepared);
	} catch (error) {
		// Nothing has been confirmed under this claim. A refusal may come from what another run has done meanwhile.
		await memory.release(claim);
		const now = await lookUpAfterwards(client, asked);
		if (now.state === 'paid') return { end: 'paid', data: now.data, alreadyConfirmed: true };
		if (now.state === 'open' && unfinished.get(key) === undefined) return openElsewhere();
		return await Promise.reject(error);
	}
	const preTransferId = String(started.prepared.pre_transfer_id);
	const end = await confirm(client, memory, {
		preTransferId,
		partnerTransactionId: started.partnerTransactionId,
		asked: { ...asked, preTransferId },
		claim: started.claim,
	});
	if (end.end !== 'unknown') unfinished.delete(key);
	return end;
}

async function start(
	{ client }: PartnerDesk,
	{ asked, fields }: NewTransfer,
	partnerTransactionId: string,
	claim: Claim,
): Promise<Started> {
	const prepared = await prepare(client, fields, asked);
	return { prepared, partnerTransactionId, claim: { ...claim, until: endOfLife(prepared) } };
}
