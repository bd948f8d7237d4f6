import { type IDataObject, sleep } from 'n8n-workflow';

import { Flights } from '../../../../kess/gateway/flights';
import type { JsonObject } from '../../../../kess/jsonObject';
import { KessError, messageOf } from '../../../../kess/errors';
import { explainPartnerCode } from '../../../../kess/partner/codes';
import { CONFIRM_TRANSFER, CREATE_TRANSFER, QUERY_TRANSFER } from '../../../../kess/partner/services';
import { type AskedTransfer, isPaid, matchTransfer } from '../../../../kess/partner/transfer';
import { afterSending, type NotSent, orThrow, type Outcome } from '../../../../kess/gateway/outcome';
import { quoted } from '../../../../kess/gateway/redaction';
import { type Claim, type ConfirmMemory, GRACE_MS } from './memory';
import type { PartnerClient } from '../../client';

/** How often the same confirmation, or a look-up, is sent before the outcome is called unknown. */
const ATTEMPTS = 3;

/** The pause before the second attempt; it doubles after each. */
const PAUSE_MS = 500;

/** What the gateway says about a transfer number. */
export type Standing =
	| { state: 'paid'; data: IDataObject }
	/** A transfer has been prepared and can still be confirmed. */
	| { state: 'open' }
	/** There is none, or none that could still be confirmed. */
	| { state: 'none' }
	| { state: 'unclear'; reason: string };

/** How a confirmation ended. */
export type ConfirmEnd =
	| { end: 'paid'; data: IDataObject; alreadyConfirmed: boolean }
	| { end: 'refused'; code: string; reason: string }
	| { end: 'unknown'; reason: string; nextStep: string };

export interface Confirmation {
	preTransferId: string;
	partnerTransactionId: string;
	asked: AskedTransfer;
	/** Claimed in the memory before; its end is that of the pre-transfer. */
	claim: Claim;
	/** An earlier run may have sent this very confirmation. */
	sentBefore: boolean;
}

/** With these the gateway has nothing under the number, or nothing that could still be confirmed. */
export const NONE: ReadonlySet<string> = new Set(['NOTEXIST', 'EXPIRED']);

/** With these a confirmation has certainly not been carried out (docs/gateway.md §13, CONFIRM FUND TRANSFER). */
const NOT_CARRIED_OUT = new Set(['NOTEXIST', 'EXPIRED', 'VALIDATIONERROR', 'NOTELIGIBLE']);

const flights = new Flights();

/** One transfer number at a time in this process: a second run waits and then finds out what the first has done. */
export async function inFlight<T>(client: PartnerClient, outTradeNo: string, work: () => Promise<T>): Promise<T> {
	return await flights.run(`${client.identity}|${outTradeNo}`, work);
}

/**
 * Looks up what became of a transfer number (docs/gateway.md §13, QUERY FUND TRANSFER). Looking is safe, so it is repeated.
 *
 * @throws KessError when the number has been paid, but to somebody else or over another amount than asked
 */
export async function lookUp(client: PartnerClient, asked: AskedTransfer): Promise<Standing> {
	let reason = '';
	for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
		await pauseBefore(attempt);
		const result = orThrow(await client.call(QUERY_TRANSFER, { out_trade_no: asked.outTradeNo }));
		if (result.kind === 'refused') {
			return NONE.has(result.code) ? { state: 'none' } : { state: 'unclear', reason: result.reason };
		}
		if (result.kind === 'done') {
			if (result.data.out_trade_no !== asked.outTradeNo) {
				reason = 'the answer is about another transfer';
				continue;
			}
			if (!isPaid(result.data as JsonObject)) return { state: 'open' };
			// The query does not name the pre-transfer: a number is paid once, whichever of its pre-transfers did it.
			const comparable = { ...asked, preTransferId: undefined };
			const difference = matchTransfer(comparable, result.data as JsonObject, QUERY_TRANSFER);
			if (difference !== undefined) throw paidDifferently(result.data, difference);
			return { state: 'paid', data: result.data };
		}
		reason = result.reason;
		if (result.isBusy) break;
	}
	return { state: 'unclear', reason };
}

/**
 * Prepares a transfer (docs/gateway.md §13, CREATE UNIFIED FUND TRANSFER). No money moves. When the answer is lost nobody knows
 * the pre-transfer's ID, so nobody can confirm it, and preparing once more is safe.
 *
 * @throws KessError when the gateway refuses, or gives no clear answer
 */
export async function prepare(client: PartnerClient, fields: JsonObject, asked: AskedTransfer): Promise<IDataObject> {
	let result: Exclude<Outcome<IDataObject>, NotSent> = { kind: 'unknown', reason: '' };
	let lostBefore = false;
	for (let attempt = 0; attempt < ATTEMPTS && result.kind === 'unknown'; attempt++) {
		await pauseBefore(attempt);
		lostBefore = attempt > 0;
		result = orThrow(await client.call(CREATE_TRANSFER, fields));
	}
	if (result.kind === 'done') {
		const difference = matchTransfer(asked, result.data as JsonObject, CREATE_TRANSFER);
		if (difference === undefined && String(result.data.pre_transfer_id ?? '') !== '') return result.data;
		throw new KessError(
			`The answer of KESS is not about the transfer that was asked for (${difference ?? 'it has no pre_transfer_id'}), so it is not believed`,
			'This run has paid nothing. Run the item again. If this stays so, report it to KESS.',
		);
	}
	if (result.kind === 'unknown') {
		throw new KessError(
			`KESS gave no clear answer when preparing the transfer: ${result.reason}`,
			'This run has paid nothing. Run the item again with the same transfer number.',
		);
	}
	throw lostBefore
		? new KessError(
				`KESS took the transfer number, but its answer was lost, and now it refuses the number (${result.code})`,
				'This run has paid nothing. Query the transfer: once KESS says that there is none or that it has run out, pay with a new transfer number.',
				result.code,
			)
		: refusal(result, CREATE_TRANSFER);
}

