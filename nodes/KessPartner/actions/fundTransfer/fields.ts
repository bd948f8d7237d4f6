import type { INodeProperties } from 'n8n-workflow';

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
	placeholder: 'e.g. +85512345678',
	description: 'KESS user ID or phone number of the wallet that gets the money. Format the column as text in a spreadsheet.',
};

export const senderName: INodeProperties = {
	displayName: 'Sender Name',
	name: 'senderName',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'e.g. Sunrise Garments',
	description: 'Who sends the money, as the receiver will see it. At most 96 characters.',
};

export const amount: INodeProperties = {
	displayName: 'Amount',
	name: 'amount',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'e.g. 125.50',
	description: 'What the receiver gets, as a plain number. Nothing is rounded.',
};

export const currency: INodeProperties = {
	displayName: 'Currency',
	name: 'currency',
	type: 'options',
	required: true,
	options: [{ name: 'USD (US Dollar)', value: 'USD' }],
	default: 'USD',
	description: 'KESS takes only USD for transfers',
};

export const partnerTransactionId: INodeProperties = {
	displayName: 'Partner Transaction ID',
	name: 'partnerTransactionId',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'e.g. BANK-88231',
	description: 'Your own ID of the transaction that paid for this transfer. At most 64 characters.',
};

export const preTransferId: INodeProperties = {
	displayName: 'Pre-Transfer ID',
	name: 'preTransferId',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'e.g. ={{ $json.pre_transfer_id }}',
	description: 'What the operation Create returned for this transfer',
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
