import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { KessError, messageOf } from '../../../../kess/errors';
import { textOf } from '../../../../kess/jsonObject';
import { type Money, moneyIn } from '../../../../kess/money';
import { quoted } from '../../../../kess/gateway/redaction';
import { requirePartnerAmount, requireReceiverId } from '../../../../kess/partner/fields';
import { scriptOf, wordsOfName } from '../../../../kess/partner/receiverName';
import { type AskedTransfer, personOf } from '../../../../kess/partner/transfer';
import { PreparedNotes } from '../../../shared/money/preparedNotes';
import type { ItemCall } from '../../../shared/run/item';
import type { PartnerClient } from '../../client';
import { expectedReceiverName } from './fields';
import { endOfLife, readExpectedName } from './newTransfer';
import { whatIs } from './transfers';

export const approvedFields: INodeProperties[] = [
	{
		displayName: 'Expected Amount',
		name: 'expectedAmount',
		type: 'string',
		default: '',
		placeholder: 'e.g. 125.50',
		description:
			'The amount in USD that somebody has approved. A prepared transfer over another amount is not paid. The transfer must have been prepared by Create in this same workflow. A row in which this is empty fails.',
	},
	{
		displayName: 'Expected Receiver',
		name: 'expectedReceiver',
		type: 'string',
		default: '',
		placeholder: 'e.g. 012345678',
		description:
			'The receiver ID that somebody has approved: the one that Create was given, or the one that it returned. A prepared transfer to anybody else is not paid. The transfer must have been prepared by Create in this same workflow. A row in which this is empty fails.',
	},
	{
		...expectedReceiverName,
		description:
			'Whose wallet it has to be. Case, spacing and the order of the names do not matter. A prepared transfer to anybody else is not paid. The transfer must have been prepared by Create in this same workflow. A row in which this is empty fails.',
	},
];

/** What somebody has approved of a prepared transfer. */
export type Approved = Pick<AskedTransfer, 'money' | 'receiverId' | 'receiverName'>;

/** Reads what was approved; it is checked only where the fields were added. */
export function readApproved(call: ItemCall): Approved {
	const additional = call.collection('additionalFields');
	const money = additional.readGuard('expectedAmount', requirePartnerAmount);
	const receiverId = additional.readGuard('expectedReceiver', requireReceiverId);
	const receiverName = readExpectedName(additional);
	return {
		...(money && { money }),
		...(receiverId !== undefined && { receiverId }),
		...(receiverName !== undefined && { receiverName }),
	};
}

/** Notes down what a transfer is prepared for. Where n8n cannot remember, a confirmation that has to know will say so. */
export async function rememberPrepared(
	context: IExecuteFunctions,
	client: PartnerClient,
	asked: AskedTransfer,
	prepared: IDataObject,
): Promise<void> {
	const receivers = [asked.receiverId ?? '', textOf(prepared.receiver_id)].filter(
		(receiver) => receiver !== '',
	);
	const owner = textOf(prepared.receiver_name);
	const isNamed = wordsOfName(owner) !== '';
	const facts = [
		...new Set([
			numberFact(asked.outTradeNo),
			whatIs(asked),
			...(asked.money ? [amountFact(asked.money)] : []),
			...receivers.map(receiverFact),
			...(isNamed ? [namedFact(owner), nameFact(owner)] : []),
		]),
	];
	await notesOf(context, client, textOf(prepared.pre_transfer_id))
		.remember(facts, endOfLife(prepared), notesOf(context, client, numberFact(asked.outTradeNo)))
		.catch(() => undefined);
}

/**
 * What a prepared transfer is remembered as when it is paid: the same as where Create, or Pay Out, asks for it. Never throws.
 *
 * @returns `undefined` where that is not known, as when another ID of the receiver was approved than Create was given
 */
export async function whatIsApproved(
	context: IExecuteFunctions,
	client: PartnerClient,
	preTransferId: string,
	approved: Approved,
): Promise<string | undefined> {
	if (approved.money === undefined || approved.receiverId === undefined) return undefined;
	const what = whatIs(approved);
	const known = await notesOf(context, client, preTransferId)
		.recall([what])
		.catch(() => undefined);
	return known?.isKnown === true && known.doubtful.size === 0 ? what : undefined;
}

/** When a transfer that this workflow has prepared will have run out, as far as it remembers. */
export async function endOfPrepared(
	context: IExecuteFunctions,
	client: PartnerClient,
	preTransferId: string,
): Promise<number | undefined> {
	return await notesOf(context, client, preTransferId)
		.end()
		.catch(() => undefined);
}

/**
 * Until when a number may still be paid that KESS has used and shows nothing of: as long as what this workflow has prepared
 * under it lives.
 *
 * @returns milliseconds since the epoch; `undefined` where it was not prepared here, or n8n cannot remember. Never throws
 */
