import { randomUUID } from 'node:crypto';

import type { IDataObject } from 'n8n-workflow';

import type { JsonObject } from '../../../../kess/jsonObject';
import { KessError, messageOf } from '../../../../kess/errors';
import { requirePartnerTransactionId } from '../../../../kess/partner/fields';
import { CREATE_TRANSFER, SERVICES } from '../../../../kess/partner/services';
import { type AskedTransfer, matchTransfer } from '../../../../kess/partner/transfer';
import { type Claim, FIRST_CLAIM_MS } from './memory';
import {
	confirm,
	type ConfirmEnd,
	inFlight,
	lookUp,
	lookUpAfterwards,
	NONE,
	openElsewhere,
	prepare,
	sentElsewise,
	unclearBefore,
	waitForOther,
} from './transfers';
import { type Started, Unfinished } from './unfinished';
import type { PartnerDesk, PartnerOperation } from '../operation';
import { amount, currency, expectedReceiverName, outTradeNo, partnerTransactionId, receiverId, senderName } from './fields';
import { checkReceiver, endOfLife, type NewTransfer, readNewTransfer } from './newTransfer';
import { confirmItem } from './results';

/** Pays one row: look up, create, check the name, confirm, and find out what happened when that is not clear. */
export const payOut: PartnerOperation = {
	service: SERVICES.confirmTransfer,
	option: {
		name: 'Pay Out',
		value: 'payOut',
		action: 'Pay out fund transfer',
		description: 'Pay a receiver in one step. A transfer that was paid before is found and returned, never paid twice.',
	},
	properties: [
		{
			displayName:
				'A transfer number is paid once: run the same rows again in this same node as often as you like, with the same numbers. Rows with status "unknown" are not failed, see their next_step; another node does not know of them. Two n8n workers that start the same row in the same moment are kept apart by n8n\'s database only as well as it can: do not run one list in two executions at once.',
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
	const claim = before?.claim ?? { outTradeNo: asked.outTradeNo, holder: randomUUID(), until: Date.now() + FIRST_CLAIM_MS };
	const { heldUntil, again } = await memory.claim(claim);
	if (heldUntil !== undefined) return await waitForOther(client, asked, heldUntil);

	const sentBefore = before?.sent === true || (before !== undefined && again);
	let started: Started;
	try {
		started = before ?? (await start(desk, transfer, claim));
		unfinished.set(key, started);
		checkSame(transfer, started.prepared);
		checkReceiver(transfer, started.prepared);
	} catch (error) {
		if (sentBefore) return sentElsewise(`now ${messageOf(error)}`, claim.until);
		await memory.release(claim);
		// A refusal may come from what another run has done meanwhile.
		const now = await lookUpAfterwards(client, asked);
		if (now.state === 'paid') return { end: 'paid', data: now.data, alreadyConfirmed: true };
		if (now.state === 'unclear') return unclearBefore(now.reason);
		if (now.state === 'open' && unfinished.get(key) === undefined) return openElsewhere();
		return await Promise.reject(error);
	}
	if (!sentBefore) started.partnerTransactionId = transaction;
	started.sent = true;
	const end = await send(desk, started, asked, sentBefore);
	if (end.end === 'paid' || (end.end === 'refused' && NONE.has(end.code))) unfinished.delete(key);
	else started.sent = end.end === 'unknown';
	return end;
}

async function start({ client }: PartnerDesk, { asked, fields }: NewTransfer, claim: Claim): Promise<Started> {
	const prepared = await prepare(client, fields, asked);
	return { prepared, partnerTransactionId: '', sent: false, claim: { ...claim, until: endOfLife(prepared) } };
}

async function send(desk: PartnerDesk, started: Started, asked: AskedTransfer, sentBefore: boolean): Promise<ConfirmEnd> {
	const { prepared, partnerTransactionId, claim } = started;
	const preTransferId = String(prepared.pre_transfer_id);
	try {
		return await confirm(desk.client, desk.memory, {
			preTransferId,
			partnerTransactionId,
			asked: { ...asked, preTransferId },
			claim,
			sentBefore,
		});
	} catch (error) {
		started.sent = sentBefore;
		return await Promise.reject(error);
	}
}

/** A transfer that this process has prepared before may have been for another amount or receiver. */
function checkSame({ asked }: NewTransfer, prepared: IDataObject): void {
	const difference = matchTransfer(asked, prepared as JsonObject, CREATE_TRANSFER);
	if (difference === undefined) return;
	throw new KessError(
		`This transfer number has been prepared for another amount or receiver and not paid (${difference})`,
		'This run has paid nothing. Use a new transfer number, or correct amount and receiver to what they were.',
	);
}
