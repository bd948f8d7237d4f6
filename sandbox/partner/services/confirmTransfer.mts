import { type PartnerService, receiverShown } from './service.mts';

/** docs/gateway.md §13, CONFIRM FUND TRANSFER: the money moves. */
export const confirmTransfer: PartnerService = {
	name: 'confirm.fundTransfer',
	handle({ fields, transfers, settings, hold }) {
		const partnerTransactionId = fields.text('partner_transaction_id', 64);
		const transfer = transfers.confirm(fields.text('pre_transfer_id', 64), partnerTransactionId, hold);
		return {
			result_code: transfer.held?.resultCode ?? 'SUCCESS',
			...(transfer.booking && { fund_transfer_id: transfer.booking.fundTransferId }),
			out_trade_no: transfer.outTradeNo,
			receiver_id: receiverShown('confirm', transfer, settings),
			pre_transfer_id: transfer.preTransferId,
			amount: transfer.amount.value,
			currency: transfer.currency,
			receiver_name: transfer.receiverName,
		};
	},
};
