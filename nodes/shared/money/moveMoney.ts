import { type IDataObject, type IExecuteFunctions, sleep } from 'n8n-workflow';

import { asKessError, KessError, messageOf } from '../../../kess/errors';
import { Flights } from '../run/flights';
import { decide, endOfAttempts, type Found, type Remembered } from './decision';
import type { NotSent } from '../../../kess/gateway/outcome';
import { keepNewest } from '../../../kess/keepNewest';
import { clockInPhnomPenh } from '../../../kess/written/day';
import { LockLostError } from './durableNotes';
import { endOfQuarter, LONGEST_MS, type Payment, PaymentNotes } from './paymentNotes';

/** Before the first answer of a look-up is taken for the last: those that come late are seconds late. */
const LOOK_PAUSES_MS = [0, 500, 1000, 2000];

/** So many of them where a refusal proves it already, provided that they find nothing. */
const LOOKS_AFTER_REFUSAL = 3;

/** What a look-up says, with what it shows. */
export type Look =
	| {
			found: 'this';
			data: IDataObject;
			warning?: string | undefined;
			/** When it does not show all that tells it from another payment under its number, so that the memory has to. */
			isPart?: boolean;
			/** Of such a part: so little that it is no proof for somebody who remembers nothing. */
			isVague?: boolean;
			/** When it is carried out by somebody at the gateway who may still refuse it, so that the memory must not call it done. */
			isUnderWay?: boolean;
	  }
	| {
			found: Exclude<Found, 'this' | 'unclear'>;
			reason: string;
			data?: IDataObject;
			/** Whether it shows others of its kind, and does not tell which of them has come to what. */
			hasOthers?: boolean;
	  }
	| { found: 'unclear'; reason: string; error?: KessError | undefined };

/** A look-up that has failed: where nothing is known to have been sent, the item fails with that. */
export function unclear(error: KessError): Look {
	return { found: 'unclear', reason: error.message, error };
}

/** What came before the request that moves money. */
export type Prepared =
	/** Now it may be sent, and carried out until then. */
	| { kind: 'ready'; until: number | undefined }
	/** Certainly nothing can be carried out by what was done so far. */
	| { kind: 'refused'; error: KessError }
	/** The gateway has used the number before, for whatever that was. */
	| { kind: 'taken'; error: KessError };

/** How a request that moves money ended. */
export type Sent =
	| { kind: 'done'; data: IDataObject; warning?: string | undefined }
	/** `isProof` when nothing else than that KESS has not carried it out explains it, provided that a look-up finds nothing. */
	| { kind: 'refused'; error: KessError; isProof: boolean }
	/** KESS has begun it, and somebody else has to end it: this run has nothing more to do. */
	| { kind: 'pending'; data: IDataObject }
	/** `isTakenOn` when the gateway itself has said that it carries it out, or has: then no time proves that it has not. */
	| { kind: 'unknown'; reason: string; isTakenOn?: boolean }
	| NotSent;

/** Something that moves money: only how it is sent, looked up and recognised. */
export interface Movement {
	payment: Payment;
	/** Whatever has the same is moved one after the other within a process; left out for the number alone. */
	line?: string;
	/** How long a request that leaves may take to be carried out, in milliseconds; `undefined` where nobody knows. */
	lifeMs: number | undefined;
	/** Where a refusal ends that sooner: for how long after it nothing is asked again, in milliseconds. */
	refusedMs?: number;
	/** Left out where the gateway has no look-up. What it throws says that it was not answered clearly. */
	lookUp?(): Promise<Look>;
	/** What it throws is a refusal of this run. */
	prepare?(): Promise<Prepared>;
	/**
	 * Called once at most. What it throws leaves it unknown.
	 *
	 * @param isAnew whether an earlier attempt was sent, of which nothing can be carried out any more
	 */
	send(isAnew: boolean): Promise<Sent>;
	/** The words for a number that stands for another payment, or for one that has ended. */
	spent(reason: string | undefined): KessError;
}

/** How it ended. Whatever is none of these is an error, and then certainly nothing was or will be carried out. */
export type MoneyEnd =
	| {
			end: 'done';
			/** What the gateway shows of it; `undefined` when only the memory knows. */
			data: IDataObject | undefined;
			/** An earlier run has done it. */
			existed: boolean;
			/** How it differs from what is asked for. */
			warning?: string | undefined;
	  }
	| { end: 'pending'; data: IDataObject }
	| {
			end: 'unknown';
			reason: string;
			/** From when on a run finds out, in milliseconds since the epoch, where that is known. */
			until?: number | undefined;
			/** What the gateway shows under the number, where that is begun and not ended. */
			data?: IDataObject;
			/** Why running it again finds out nothing for sure, as it continues a sentence. */
			because?: string;
	  };

