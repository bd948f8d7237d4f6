import { createHash } from 'node:crypto';

import { type IExecuteFunctions, sleep } from 'n8n-workflow';

import { KessError } from '../../../../kess/errors';
import { DurableNotes } from '../../../shared/money/durableNotes';

/** How often a note that other writes keep losing is made again. */
const LOOKS = 6;

/** Longer than n8n takes from reading the row to writing it back. */
const SETTLE_MS = 200;

/** What is remembered of a payment. */
export interface SentPayment {
	outTradeNo: string;
	/** What is paid: the same number is never used for another payment. */
	what: string;
	/** The run that wants to send it. */
	run: string;
}

/** What is known of a payment before it is sent. */
export type Remembered = 'new' | 'sent' | 'paid' | 'another';

/**
 * The last few thousand payments that this node has sent, so that none is sent a second time: KESS does not say how long
 * the outcome of one may stay open, so a note has no end.
 *
 * A number is noted down with the run that may send it, with what is paid, and as `open` until it is known to be paid.
 * The state is asked for by writing the notes again; whatever gets lost on the way leaves a payment that counts as sent.
 */
export class SentPayments {
	private readonly notes: DurableNotes;

	constructor(
		context: IExecuteFunctions,
		private readonly identity: string,
	) {
		this.notes = new DurableNotes(context, cannotRemember);
	}

	/** Notes a payment down before anything is sent. @throws KessError when n8n cannot remember: then nothing may be sent */
	async begin(payment: SentPayment): Promise<Remembered> {
		const { number, run, what, open } = this.notesOf(payment);
		return await this.notes.exclusively(async () => {
			const { processed } = await this.notes.record([number, run, what, open]);
			if (!processed.includes(number)) return 'new';
			await this.notes.forget([run, what, open].filter((note) => !processed.includes(note)));
			if (!processed.includes(what)) return 'another';
			return processed.includes(open) ? 'sent' : 'paid';
		});
	}

	/**
	 * Whether this run may still send it: asked right before money moves, with a request to the gateway since `begin`, so
	 * that of two workers that began in the same moment one sees the notes of the other.
	 */
	async isMine(payment: SentPayment): Promise<boolean> {
		const { number, run, what, open } = this.notesOf(payment);
		for (let look = 0; look < LOOKS; look++) {
			const { processed } = await this.notes.exclusively(async () => await this.notes.record([number, run, what, open]));
			if (processed.includes(run)) return true;
			if (processed.includes(number)) {
				await this.notes.exclusively(async () => await this.notes.forget([run]));
				return false;
			}
			await sleep(SETTLE_MS * (1 + Math.random()));
		}
		return false;
	}

	/** Notes down that it has been paid. */
	async settle(payment: SentPayment): Promise<void> {
		await this.drop([this.notesOf(payment).open]);
	}

	/** Forgets a payment that has certainly not been carried out. */
	async release(payment: SentPayment): Promise<void> {
		await this.drop(Object.values(this.notesOf(payment)));
	}

	/** Notes that stay behind let the payment count as sent, which is safe: the result of the item matters more. */
	private async drop(notes: string[]): Promise<void> {
		try {
			await this.notes.exclusively(async () => await this.notes.forget(notes));
		} catch {
			return;
		}
	}

	private notesOf({ outTradeNo, run, what }: SentPayment) {
		const note = (...parts: string[]) => JSON.stringify(['khqr', this.identity, outTradeNo, ...parts]);
		const digest = createHash('sha256').update(what).digest('hex').slice(0, 32);
		return { number: note(), run: note('run', run), what: note('what', digest), open: note('open') };
	}
}

function cannotRemember(): KessError {
	return new KessError(
		'n8n could not note down that this payment is about to be sent, so this run has not sent it',
		'Save the workflow and run it again. If this stays so, check the database of this n8n.',
	);
}
