import { SERVICES } from '../../../../kess/partner/services';
import { spent, lookUp, prepare } from './transfers';
import type { PartnerOperation } from '../operation';
import { amount, currency, expectedReceiverName, outTradeNo, receiverId, senderName } from './fields';
import { checkReceiver, endOfLife, readNewTransfer } from './newTransfer';
import { alreadyPaid, unclearStanding } from './results';

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
		const look = await lookUp(client, transfer.asked);
		switch (look.found) {
			case 'this':
				throw alreadyPaid(look.data);
			case 'another':
				throw spent(look.reason);
			case 'unclear':
				throw look.error ?? unclearStanding(look.reason);
			case 'open':
			case 'none':
		}
		const prepared = await prepare(client, transfer.fields, transfer.asked);
		if (prepared.kind !== 'prepared') throw prepared.error;
		checkReceiver(transfer, prepared.data);
		return [{ ...prepared.data, expires_at: new Date(endOfLife(prepared.data)).toISOString() }];
	},
};
