import type { IDataObject } from 'n8n-workflow';

import type { JsonObject } from '../../../../kess/jsonObject';
import { KessError } from '../../../../kess/errors';
import { CREATE_TRANSFER, SERVICES } from '../../../../kess/partner/services';
import { matchTransfer } from '../../../../kess/partner/transfer';
import type { Movement, Prepared } from '../../../shared/money/moveMoney';
import { payRow } from '../../../shared/money/payRow';
import type { PartnerClient } from '../../client';
import type { PartnerOperation } from '../operation';
import {
	amount,
	currency,
	outTradeNo,
	partnerTransactionId,
	readPartnerTransactionId,
	receiverCheck,
	receiverId,
	senderName,
} from './fields';
import {
	checkReceiver,
	endOfLife,
	type NewTransfer,
	readNewTransfer,
	readTransferNumber,
} from './newTransfer';
import { neverAgain, transferItem } from './results';
import { spent, confirm, lookUp, prepare, transferNumbers, whatIs, whatWaits } from './transfers';

/** Pays one row: look up, create, check the name, confirm, and find out what happened when that is not clear. */
export const payOut: PartnerOperation = {
	service: SERVICES.confirmTransfer,
	option: {
		name: 'Pay Out',
		value: 'payOut',
		action: 'Pay out to wallet',
		description:
			'Pay a receiver in one step. A transfer that was paid before is found and returned, never paid twice.',
	},
	properties: [
		{
			displayName:
				'A transfer number is paid once: this workflow remembers at least 2,500. "unknown" may be paid: see <b>next_step</b>. <a href="https://github.com/n8n-nodes-kesspay/n8n-nodes-kesspay/blob/main/docs/what-happens-when.md#kess-partner" target="_blank">More</a>',
			name: 'payOutNotice',
			type: 'notice',
			default: '',
		},
		outTradeNo,
		receiverId,
		receiverCheck,
		amount,
		currency,
		senderName,
		partnerTransactionId,
	],
	async execute(call, { client, options }) {
		const number = readTransferNumber(call);
		const item = await payRow(call, {
			...transferNumbers(client, number),
			read: () => ({
				transfer: readNewTransfer(call, client, number),
				transaction: readPartnerTransactionId(call, number),
			}),
			told: ({ transfer }) => ({ what: whatIs(transfer.asked) }),
			movement: ({ transfer, transaction }) => movement(client, transfer, transaction),
			output(end, row) {
				const { receiver_id, amount: sum, currency: unit } = row?.transfer.fields ?? {};
				return transferItem(
					call,
					end,
					{
						out_trade_no: number,
						...(row && { receiver_id, amount: sum, currency: unit }),
					} as IDataObject,
					options,
				);
			},
		});
		return [item];
	},
};

/** Transfers that this process has prepared and certainly not confirmed: one that is run again goes on with the same. */
const prepared = new Map<string, Ready>();

interface Ready {
	data: IDataObject;
	until: number;
	/** What it was prepared for: KESS may name the receiver in a way that cannot be compared. */
	what: string;
}

function movement(
	client: PartnerClient,
	transfer: NewTransfer,
	partnerTransactionId: string,
): Omit<Movement, 'payment'> {
	const { asked, fields } = transfer;
	const key = JSON.stringify([client.identity, asked.outTradeNo]);
	let ready: Ready;

	const prepareOnce = async (): Promise<Prepared> => {
		const before = waiting(key);
		const result =
			before === undefined
				? await prepare(client, fields, asked)
				: ({ kind: 'prepared', data: before.data } as const);
		if (result.kind === 'taken') return { kind: 'taken', error: neverAgain(result.error) };
		if (result.kind !== 'prepared') return result;
		ready = before ?? { data: result.data, until: endOfLife(result.data), what: whatIs(asked) };
		prepared.set(key, ready);
		// What this run has created was checked when that was signed.
		const overLimit = before && asked.money && client.overLimit(asked.money);
		if (overLimit !== undefined) return { kind: 'refused', error: overLimit };
		checkSame(transfer, ready);
		checkReceiver(asked, ready.data);
		return { kind: 'ready', until: ready.until };
	};
	return {
		// Before it is prepared nothing of it can be carried out.
		lifeMs: 0,
		async lookUp() {
			const look = whatWaits(await lookUp(client, asked));
			if (look.found !== 'waiting' || waiting(key) !== undefined) return look;
			return { ...look, found: 'open', reason: `${look.reason}, and this run did not prepare it` };
		},
		prepare: prepareOnce,
		async send(isAnew) {
			const fields = {
				pre_transfer_id: String(ready.data.pre_transfer_id),
				partner_transaction_id: partnerTransactionId,
			};
			prepared.delete(key);
			const sent = await confirm(client, asked, fields, ready.until, isAnew);
			if (sent.kind === 'notSent') prepared.set(key, ready);
			return sent;
		},
		spent,
	};
}

/** The transfer that waits for its confirmation and can still be confirmed. */
function waiting(key: string): Ready | undefined {
	const now = Date.now();
	for (const [other, { until }] of prepared) {
		if (until <= now) prepared.delete(other);
	}
	return prepared.get(key);
}

/** A transfer that this process has prepared before may have been for another amount or receiver. */
function checkSame({ asked }: NewTransfer, { data, what }: Ready): void {
	const difference =
		matchTransfer(asked, data as JsonObject, CREATE_TRANSFER) ??
		(what === whatIs(asked) ? undefined : 'it was prepared for something else');
	if (difference === undefined) return;
	throw new KessError(
		`This transfer number has been prepared for another amount or receiver and not paid (${difference})`,
		'This run has paid nothing. Use a new transfer number, or correct amount and receiver to what they were.',
	);
}