/** What a look-up says of a number that is spent. */
const SPENDING: ReadonlySet<Found> = new Set(['another', 'ended', 'rejected', 'failed']);

/** Why a number is spent where only the memory knows. */
const USED_HERE = 'this workflow has used it for something else';

const flights = new Flights();

/**
 * The one way to move money: look at the memory, note the intent down, look up, send once, and end with proof or as unknown.
 * Within a process one number at a time.
 *
 * @throws KessError when nothing was sent under this number that could be carried out, or KESS has refused it with proof
 */
export async function moveMoney(context: IExecuteFunctions, movement: Movement): Promise<MoneyEnd> {
	const { kind, account, number } = movement.payment;
	return await flights.run(
		movement.line ?? JSON.stringify([kind, account, number]),
		async () =>
			await move(
				new PaymentNotes(context, movement.payment, movement.lifeMs === undefined),
				movement,
			),
	);
}

async function move(notes: PaymentNotes, movement: Movement): Promise<MoneyEnd> {
	let remembered: Remembered;
	try {
		remembered = await notes.begin(endOf(movement));
	} catch (error) {
		// An earlier run may have sent it, or something else under the number, and nobody remembers.
		const look = await lookUp(movement);
		if (look?.found === 'this' && look.isPart !== true) return existing(look);
		return unknown(
			`n8n cannot read what it remembers of it (${messageOf(error)}), and so this run has sent nothing`,
		);
	}
	const look = await lookUp(movement);
	const end = endBefore(movement, remembered, look);
	if (end !== undefined) {
		if ('end' in end && end.end === 'done' && look?.found === 'this')
			return await settled(notes, look, false);
		await notes.settle('notSent');
		if (end instanceof KessError) throw end;
		return end;
	}
	if (remembered.state !== 'nothing') {
		const meanwhile = await anew(notes, movement);
		if (meanwhile !== undefined) return meanwhile;
	}
	return await send(
		notes,
		movement,
		remembered,
		look !== undefined && 'hasOthers' in look && look.hasOthers === true,
	);
}

/**
 * How it ends before anything is sent.
 *
 * @param remembered what the memory knew before this run
 * @param look what a look-up says now; `undefined` where the gateway has none
 * @returns an error when certainly nothing was or will be carried out; `undefined` when it may be sent
 */
export function endBefore(
	movement: Pick<Movement, 'payment' | 'spent'>,
	remembered: Remembered,
	look: Look | undefined,
): MoneyEnd | KessError | undefined {
	const found = look === undefined ? undefined : foundFor(remembered, look);
	switch (decide(remembered, found, Date.now())) {
		case 'done':
			return look?.found === 'this' ? existing(look) : doneBefore(look);
		case 'spent':
			return movement.spent(
				found !== undefined && SPENDING.has(found) ? reasonOf(look) : USED_HERE,
			);
		case 'notSent':
			return notAsked(look);
		case 'refusedBefore':
			return refusedBefore(movement, remembered);
		case 'unknown':
			return {
				...unknown(whyUnknown(remembered, look), endOfWait(remembered, found), look),
				...becauseOf(remembered, found),
			};
		case 'send':
			return undefined;
	}
}

/** Why no later run finds out for sure, where that is so. */
function becauseOf(remembered: Remembered, found: Found | undefined): { because?: string } {
	if (remembered.state !== 'sent') return {};
	if (remembered.isLost === true)
		return { because: 'n8n was stopped while it read what it remembers of it' };
	return remembered.isTakenOn === true && found === 'none'
		? { because: 'KESS has taken it on, and shows nothing of it' }
		: {};
}

/** From when on a run finds out, as far as that is known. */
function endOfWait(remembered: Remembered, found: Found | undefined): number | undefined {
	if (remembered.state === 'sent' && (found === 'failed' || found === 'rejected'))
		return endOfAttempts(remembered);
	return 'until' in remembered ? remembered.until : undefined;
}

/** Notes down that it is begun anew; gives an end when another run has been faster. */
async function anew(notes: PaymentNotes, movement: Movement): Promise<MoneyEnd | undefined> {
	let meanwhile: Remembered;
	try {
		meanwhile = await notes.beginAnew(endOf(movement));
	} catch (error) {
		if (error instanceof LockLostError)
			return unknown(`another run may be at it at this moment (${error.message})`);
		throw cannotRemember(error);
	}
	switch (meanwhile.state) {
		case 'nothing':
			return undefined;
		case 'done':
			return doneBefore();
		case 'doneAnother':
			throw movement.spent(USED_HERE);
		default:
			return unknown(
				'another run is at it at this moment',
				'until' in meanwhile ? meanwhile.until : undefined,
			);
	}
}