/**
 * Confirms a prepared transfer: the moment at which money moves (docs/gateway.md §13, CONFIRM FUND TRANSFER).
 *
 * A pre-transfer can be used once, so the very same confirmation may be sent again, and no other. After every unclear
 * answer the transfer number is looked up first. Refused means that no attempt can have paid; what cannot be told is
 * unknown.
 *
 * @throws KessError when nothing was sent, or the number has been paid to somebody else
 */
export async function confirm(client: PartnerClient, memory: ConfirmMemory, confirmation: Confirmation): Promise<ConfirmEnd> {
	const { asked, preTransferId, partnerTransactionId, claim, sentBefore } = confirmation;
	if (!(await memory.isHeld(claim))) return await waitForOther(client, asked, claim.until);

	let reason = '';
	for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
		await pauseBefore(attempt);
		const first = attempt === 0 && !sentBefore;
		const sent = await client.call(CONFIRM_TRANSFER, { pre_transfer_id: preTransferId, partner_transaction_id: partnerTransactionId });
		if (first && sent.kind === 'notSent') {
			// Nothing is held up by a confirmation that has never left.
			await memory.release(claim);
			throw sent.error;
		}
		const result = afterSending(sent);
		if (result.kind === 'done' && isPaid(result.data as JsonObject)) {
			const difference = matchTransfer(asked, result.data as JsonObject, CONFIRM_TRANSFER);
			if (difference === undefined) return { end: 'paid', data: result.data, alreadyConfirmed: false };
			reason = `the answer is about another transfer (${difference})`;
		} else {
			reason = result.kind === 'done' ? 'KESS has not finished the transfer' : result.reason;
		}
		const refused = result.kind === 'refused' && NOT_CARRIED_OUT.has(result.code) ? result : undefined;
		// After an unclear attempt a refusal does not say what became of that one, as long as it may still be under way.
		if (refused && (first || (attempt === 0 && Date.now() > claim.until + GRACE_MS))) {
			await memory.release(claim);
			return { end: 'refused', code: refused.code, reason };
		}
		const standing = await lookUpAfterwards(client, asked);
		if (standing.state === 'paid') return { end: 'paid', data: standing.data, alreadyConfirmed: true };
		if (refused) break;
	}
	return unknown(reason, claim.until);
}

/** Another run may confirm this number: see how that one ends. */
export async function waitForOther(client: PartnerClient, asked: AskedTransfer, heldUntil: number): Promise<ConfirmEnd> {
	for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
		await pauseBefore(attempt);
		const standing = await lookUpAfterwards(client, asked);
		if (standing.state === 'paid') return { end: 'paid', data: standing.data, alreadyConfirmed: true };
	}
	return unknown('another run has begun to pay this transfer, and KESS may still carry that out', heldUntil);
}

/** What a run says when the number has a prepared transfer whose ID it does not have. */
export function openElsewhere(until?: number): ConfirmEnd {
	return unknown('KESS has a prepared transfer under this number that can still be confirmed, and this run did not prepare it', until);
}

/** What a run says that has asked for a confirmation before and must not go on for another reason. */
export function sentElsewise(reason: string, until: number): ConfirmEnd {
	return unknown(`an earlier run has asked KESS to pay this transfer, and ${reason}`, until);
}

/** What a run says that could not find out whether the number has been paid, and so has sent nothing. */
export function unclearBefore(reason: string): ConfirmEnd {
	return unknown(`KESS does not say whether it has been paid (${reason}). This run has sent no payment`);
}

function unknown(reason: string, until?: number): ConfirmEnd {
	const end = until === undefined ? 'once the prepared transfer has run out' : `after ${new Date(until).toISOString()}`;
	return {
		end: 'unknown',
		reason,
		nextStep: `Do not pay this transfer in another way yet. Run it again in this same node with the same transfer number, now or ${end}: it is looked up first.`,
	};
}

/** The gateway's refusal in words for the user. */
export function refusal({ code, reason }: { code: string; reason: string }, service: string): KessError {
	const { message, hint } = explainPartnerCode(code, service, reason);
	return new KessError(message, hint, code);
}

/** The number has been paid, but not the way it is asked for now: no money may follow. */
export class PaidDifferentlyError extends KessError {
	override name = 'PaidDifferentlyError';
}

function paidDifferently(data: IDataObject, difference: string): PaidDifferentlyError {
	return new PaidDifferentlyError(
		`This transfer number has been paid already, but not as asked now (${difference}): ${quoted(data.amount)} ${quoted(data.currency)}, fund transfer ${quoted(data.fund_transfer_id)}`,
		'Use a new transfer number for a new payment. If it is meant to be the same payment, correct amount and receiver.',
	);
}

/** The same once something has been sent: whatever keeps it from an answer leaves the outcome open. */
export async function lookUpAfterwards(client: PartnerClient, asked: AskedTransfer): Promise<Standing> {
	try {
		return await lookUp(client, asked);
	} catch (error) {
		if (error instanceof PaidDifferentlyError) return await Promise.reject(error);
		return { state: 'unclear', reason: messageOf(error) };
	}
}

async function pauseBefore(attempt: number): Promise<void> {
	if (attempt > 0) await sleep(PAUSE_MS * 2 ** (attempt - 1));
}
