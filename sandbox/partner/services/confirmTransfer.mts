import type { PartnerService } from './service.mts';

/** docs/gateway.md §13, CONFIRM FUND TRANSFER: the money moves. */
export const confirmTransfer: PartnerService = {
	name: 'confirm.fundTransfer',
	handle({ fields, transfers }) {
		const partnerTransactionId = fields.text('partner_transaction_id', 64);
		const { transfer, booking } = transfers.confirm(fields.text('pre_transfer_id', 64), partnerTransactionId);
		return {
			result_code: 'SUCCESS',
			fund_transfer_id: booking.fundTransferId,
			out_trade_no: transfer.outTradeNo,
			receiver_id: transfer.receiverId,
			pre_transfer_id: transfer.preTransferId,
			amount: transfer.amount.value,
			currency: transfer.currency,
			receiver_name: transfer.receiverName,
		};
	},
};
