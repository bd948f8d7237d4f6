import '../../../sandbox/host/engine.mts';

import { SentPayments } from '../../../nodes/KessWebPay/actions/khqr/sentPayments.ts';
import { DurableStore } from '../../../sandbox/host/durableStore.mts';
import { contextOver } from '../../support/withStore.mts';

function notesIn(store: DurableStore): SentPayments {
	return new SentPayments(contextOver(store), 'merchant');
}

const one = { outTradeNo: 'PAY-1', what: '10 USD', run: 'one' };
const other = { ...one, run: 'other' };

test('new, then sent, then paid', async () => {
	const notes = notesIn(new DurableStore());
	expect(await notes.begin(one)).toBe('new');
	expect(await notes.isMine(one)).toBe(true);
	expect(await notes.begin(other)).toBe('sent');
	expect(await notes.begin(other)).toBe('sent');
	await notes.settle(one);
	expect(await notes.begin(other)).toBe('paid');
	expect(await notes.begin(other)).toBe('paid');
	expect(await notes.begin({ ...other, what: '11 USD' })).toBe('another');
	expect(await notes.begin(other)).toBe('paid');
	expect(await notes.begin({ ...one, outTradeNo: 'PAY-2' })).toBe('new');
});

test('what was released is new again', async () => {
	const store = new DurableStore();
	const notes = notesIn(store);
	await notes.begin(one);
	await notes.release(one);
	expect(store.entries()).toEqual([]);
	expect(await notes.begin(other)).toBe('new');
});

test('of two workers that begin in the same moment one may send', async () => {
	const store = new DurableStore();
	const notes = notesIn(store);
	const before = store.snapshot();
	expect(await notes.begin(one)).toBe('new');
	store.restore(before);
	expect(await notes.begin(other)).toBe('new');
	expect(await notes.isMine(one)).toBe(false);
	expect(await notes.isMine(other)).toBe(true);
	expect(await notes.begin(one)).toBe('sent');
});

test('notes that another worker has lost are written again', async () => {
	const store = new DurableStore();
	const notes = notesIn(store);
	const before = store.snapshot();
	await notes.begin(one);
	store.restore(before);
	expect(await notes.isMine(one)).toBe(true);
	expect(await notes.begin(other)).toBe('sent');
});

test('a store that fails: nothing may be sent, but a result is not lost', async () => {
	const store = new DurableStore();
	const notes = notesIn(store);
	await notes.begin(one);
	store.removeProcessed = async () => await Promise.reject(new Error('database is locked'));
	store.checkProcessedAndRecord = async () => await Promise.reject(new Error('database is locked'));
	await expect(notes.begin(other)).rejects.toThrow('n8n could not note down');
	await expect(notes.isMine(one)).rejects.toThrow('n8n could not note down');
	await notes.settle(one);
});
