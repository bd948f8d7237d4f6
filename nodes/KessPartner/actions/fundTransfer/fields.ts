import type { INodeProperties } from 'n8n-workflow';

import { requirePartnerTransactionId } from '../../../../kess/partner/fields';
import { isBlank } from '../../../../kess/written/text';
import type { ItemCall } from '../../../shared/run/item';

/** Parameters that more than one operation has. */

export const outTradeNo: INodeProperties = {
	displayName: 'Transfer Number',
	name: 'outTradeNo',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'e.g. WAGE-2026-11-0001',
	description:
		'Your own number for this one payment (out_trade_no), at most 64 characters. Keep it the same whenever the payment is tried again: it is what keeps it from being paid twice.',
};

export const receiverId: INodeProperties = {
	displayName: 'Receiver ID',
	name: 'receiverId',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'e.g. 012345678',
	description:
		'Phone number or KESS user ID of the wallet that gets the money (receiver_id). Format the column as text in a spreadsheet.',
};

export const senderName: INodeProperties = {
	displayName: 'Sender Name',
	name: 'senderName',
	type: 'string',
	default: '',
	placeholder: 'e.g. Sunrise Garments',
	description:
		'Who sends the money (sender_name), as the receiver will see it. At most 96 characters. Empty: the sender name of the credential.',
};

export const amount: INodeProperties = {
	displayName: 'Amount',
	name: 'amount',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'e.g. 125.50',
	description: 'What the receiver gets (amount), as a plain number. Nothing is rounded.',
};

export const currency: INodeProperties = {
	displayName: 'Currency',
	name: 'currency',
	type: 'options',
	required: true,
	options: [{ name: 'USD (US Dollar)', value: 'USD' }],
	default: 'USD',
	description: 'What the amount is in (currency). KESS takes only USD for transfers.',
};

export const partnerTransactionId: INodeProperties = {
	displayName: 'Partner Transaction ID',
	name: 'partnerTransactionId',
	type: 'string',
	default: '',
	placeholder: 'e.g. BANK-88231',
	description:
		'Your own ID of the transaction that paid for this transfer (partner_transaction_id). At most 64 characters. Empty: the transfer number.',
};

/** @param transferNumber what stands for an empty one */
export function readPartnerTransactionId(call: ItemCall, transferNumber: string): string {
	return call.read('partnerTransactionId', (value, say) =>
		isBlank(value) ? transferNumber : requirePartnerTransactionId(value, say),
	);
}

export const preTransferId: INodeProperties = {
	displayName: 'Pre-Transfer ID',
	name: 'preTransferId',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'e.g. {{ $json.pre_transfer_id }}',
	description: 'What the operation Create returned for this transfer (pre_transfer_id)',
};

export const expectedReceiverName: INodeProperties = {
	displayName: 'Expected Receiver Name',
	name: 'expectedReceiverName',
	type: 'string',
	default: '',
	placeholder: 'e.g. Sok Dara',
	description:
		'Refuse the transfer when the wallet belongs to somebody else. Case, spacing and the order of the names do not matter. A row in which it is empty fails.',
};

/** Stands right under the receiver. */
export const receiverCheck: INodeProperties = {
	displayName: 'Receiver Check',
	name: 'additionalFields',
	type: 'collection',
	placeholder: 'Add Expected Name',
	default: {},
	options: [expectedReceiverName],
};
