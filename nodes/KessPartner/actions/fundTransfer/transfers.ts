import { type IDataObject, sleep } from 'n8n-workflow';

import { KessError } from '../../../../kess/errors';
import { type JsonObject, textOf } from '../../../../kess/jsonObject';
import { orThrow, type Outcome, type RefusalSaid } from '../../../../kess/gateway/outcome';
import { tellsOfUse } from '../../../../kess/gateway/refusalWords';
import { quoted } from '../../../../kess/gateway/redaction';
import { refusal } from '../../../../kess/partner/codes';
import { isOtherPerson } from '../../../../kess/partner/receiverName';
import {
	CONFIRM_TRANSFER,
	CREATE_TRANSFER,
	QUERY_TRANSFER,
} from '../../../../kess/partner/services';
import {
	type AskedTransfer,
	comparable,
	isNothing,
	isPaid,
	isUnderWay,
	matchTransfer,
	personOf,
	receiverNote,
} from '../../../../kess/partner/transfer';
import { type Look, type Prepared, type Sent, unclear } from '../../../shared/money/moveMoney';
import { GRACE_MS, type Payment } from '../../../shared/money/paymentNotes';
import type { OwnNumber } from '../../../shared/run/runNumbers';
import type { PartnerClient } from '../../client';

/** How often what moves no money is asked for before its answer is called unclear. */
const ATTEMPTS = 3;

/** The pause before the second attempt; it doubles after each. */
const PAUSE_MS = 500;

/** With these the gateway has nothing under the number, or nothing that could still be confirmed. */
const NONE: ReadonlySet<string> = new Set(['NOTEXIST', 'EXPIRED']);

/**
 * Looks up what became of a transfer number (docs/gateway.md §13, QUERY FUND TRANSFER). Looking is safe, so it is repeated.
 *
 * @param asked without a receiver or an amount whatever was paid under the number is the one that is meant
 */
export async function lookUp(client: PartnerClient, asked: AskedTransfer): Promise<Look> {
	let reason = '';
	for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
		if (attempt > 0) await pause(attempt);
		const result = await client.call(QUERY_TRANSFER, { out_trade_no: asked.outTradeNo });
		if (result.kind === 'notSent') return unclear(result.error);
		if (result.kind === 'refused') {
			reason = `KESS says ${result.code}`;
			return NONE.has(result.code)
				? { found: 'none', reason, data: { result_code: result.code } }
				: { found: 'unclear', reason: `${reason}: ${result.reason}` };
		}
		if (result.kind === 'unknown') {
			reason = result.reason;
			if (result.isBusy) break;
		} else if (textOf(result.data.out_trade_no) === asked.outTradeNo)
			return found(asked, result.data);
		else reason = 'the answer is about another transfer';
	}
	return { found: 'unclear', reason };
}

function found(asked: AskedTransfer, data: IDataObject): Look {
	if (!isPaid(data as JsonObject)) {
		const reason = `KESS shows it as ${standing(data)}`;
		return { found: isNothing(data as JsonObject) ? 'none' : 'open', reason, data };
	}
	// The query does not name the pre-transfer: a number is paid once, whichever of its pre-transfers did it.
	const { asked: shown, missing } = comparable(
		{ ...asked, preTransferId: undefined },
		data as JsonObject,
	);
	const person = otherPerson(asked, textOf(data.receiver_name));
	const note = receiverNote(asked, data as JsonObject);
	// Where the ID can be compared, it says whose wallet it is, and how KESS writes the name no longer does.
	const isCompared = shown.receiverId !== undefined && note === undefined;
	const difference =
		matchTransfer(shown, data as JsonObject, QUERY_TRANSFER) ?? (isCompared ? undefined : person);
	if (difference === undefined) {
		const doubt =
			missing.length > 0
				? `KESS does not show the ${missing.join(' and the ')} in a way that could be compared`
				: note;
		return {
			found: 'this',
			data,
			warning: doubt ?? (person && `It has been paid, and ${person}`),
			isPart: doubt !== undefined,
			isVague: missing.length > 0,
		};
	}
	return {
		found: 'another',
		reason: `it has been paid, but not as asked now (${difference}): ${quoted(data.amount)} ${quoted(data.currency)}, fund transfer ${quoted(data.fund_transfer_id)}`,
		data,
	};
}

