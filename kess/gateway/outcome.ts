import type { KessError } from '../errors';

/**
 * What became of a request, as far as anybody can tell. A value and no exception, so that whoever asks says what each of
 * these means there: after something has been sent, `notSent` for instance is no comfort.
 */
export type Outcome<T> =
	/** Verified, and about what was asked. */
	{ kind: 'done'; data: T } | Refused | Unknown | NotSent;

/** What a refusal says. */
export interface RefusalSaid {
	code: string;
	reason: string;
}

/** The gateway says no. */
export interface Refused extends RefusalSaid {
	kind: 'refused';
	/** Whether KESS says it: signed, or, at a gateway that signs no refusal, at least in KESS's own shape. */
	verified: boolean;
}

/** Sent, or not believed: nobody can tell whether it was carried out. */
export interface Unknown {
	kind: 'unknown';
	reason: string;
	/** The gateway is busy, and has been waited for as long as makes sense. */
	isBusy?: true;
	/** An answer has come and is not believed: the words for somebody to whom that is simply a failure. */
	unbelieved?: KessError;
}

/** This request has certainly done nothing at KESS. */
export interface NotSent {
	kind: 'notSent';
	error: KessError;
}

/** The outcome of a first request, before which nothing was sent. @throws KessError when it was not sent either */
export function orThrow<T>(outcome: Outcome<T>): Exclude<Outcome<T>, NotSent> {
	if (outcome.kind === 'notSent') throw outcome.error;
	return outcome;
}

/** The outcome of a request after something has been sent: that this one was not leaves open what became of the other. */
export function afterSending<T>(outcome: Outcome<T>): Exclude<Outcome<T>, NotSent> {
	return outcome.kind === 'notSent' ? { kind: 'unknown', reason: outcome.error.message } : outcome;
}
