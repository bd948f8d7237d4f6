import type { SettingChanges } from '../../sandbox/settings.mts';
import type { MatrixCell } from './cells.mts';
import type { Limits } from './judge.mts';
import type { MoneyOperation } from './operations.mts';

/** What no client can tell in a cell of this operation. */
export function limitsOf({ deliveredTwice, looksLate, worlds, mustEnd, pay }: MoneyOperation, { world, atPay, options }: MatrixCell): Limits {
	const settings = worlds[world] as SettingChanges;
	const { code = '', booked } = options;
	return {
		// Only where the gateway carries out twice what the network has delivered twice.
		twice: atPay === 'delivered-twice' && deliveredTwice(settings),
		// KESS says itself that it has refused, for a reason that proves it, and its own look-up shows nothing yet: an honest refusal, which has to
		// be said as one in the same run, looks the same. What contradicts what the run knows is not such a reason.
		// Without any look-up that also goes for what the network has delivered twice: the second answer is that of a wrong token.
		refused: looksLate(settings) && ((atPay === 'refused-after' && !CONTRADICTS.has(code)) || (atPay === 'delivered-twice' && pay === 'webpay.acquire.subscription')),
		// Confirmed and never paid, and every look-up says in KESS's own words that it has not ended.
		end: !mustEnd || (atPay === 'not-final' && booked === false && code !== 'FAILED'),
	};
}

/** To a confirmation of a pre-transfer that lives. */
const CONTRADICTS: ReadonlySet<string> = new Set(['NOTEXIST', 'USED', 'EXPIRED']);