/** Whether somebody else has got it than the one that is expected, as far as KESS shows who. */
function otherPerson({ receiverName }: AskedTransfer, shown: string): string | undefined {
	if (receiverName === undefined || !isOtherPerson(receiverName, shown)) return undefined;
	return `the wallet belongs to "${quoted(shown)}", not to "${receiverName}"`;
}

/** The same, where one that is only prepared and waits to be confirmed is nobody's payment yet. */
export function whatWaits(look: Look): Look {
	return look.found === 'open' && !isUnderWay(look.data as JsonObject)
		? { ...look, found: 'waiting' }
		: look;
}

/**
 * Prepares a transfer (docs/gateway.md §13, CREATE UNIFIED FUND TRANSFER). No money moves. When the answer is lost nobody knows
 * the pre-transfer's ID, so nobody can confirm it, and preparing once more is safe.
 */
export async function prepare(
	client: PartnerClient,
	fields: JsonObject,
	asked: AskedTransfer,
): Promise<{ kind: 'prepared'; data: IDataObject } | Exclude<Prepared, { kind: 'ready' }>> {
	let result: Outcome<IDataObject> = { kind: 'unknown', reason: '' };
	let wasLost = false;
	for (let attempt = 0; attempt < ATTEMPTS && result.kind === 'unknown'; attempt++) {
		if (attempt > 0) await pause(attempt);
		wasLost = attempt > 0;
		result = await client.call(CREATE_TRANSFER, fields);
	}
	switch (result.kind) {
		case 'done': {
			const difference = matchTransfer(asked, result.data as JsonObject, CREATE_TRANSFER);
			if (difference === undefined && textOf(result.data.pre_transfer_id) !== '')
				return { kind: 'prepared', data: result.data };
			return refused(
				`The answer of KESS is not about the transfer that was asked for (${difference ?? 'it has no pre_transfer_id'}), so it is not believed`,
				'This run has paid nothing. Run the item again. If this stays so, report it to KESS.',
			);
		}
		case 'notSent':
			return { kind: 'refused', error: result.error };
		case 'unknown':
			return refused(
				`KESS gave no clear answer when preparing the transfer: ${result.reason}`,
				'This run has paid nothing. Run the item again with the same transfer number.',
			);
		case 'refused':
			if (wasLost) {
				return refused(
					`KESS took the transfer number, but its answer was lost, and now it refuses the number (${result.code})`,
					'This run has paid nothing. Query the transfer: once KESS says that there is none or that it has run out, pay with a new transfer number.',
				);
			}
			return {
				kind: tellsOfUse(result) ? 'taken' : 'refused',
				error: refusal(result, CREATE_TRANSFER),
			};
	}
}

function refused(message: string, hint: string): { kind: 'refused'; error: KessError } {
	return { kind: 'refused', error: new KessError(message, hint) };
}

/**
 * Confirms a prepared transfer: the moment at which money moves (docs/gateway.md §13, CONFIRM FUND TRANSFER).
 *
 * @param until when the prepared transfer runs out, in milliseconds since the epoch; `undefined` when this run does not know
 * @param isAnew whether it has surely run out since an earlier run has confirmed it
 */
export async function confirm(
	client: PartnerClient,
	asked: AskedTransfer,
	fields: { pre_transfer_id: string; partner_transaction_id: string },
	until: number | undefined,
	isAnew: boolean,
): Promise<Sent> {
	const result = await client.call(CONFIRM_TRANSFER, fields);
	if (result.kind === 'refused') {
		// Until it has run out, the very same request may have been carried out a moment before.
		const hasRunOut = isAnew && until !== undefined && until + GRACE_MS <= Date.now();
		if (result.code === 'USED') return usedBefore(result, hasRunOut);
		return {
			kind: 'refused',
			error: refusal(result, CONFIRM_TRANSFER),
			isProof: !contradicts(result.code, until, isAnew) && (hasRunOut || !tellsOfUse(result)),
		};
	}
	if (result.kind !== 'done') return result;
	const data = result.data as JsonObject;
	const { outTradeNo } = asked;
	const other = matchTransfer(
		{ outTradeNo, preTransferId: fields.pre_transfer_id },
		data,
		CONFIRM_TRANSFER,
	);
	if (other !== undefined)
		return { kind: 'unknown', reason: `the answer is about another transfer (${other})` };
	if (!isPaid(data))
		return {
			kind: 'unknown',
			reason: `KESS has not finished the transfer (${standing(data)})`,
			isTakenOn: isUnderWay(data),
		};
	const difference = matchTransfer(asked, data, CONFIRM_TRANSFER);
	const warning =
		difference === undefined ? receiverNote(asked, data) : `KESS has paid it, but ${difference}`;
	return { kind: 'done', data: result.data, warning };
}

