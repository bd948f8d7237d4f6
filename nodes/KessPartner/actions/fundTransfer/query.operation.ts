import { KessError } from '../../../../kess/errors';
import type { JsonObject } from '../../../../kess/jsonObject';
import { QUERY_TRANSFER, SERVICES } from '../../../../kess/partner/services';
import { isPaid, matchTransfer } from '../../../../kess/partner/transfer';
import type { PartnerOperation } from '../operation';
import { outTradeNo } from './fields';
import { readTransferNumber } from './newTransfer';
import { asPaid } from './results';
import { ask } from './transfers';

/** `query.fundTransfer` (docs/gateway.md §13, QUERY FUND TRANSFER). */
export const query: PartnerOperation = {
	service: SERVICES.queryTransfer,
	option: {
		name: 'Query',
		value: 'query',
		action: 'Query fund transfer',
		description:
			'Look up what became of a transfer. Only the result code SUCCESS with a fund transfer ID means paid.',
	},
	properties: [outTradeNo],
	async execute(call, { client }) {
		const number = readTransferNumber(call);
		const data = await ask(client, number);
		const difference = matchTransfer({ outTradeNo: number }, data as JsonObject, QUERY_TRANSFER);
		if (difference !== undefined) {
			throw new KessError(
				`The answer of KESS is about another transfer (${difference}), so it is not believed`,
				'Run the item again. If this stays so, report it to KESS.',
			);
		}
		return [isPaid(data) ? asPaid(data) : data];
	},
};
