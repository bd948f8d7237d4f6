import { createHash, randomUUID } from 'node:crypto';

import { type IExecuteFunctions, sleep } from 'n8n-workflow';

import { hasEnded, isDone, type Remembered } from './decision';
import { DurableNotes, LockLostError, QUARTER_MS } from './durableNotes';

export const DAY_MS = 24 * 60 * 60_000;

/** So long most of what is remembered can be carried out at most. */
export const LONGEST_MS = DAY_MS;

/** So far a clock may be ahead without anybody taking what it has noted for something long ago. */
export const FURTHEST_MS = 60 * DAY_MS;

/** What the gateway took in time may be carried out a little later, and clocks differ. */
export const GRACE_MS = QUARTER_MS;

/** What was refused is asked again after minutes, and somebody may be waiting for it. */
const AGAIN_MS = 60_000;
const LONGEST_AGAIN_MS = 10 * AGAIN_MS;

/** How often a note that another node's worker keeps losing is made again. */
const LOOKS = 6;

/** Longer than n8n takes from reading the row to writing it back. */
const SETTLE_MS = 200;

/** A number that money goes out under. */
export interface Payment {
	/** Whose money it is, whichever user or address is used. No secret. */
	account: string;
	/** Numbers of different kinds have nothing to do with each other. */
	kind: 'transfer' | 'khqr' | 'refund' | 'order' | 'subscription';
	number: string;
	/** What is paid, and to whom: another thing under the same number is another payment. `undefined` where that is not known. */
	what: string | undefined;
	/** By what this attempt is told from another one to pay the same, where that can be told. */
	attempt?: string;
}

const NOTHING: Remembered = { state: 'nothing' };

/**
 * What all workers of a workflow remember of one payment: `begin` before anything is sent, `isHeld` right before money
 * moves, and in the end `settle`. Without a time for its end a payment stays as it is until it is settled.
 *
 * Asking for notes can leave them behind (`DurableNotes`). So what is good news is the lack of one: done is what is not
 * `open` any more, and refused a number that is not `live` any more. Whatever is left behind too much says that it may be
 * under way. And a mark is written in the same step: whoever finds it knows that the notes prove nothing any more.
 */
export class PaymentNotes {
	private readonly store: DurableNotes;
	private readonly holder = randomUUID();
	/** Notes of this run that say that it may be under way. */
	private readonly passing = new Set<string>();
	/** From then on another run may begin anew. */
	private heldUntil = 0;

	constructor(
		context: IExecuteFunctions,
		private readonly payment: Payment,
		/** Whether nobody knows until when a request can be carried out. */
		private readonly isEndless: boolean,
	) {
		this.store = new DurableNotes(context);
	}

	/**
	 * Notes down that it is about to be paid, unless something is known of its number already.
	 *
	 * @param until when that can no longer be carried out, in milliseconds since the epoch; `undefined` where nobody knows
	 * @returns what was known before; only after `nothing` is anything noted
	 * @throws Error when n8n cannot remember
	 */
	async begin(until: number | undefined): Promise<Remembered> {
		return await this.store.exclusively(async () => {
			const known = (await this.store.record([this.number])).has(this.number)
				? await this.look()
				: NOTHING;
			if (known.state !== 'nothing') return known;
			const intent = this.intent(until);
			const there = await this.store.record([this.number, ...intent]);
			// What else is there was left by an attempt that has ended: nothing is under way without one of these.
			if (![this.live, this.busy].some((note) => there.has(note))) return this.hold(intent, until);
			// This worker stood still, and another one has noted it down meanwhile.
			there.delete(this.number);
			await this.store.forget(intent.filter((note) => !there.has(note)));
			return await this.look();
		});
	}

	/** What is known of it, for whoever pays nothing. @throws Error when n8n cannot remember */
	async recall(): Promise<Remembered> {
		return await this.store.exclusively(async () =>
			(await this.store.find([this.number])).size === 0 ? NOTHING : await this.look(),
		);
	}

	/**
	 * As `begin`, for a number whose last attempt has ended.
	 *
	 * @returns `nothing` when it is noted down; otherwise what another run has made of it meanwhile
	 */
	async beginAnew(until: number | undefined): Promise<Remembered> {
		return await this.store.exclusively(async () => {
			const known = await this.look();
			if (isDone(known) || ('until' in known && !hasEnded(known, Date.now()))) return known;
			const intent = this.intent(until);
			const isMixed = 'isMixed' in known && known.isMixed === true;
			await this.store.record([this.number, ...intent, ...(isMixed ? [this.mixed] : [])]);
			return this.hold(intent, until);
		});
	}

