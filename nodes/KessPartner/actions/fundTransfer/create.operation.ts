import { SERVICES } from '../../../../kess/partner/services';
import { inFlight, lookUp, prepare } from './transfers';
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
		return await inFlight(client, transfer.asked.outTradeNo, async () => {
			const standing = await lookUp(client, transfer.asked);
			if (standing.state === 'paid') throw alreadyPaid(standing.data);
			if (standing.state === 'unclear') throw unclearStanding(standing.reason);
			const prepared = await prepare(client, transfer.fields, transfer.asked);
			checkReceiver(transfer, prepared);
			return [{ ...prepared, expires_at: new Date(endOfLife(prepared)).toISOString() }];
		});
	},
};
