import type { IDataObject } from 'n8n-workflow';

import { InvalidValueError } from '../../../../kess/errors';
import { requirePreTransferId } from '../../../../kess/partner/fields';
import { SERVICES } from '../../../../kess/partner/services';
import { isBlank } from '../../../../kess/written/text';
import { additionalFields } from '../../../shared/run/collections';
import { LONGEST_MS } from '../../../shared/money/paymentNotes';
import type { MoneyEnd } from '../../../shared/money/moveMoney';
import { payRow, readRow } from '../../../shared/money/payRow';
import type { ItemCall } from '../../../shared/run/item';
import type { PartnerClient } from '../../client';
import type { PartnerOperation } from '../operation';
import {
	approvedFields,
	endOfPrepared,
	findDoubt,
	otherThanPrepared,
	readApproved,
	whatIsApproved,
} from './prepared';
import {
	outTradeNo,
	partnerTransactionId,
	preTransferId,
	readPartnerTransactionId,
} from './fields';
import { readTransferNumber } from './newTransfer';
import { transferItem } from './results';
import { standingOf } from './standing';
import {
	spent,
	confirm as confirmTransfer,
	lookUp,
	transferNumbers,
	transferPayment,
	whatWaits,
} from './transfers';

/** `confirm.fundTransfer` (docs/gateway.md §13, CONFIRM FUND TRANSFER): the second of two steps. */
export const confirm: PartnerOperation = {
	service: SERVICES.confirmTransfer,
	option: {
		name: 'Confirm',
		value: 'confirm',
		action: 'Confirm fund transfer',
		description: 'Pay out a prepared transfer. It is paid once, however often this runs.',
	},
	properties: [
		{
			...outTradeNo,
			description:
				'The number the transfer was created with: what this workflow has prepared under another number is not paid. Not sent: by it KESS is asked what became of the transfer, and this workflow remembers at least 2,500 paid ones.',
		},
		preTransferId,
		partnerTransactionId,
		additionalFields([
			...approvedFields,
			{
				displayName: 'Expires At',
				name: 'expiresAt',
				type: 'string',
				default: '',
				placeholder: 'e.g. {{ $json.expires_at }}',
				description:
					'What Create returned as expires_at. Without it n8n goes by what this workflow remembers of Create; where it does not know, the transfer is taken to live for a day.',
			},
		]),
	],
	async execute(call, { client, options }) {
		const number = readTransferNumber(call);
		if (call.notStarted === undefined && call.read('preTransferId', isBlank)) {
			return [await withoutPreTransfer(call, client, number, options)];
		}
		const item = await payRow(call, {
			...transferNumbers(client, number),
			read: () => ({
				preTransfer: call.read('preTransferId', requirePreTransferId),
				transaction: readPartnerTransactionId(call, number),
				expiresAt: call.collection('additionalFields').read('expiresAt', requireTime),
				approved: readApproved(call),
			}),
			told: async ({ preTransfer, approved }) => ({
				attempt: preTransfer,
				what: await whatIsApproved(call.context, client, preTransfer, approved),
			}),
			async movement({ preTransfer, transaction, approved, ...row }) {
				const asked = { outTradeNo: number, ...approved };
				const expiresAt = row.expiresAt ?? (await endOfPrepared(call.context, client, preTransfer));
				const until = expiresAt ?? Date.now() + LONGEST_MS;
				return {
					lifeMs: Math.max(0, until - Date.now()),
					async lookUp() {
						const look = whatWaits(await lookUp(client, asked));
						const other =
							look.found === 'this'
								? await otherThanPrepared(call.context, client, preTransfer, look.data)
								: undefined;
						return other === undefined
							? look
							: {
									found: 'another',
									reason: `KESS shows a transfer ${other}, and this one was prepared for another`,
								};
					},
					async prepare() {
						const doubt =
							(asked.money && client.overLimit(asked.money)) ??
							(await findDoubt(call.context, client, preTransfer, asked));
						return doubt === undefined
							? { kind: 'ready', until: Math.max(until, Date.now()) }
							: { kind: 'refused', error: doubt };
					},
					send: async (isAnew) =>
						await confirmTransfer(
							client,
							asked,
							{ pre_transfer_id: preTransfer, partner_transaction_id: transaction },
							expiresAt,
							isAnew,
						),
					spent,
				};
			},
			output: (end, row) =>
				transferItem(
					call,
					end,
					{ out_trade_no: number, ...(row && { pre_transfer_id: row.preTransfer }) },
					options,
				),
		});
		return [item];
	},
};

/** What Create has returned as paid or unknown has no prepared transfer: then its number says what became of it. */
async function withoutPreTransfer(
	call: ItemCall,
	client: PartnerClient,
	number: string,
	options: IDataObject,
): Promise<IDataObject> {
	const shown = (end: MoneyEnd) => transferItem(call, end, { out_trade_no: number }, options);
	const row = await readRow(call, transferPayment(client, number), () => readApproved(call));
	if ('end' in row) return shown(row.end);
	const { end } = await standingOf(call, client, { outTradeNo: number, ...row.asked }, undefined);
	if (end !== undefined) return shown(end);
	throw call.read('preTransferId', requirePreTransferId);
}

function requireTime(value: unknown): number {
	const text = String(value).trim();
	const time = /^\d{4}-\d{2}-\d{2}T[\d:.]+(Z|[+-]\d{2}:?\d{2})$/.test(text)
		? Date.parse(text)
		: Number.NaN;
	if (Number.isFinite(time)) return time;
	throw new InvalidValueError(
		'is not a time with its date and time zone',
		'Use expires_at of the operation Create, for example 2026-11-21T15:30:00+07:00. It is not expire_in, which counts seconds.',
	);
}
