import { InvalidValueError } from '../../../../kess/errors';
import { requirePartnerTransactionId, requirePreTransferId } from '../../../../kess/partner/fields';
import { SERVICES } from '../../../../kess/partner/services';
import { FIRST_CLAIM_MS, LONGEST_LIFE_MS } from './memory';
import { confirm as confirmTransfer, inFlight, lookUp, unclearBefore, waitForOther } from './transfers';
import type { PartnerOperation } from '../operation';
import { outTradeNo, partnerTransactionId, preTransferId } from './fields';
import { readTransferNumber } from './newTransfer';
import { confirmItem } from './results';

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
		preTransferId,
		partnerTransactionId,
		{
			...outTradeNo,
			description: 'The number the transfer was created with. Not sent: what became of the transfer is looked up by it.',
		},
		{
			displayName: 'Additional Fields',
			name: 'additionalFields',
			type: 'collection',
			placeholder: 'Add Field',
			default: {},
			options: [
				{
					displayName: 'Expires At',
					name: 'expiresAt',
					type: 'string',
					default: '',
					placeholder: 'e.g. ={{ $json.expires_at }}',
					description: 'What Create returned as expires_at. Without it the transfer is taken to live for a day.',
				},
			],
		},
	],
	async execute(call, { client, memory, options }) {
		const number = readTransferNumber(call);
		const preTransfer = call.read('preTransferId', requirePreTransferId);
		const transaction = call.read('partnerTransactionId', requirePartnerTransactionId);
		const expiresAt = call.collection('additionalFields').read('expiresAt', requireTime) ?? Date.now() + LONGEST_LIFE_MS;
		const asked = { outTradeNo: number, preTransferId: preTransfer };
		const claim = { outTradeNo: number, holder: preTransfer, until: Math.max(expiresAt, Date.now() + FIRST_CLAIM_MS) };
		const end = await inFlight(client, number, async () => {
			const { heldUntil, again } = await memory.claim(claim);
			if (heldUntil !== undefined) return await waitForOther(client, asked, heldUntil);
			const standing = await lookUp(client, asked);
			if (standing.state === 'paid') return { end: 'paid' as const, data: standing.data, alreadyConfirmed: true };
			if (standing.state === 'unclear') {
				if (!again) await memory.release(claim);
				return unclearBefore(standing.reason);
			}
			return await confirmTransfer(client, memory, {
				preTransferId: preTransfer,
				partnerTransactionId: transaction,
				asked,
				claim,
				sentBefore: again,
			});
		});
		const known = { out_trade_no: number, pre_transfer_id: preTransfer };
		return [confirmItem(end, known, options.stopAtUnknown === true)];
	},
};

function requireTime(value: unknown): number {
	const text = String(value).trim();
	const time = /^\d{4}-\d{2}-\d{2}T[\d:.]+(Z|[+-]\d{2}:?\d{2})$/.test(text) ? Date.parse(text) : Number.NaN;
	if (Number.isFinite(time)) return time;
	throw new InvalidValueError(
		'is not a time with its date and time zone',
		'Use expires_at of the operation Create, for example 2026-11-21T08:30:00Z. It is not expire_in, which counts seconds.',
	);
}
