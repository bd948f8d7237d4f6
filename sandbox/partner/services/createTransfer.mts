import { Refusal } from '../refusal.mts';
import { type PartnerService, receiverShown } from './service.mts';

/** docs/gateway.md §13, CREATE UNIFIED FUND TRANSFER: no money moves. */
export const createTransfer: PartnerService = {
	name: 'create.unified.fundTransfer',
	handle({ fields, transfers, wallets, settings }) {
		const request = {
			outTradeNo: fields.text('out_trade_no', 64),
			receiverId: fields.text('receiver_id', 25),
			senderName: fields.text('sender_name', 96),
			amount: fields.amount('amount'),
			currency: fields.currency('currency'),
		};
		const wallet = wallets.find(request.receiverId);
		if (!wallet?.eligible) throw new Refusal('NOTELIGIBLE', 'The receiver is not eligible for the fund.');
		const prepared = transfers.prepare(
			{ ...request, receiverUserId: wallet.userId, receiverName: wallet.name },
			settings,
		);
		return {
			out_trade_no: prepared.outTradeNo,
			receiver_id: receiverShown('create', prepared, settings),
			amount: prepared.amount.value,
			currency: prepared.currency,
			pre_transfer_id: prepared.preTransferId,
			receiver_name: prepared.receiverName,
			expire_in: prepared.lifeSeconds,
		};
	},
};
