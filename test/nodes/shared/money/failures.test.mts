import { KessError } from '../../../../kess/errors.ts';
import { type Look, type Movement, type MoneyEnd, moveMoney, type Sent } from '../../../../nodes/shared/money/moveMoney.ts';
import { DurableStore } from '../../../../sandbox/host/durableStore.mts';
import { contextOver } from '../../../support/withStore.mts';

/** The one way to move money, when what n8n remembers fails or is cut off at any single call, and when workers sleep or have other clocks. */

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const CALLS = ['checkProcessedAndRecord', 'removeProcessed', 'clearAllProcessedItems', 'getProcessedDataCount'] as const;

type Cut = 'before' | 'after' | 'from then on';

/** A worker whose calls to the store fail: one of them, before or after it has done its work, or all from one on. */
function failing(store: DurableStore, at: number, cut: Cut) {
	const context = contextOver(store);
	let calls = 0;
	for (const name of CALLS) {
		const call = context.helpers[name] as (...args: unknown[]) => Promise<unknown>;
		context.helpers[name] = (async (...args: unknown[]) => {
			calls += 1;
			const fails = cut === 'from then on' ? calls >= at : calls === at;
			if (fails && cut !== 'after') throw new Error('the database is away');
			const result = await call(...args);
			if (fails) throw new Error('the database is away');
			return result;
		}) as never;
	}
	return { context, hasFailed: () => calls >= at };
}

/** A gateway that books everything, and whose look-ups show nothing until it is told to. */
class Book {
	readonly booked: string[] = [];
	shows = false;
	answer: Sent = { kind: 'done', data: {} };

	movement(what: string): Movement {
		return {
			payment: { account: 'partner', kind: 'transfer', number: 'N-1', what },
			lifeMs: 5 * MINUTE,
			refusedMs: 2 * MINUTE,
			lookUp: async () => this.look(what),
			send: async () => {
				if (this.answer.kind !== 'refused') this.booked.push(what);
				return this.answer;
			},
			spent: (reason) => new KessError(`stands for something else: ${reason}`, ''),
		};
	}

	private look(what: string): Look {
		if (!this.shows || this.booked.length === 0) return { found: 'none', reason: 'there is none' };
		return this.booked.includes(what) ? { found: 'this', data: {} } : { found: 'another', reason: 'something else' };
	}
}

async function settled<T>(work: Promise<T>): Promise<T | Error> {
	let isDone = false;
	const result = work.catch((error: Error) => error).finally(() => (isDone = true));
	while (!isDone) {
		await new Promise((resolve) => setImmediate(resolve));
		await jest.advanceTimersByTimeAsync(500);
	}
	return await result;
}

const run = async (book: Book, context: ReturnType<typeof contextOver>, what = '10 USD') => await settled(moveMoney(context, book.movement(what)));

const endOf = (end: MoneyEnd | Error) => (end instanceof Error ? 'error' : end.end);