	/**
	 * Whether this run still holds the number, right before money moves. Also notes a later end.
	 *
	 * @param hadOthers whether the gateway shows others of its kind
	 * @throws Error when n8n cannot remember
	 */
	async isHeld(until: number | undefined, hadOthers = false): Promise<boolean> {
		for (let look = 0; look < LOOKS && Date.now() < this.heldUntil; look++) {
			const found = await this.store
				.exclusively(async () => {
					const there = await this.store.record([this.number, this.by]);
					// Where these notes were lost to somebody else's, the number is theirs.
					if (!there.has(this.by) && there.has(this.number)) await this.store.forget([this.by]);
					else await this.noteAgain(until, hadOthers, there.has(this.by));
					return there;
				})
				.catch(lostLock);
			if (found === undefined) return false;
			if (found.has(this.by)) return true;
			if (found.has(this.number)) return false;
			// All were lost to another node's worker. They are there again, and that worker gets the time to finish.
			await sleep(SETTLE_MS * (1 + Math.random()));
		}
		return false;
	}

	/** The gateway has taken it, and somebody there ends it: so no time ends it here. */
	async pend(): Promise<void> {
		await this.store
			.exclusively(async () => await this.store.record([this.endless]))
			.catch(() => undefined);
	}

	/**
	 * How it has ended, as far as this run has noted anything. Notes that stay behind let it count as under way, which is safe:
	 * the item's result matters more.
	 *
	 * @param until when it may be asked again after a refusal, where that is sooner than noted: within minutes, in milliseconds since the epoch
	 */
	async settle(as: 'done' | 'refused' | 'notSent', until?: number): Promise<void> {
		if (as !== 'done' && this.passing.size === 0) return;
		const passing = [...this.passing];
		try {
			await this.store.exclusively(async () => {
				// Whoever has slept so long that another run may have begun anew has nothing to take back but its own.
				if (as !== 'done' && Date.now() >= this.heldUntil) await this.store.forget([this.by]);
				else if (as === 'notSent') await this.store.forget([this.number, ...passing]);
				else if (as === 'done') {
					await this.store.record([this.number, this.what, this.live]);
					await this.store.forget(
						passing
							.filter((note) => note !== this.what && note !== this.live)
							.concat(this.open, this.busy, this.endless, this.lost),
					);
				} else {
					const kept = [
						this.refused,
						...(until === undefined
							? passing
							: [this.what, this.open, this.again(Math.floor(until / AGAIN_MS))]),
					];
					await this.store.record(kept);
					await this.store.forget(passing.filter((note) => !kept.includes(note)).concat(this.live));
				}
			});
		} catch {
			return;
		}
	}

	/** What was under way under the number has ended, whichever run has begun it. Does nothing where that is something else. */
	async release(): Promise<void> {
		await this.store
			.exclusively(async () => {
				if ((await this.look()).state === 'sent')
					await this.store.forget([this.number, this.what, this.open, this.live, this.busy]);
			})
			.catch(() => undefined);
	}

	/** Notes a later end down, or all of it where it was lost. */
	private async noteAgain(
		until: number | undefined,
		hadOthers: boolean,
		isThere: boolean,
	): Promise<void> {
		const intent = [...this.intent(until), ...(hadOthers ? [this.others] : [])];
		const missing = isThere ? intent.filter((note) => !this.passing.has(note)) : intent;
		if (missing.length > 0) await this.store.record(missing);
		if (isThere) this.hold(intent, until);
	}

	private hold(intent: string[], until: number | undefined): Remembered {
		for (const note of intent) this.passing.add(note);
		this.heldUntil = Math.max(this.heldUntil, endOfQuarter(until) ?? Infinity);
		return NOTHING;
	}

	/** What the notes that were there before say. */
	private async look(): Promise<Remembered> {
		const asked = [
			this.number,
			this.what,
			this.open,
			this.live,
			this.busy,
			this.anything,
			this.mixed,
			this.endless,
			this.lost,
			this.refused,
			this.others,
			this.attempt,
			this.mark,
		];
		const there = await this.store.find([...new Set(asked)]);
		if (there.has(this.mark)) return await this.lose();
		// A worker that was killed before it had noted anything leaves the number alone.
		if (
			!there.has(this.number) ||
			![this.live, this.busy, this.refused].some((note) => there.has(note))
		)
			return NOTHING;
		const isMixed = there.has(this.mixed) || !there.has(this.what);
		// The number may be paid though KESS has refused it: so it waits for whatever is asked for next.
		if (!there.has(this.live))
			return {
				state: 'refused',
				until: Math.max(await this.end(), await this.askedAgain()),
				isMixed,
			};
		if (there.has(this.what) && !there.has(this.open)) return { state: 'done' };
		const isComparable = this.payment.what !== undefined && !there.has(this.anything);
		// It is not under way any more where something else has been paid since it was refused.
		if (!there.has(this.busy)) return { state: isComparable ? 'doneAnother' : 'doneSomehow' };
		const end = this.isEndless ? undefined : await this.endOrNone();
		const until = there.has(this.endless) ? undefined : end;
		if (isComparable && !there.has(this.what) && !there.has(this.lost))
			return { state: 'another', until };
		const isLost = there.has(this.lost);
		return {
			state: 'sent',
			until: isLost ? undefined : until,
			attemptsUntil: isLost ? undefined : end,
			isMixed: isMixed || isLost,
			isSameAttempt: isLost || there.has(this.attempt),
			isLost,
			isTakenOn: !isLost && there.has(this.endless),
			hadOthers: there.has(this.others),
		};
	}

