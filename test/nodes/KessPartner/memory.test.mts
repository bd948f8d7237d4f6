import { setImmediate as nextTick } from 'node:timers/promises';

import '../../../sandbox/host/engine.mts';
import type { IExecuteFunctions } from 'n8n-workflow';

import { ConfirmMemory, LONGEST_LIFE_MS } from '../../../nodes/KessPartner/actions/fundTransfer/memory.ts';
import { DurableStore } from '../../../sandbox/host/durableStore.mts';
import { contextOver } from '../../support/withStore.mts';

const NOW = Date.now();
const MINUTE = 60_000;

function memoryOver(store: DurableStore, identity = 'partner'): ConfirmMemory {
	return new ConfirmMemory(contextOver(store), identity);
}

const first = { outTradeNo: 'T-1', holder: 'one', until: NOW + 5 * MINUTE };
const second = { outTradeNo: 'T-1', holder: 'other', until: NOW + 20 * MINUTE };

test('the first may pay, and the same one again', async () => {
	const memory = memoryOver(new DurableStore());
	expect((await memory.claim(first, NOW)).heldUntil).toBeUndefined();
	expect(await memory.isHeld(first)).toBe(true);
	expect(await memory.claim(first, NOW + MINUTE)).toEqual({ again: true });
});

test('another may not, until the first has run out', async () => {
	const memory = memoryOver(new DurableStore());
	await memory.claim(first, NOW);
	const until = (await memory.claim(second, NOW + MINUTE)).heldUntil;
	expect(until).toBeGreaterThanOrEqual(first.until);
	expect(until).toBeLessThanOrEqual(first.until + 30 * MINUTE);
	expect(await memory.isHeld(second)).toBe(false);
	expect(await memory.isHeld(first)).toBe(true);
	expect((await memory.claim(second, (until ?? 0) + 1)).heldUntil).toBeUndefined();
});

test('a claim that turns out to last longer holds others off for as long', async () => {
	const memory = memoryOver(new DurableStore());
	await memory.claim(first, NOW);
	await memory.isHeld({ ...first, until: NOW + 90 * MINUTE });
	expect((await memory.claim(second, NOW + 60 * MINUTE)).heldUntil).toBeGreaterThanOrEqual(NOW + 90 * MINUTE);
});

test('a claim that was given back holds nobody off', async () => {
	const memory = memoryOver(new DurableStore());
	await memory.claim(first, NOW);
	await memory.release(first, NOW);
	expect((await memory.claim(second, NOW)).heldUntil).toBeUndefined();
});

test('a claim that another worker’s write has undone takes nothing from the winner when it is given back', async () => {
	const store = new DurableStore();
	const memory = memoryOver(store);
	const before = store.snapshot();
	await memory.claim(first, NOW);
	store.restore(before);
	await memory.claim(second, NOW);
	await memory.release(first, NOW);
	expect(await memory.isHeld(second)).toBe(true);
	expect((await memory.claim({ ...first, holder: 'third' }, NOW)).heldUntil).toBeDefined();
});

test('a claim holds others off for a while after its end: what was taken in time may be carried out later', async () => {
	const memory = memoryOver(new DurableStore());
	await memory.claim(first, NOW);
	expect((await memory.claim(second, first.until + MINUTE)).heldUntil).toBeDefined();
});

test('two that end in the same quarter of an hour are told apart', async () => {
	const memory = memoryOver(new DurableStore());
	const sameEnd = { ...first, holder: 'other' };
	await memory.claim(first, NOW);
	expect((await memory.claim(sameEnd, NOW)).heldUntil).toBeDefined();
	expect((await memory.claim(first, NOW)).heldUntil).toBeUndefined();
});

test('what outlives a day is remembered for a day', async () => {
	const memory = memoryOver(new DurableStore());
	await memory.claim({ ...first, until: NOW + 10 * LONGEST_LIFE_MS }, NOW);
	expect((await memory.claim(second, NOW + LONGEST_LIFE_MS - MINUTE)).heldUntil).toBeDefined();
});

test('being held off leaves nothing behind', async () => {
	const store = new DurableStore();
	const memory = memoryOver(store);
	await memory.claim(first, NOW);
	const noted = store.entries();
	await memory.claim(second, NOW);
	expect(store.entries().sort()).toEqual(noted.sort());
});

test('one partner’s transfers do not hold up another’s', async () => {
	const store = new DurableStore();
	await memoryOver(store).claim(first, NOW);
	expect((await memoryOver(store, 'another').claim(second, NOW)).heldUntil).toBeUndefined();
});

test('of many that start at once in one process exactly one may pay', async () => {
	const memory = memoryOver(new DurableStore());
	const claims = Array.from({ length: 20 }, async (_, n) => await memory.claim({ ...first, holder: `holder ${n}` }, NOW));
	expect((await Promise.all(claims)).filter(({ heldUntil }) => heldUntil === undefined)).toHaveLength(1);
});

describe('two workers that write at the same moment', () => {
	test('the one whose claim was lost finds out before money moves', async () => {
		const store = new DurableStore();
		const one = memoryOver(store);
		const before = store.snapshot();
		expect((await one.claim(first, NOW)).heldUntil).toBeUndefined();
		// The other worker has read the row before, so it sees no claim, and its write undoes the first one's.
		store.restore(before);
		expect((await memoryOver(store).claim(second, NOW)).heldUntil).toBeUndefined();
		expect(await one.isHeld(first)).toBe(false);
		expect(await memoryOver(store).isHeld(second)).toBe(true);
	});

	test('asking how long a number is claimed does not claim it for longer', async () => {
		const store = new DurableStore();
		const memory = memoryOver(store);
		await memory.claim({ ...first, until: NOW + 90 * MINUTE }, NOW);
		// The other worker reads the row while the question stands in it, and writes it back when it has been taken back.
		const forget = store.removeProcessed.bind(store);
		let question: ReturnType<DurableStore['snapshot']> | undefined;
		store.removeProcessed = async (...args) => {
			if (store.entries().length > 50) question ??= store.snapshot();
			await forget(...args);
		};
		const asking = memory.claim(second, NOW);
		while (question === undefined || store.entries().length > 4) await nextTick();
		store.restore(question);
		const { heldUntil = 0 } = await asking;
		expect((await memory.claim({ ...second, holder: 'third' }, heldUntil + 1)).heldUntil).toBeUndefined();
	});

	test('a claim lost after an earlier one has ended is made again', async () => {
		const store = new DurableStore();
		const memory = memoryOver(store);
		await memory.claim({ ...first, until: NOW - 120 * MINUTE }, NOW - 180 * MINUTE);
		const before = store.snapshot();
		expect(await memory.claim(second, NOW)).toEqual({ again: false });
		store.restore(before);
		expect(await memory.isHeld(second)).toBe(true);
	});

	test('a claim lost to a write about another transfer is made again', async () => {
		const store = new DurableStore();
		const memory = memoryOver(store);
		const before = store.snapshot();
		await memory.claim(first, NOW);
		store.restore(before);
		expect(await memory.isHeld(first)).toBe(true);
		expect((await memory.claim(second, NOW)).heldUntil).toBeDefined();
	});
});

test('when n8n cannot remember, nothing may be sent', async () => {
	const node = { id: 'node' };
	const helpers = { checkProcessedAndRecord: async () => await Promise.reject(new Error('database is locked')) };
	const memory = new ConfirmMemory({ helpers, getNode: () => node } as unknown as IExecuteFunctions, 'partner');
	await expect(memory.claim(first, NOW)).rejects.toThrow('so this run has not paid it');
});
