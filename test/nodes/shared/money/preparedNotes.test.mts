import type { IExecuteFunctions } from 'n8n-workflow';

import { PreparedNotes } from '../../../../nodes/shared/money/preparedNotes.ts';
import { contextOver, withStore } from '../../../support/withStore.mts';

const store = withStore();

const MINUTE = 60_000;
const UNTIL = Date.now() + 5 * MINUTE;

const notes = (id = 'PRE-1', account = 'sandbox|us', context = contextOver(store)) => new PreparedNotes(context, account, id);

/** A worker that is killed once it has written, before it takes anything back: the lock stays too, until it is broken. */
function killed(): IExecuteFunctions {
	const context = contextOver(store);
	context.helpers.removeProcessed = async () => await Promise.reject(new Error('killed'));
	return context;
}

const recall = async (facts: string[], id?: string, account?: string) => {
	const { isKnown, doubtful } = await notes(id, account).recall(facts);
	return { isKnown, doubtful: [...doubtful] };
};

test('what was noted down is known, and nothing else', async () => {
	await notes().remember(['amount 10', 'receiver 12'], UNTIL);
	expect(await recall(['amount 10', 'receiver 12'])).toEqual({ isKnown: true, doubtful: [] });
	expect(await recall(['amount 100', 'receiver 12'])).toEqual({ isKnown: true, doubtful: ['amount 100'] });
	expect(await recall(['amount 10'], 'PRE-2')).toEqual({ isKnown: false, doubtful: ['amount 10'] });
	expect(await recall(['amount 10'], 'PRE-1', 'sandbox|them')).toEqual({ isKnown: false, doubtful: ['amount 10'] });
});

test('when it has run out is known too, not before it has', async () => {
	jest.spyOn(Date, 'now').mockReturnValue(UNTIL);
	await notes().remember([], UNTIL + 5 * MINUTE);
	const end = (await notes().end()) ?? 0;
	expect(end).toBeGreaterThanOrEqual(UNTIL + 5 * MINUTE);
	expect(end).toBeLessThanOrEqual(UNTIL + 20 * MINUTE);
	jest.spyOn(Date, 'now').mockReturnValue(end + 1);
	expect(await notes().end()).toBe(0);
	expect(await notes('PRE-2').end()).toBeUndefined();
	jest.restoreAllMocks();
});

test('asking leaves nothing behind', async () => {
	await notes().remember(['amount 10'], UNTIL);
	const before = store.entries();
	await recall(['amount 10', 'amount 100']);
	await recall(['amount 10'], 'PRE-2');
	expect(store.entries()).toEqual(before);
});

test('whoever is killed while asking makes nothing known, however often', async () => {
	await notes().remember(['amount 10'], UNTIL);
	for (let round = 0; round < 3; round++) {
		for (const id of ['PRE-1', 'PRE-2']) {
			await notes(id, 'sandbox|us', killed()).recall(['amount 100']).catch(() => undefined);
			expect(await recall(['amount 100'], id)).toEqual({ isKnown: false, doubtful: ['amount 100'] });
			expect((await recall(['amount 10'], id)).isKnown).toBe(false);
		}
	}
});

test('who is killed while asking turns what is known into a doubt', async () => {
	await notes().remember(['amount 10'], UNTIL);
	await expect(notes('PRE-1', 'sandbox|us', killed()).recall(['amount 10'])).rejects.toThrow('killed');
	expect(await recall(['amount 10'])).toEqual({ isKnown: false, doubtful: ['amount 10'] });
});

test('what is prepared again for the same is known', async () => {
	await notes().remember(['amount 10'], UNTIL);
	await notes().remember(['amount 10'], UNTIL);
	expect(await recall(['amount 10'])).toEqual({ isKnown: true, doubtful: [] });
});

test('an ID that stands for something else now is known for neither', async () => {
	await notes().remember(['amount 10'], UNTIL);
	await notes().remember(['amount 100'], UNTIL);
	expect(await recall(['amount 10'])).toEqual({ isKnown: false, doubtful: ['amount 10'] });
	expect(await recall(['amount 100'])).toEqual({ isKnown: false, doubtful: ['amount 100'] });
});