	/**
	 * Somebody was killed while asking, so that no note proves anything: it may have been sent, and may have been done long ago.
	 * From then on only a look-up that shows it ends that.
	 */
	private async lose(): Promise<Remembered> {
		await this.store.record([this.number, this.open, this.live, this.busy, this.lost]);
		await this.store.forget([this.mark]);
		return { state: 'sent', until: undefined, isMixed: true, isSameAttempt: true, isLost: true };
	}

	/** The latest of the ends that are noted down; 0 where none is. Looked for farther ahead than any is: clocks differ. */
	private async end(): Promise<number> {
		return await this.store.latest(2 * LONGEST_MS, QUARTER_MS, (quarter) => this.until(quarter));
	}

	/** Without an end where it was begun at a time that is still to come: the clock has been set back since. */
	private async endOrNone(): Promise<number | undefined> {
		const end = await this.end();
		if (end > Date.now()) return end;
		const begun = await this.store.latest(FURTHEST_MS, DAY_MS, (day) => this.day(day));
		return begun > Date.now() + DAY_MS ? undefined : end;
	}

	private async askedAgain(): Promise<number> {
		return await this.store.latest(LONGEST_AGAIN_MS, AGAIN_MS, (minute) => this.again(minute));
	}

	private intent(until: number | undefined): string[] {
		return [
			this.what,
			this.open,
			this.live,
			this.busy,
			this.by,
			this.day(Math.floor(Date.now() / DAY_MS)),
			...(this.payment.attempt === undefined ? [] : [this.attempt]),
			...(until === undefined ? [] : [this.until(lastQuarter(until))]),
			// Until that day it looks like something that a clock which is ahead has begun.
			...(until !== undefined && until > Date.now() + LONGEST_MS
				? [this.day(lastDay(until) + 1)]
				: []),
		];
	}

	private get number(): string {
		return this.note();
	}

	private get by(): string {
		return this.note('by', this.holder);
	}

	private get what(): string {
		return this.note('what', this.digest);
	}

	private get open(): string {
		return this.note('open', this.digest);
	}

	/** As `what`, of somebody who did not know what it was. */
	private get anything(): string {
		return this.note('what', '');
	}

	/** Whether different things were asked for under the number. */
	private get mixed(): string {
		return this.note('mixed');
	}

	private get endless(): string {
		return this.note('endless');
	}

	private get lost(): string {
		return this.note('lost');
	}

	/** Whether KESS has refused it with proof. */
	private get refused(): string {
		return this.note('refused');
	}

	/** Whether KESS showed others of its kind when it was sent. */
	private get others(): string {
		return this.note('others');
	}

	private get attempt(): string {
		return this.note('attempt', this.payment.attempt ?? '');
	}

	/** Stands where somebody has not taken back what asking has written. */
	private get mark(): string {
		return this.note('asked');
	}

	private get live(): string {
		return this.note('live');
	}

	/** Whether anything may be under way under the number, whatever it is. */
	private get busy(): string {
		return this.note('busy');
	}

	private until(quarter: number): string {
		return this.note('until', String(quarter));
	}

	private day(day: number): string {
		return this.note('day', String(day));
	}

	private again(minute: number): string {
		return this.note('again', String(minute));
	}

	private get digest(): string {
		return this.payment.what === undefined
			? ''
			: createHash('sha256').update(this.payment.what).digest('hex');
	}

	/** n8n keeps a short hash of it. */
	private note(...parts: string[]): string {
		const { kind, account, number } = this.payment;
		return JSON.stringify([kind, account, number, ...parts]);
	}
}

/** Somebody else may be at it. */
function lostLock(error: unknown): undefined {
	if (!(error instanceof LockLostError)) throw error;
}

/** From when on a run can tell that nothing more comes of what may be carried out until then. */
export function endOfQuarter(until: number | undefined): number | undefined {
	return until === undefined ? undefined : (lastQuarter(until) + 1) * QUARTER_MS;
}

/** The day on which something ends that lives for longer than one. */
export function lastDay(until: number): number {
	return Math.floor(Math.min(until + GRACE_MS, Date.now() + FURTHEST_MS - 2 * DAY_MS) / DAY_MS);
}

function lastQuarter(until: number): number {
	return Math.floor(Math.min(until + GRACE_MS, Date.now() + LONGEST_MS) / QUARTER_MS);
}