async function send(
	notes: PaymentNotes,
	movement: Movement,
	remembered: Remembered,
	hadOthers: boolean,
): Promise<MoneyEnd> {
	const prepared = await prepare(movement);
	if (prepared.kind !== 'ready') {
		// It may come from what another run has done meanwhile.
		const look = await lookUp(movement);
		if (look !== undefined && look.found === 'this' && foundFor(remembered, look) === 'this')
			return await settled(notes, look, false);
		// A number that KESS has used, and not by what is remembered here, may be on its way from elsewhere: until the longest has passed.
		if (prepared.kind === 'taken' && (remembered.state === 'nothing' || look?.found !== 'none')) {
			await notes.isHeld(Date.now() + LONGEST_MS).catch(() => false);
			return unknown(
				`KESS has used its number before (${prepared.error.message}) and does not show what for`,
				endOfQuarter(Date.now() + LONGEST_MS),
			);
		}
		// What an earlier run has sent came to nothing, and that stays so: the number is taken by it.
		await notes.settle(prepared.kind === 'taken' ? 'refused' : 'notSent');
		throw prepared.error;
	}
	try {
		if (!(await notes.isHeld(prepared.until, hadOthers)))
			return unknown('another run is at it at this moment', endOfQuarter(prepared.until));
	} catch (error) {
		await notes.settle('notSent');
		throw cannotRemember(error);
	}
	const sent = await sendOnce(movement, remembered.state === 'sent');
	if (sent.kind === 'notSent') {
		await notes.settle('notSent');
		throw sent.error;
	}
	if (sent.kind === 'done') {
		await notes.settle('done');
		return { ...sent, end: 'done', existed: false };
	}
	if (sent.kind === 'pending') {
		await notes.pend();
		return { end: 'pending', data: sent.data };
	}
	const isTakenOn = sent.kind === 'unknown' && sent.isTakenOn === true;
	if (isTakenOn) await notes.pend();
	const isProof = sent.kind === 'refused' && sent.isProof;
	const look = await lookUpAfter(movement, isProof ? LOOKS_AFTER_REFUSAL : LOOK_PAUSES_MS.length);
	const found = look === undefined ? undefined : foundFor(remembered, look);
	if (look?.found === 'this' && found === 'this') return await settled(notes, look, true);
	if (
		isProof &&
		(found === undefined || found === 'none' || found === 'ended' || found === 'rejected')
	) {
		await notes.settle(
			'refused',
			movement.refusedMs === undefined ? undefined : Date.now() + movement.refusedMs,
		);
		refusals.set(keyOf(movement), sent.error);
		keepNewest(refusals, KEPT_REFUSALS);
		throw sent.error;
	}
	return unknown(
		sent.kind === 'refused'
			? `the answer is a refusal that proves nothing: ${sent.error.message}`
			: sent.reason,
		isTakenOn ? undefined : endOfQuarter(prepared.until),
		look,
	);
}

/** What has left may show up a little later. */
async function lookUpAfter(movement: Movement, looks: number): Promise<Look | undefined> {
	let look: Look | undefined;
	for (const pause of LOOK_PAUSES_MS.slice(0, looks)) {
		if (pause > 0) await sleep(pause);
		look = await lookUp(movement);
		if (look === undefined || look.found === 'this') break;
	}
	return look;
}

/** What a look-up says, to somebody who remembers that: what shows in part only is no proof where the number may stand for something else. */
function foundFor(remembered: Remembered, look: Look): Found {
	if (look.found !== 'this' || look.isPart !== true) return look.found;
	switch (remembered.state) {
		case 'another':
		case 'doneAnother':
			return 'another';
		case 'doneSomehow':
			return look.isVague === true ? 'unclear' : 'this';
		case 'sent':
		case 'refused':
			return remembered.isMixed === true ? 'unclear' : 'this';
		case 'nothing':
			return look.isVague === true ? 'open' : 'this';
		default:
			return 'this';
	}
}

async function lookUp(movement: Movement): Promise<Look | undefined> {
	try {
		return await movement.lookUp?.();
	} catch (error) {
		return unclear(asKessError(error));
	}
}