/** It was confirmed, and nobody knows with what end, unless it has run out since: then a look-up decides. */
function usedBefore(result: RefusalSaid, hasRunOut: boolean): Sent {
	if (!hasRunOut)
		return { kind: 'refused', error: refusal(result, CONFIRM_TRANSFER), isProof: false };
	return {
		kind: 'refused',
		isProof: true,
		error: new KessError(
			'An earlier confirmation of this transfer came to nothing: it has run out since, KESS shows no payment under its number, and does not take a second confirmation',
			'Nothing was paid. Prepare the transfer again, with a new transfer number.',
			result.code,
		),
	};
}

/**
 * Whether a refusal says what this run knows to be otherwise: that is how a request looks that was delivered twice, and whose
 * first one has been carried out. Once the prepared transfer has run out, a look-up decides. (What tells of use may come from
 * the very same request too, until an earlier attempt has surely ended.)
 */
function contradicts(code: string, until: number | undefined, isAnew: boolean): boolean {
	const end = until ?? (isAnew ? 0 : Infinity);
	if (code === 'EXPIRED') return end > Date.now();
	return code === 'NOTEXIST' && end + GRACE_MS > Date.now();
}

/** What KESS says of a transfer that is not paid. */
function standing({ result_code }: Record<string, unknown>): string {
	const code = textOf(result_code);
	return `${quoted(code)}${code.toUpperCase() === 'SUCCESS' ? ', and does not name the transfer' : ''}`;
}

/** Tells a payment from others under its number. */
export function whatIs({ receiverId, money }: Pick<AskedTransfer, 'money' | 'receiverId'>): string {
	return JSON.stringify([personOf(receiverId ?? ''), money?.decimal, money?.currency]);
}

/** A number is paid once, whichever operation does it. */
export function transferPayment(client: PartnerClient, number: string): Payment {
	return { account: client.identity, kind: 'transfer', number, what: undefined };
}

export function transferNumber(client: PartnerClient, number: string): OwnNumber {
	return { kind: 'transfer number', account: client.identity, number };
}

/** What a row that pays a transfer is known by. */
export function transferNumbers(
	client: PartnerClient,
	number: string,
): { payment: Payment; own: OwnNumber } {
	return {
		payment: transferPayment(client, number),
		own: { ...transferNumber(client, number), mark: 'already_confirmed' },
	};
}

/** The number stands for something else. */
export function spent(reason: string | undefined): KessError {
	return new KessError(
		`This transfer number stands for another payment${reason === undefined ? '' : `: ${reason}`}`,
		'This run has paid nothing. Use a new transfer number for a new payment. If it is meant to be the same payment, correct amount and receiver.',
	);
}

/** The answer to a question that changes nothing. @throws KessError when it cannot be had */
export async function ask(client: PartnerClient, outTradeNo: string): Promise<IDataObject> {
	const result = orThrow(await client.call(QUERY_TRANSFER, { out_trade_no: outTradeNo }));
	if (result.kind === 'refused') throw refusal(result, QUERY_TRANSFER);
	if (result.kind === 'unknown') {
		throw (
			result.unbelieved ??
			new KessError(
				`KESS gave no clear answer when asked about the transfer: ${result.reason}`,
				'Looking changes nothing: run the item again.',
			)
		);
	}
	return result.data;
}

async function pause(attempt: number): Promise<void> {
	await sleep(PAUSE_MS * 2 ** (attempt - 1));
}
