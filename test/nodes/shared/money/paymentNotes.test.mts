import { setImmediate as nextTick } from 'node:timers/promises';

import { LONGEST_MS, type Payment, PaymentNotes } from '../../../../nodes/shared/money/paymentNotes.ts';
import { DurableStore } from '../../../../sandbox/host/durableStore.mts';
import { contextOver } from '../../../support/withStore.mts';

const MINUTE = 60_000;
/** In the middle of a quarter of an hour. */
const NOW = Date.UTC(2026, 10, 26, 8, 7);
const UNTIL = NOW + 5 * MINUTE;

const WAGE: Payment = { account: 'partner', kind: 'transfer', number: 'WAGE-1', what: '10 USD to Dara' };

let now = NOW;
let store: DurableStore;

beforeEach(() => {
	now = NOW;
	store = new DurableStore();
	jest.spyOn(Date, 'now').mockImplementation(() => now);
});

afterEach(() => jest.restoreAllMocks());

/** A run: what it notes is found by the others. */
const run = (change: Partial<Payment> = {}, { node = 'node', isEndless = false } = {}) =>
	new PaymentNotes(contextOver(store, node), { ...WAGE, ...change }, isEndless);

const NOTHING = { state: 'nothing' };

describe('what one run has begun, the next one knows', () => {
	test('until it can no longer be carried out, and that it has ended', async () => {
		expect(await run().begin(UNTIL)).toEqual(NOTHING);
		const known = await run().begin(UNTIL);
		expect(known).toMatchObject({ state: 'sent' });
		const { until = 0 } = known as { until?: number };
		// A quarter of an hour longer, and to the end of a quarter.
		expect(until).toBeGreaterThanOrEqual(UNTIL + 15 * MINUTE);
		expect(until).toBeLessThanOrEqual(UNTIL + 30 * MINUTE);
		now = until + 1;
		expect(await run().begin(now)).toMatchObject({ state: 'sent', until: 0 });
	});

	test('that it is done, without an end', async () => {
		const first = run();
		await first.begin(UNTIL);
		await first.settle('done');
		now += 365 * LONGEST_MS;
		expect(await run().begin(now)).toEqual({ state: 'done' });
		expect(await run().begin(now)).toEqual({ state: 'done' });
	});

	test('that it was refused, and for how long that holds', async () => {
		const first = run();
		await first.begin(UNTIL);
		await first.settle('refused');
		expect(await run().begin(UNTIL)).toMatchObject({ state: 'refused', until: expect.any(Number) });
		// Something else under the number waits as long: KESS may have carried out what it has refused.
		const other = run({ what: '11 USD to Dara' });
		const known = await other.begin(UNTIL);
		expect(known).toMatchObject({ state: 'refused' });
		expect(await other.beginAnew(UNTIL)).toEqual(known);
		now = (known as { until: number }).until + 1;
		expect(await other.begin(now)).toMatchObject({ state: 'refused', until: 0 });
		expect(await other.beginAnew(now + MINUTE)).toEqual(NOTHING);
		expect(await other.isHeld(now + MINUTE)).toBe(true);
		expect(await run({ what: '11 USD to Dara' }).begin(now)).toMatchObject({ state: 'sent' });
	});

	test('a refusal may end it sooner', async () => {
		const first = run({}, { isEndless: true });
		await first.begin(undefined);
		await first.settle('refused', NOW + 2 * MINUTE);
		const known = await run({}, { isEndless: true }).begin(undefined);
		expect(known).toMatchObject({ state: 'refused', until: NOW + 3 * MINUTE });
	});

	test('nothing, where nothing was sent after all', async () => {
		const first = run();
		await first.begin(UNTIL);
		await first.isHeld(UNTIL + 40 * MINUTE);
		await first.settle('notSent');
		expect(store.entries()).toEqual([]);
	});

	test('without an end that anybody knows, it has none', async () => {
		await run({}, { isEndless: true }).begin(undefined);
		now += 365 * LONGEST_MS;
		expect(await run({}, { isEndless: true }).begin(undefined)).toMatchObject({ state: 'sent', until: undefined });
		expect(await run({ what: 'another code' }, { isEndless: true }).begin(undefined)).toEqual({ state: 'another', until: undefined });
	});

	test('what is paid under a number is no other payment', async () => {
		const first = run();
		await first.begin(UNTIL);
		expect(await run({ what: '11 USD to Dara' }).begin(UNTIL)).toMatchObject({ state: 'another', until: expect.any(Number) });
		await first.settle('done');
		expect(await run({ what: '11 USD to Dara' }).begin(UNTIL)).toEqual({ state: 'doneAnother' });
		for (const change of [{ number: 'WAGE-2' }, { kind: 'refund' as const }, { account: 'other' }]) {
			expect(await run(change).begin(UNTIL)).toEqual(NOTHING);
		}
	});
});