async function prepare(movement: Movement): Promise<Prepared> {
	try {
		return (await movement.prepare?.()) ?? { kind: 'ready', until: endOf(movement) };
	} catch (error) {
		return { kind: 'refused', error: asKessError(error) };
	}
}

async function sendOnce(movement: Movement, isAnew: boolean): Promise<Sent> {
	try {
		return await movement.send(isAnew);
	} catch (error) {
		return { kind: 'unknown', reason: messageOf(error) };
	}
}

/** What KESS has refused in this process with its own words, for those who ask again too soon. */
const refusals = new Map<string, KessError>();

const KEPT_REFUSALS = 1000;

function keyOf({ payment: { kind, account, number, what } }: Pick<Movement, 'payment'>): string {
	return JSON.stringify([kind, account, number, what]);
}

function refusedBefore(movement: Pick<Movement, 'payment'>, remembered: Remembered): KessError {
	const said = refusals.get(keyOf(movement));
	const again = `Run the item again after ${timeOf(remembered)}: only then it is asked again, because KESS may show late what it has carried out all the same.`;
	if (said !== undefined) return new KessError(said.message, `${said.hint} ${again}`, said.code);
	return new KessError(
		'KESS has refused this number a short while ago, and it is not asked again yet',
		again,
	);
}

/** @param hasSent whether this run may have sent it, so that its notes have to stay while it is under way */
async function settled(
	notes: PaymentNotes,
	look: Look & { found: 'this' },
	hasSent: boolean,
): Promise<MoneyEnd> {
	if (look.isUnderWay !== true) await notes.settle('done');
	else if (!hasSent) await notes.settle('notSent');
	return existing(look);
}

/** What only the memory knows. @param look what is shown instead of it */
export function doneBefore(look?: Look): MoneyEnd {
	const reason = reasonOf(look);
	return {
		end: 'done',
		data: undefined,
		existed: true,
		warning:
			reason === undefined
				? undefined
				: `This workflow has seen that it was done, and KESS says otherwise now: ${reason}`,
	};
}

/** What a look-up has found. */
export function existing({ data, warning }: Look & { found: 'this' }): MoneyEnd {
	return { end: 'done', data, existed: true, warning };
}

function unknown(reason: string, until?: number, look?: Look): MoneyEnd {
	return {
		end: 'unknown',
		reason,
		...(until !== undefined && { until }),
		...(look?.found === 'open' && look.data !== undefined && { data: look.data }),
		...(look?.found === 'another' && { because: 'KESS shows something else under this number' }),
		...(look?.found === 'this' && {
			because:
				'KESS shows a payment under this number, and not enough of it to tell whether it is this one',
		}),
	};
}

function whyUnknown(remembered: Remembered, look: Look | undefined): string {
	const said = reasonOf(look);
	const shown = said === undefined ? '' : `, and ${said}`;
	if (remembered.state === 'nothing') return said ?? '';
	if (remembered.state === 'another')
		return `an earlier run may have sent something else to KESS under this number, which may still be carried out${shown}`;
	if (remembered.state === 'doneSomehow' || remembered.state === 'doneAnother')
		return `an earlier run has paid something under this number, and n8n does not know whether it was this${shown}`;
	if (remembered.state === 'refused') return `KESS has refused it before${shown}`;
	if (remembered.state === 'sent' && remembered.isLost === true)
		return `an earlier run may have done this, and n8n has lost what it remembers of it${shown}`;
	return `an earlier run may have sent this to KESS${shown}`;
}

function reasonOf(look: Look | undefined): string | undefined {
	if (look?.found === 'this')
		return look.isPart === true
			? `something has been paid under it, and ${look.warning ?? ''}`
			: undefined;
	return look?.reason;
}

function notAsked(look: Look | undefined): KessError {
	if (look?.found === 'unclear' && look.error !== undefined) return look.error;
	return new KessError(
		`KESS does not say what has become of this number before: ${reasonOf(look) ?? ''}`,
		'This run has moved no money. Run the item again with the same number: it is looked up first.',
	);
}

function cannotRemember(error: unknown): KessError {
	return new KessError(
		`n8n could not note down that this is about to be sent, so this run has not sent it (${messageOf(error)})`,
		'Save the workflow and run it again. If this stays so, check the database of this n8n.',
	);
}

function endOf({ lifeMs }: Movement): number | undefined {
	return lifeMs === undefined ? undefined : Date.now() + lifeMs;
}

function timeOf(remembered: Remembered): string {
	const until = 'until' in remembered ? remembered.until : undefined;
	return clockInPhnomPenh(until ?? Date.now() + LONGEST_MS);
}
