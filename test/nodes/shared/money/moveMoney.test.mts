import { KessError } from '../../../../kess/errors.ts';
import { type Look, type Movement, type MoneyEnd, moveMoney, type Sent } from '../../../../nodes/shared/money/moveMoney.ts';
import { DurableStore } from '../../../../sandbox/host/durableStore.mts';
import { randomNumbers } from '../../../support/randomNumbers.mts';
import { contextOver } from '../../../support/withStore.mts';

/**
 * The one way to move money, at a gateway that is only a book and a clock: random histories of runs, at the same time and
 * after each other, whose requests get lost, are late, are refused though they were booked, and look-ups that lag.
 */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

interface Booking {
	what: string;
	at: number;
}

/** Books every request that reaches it, also a second one under the same number. */
class Gateway {
	readonly bookings: Booking[] = [];

	constructor(
		private readonly next: () => number,
		/** How long a request that was taken may take until it is booked, at most. */
		readonly lifeMs: number,
		private readonly lagMs: number,
	) {}

	async send(what: string): Promise<Sent> {
		const chance = this.next();
		const delay = this.next() < 0.3 ? this.next() * this.lifeMs : 0;
		const book = () => this.bookings.push({ what, at: Date.now() + delay });
		await this.pass();
		if (chance < 0.1) return { kind: 'notSent', error: new KessError('not reached', '') };
		if (chance < 0.25) return { kind: 'unknown', reason: 'lost before' };
		if (chance < 0.35) return { kind: 'refused', error: new KessError('no', ''), isProof: true };
		if (chance < 0.45) return { kind: 'refused', error: new KessError('no, says somebody', ''), isProof: false };
		book();
		if (chance < 0.6) return { kind: 'unknown', reason: 'lost after' };
		if (chance < 0.7) return { kind: 'refused', error: new KessError('used', ''), isProof: false };
		if (chance < 0.75) return { kind: 'pending', data: { status: 'WAITING' } };
		return delay > 0 ? { kind: 'unknown', reason: 'not yet' } : { kind: 'done', data: { status: 'PAID' } };
	}

	async lookUp(what: string): Promise<Look> {
		await this.pass();
		if (this.next() < 0.2) return { found: 'unclear', reason: 'a page' };
		const seen = this.bookings.find(({ at }) => at <= Date.now() - this.lagMs * this.next());
		if (seen === undefined) return { found: 'none', reason: 'there is none' };
		return seen.what === what ? { found: 'this', data: { status: 'PAID' } } : { found: 'another', reason: 'something else' };
	}

	private async pass(): Promise<void> {
		await new Promise((resolve) => setTimeout(resolve, this.next() * 2000));
	}
}

interface Said {
	what: string;
	as: 'done' | 'unknown' | 'pending' | 'error';
	at: number;
	message: string;
}

async function history(seed: number, { hasLookUp }: { hasLookUp: boolean }) {
	const next = randomNumbers(seed);
	const lifeMs = next() < 0.5 ? 5 * MINUTE : 20_000;
	const gateway = new Gateway(next, lifeMs, next() < 0.5 ? 0 : Math.min(lifeMs, 10 * MINUTE));
	const store = new DurableStore();
	const said: Said[] = [];
	const run = async (worker: number) => {
		const what = next() < 0.85 ? '10 USD' : '100 USD';
		const movement: Movement = {
			payment: { account: 'partner', kind: 'transfer', number: `N-${seed}`, what },
			lifeMs: hasLookUp ? lifeMs : undefined,
			...(hasLookUp && { lookUp: async () => await gateway.lookUp(what) }),
			send: async () => await gateway.send(what),
			spent: (reason) => new KessError(`stands for something else: ${reason}`, ''),
		};
		// Workers share the rows of one workflow, and nothing else.
		const context = { ...contextOver(store), getWorkflow: () => ({ id: `worker ${worker}` }) } as never;
		const end = await moveMoney(context, movement).catch((error: Error) => error);
		said.push({ what, at: Date.now(), as: end instanceof Error ? 'error' : (end as MoneyEnd).end, message: end instanceof Error ? end.message : JSON.stringify(end) });
	};
	for (let round = 0; round < 4; round++) {
		const runs = Promise.all(Array.from({ length: 1 + Math.floor(next() * 2.5) }, async (_, worker) => await run(worker)));
		await settled(runs);
		await jest.advanceTimersByTimeAsync([1000, MINUTE, 40 * MINUTE, 26 * HOUR][Math.floor(next() * 4)] ?? 0);
	}
	return { gateway, said };
}

