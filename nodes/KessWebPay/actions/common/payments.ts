import type { Refused } from '../../../../kess/gateway/outcome';
import { tellsOfNothing, tellsOfReason } from '../../../../kess/gateway/refusalWords';
import { type Look, type Sent, unclear } from '../../../shared/money/moveMoney';
import { refusal } from './order';

/** For how long what KESS has booked may be missing in a look-up: only then is it asked again after a refusal. */
export const LAG_MS = 2 * 60_000;

/**
 * A refusal of something that moves money. Nobody signs it, so it counts only in KESS's own shape, and for a reason that has
 * nothing to do with what the very same request may have done before.
 */
export function refusedPayment(refused: Refused, intent: string): Sent {
	return { kind: 'refused', error: refusal(refused, intent), isProof: refused.verified && tellsOfReason(refused) };
}

/**
 * A look-up that was refused: there is nothing only where KESS says so itself, and in these words.
 *
 * @param intent what was to be looked up, as it continues "KESS refuses to …"
 */
export function refusedLook(refused: Refused, intent: string): Look {
	if (refused.verified && tellsOfNothing(refused)) return { found: 'none', reason: `KESS says that there is none: ${refused.reason} (${refused.code})` };
	return unclear(refusal(refused, intent));
}
