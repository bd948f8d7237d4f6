import { KessError } from '../../../../kess/errors';
import { orThrow } from '../../../../kess/gateway/outcome';
import type { JsonObject } from '../../../../kess/jsonObject';
import { QUERY_TRANSFER, SERVICES } from '../../../../kess/partner/services';
import { isPaid, matchTransfer } from '../../../../kess/partner/transfer';
import { refusal } from './transfers';
import type { PartnerOperation } from '../operation';
import { outTradeNo } from './fields';
import { readTransferNumber } from './newTransfer';

/** `query.fundTransfer` (docs/gateway.md §13, QUERY FUND TRANSFER). */
export const query: PartnerOperation = {
	service: SERVICES.queryTransfer,
	option: {
		name: 'Query',
		value: 'query',
		action: 'Query fund transfer',
		description: 'Look up what became of a transfer. Only the result code SUCCESS with a fund transfer ID means paid.',
	},
	properties: [outTradeNo],
	async execute(call, { client }) {
		const number = readTransferNumber(call);
		const result = orThrow(await client.call(QUERY_TRANSFER, { out_trade_no: number }));
		if (result.kind === 'refused') throw refusal(result, QUERY_TRANSFER);
		if (result.kind === 'unknown') {
			throw new KessError(
				`KESS gave no clear answer when asked about the transfer: ${result.reason}`,
				'Looking changes nothing: run the item again.',
			);
		}
		const data = result.data as JsonObject;
		const difference = matchTransfer({ outTradeNo: number }, data, QUERY_TRANSFER);
		if (difference !== undefined) {
			throw new KessError(
				`The answer of KESS is about another transfer (${difference}), so it is not believed`,
				'Run the item again. If this stays so, report it to KESS.',
			);
		}
		return [isPaid(data) ? { ...result.data, status: 'paid' } : result.data];
	},
};