export async function endOfUnseen(
	context: IExecuteFunctions,
	client: PartnerClient,
	outTradeNo: string,
): Promise<number | undefined> {
	return await endOfPrepared(context, client, numberFact(outTradeNo));
}

/**
 * Whether a prepared transfer is that of its number, and what was approved. A confirmation names nothing but the ID of the
 * prepared transfer, and a query does not show which of several was meant: so only what was noted down when it was prepared
 * can tell.
 *
 * @returns why it must not be confirmed; `undefined` when it may be. Never throws
 */
export async function findDoubt(
	context: IExecuteFunctions,
	client: PartnerClient,
	preTransferId: string,
	{ outTradeNo, money, receiverId, receiverName }: Approved & Pick<AskedTransfer, 'outTradeNo'>,
): Promise<KessError | undefined> {
	const facts = new Map([
		...(money
			? [[amountFact(money), `Expected Amount is ${money.decimal} ${money.currency}`] as const]
			: []),
		...(receiverId === undefined
			? []
			: [[receiverFact(receiverId), `Expected Receiver is ${receiverId}`] as const]),
		...(receiverName === undefined
			? []
			: [[nameFact(receiverName), `Expected Receiver Name is ${receiverName}`] as const]),
	]);
	const own = numberFact(outTradeNo);
	let because = 'this workflow did not prepare it, or no longer knows of it';
	try {
		const { isKnown, doubtful } = await notesOf(context, client, preTransferId).recall([
			own,
			...facts.keys(),
		]);
		if (isKnown && doubtful.has(own)) return otherNumber(outTradeNo);
		if (isKnown)
			return doubtful.size === 0
				? undefined
				: otherThanApproved([...doubtful].map((fact) => facts.get(fact)));
	} catch (error) {
		because = `n8n cannot read what it remembers of it (${messageOf(error)})`;
	}
	return facts.size === 0 ? undefined : cannotTell(because);
}

/**
 * In what a transfer that is paid surely differs from the prepared one, as far as this workflow remembers that. KESS may name a
 * receiver by an ID that nobody here has seen, so that another ID alone is no difference where it does not tell the name.
 *
 * @param paid as KESS shows it
 * @returns as it continues "a transfer". Never throws
 */
export async function otherThanPrepared(
	context: IExecuteFunctions,
	client: PartnerClient,
	preTransferId: string,
	paid: IDataObject,
): Promise<string | undefined> {
	const money = moneyIn(paid.amount, paid.currency);
	const [receiver, name] = [textOf(paid.receiver_id), textOf(paid.receiver_name)];
	const [amount, id, owner] = [money && amountFact(money), receiverFact(receiver), nameFact(name)];
	const known = await notesOf(context, client, preTransferId)
		.recall([...(amount === undefined ? [] : [amount]), id, owner, namedFact(name)])
		.catch(() => undefined);
	if (known?.isKnown !== true) return undefined;
	if (money !== undefined && amount !== undefined && known.doubtful.has(amount))
		return `over ${money.decimal} ${money.currency}`;
	const isOther = [id, owner].every((fact) => known.doubtful.has(fact));
	return isOther && !known.doubtful.has(namedFact(name)) && wordsOfName(name) !== ''
		? `to ${quoted(name)}`
		: undefined;
}

function otherNumber(outTradeNo: string): KessError {
	return new KessError(
		`This Pre-Transfer ID belongs to another transfer number than ${outTradeNo}: this workflow has prepared it for that one`,
		'This run has paid nothing. Take the Pre-Transfer ID that Create has returned for this transfer number: those of two rows may have been mixed up.',
	);
}

function otherThanApproved(expected: Array<string | undefined>): KessError {
	return new KessError(
		`This transfer was prepared for something else than was approved: ${expected.join(', ')}, and that is not what it was prepared for`,
		'This run has paid nothing. Take the pre-transfer ID of the transfer that was approved, or prepare the transfer again and have it approved.',
	);
}

function cannotTell(because: string): KessError {
	return new KessError(
		`Nobody can tell whether this prepared transfer is the one that was approved: ${because}`,
		'This run has paid nothing. Prepare the transfer with Create in this same workflow, and have it approved again. Without Expected Amount, Expected Receiver and Expected Receiver Name it is confirmed unchecked.',
	);
}

function notesOf(
	context: IExecuteFunctions,
	client: PartnerClient,
	preTransferId: string,
): PreparedNotes {
	return new PreparedNotes(context, client.identity, preTransferId);
}

/** Whether KESS said whose wallet it is, in a script in which names can be compared. */
function namedFact(name: string): string {
	return `named in ${scriptOf(name)}`;
}

function numberFact(outTradeNo: string): string {
	return `number ${outTradeNo}`;
}

function amountFact({ decimal, currency }: Money): string {
	return `amount ${decimal} ${currency}`;
}

function receiverFact(receiverId: string): string {
	return `receiver ${personOf(receiverId)}`;
}

function nameFact(name: string): string {
	return `name ${wordsOfName(name)}`;
}
