/**
 * What a node may do with a number that money goes out under, as a function of what is known of it. Everything that moves
 * money goes by this. Refunds of one order, of which the gateway shows only the sum, have more to ask beside it
 * (actions/refund/movement.ts).
 */

/** What the memory knows of a number. Times are milliseconds since the epoch. */
export type Remembered =
	| { state: 'nothing' }
	/**
	 * A request may have left, by whichever run. It may be carried out until then; without a time nobody knows until when.
	 * `isTakenOn` when the gateway ends it itself, and then `attemptsUntil` is for how long another attempt may follow one that
	 * failed. `hadOthers` when the gateway showed others of its kind before it was sent. `isLost` when the memory itself has
	 * lost what it knew, so that it may have been done long ago.
	 */
	| ({
			state: 'sent';
			until: number | undefined;
			attemptsUntil?: number | undefined;
			isTakenOn?: boolean;
			hadOthers?: boolean;
			isSameAttempt?: boolean;
			isLost?: boolean;
	  } & Mixed)
	/** KESS has refused what was asked last under the number, with proof. Only after that time it is asked again, for whatever. */
	| ({ state: 'refused'; until: number | undefined } & Mixed)
	/** The number stands for another payment, which may still be carried out until then. */
	| { state: 'another'; until: number | undefined }
	/** Another payment has been made under the number. */
	| { state: 'doneAnother' }
	/** Something has been done under the number, and the memory cannot compare it with what is asked for. */
	| { state: 'doneSomehow' }
	| { state: 'done' };

/** Whether something else was asked for under the number too, so that what a look-up shows in part may be that. */
interface Mixed {
	isMixed?: boolean;
}

/** What a verified look-up says of a number. */
export type Found =
	/** The very thing that is asked for has been done. */
	| 'this'
	/** Something else has been done under the number. */
	| 'another'
	/** Nothing has been done under it, and nothing can be any more. */
	| 'ended'
	/** Begun, by whomever, and not ended. */
	| 'open'
	/** What this run would carry out waits for just that. */
	| 'waiting'
	/** The gateway has turned down what was begun, and something may be begun anew. */
	| 'rejected'
	/** As far as it shows now it has come to nothing, and that may be of an earlier attempt, or another one may follow. */
	| 'failed'
	| 'none'
	/** It does not say, or could not be asked. */
	| 'unclear';

export type Decision =
	| 'done'
	/** The number stands for another payment, or for one that has ended. */
	| 'spent'
	/** It was refused a while ago, and it is too early to ask again. */
	| 'refusedBefore'
	/** Nothing has been sent under the number, or nothing that could still be carried out. */
	| 'send'
	/** Nobody is known to have sent anything, and now nothing is sent either. */
	| 'notSent'
	| 'unknown';

/**
 * @param remembered what the memory knew before this run noted anything down
 * @param found what a look-up says now; `undefined` where the gateway has none
 * @param now milliseconds since the epoch
 */
export function decide(remembered: Remembered, found: Found | undefined, now: number): Decision {
	if (found === 'this') return 'done';
	switch (remembered.state) {
		case 'done':
			return 'done';
		case 'doneAnother':
			return 'spent';
		case 'doneSomehow':
			return found === 'another' || found === 'ended' ? 'spent' : 'unknown';
		case 'nothing':
			if (found === 'another' || found === 'ended') return 'spent';
			if (found === 'unclear') return 'notSent';
			return found === 'open' || found === 'failed' ? 'unknown' : 'send';
		case 'another':
			return hasEnded(remembered, now) ? 'spent' : 'unknown';
		case 'sent':
			if (found === 'ended') return 'spent';
			if (found === 'failed' || found === 'rejected') {
				const { isTakenOn = false, hadOthers = false } = remembered;
				// It may be another one that was turned down, unless the gateway has taken on this one, and no other before.
				const isThis = found === 'rejected' && isTakenOn && !hadOthers;
				return isThis || hasEnded({ until: endOfAttempts(remembered) }, now) ? 'spent' : 'unknown';
			}
			// What this run would carry out may have been sent itself; anything else that waits was prepared since.
			if (found !== 'none' && (found !== 'waiting' || remembered.isSameAttempt === true))
				return 'unknown';
			return hasEnded(remembered, now) ? 'send' : 'unknown';
		case 'refused':
			if (found === 'ended' || found === 'another') return 'spent';
			if (found === 'open' || found === 'failed' || found === 'unclear') return 'unknown';
			return hasEnded(remembered, now) ? 'send' : 'refusedBefore';
	}
}

/** Until when another attempt may follow one that failed. */
export function endOfAttempts({
	until,
	attemptsUntil = until,
}: Remembered & { state: 'sent' }): number | undefined {
	return attemptsUntil;
}

/** Whether something has been done under the number, whatever it was. */
export function isDone({ state }: Remembered): boolean {
	return state === 'done' || state === 'doneAnother' || state === 'doneSomehow';
}

/** Whether nothing that was sent can be carried out any more. */
export function hasEnded({ until }: { until: number | undefined }, now: number): boolean {
	return until !== undefined && until < now;
}
