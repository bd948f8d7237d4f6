import type { IDataObject } from 'n8n-workflow';

import type { JsonObject } from '../../../../kess/jsonObject';
import { KessError } from '../../../../kess/errors';
import {
	requirePartnerAmount,
	requirePartnerCurrency,
	requireReceiverId,
	requireSenderName,
	requireTransferReference,
} from '../../../../kess/partner/fields';
import { type AskedTransfer, expiresAt } from '../../../../kess/partner/transfer';
import { isSamePerson } from '../../../../kess/partner/receiverName';
import { quoted } from '../../../../kess/gateway/redaction';
import { isBlank, requireText } from '../../../../kess/written/text';
import { LONGEST_MS } from '../../../shared/money/paymentNotes';
import type { CollectionReader, ItemCall } from '../../../shared/run/item';
import type { PartnerClient } from '../../client';

/** A transfer as the user asks for it. */
export interface NewTransfer {
	asked: AskedTransfer;
	fields: JsonObject;
}

/** Reads the transfer number and makes it the item's reference in messages. */
export function readTransferNumber(call: ItemCall): string {
	const outTradeNo = call.read('outTradeNo', requireTransferReference);
	call.reference = `transfer ${outTradeNo}`;
	return outTradeNo;
}

/** Reads and checks everything that `create.unified.fundTransfer` needs. */
export function readNewTransfer(
	call: ItemCall,
	client: PartnerClient,
	outTradeNo: string,
): NewTransfer {
	const receiverId = call.read('receiverId', requireReceiverId);
	const senderName = call.read('senderName', (value, say) =>
		requireSenderName(isBlank(value) ? client.senderName : value, say),
	);
	const currency = call.read('currency', requirePartnerCurrency);
	const money = call.read('amount', requirePartnerAmount);
	const receiverName = readExpectedName(call.collection('additionalFields'));
	return {
		asked: { outTradeNo, receiverId, money, ...(receiverName !== undefined && { receiverName }) },
		fields: {
			out_trade_no: outTradeNo,
			receiver_id: receiverId,
			sender_name: senderName,
			amount: Number(money.decimal),
			currency,
		},
	};
}

/** Reads whose wallet it has to be, where the field was added. */
export function readExpectedName(additional: CollectionReader): string | undefined {
	return additional.readGuard('expectedReceiverName', (value, say) => requireText(value, 255, say));
}

/**
 * Refuses a prepared transfer to somebody else before any money moves.
 *
 * @throws KessError when the wallet's owner is not the one that the user expects
 */
export function checkReceiver({ receiverName }: AskedTransfer, prepared: IDataObject): void {
	const owner = String(prepared.receiver_name ?? '');
	if (receiverName === undefined || isSamePerson(receiverName, owner)) return;
	throw new KessError(
		`The wallet belongs to "${quoted(owner)}", not to "${receiverName}"`,
		'This run has paid nothing. Check the receiver ID. If the wallet is the right one, write Expected Receiver Name as KESS does.',
	);
}

/** When a prepared transfer runs out, in milliseconds since the epoch; in a day when KESS does not say. */
export function endOfLife(prepared: IDataObject, now = Date.now()): number {
	const end = expiresAt(prepared.expire_in, now);
	return end === undefined ? now + LONGEST_MS : Date.parse(end);
}
