import type { IDataObject } from 'n8n-workflow';

import type { Outcome, Refused } from '../../../../kess/gateway/outcome';
import { type Json, textOf } from '../../../../kess/jsonObject';
import { keepNewest } from '../../../../kess/keepNewest';
import { tellsOfNothing, tellsOfReason } from '../../../../kess/gateway/refusalWords';
import { type Look, type Sent, unclear } from '../../../shared/money/moveMoney';
import type { WebPayClient } from '../../client';
import { refusal } from './outcomes';

/** For how long what KESS has booked may be missing in a look-up: only then is it asked again after a refusal. */
export const LAG_MS = 2 * 60_000;

/**
 * A refusal of something that moves money. Nobody signs it, so it counts only in KESS's own shape, and for a reason that has
 * nothing to do with what the very same request may have done before.
 */
export function refusedPayment(refused: Refused, intent: string): Sent {
	return {
		kind: 'refused',
		error: refusal(refused, intent),
		isProof: refused.verified && tellsOfReason(refused),
	};
}

/**
 * A look-up that was not answered. Where it was refused there is nothing only if KESS says so itself, and in these words.
 *
 * @param intent what was to be looked up, as it continues "KESS refuses to …"
 */
export function lookedInVain(
	result: Exclude<Outcome<Json>, { kind: 'done' }>,
	intent: string,
): Look {
	switch (result.kind) {
		case 'notSent':
			return unclear(result.error);
		case 'unknown':
			return {
				found: 'unclear',
				reason: `KESS gave no clear answer when asked to ${intent}: ${result.reason}`,
				error: result.unbelieved,
			};
		case 'refused':
			if (result.verified && tellsOfNothing(result))
				return {
					found: 'none',
					reason: `KESS says that there is none: ${result.reason} (${result.code})`,
				};
			return unclear(refusal(result, intent));
	}
}

/** What KESS gave its IDs to, in this process. */
const given = new Map<string, string>();

const KEPT_IDS = 1000;

/** What stands where there is none: an answer without one tells nothing, so that it is better to take too many for none. */
const NO_ID = /^(?:0+|-+|null|none|n\/?a)?$/i;

/**
 * What an earlier answer with the same ID was about: some answers name nothing that was sent, so that only the ID in them tells
 * a well-signed copy of an earlier one.
 *
 * @param field the answer's field with the ID
 * @param number what it is about, for the one who sent it
 * @returns the number of the other one; `undefined` when there is none
 */
export function copiedFrom(
	client: WebPayClient,
	field: 'transaction_ref' | 'transaction_id' | 'code',
	answer: IDataObject,
	number: string,
): string | undefined {
	const id = textOf(answer[field]);
	if (NO_ID.test(id)) return undefined;
	const key = JSON.stringify([client.merchant, field, id]);
	const first = given.get(key) ?? number;
	given.set(key, first);
	keepNewest(given, KEPT_IDS);
	return first === number ? undefined : first;
}
