import type { SettingChanges } from '../../sandbox/settings.mts';
import type { MatrixCell } from './cells.mts';
import type { Limits } from './judge.mts';
import type { MoneyOperation } from './operations.mts';

/** What no client can tell in a cell of this operation. */
export function limitsOf({ deliveredTwice, looksLate, isBlind, worlds, mustEnd }: MoneyOperation, { world, atPay, options }: Pick<MatrixCell, 'world' | 'atPay' | 'options'>): Limits {
	const settings = worlds[world] as SettingChanges;
	const { code = '', booked } = options;
	return {
		// The gateway carries out twice what the network has delivered twice. And without any look-up: it says in its own words that it
		// has refused what it has carried out, and carries out the next one, too. That has to be sent, because an honest refusal is mended
		// (the balance was too low) and run again with the same number.
		twice: deliveredTwice(settings) && (atPay === 'delivered-twice' || (isBlind(settings) && atPay === 'refused-after')),
		// KESS says itself that it has refused, for a reason that proves it, and its own look-up shows nothing yet, or there is none: an
		// honest refusal, which has to be said as one in the same run, looks the same. What contradicts what the run knows is not such a
		// reason. Without any look-up also the answer to what the network has delivered twice is that of a wrong token.
		refused: (looksLate(settings) && atPay === 'refused-after' && !CONTRADICTS.has(code)) || (isBlind(settings) && (atPay === 'refused-after' || atPay === 'delivered-twice')),
		// Confirmed and never paid, and every look-up says in KESS's own words that it has not ended.
		end: !mustEnd || (atPay === 'not-final' && booked === false && code !== 'FAILED'),
	};
}

/** To a confirmation of a pre-transfer that lives. */
const CONTRADICTS: ReadonlySet<string> = new Set(['NOTEXIST', 'USED', 'EXPIRED']);
