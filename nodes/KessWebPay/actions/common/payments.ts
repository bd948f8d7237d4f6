import type { Refused } from '../../../../kess/gateway/outcome';
import type { Sent } from '../../../shared/money/moveMoney';
import { refusal } from './order';

/** For how long what KESS has booked may be missing in a look-up: only then is it asked again after a refusal. */
export const LAG_MS = 2 * 60_000;

/** How a refusal sounds whose reason is that the number, or the code of the buyer, was used before, or is being used. */
const TAKEN =
	/\b(exist(s|ed|ing)?|duplicated?|taken|(already|been|being) (been |being )?(used|paid|charged|refunded|processed)|in use|used before|in progress|processing|pending)\b/i;

/**
 * A refusal of something that moves money. Nobody signs it, so it counts only in KESS's own shape, and not when it may come
 * from what the very same request has done before.
 */
export function refusedPayment(refused: Refused, intent: string): Sent {
	return { kind: 'refused', error: refusal(refused, intent), isProof: refused.verified && !TAKEN.test(refused.reason) };
}
