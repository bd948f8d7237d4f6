import type { SettingValues } from '../../settings.mts';
import type { Data } from '../phpArray.mts';
import { Refusal } from '../refusal.mts';
import type { PreTransfer } from '../transfer.mts';
import { type PartnerService, receiverShown } from './service.mts';

/** docs/gateway.md §13, QUERY FUND TRANSFER. */
export const queryTransfer: PartnerService = {
	name: 'query.fundTransfer',
	handle({ fields, transfers, settings, seenAt }) {
		const standing = transfers.standing(fields.text('out_trade_no', 64), seenAt);
		switch (standing.state) {
			case 'paid':
				return { result_code: 'SUCCESS', fund_transfer_id: standing.booking.fundTransferId, ...describe(standing.transfer, settings) };
			case 'held':
				return { result_code: standing.resultCode, ...describe(standing.transfer, settings) };
			case 'open':
				if (settings.queryOpen === 'notexist') throw unknown();
				return { result_code: 'PENDING', ...describe(standing.transfer, settings) };
			case 'expired':
				if (settings.queryExpired === 'notexist') throw unknown();
				throw new Refusal('EXPIRED', 'The unified fund transfer is expired.');
			case 'none':
				throw unknown();
		}
	},
};

const unknown = () => new Refusal('NOTEXIST', 'There is no fund transfer with this out_trade_no.');

function describe(transfer: PreTransfer, settings: SettingValues): Data {
	return {
		out_trade_no: transfer.outTradeNo,
		amount: transfer.amount.value,
		currency: transfer.currency,
		receiver_id: receiverShown('query', transfer, settings),
		receiver_name: transfer.receiverName,
	};
}
