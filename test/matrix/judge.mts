import type { MoneyBooking } from '../../sandbox/money.mts';
import type { Said } from './worker.mts';

/** What one run said of a row, and what it sent for it. Times are milliseconds since the epoch. */
export interface RowRun {
	/** `undefined` when it said nothing. */
	said: Said | undefined;
	begun: number;
	ended: number;
	/** When requests left that move money under the row's number. */
	sentAt: number[];
	/** The last of all: all was well again, and long after everything that was sent could be carried out. */
	isLast?: true;
	/** The run failed as a whole: n8n keeps no items of it. */
	hasFailed: boolean;
	/** Another run of the list was under way: of what this one says only the end of the run is known, not when it said it. */
	isBeside?: true;
	/** Its process was killed before it could say anything. */
	wasKilled?: true;
}

export const SHORTFALLS = ['twice', 'false paid', 'false refused', 'false words', 'never ends', 'lost row'] as const;

export type Shortfall = (typeof SHORTFALLS)[number];

/** What no client can tell, in a certain cell. */
export interface Limits {
	/** The network itself has delivered the request twice, to a gateway that carries it out twice. */
	twice: boolean;
	/** A refusal that proves one, and a look-up after it that shows nothing: as after an honest refusal. */
	refused: boolean;
	/** There is no look-up that surely finds it, or the gateway itself says for ever that it has not ended. */
	end: boolean;
}

/** A number that is taken may be on its way from elsewhere, for a day. */
const POSTPONED = /KESS has used its number before/;

/** Who is killed in the moment of asking the memory leaves it to KESS, or to a person, to say what became of it. */
const LOST = /n8n was stopped while it read what it remembers of it/;

/** Whether a run may end as unknown until the longest has passed. */
export function isPostponed(runs: RowRun[]): boolean {
	return isOpen(runs.at(-1)?.said) && runs.some(({ said }) => POSTPONED.test(said?.text ?? ''));
}

function isOpen(said: Said | undefined): boolean {
	return said?.says === 'unknown' || said?.says === 'pending';
}

/** Clocks of this process and the gateway's are the same, but for the time between two lines. */
const MARGIN_MS = 20;

/** That nothing was sent or moved, whatever follows. Not "Looking changes nothing" and the like. */
const SAYS_NOTHING_MOVED =
	/\bnothing (else )?(was|has been|were) (sent|paid|charged|refunded|booked|prepared|carried out)|\b(run|request) (has|had) (paid|charged|refunded|sent|booked|moved) (nothing|no money)|\b(was|were|has) not (been )?(sent|paid|charged|refunded|asked|carried out|booked)\b|\bhas not sent it\b|\bnot sent\b|\bnot started\b/i;

/**
 * Judges one number by the ledger alone.
 *
 * @param booked when money moved under it, oldest first
 */
export function judge(runs: RowRun[], booked: number[], limits: Limits): Shortfall[] {
	const found = new Set<Shortfall>();
	if (booked.length > 1 && !limits.twice) found.add('twice');
	for (const run of runs) {
		const { said, begun, ended, sentAt, isLast, hasFailed, wasKilled, isBeside } = run;
		const others = runs.filter((other) => other !== run).flatMap((other) => other.sentAt);
		// By a request that had left when the run ended: of this run, or of an earlier one.
		const isFromBefore = (at: number) =>
			at <= ended || ![...sentAt, ...others].some((sent) => sent > ended && sent <= at + MARGIN_MS);
		const isOwn = (at: number) => sentAt.some((sent) => sent <= at + MARGIN_MS) && !others.some((sent) => sent <= at + MARGIN_MS);
		if (said === undefined) {
			if (!wasKilled && (!hasFailed || sentAt.length > 0)) found.add('lost row');
			continue;
		}
		if (said.says === 'done' && !booked.some((at) => at <= ended + MARGIN_MS)) found.add('false paid');
		// That nothing was prepared is wrong where the same workflow had asked for the payment before; otherwise its words are judged.
		const mayBeOlder = said.prepares || (isBeside && sentAt.length === 0);
		const refusesPayment = said.says === 'refused' && (!mayBeOlder || others.some((sent) => sent < begun));
		if (refusesPayment && booked.some(isFromBefore) && !limits.refused) found.add('false refused');
		if (SAYS_NOTHING_MOVED.test(said.text) && booked.some(isOwn)) found.add('false words');
		// It may pay in the last run, once, at a gateway that shows it later.
		const hasPaidNow = sentAt.length > 0 && booked.length === 1 && booked.some((at) => at >= begun);
		const isForPerson = limits.end || (runs.some((run) => run.wasKilled === true) && LOST.test(said.text));
		if (isLast && isOpen(said) && !hasPaidNow && !isForPerson) found.add('never ends');
	}
	return [...found];
}

/** When money moved, by kind and number. */
export function timesOf(bookings: Array<Omit<MoneyBooking, 'at'> & { at: string }>): Map<string, number[]> {
	const times = new Map<string, number[]>();
	for (const { kind, number, at } of bookings) {
		const key = `${kind} ${number}`;
		times.set(key, [...(times.get(key) ?? []), Date.parse(at)]);
	}
	return times;
}