describe('somebody who does not know what is paid under a number', () => {
	const anybody = () => run({ what: undefined });

	test('knows whether something is under way, or has been done', async () => {
		expect(await anybody().recall()).toEqual(NOTHING);
		const first = run();
		await first.begin(UNTIL);
		expect(await anybody().recall()).toMatchObject({ state: 'sent', until: expect.any(Number) });
		await first.settle('done');
		expect(await anybody().recall()).toEqual({ state: 'doneSomehow' });
		expect(await anybody().begin(UNTIL)).toEqual({ state: 'doneSomehow' });
	});

	test('is known to those who do', async () => {
		const first = anybody();
		await first.begin(UNTIL);
		expect(await run().begin(UNTIL)).toMatchObject({ state: 'sent', until: expect.any(Number) });
		await first.settle('done');
		expect(await run().begin(UNTIL)).toEqual({ state: 'doneSomehow' });
		expect(await anybody().begin(UNTIL)).toEqual({ state: 'done' });
	});
});

describe('of several runs one may pay', () => {
	test('of twenty that begin at once', async () => {
		const runs = Array.from({ length: 20 }, () => run());
		const known = await Promise.all(runs.map(async (notes) => await notes.begin(UNTIL)));
		const first = known.flatMap(({ state }, index) => (state === 'nothing' ? [index] : []));
		expect(first).toHaveLength(1);
		const held = await Promise.all(runs.map(async (notes) => await notes.isHeld(UNTIL)));
		expect(held.flatMap((isHeld, index) => (isHeld ? [index] : []))).toEqual(first);
	});

	test('of several that begin anew at once', async () => {
		await run().begin(UNTIL);
		now = UNTIL + 60 * MINUTE;
		const runs = Array.from({ length: 5 }, () => run());
		for (const notes of runs) expect(await notes.begin(now)).toMatchObject({ state: 'sent', until: 0 });
		const known = await Promise.all(runs.map(async (notes) => await notes.beginAnew(now + MINUTE)));
		expect(known.filter(({ state }) => state === 'nothing')).toHaveLength(1);
	});

	test('one that took so long that another could begin anew does not pay', async () => {
		const slow = run();
		await slow.begin(UNTIL);
		now = UNTIL + 60 * MINUTE;
		const next = run();
		await next.begin(now);
		await next.beginAnew(now + MINUTE);
		expect(await slow.isHeld(now + MINUTE)).toBe(false);
		expect(await next.isHeld(now + MINUTE)).toBe(true);
	});

	test('when another node of the workflow, on another worker, undoes what was noted', async () => {
		const before = store.snapshot();
		const one = run();
		await one.begin(UNTIL);
		store.restore(before);
		const other = run({}, { node: 'other' });
		expect(await other.begin(UNTIL)).toEqual(NOTHING);
		expect(await one.isHeld(UNTIL)).toBe(false);
		expect(await other.isHeld(UNTIL)).toBe(true);
	});

	test('when all was undone, it is noted again', async () => {
		const before = store.snapshot();
		const one = run();
		await one.begin(UNTIL);
		store.restore(before);
		expect(await one.isHeld(UNTIL)).toBe(true);
		expect(await run().begin(UNTIL)).toMatchObject({ state: 'sent' });
	});
});