/** Lets the time go on until it has ended. */
async function settled(work: Promise<unknown>): Promise<void> {
	let isDone = false;
	void work.finally(() => (isDone = true));
	while (!isDone) {
		await new Promise((resolve) => setImmediate(resolve));
		await jest.advanceTimersByTimeAsync(250);
	}
}

beforeEach(() => {
	jest.useFakeTimers({ now: Date.UTC(2026, 10, 26), doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
});

afterEach(() => jest.useRealTimers());

const HISTORIES = Number(process.env.KESSPAY_HISTORIES ?? 500);

test.each([
	['with a look-up', true],
	['without one', false],
])(`${HISTORIES} random histories, %s: booked once, and nothing said that is not so`, async (_name, hasLookUp) => {
	const counts = { booked: 0, done: 0, unknown: 0, pending: 0, error: 0 };
	for (let seed = 1; seed <= HISTORIES; seed++) {
		const { gateway, said } = await history(seed, { hasLookUp });
		const told = `seed ${seed}: ${JSON.stringify(said)}, booked ${JSON.stringify(gateway.bookings)}`;
		if (gateway.bookings.length > 1) throw new Error(`booked ${gateway.bookings.length} times, ${told}`);
		const [booking] = gateway.bookings;
		counts.booked += gateway.bookings.length;
		for (const row of said) {
			counts[row.as] += 1;
			if (row.as === 'done' && booking === undefined) throw new Error(`said done, ${told}`);
			// What was asked for has been carried out, or will be: no error, unless it came before that request.
			const isFalse = row.as === 'error' && booking?.what === row.what && booking.at <= row.at;
			if (isFalse) throw new Error(`said that nothing was done, ${told}`);
		}
	}
	console.log(`${HISTORIES} histories, ${hasLookUp ? 'with' : 'without'} a look-up: ${JSON.stringify(counts)}`);
});

test('every unknown ends: once nothing can be carried out any more it is begun anew', async () => {
	const store = new DurableStore();
	let isLost = true;
	let sent = 0;
	const run = async (): Promise<MoneyEnd> => {
		const end = moveMoney(contextOver(store), {
			payment: { account: 'partner', kind: 'transfer', number: 'N-1', what: '10 USD' },
			lifeMs: 5 * MINUTE,
			lookUp: async () => ({ found: 'none', reason: 'there is none' }),
			async send() {
				sent += 1;
				return isLost ? { kind: 'unknown', reason: 'lost' } : { kind: 'done', data: {} };
			},
			spent: () => new KessError('another', ''),
		});
		await settled(end);
		return await end;
	};
	const first = await run();
	expect(first).toMatchObject({ end: 'unknown', reason: 'lost', until: expect.any(Number) });
	isLost = false;
	const { until = 0 } = first as { until?: number };
	jest.setSystemTime(until - MINUTE);
	expect(await run()).toMatchObject({ end: 'unknown', until });
	expect(sent).toBe(1);
	jest.setSystemTime(until + 1);
	expect(await run()).toMatchObject({ end: 'done', existed: false });
	expect(await run()).toMatchObject({ end: 'done', existed: true });
	expect(sent).toBe(2);
});

describe('what n8n cannot remember', () => {
	const broken = () => {
		const store = new DurableStore();
		jest.spyOn(store, 'checkProcessedAndRecord').mockRejectedValue(new Error('the database is away'));
		return contextOver(store);
	};
	const movement = (look: Look): Movement => ({
		payment: { account: 'partner', kind: 'transfer', number: 'N-2', what: '10 USD' },
		lifeMs: MINUTE,
		lookUp: async () => look,
		send: async () => await Promise.reject(new Error('sent')),
		spent: () => new KessError('another', ''),
	});
	const ended = async (look: Look) => {
		const end = moveMoney(broken(), movement(look));
		await settled(end);
		return await end;
	};

	test('is not sent, and nobody says that it was not paid', async () => {
		expect(await ended({ found: 'none', reason: 'none' })).toMatchObject({ end: 'unknown', reason: expect.stringContaining('the database is away') });
	});

	test('is paid where KESS says so', async () => {
		expect(await ended({ found: 'this', data: { status: 'PAID' } })).toMatchObject({ end: 'done', existed: true });
	});
});
