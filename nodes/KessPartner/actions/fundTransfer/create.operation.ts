import type { IDataObject } from 'n8n-workflow';

import { textOf } from '../../../../kess/jsonObject';
import { SERVICES } from '../../../../kess/partner/services';
import { clockInPhnomPenh } from '../../../../kess/written/day';
import type { MoneyEnd } from '../../../shared/money/moveMoney';
import { readRow } from '../../../shared/money/payRow';
import type { ItemCall } from '../../../shared/run/item';
import type { PartnerClient } from '../../client';
import type { PartnerOperation } from '../operation';
import { endOfUnseen, rememberPrepared } from './prepared';
import { amount, currency, outTradeNo, receiverCheck, receiverId, senderName } from './fields';
import {
	checkReceiver,
	endOfLife,
	type NewTransfer,
	readNewTransfer,
	readTransferNumber,
} from './newTransfer';
import { neverAgain, takenBefore, transferItem } from './results';
import { standingOf } from './standing';
import { prepare, transferNumber, transferPayment, whatIs } from './transfers';

/** `create.unified.fundTransfer` (docs/gateway.md §13, CREATE UNIFIED FUND TRANSFER): the first of two steps. */
export const create: PartnerOperation = {
	service: SERVICES.createTransfer,
	option: {
		name: 'Create',
		value: 'create',
		action: 'Prepare fund transfer',
		description:
			'Prepare a transfer and learn who its receiver is. No money moves before it is confirmed. A transfer that was paid before is found and returned, not prepared again.',
	},
	properties: [outTradeNo, receiverId, receiverCheck, amount, currency, senderName],
	async execute(call, { client }) {
		const number = readTransferNumber(call);
		const row = await readRow(call, transferPayment(client, number), () =>
			readNewTransfer(call, client, number),
		);
		if ('end' in row) return [transferItem(call, row.end, { out_trade_no: number }, {})];
		return [
			await call.once(
				transferNumber(client, number),
				async () => await prepareOnce(call, client, row.asked),
			),
		];
	},
};

async function prepareOnce(
	call: ItemCall,
	client: PartnerClient,
	transfer: NewTransfer,
): Promise<IDataObject> {
	const { asked, fields } = transfer;
	const { out_trade_no, receiver_id, amount: sum, currency: unit } = fields;
	const item = (end: MoneyEnd) =>
		transferItem(
			call,
			end,
			{ out_trade_no, receiver_id, amount: sum, currency: unit } as IDataObject,
			{},
		);
	const { end, known, look } = await standingOf(call, client, asked, whatIs(asked));
	if (end !== undefined) return item(end);

	const prepared = await prepare(client, fields, asked);
	if (prepared.kind === 'taken') {
		// What has run out or waits to be confirmed has used it. Where KESS shows neither, it may have been paid a moment ago.
		const isUnseen =
			known.state === 'nothing' &&
			look.found === 'none' &&
			textOf(look.data?.result_code) === 'NOTEXIST';
		if (!isUnseen) throw takenBefore(prepared.error);
		const until = await endOfUnseen(call.context, client, asked.outTradeNo);
		if (until !== undefined && until <= Date.now()) throw neverAgain(prepared.error);
		return item({
			end: 'unknown',
			reason: takenBefore(prepared.error).message,
			until,
			because: 'KESS knows no transfer under this number',
		});
	}
	if (prepared.kind !== 'prepared') throw prepared.error;
	checkReceiver(asked, prepared.data);
	await rememberPrepared(call.context, client, asked, prepared.data);
	return { ...prepared.data, expires_at: clockInPhnomPenh(endOfLife(prepared.data)) };
}