test('what an attempt leaves that has ended and was followed by one that came to nothing holds nobody up', async () => {
	await run().begin(UNTIL);
	now = UNTIL + 40 * MINUTE;
	const other = run({ what: '11 USD to Dara' });
	await other.begin(now);
	expect(await other.beginAnew(now)).toEqual(NOTHING);
	await other.settle('notSent');
	const again = run();
	expect(await again.begin(now + MINUTE)).toEqual(NOTHING);
	expect(await again.isHeld(now + MINUTE)).toBe(true);
	expect(await run().begin(now)).toMatchObject({ state: 'sent' });
});

describe('a question that is left behind says neither paid nor refused', () => {
	/** Kills whoever asks, between writing the question and taking it back. */
	async function killedWhileAsking(asks: () => Promise<unknown>): Promise<void> {
		const forget = jest.spyOn(store, 'removeProcessed').mockRejectedValue(new Error('killed'));
		await expect(asks()).rejects.toThrow('killed');
		forget.mockRestore();
	}

	test.each(['nothing', 'sent', 'refused', 'done'] as const)('when it was %s', async (state) => {
		const first = run();
		if (state !== 'nothing') await first.begin(UNTIL);
		if (state === 'refused' || state === 'done') await first.settle(state);
		await killedWhileAsking(async () => await (state === 'nothing' ? run().beginAnew(UNTIL) : run().begin(UNTIL)));
		const known = await run().begin(UNTIL);
		expect(known.state).toMatch(/^(sent|nothing|refused)$/);
		// What was done may be what nobody remembers now: from then on only a look-up tells, and no time.
		const lost = { state: 'sent', isMixed: true, isLost: true, until: undefined };
		if (state !== 'nothing') expect(known).toMatchObject(lost);
		now += 3 * LONGEST_MS;
		if (state !== 'nothing') expect(await run().begin(now)).toMatchObject(lost);
		await run().settle('done');
		expect(await run().begin(now)).toEqual({ state: 'done' });
	});

	test('about something else under the number', async () => {
		const first = run();
		await first.begin(UNTIL);
		await first.settle('done');
		await killedWhileAsking(async () => await run({ what: 'something else' }).begin(UNTIL));
		expect((await run({ what: 'something else' }).begin(UNTIL)).state).toBe('sent');
		expect(await run().begin(UNTIL)).toEqual({ state: 'done' });
	});
});

describe('the lock', () => {
	test('of a worker that was killed is broken', async () => {
		const row = Object.keys((await locked()).snapshot()).find((name) => name.includes('n:'));
		expect(row).toBeDefined();
		jest.restoreAllMocks();
		const began = Date.now();
		expect(await run().begin(UNTIL)).toEqual(NOTHING);
		expect(Date.now() - began).toBeGreaterThan(9_000);
	});

	/** A store in which a worker has died that held it. */
	async function locked(): Promise<DurableStore> {
		const unlock = jest.spyOn(store, 'clearAllProcessedItems').mockResolvedValue(undefined);
		await run({ number: 'WAGE-0' }).begin(UNTIL);
		unlock.mockRestore();
		return store;
	}

	test('keeps the writes of two workers apart', async () => {
		// Their flights are apart when their workflows are, as they are in two processes; the rows are the same.
		const worker = (id: number) => {
			const context = contextOver(store);
			return new PaymentNotes({ ...context, getWorkflow: () => ({ id: `process ${id}` }) } as never, { ...WAGE, number: `WAGE-${id}` }, false);
		};
		const workers = Array.from({ length: 12 }, (_, id) => worker(id));
		const known = await Promise.all(workers.map(async (notes) => await notes.begin(UNTIL)));
		expect(known).toEqual(workers.map(() => NOTHING));
		for (const [id] of workers.entries()) expect(await run({ number: `WAGE-${id}` }).begin(UNTIL)).toMatchObject({ state: 'sent' });
		await nextTick();
		expect(Object.keys(store.snapshot()).filter((row) => row.includes('n:'))).toEqual([]);
	});
});
