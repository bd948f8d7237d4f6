import { Notes } from '../../../../nodes/KessWebPay/polling/memory.ts';

const key = (...parts: string[]) => JSON.stringify(parts);

/** Notes of one day, as the next look finds them. */
function noted(...keys: string[]): Notes {
	const notes = new Notes();
	for (const one of keys) notes.add(one);
	return new Notes(notes.kept('2026-11-21', '2026-11-20'));
}

test('another transaction of the same order and status is another event', () => {
	const notes = noted(key('SUCCESS', 'A', 'T1'), key('REFUNDED', 'A', 'R1', 'R2'));
	expect(notes.has(key('SUCCESS', 'A', 'T1'))).toBe(true);
	expect(notes.has(key('REFUNDED', 'A', 'R1', 'R2'))).toBe(true);
	const others = [key('SUCCESS', 'A', 'T2'), key('SUCCESS', 'B', 'T1'), key('REFUNDED', 'A', 'R1'), key('REFUNDED', 'A', 'R1', 'R2', 'R3'), key('CLOSED', 'A')];
	expect(others.filter((other) => notes.has(other))).toEqual([]);
	expect(['["SUCCESS","A",', '["SUCCESS","B",', '["CLOSED","A",'].map((beginning) => notes.hasSome(beginning))).toEqual([true, false, false]);
});

test.each([[['']], [[]], [['', '']]])('what has no details (%j), in a list for instance, is not taken for another event', (details) => {
	const bare = key('SUCCESS', 'A', ...details);
	expect(noted(key('SUCCESS', 'A', 'T1')).has(bare)).toBe(true);
	expect(noted(bare).has(key('SUCCESS', 'A', 'T1'))).toBe(true);
	expect(noted(bare).has(key('SUCCESS', 'B', 'T1'))).toBe(false);
});

test('what is noted twice is kept once', () => {
	const notes = new Notes();
	for (let count = 0; count < 3; count += 1) notes.add(key('SUCCESS', 'A', 'T1'));
	expect(Object.values(notes.kept('2026-11-21', '2026-11-20')).join('')).toHaveLength(14);
});
