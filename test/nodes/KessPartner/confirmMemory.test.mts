import '../../support/engine.mts';
import type { IExecuteFunctions } from 'n8n-workflow';

import { ConfirmMemory, LONGEST_LIFE_MS } from '../../../nodes/KessPartner/confirmMemory.ts';
import { DurableStore } from '../../support/durableStore.mts';

const NOW = Date.parse('2026-11-21T08:00:00Z');
const MINUTE = 60_000;

function memoryOver(store: DurableStore, identity = 'partner'): ConfirmMemory {
	const node = { id: 'node' };
	const helpers = {
		checkProcessedAndRecord: async (items: string[], scope: string, options: never) =>
			await store.checkProcessedAndRecord(items, scope, { node }, options),
		removeProcessed: async (items: string[], scope: string) => await store.removeProcessed(items, scope, { node }),
	};
	return new ConfirmMemory({ helpers, getNode: () => node } as unknown as IExecuteFunctions, identity);
}

const first = { outTradeNo: 'T-1', preTransferId: 'P-1', expiresAt: NOW + 5 * MINUTE };
const second = { outTradeNo: 'T-1', preTransferId: 'P-2', expiresAt: NOW + 20 * MINUTE };

test('the first confirmation of a number may be sent, and the same one again', async () => {
	const memory = memoryOver(new DurableStore());
	expect(await memory.claim(first, NOW)).toBeUndefined();
	expect(await memory.claim(first, NOW + MINUTE)).toBeUndefined();
});

test('another one may not, until the first has run out', async () => {
	const memory = memoryOver(new DurableStore());
	await memory.claim(first, NOW);
	const until = await memory.claim(second, NOW + MINUTE);
	expect(until).toBeGreaterThanOrEqual(first.expiresAt);
	expect(until).toBeLessThanOrEqual(first.expiresAt + 15 * MINUTE);
	expect(await memory.pendingUntil('T-1', NOW + MINUTE)).toBe(until);
	// Refusing the second left no trace that would hold up a third for longer.
	expect(await memory.pendingUntil('T-1', (until ?? 0) + 1)).toBeUndefined();
	expect(await memory.claim(second, (until ?? 0) + 1)).toBeUndefined();
});

test('two that end in the same quarter of an hour are told apart', async () => {
	const memory = memoryOver(new DurableStore());
	const sameEnd = { ...first, preTransferId: 'P-2' };
	await memory.claim(first, NOW);
	expect(await memory.claim(sameEnd, NOW)).toBeDefined();
	expect(await memory.claim(first, NOW)).toBeUndefined();
});

test('what outlives a day is remembered for a day', async () => {
	const memory = memoryOver(new DurableStore());
	await memory.claim({ ...first, expiresAt: NOW + 10 * LONGEST_LIFE_MS }, NOW);
	expect(await memory.claim(second, NOW + LONGEST_LIFE_MS - MINUTE)).toBeDefined();
});

test('looking leaves nothing behind', async () => {
	const store = new DurableStore();
	const memory = memoryOver(store);
	expect(await memory.pendingUntil('T-1', NOW)).toBeUndefined();
	expect(store.entries()).toEqual([]);
	await memory.claim(first, NOW);
	const noted = store.entries();
	await memory.pendingUntil('T-1', NOW);
	await memory.claim(second, NOW);
	expect(store.entries().sort()).toEqual(noted.sort());
});

test('one partner’s transfers do not hold up another’s', async () => {
	const store = new DurableStore();
	await memoryOver(store).claim(first, NOW);
	expect(await memoryOver(store, 'another').claim(second, NOW)).toBeUndefined();
});

test('of many that start at once in one process exactly one may be sent', async () => {
	const memory = memoryOver(new DurableStore());
	const claims = Array.from({ length: 20 }, async (_, n) => await memory.claim({ ...first, preTransferId: `P-${n}` }, NOW));
	expect((await Promise.all(claims)).filter((until) => until === undefined)).toHaveLength(1);
});

test('when n8n cannot remember, nothing may be sent', async () => {
	const node = { id: 'node' };
	const helpers = { checkProcessedAndRecord: async () => await Promise.reject(new Error('database is locked')) };
	const memory = new ConfirmMemory({ helpers, getNode: () => node } as unknown as IExecuteFunctions, 'partner');
	await expect(memory.claim(first, NOW)).rejects.toThrow('so it was not confirmed');
});