beforeEach(() => {
	jest.useFakeTimers({ now: Date.UTC(2026, 10, 26), doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
});

afterEach(() => jest.useRealTimers());

describe.each<Cut>(['before', 'after', 'from then on'])('a store that fails %s', (cut) => {
	test.each(['paid', 'lost'] as const)('at any call of a run on what was %s before: booked once, and never called unpaid', async (before) => {
		let tried = 0;
		for (let at = 1; ; at++) {
			const store = new DurableStore();
			const book = new Book();
			if (before === 'lost') book.answer = { kind: 'unknown', reason: 'lost' };
			await run(book, contextOver(store));
			book.answer = { kind: 'done', data: {} };
			const cutOff = failing(store, at, cut);
			const said = [await run(book, cutOff.context)];
			if (!cutOff.hasFailed()) break;
			tried += 1;
			said.push(await run(book, contextOver(store)));
			jest.setSystemTime(Date.now() + 40 * MINUTE);
			// What is behind for longer than a claim lasts shows a lost payment before that is begun anew.
			book.shows = before === 'lost';
			said.push(await run(book, contextOver(store)));
			jest.setSystemTime(Date.now() + 26 * 60 * MINUTE);
			said.push(await run(book, contextOver(store)));
			expect([at, book.booked, said.map(endOf)]).toEqual([at, ['10 USD'], said.map(() => expect.stringMatching(/^(done|unknown)$/))]);
			book.shows = true;
			expect(endOf(await run(book, contextOver(store)))).toBe('done');
		}
		expect(tried).toBeGreaterThan(5);
	});
});

test('a worker that slept while another one paid takes nothing of that back', async () => {
	const store = new DurableStore();
	const book = new Book();
	let wakesUp = () => {};
	const asleep: Movement = {
		...book.movement('10 USD'),
		prepare: async () => {
			await new Promise<void>((resolve) => (wakesUp = resolve));
			return { kind: 'refused', error: new KessError('try later', '') };
		},
	};
	// Another process has no flights in common with this one.
	const other = { ...contextOver(store), getWorkflow: () => ({ id: 'workflow' }) } as never;
	const sleeping = moveMoney(contextOver(store), asleep).catch((error: Error) => error);
	while (store.entries().length === 0) await new Promise((resolve) => setImmediate(resolve));
	await jest.advanceTimersByTimeAsync(2000);
	jest.setSystemTime(Date.now() + 40 * MINUTE);
	await jest.isolateModulesAsync(async () => {
		const fresh = (await import('../../../../nodes/shared/money/moveMoney.ts')) as { moveMoney: typeof moveMoney };
		expect(endOf(await settled(fresh.moveMoney(other, book.movement('10 USD'))))).toBe('done');
	});
	wakesUp();
	await settled(sleeping);
	expect(endOf(await run(book, contextOver(store)))).toBe('done');
	expect(book.booked).toEqual(['10 USD']);
});

test('a clock that is ahead does not let another worker begin anew', async () => {
	const store = new DurableStore();
	const book = new Book();
	book.answer = { kind: 'unknown', reason: 'lost' };
	const now = Date.now();
	jest.setSystemTime(now + 20 * 60 * MINUTE);
	await run(book, contextOver(store));
	jest.setSystemTime(now);
	expect(endOf(await run(book, contextOver(store)))).toBe('unknown');
	expect(book.booked).toHaveLength(1);
});

test('what was refused is not sent when something else has been paid meanwhile, though KESS does not show it', async () => {
	const store = new DurableStore();
	const book = new Book();
	book.answer = { kind: 'refused', error: new KessError('the limit is reached', ''), isProof: true };
	expect(endOf(await run(book, contextOver(store)))).toBe('error');
	jest.setSystemTime(Date.now() + 10 * MINUTE);
	book.answer = { kind: 'done', data: {} };
	// While it is looked up, another worker pays something else.
	const slow: Movement = {
		...book.movement('10 USD'),
		lookUp: async () => {
			if (book.booked.length === 0) {
				await jest.isolateModulesAsync(async () => {
					const fresh = (await import('../../../../nodes/shared/money/moveMoney.ts')) as { moveMoney: typeof moveMoney };
					await fresh.moveMoney(contextOver(store), book.movement('20 USD'));
				});
			}
			return { found: 'none', reason: 'there is none' };
		},
	};
	const end = await settled(moveMoney(contextOver(store), slow));
	expect(String(end)).toContain('stands for something else');
	expect(book.booked).toEqual(['20 USD']);
});

test('what is shown in part is no proof where something else was asked for under the number too', async () => {
	const store = new DurableStore();
	const book = new Book();
	book.answer = { kind: 'refused', error: new KessError('the limit is reached', ''), isProof: true };
	await run(book, contextOver(store), 'code A');
	jest.setSystemTime(Date.now() + 10 * MINUTE);
	book.answer = { kind: 'unknown', reason: 'lost' };
	await run(book, contextOver(store), 'code B');
	const inPart: Movement = { ...book.movement('code A'), lookUp: async () => ({ found: 'this', data: {}, isPart: true }) };
	expect(endOf(await settled(moveMoney(contextOver(store), inPart)))).toBe('unknown');
	expect(book.booked).toEqual(['code B']);
	jest.setSystemTime(Date.now() + 2 * DAY);
	expect(endOf(await settled(moveMoney(contextOver(store), inPart)))).not.toBe('done');
});

test('whatever is thrown on the way is no word about the money', async () => {
	const store = new DurableStore();
	const thrown = async (): Promise<never> => await Promise.reject(new TypeError('x is not a function'));
	const book = new Book();
	expect(endOf(await settled(moveMoney(contextOver(store), { ...book.movement('10 USD'), send: thrown })))).toBe('unknown');
	expect(endOf(await settled(moveMoney(contextOver(store), { ...book.movement('10 USD'), lookUp: thrown })))).toBe('unknown');
});
