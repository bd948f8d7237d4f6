import { decide, type Found, type Remembered } from '../../../../nodes/shared/money/decision.ts';

/** What the memory knows, against what a look-up says. */

const NOW = 1_000_000;
const FOUND: Array<Found | undefined> = ['this', 'another', 'ended', 'open', 'waiting', 'rejected', 'failed', 'none', 'unclear', undefined];

const REMEMBERED: Array<[name: string, remembered: Remembered, decisions: string]> = [
	//                                                               this another ended open waiting rejected failed none unclear (no look-up)
	['nothing', { state: 'nothing' }, 'done spent spent unknown send send unknown send notSent send'],
	['sent, goes on', { state: 'sent', until: NOW + 1 }, 'done unknown spent unknown unknown unknown unknown unknown unknown unknown'],
	['sent, nobody knows until when', { state: 'sent', until: undefined }, 'done unknown spent unknown unknown unknown unknown unknown unknown unknown'],
	['taken on', { state: 'sent', until: undefined, attemptsUntil: NOW + 1, isTakenOn: true }, 'done unknown spent unknown unknown spent unknown unknown unknown unknown'],
	['taken on as others were', { state: 'sent', until: undefined, attemptsUntil: NOW + 1, isTakenOn: true, hadOthers: true }, 'done unknown spent unknown unknown unknown unknown unknown unknown unknown'],
	['taken on as others were, long ago', { state: 'sent', until: undefined, attemptsUntil: NOW - 1, isTakenOn: true, hadOthers: true }, 'done unknown spent unknown unknown spent spent unknown unknown unknown'],
	['sent, has ended', { state: 'sent', until: NOW - 1 }, 'done unknown spent unknown send spent spent send unknown unknown'],
	['sent, has ended, just this attempt', { state: 'sent', until: NOW - 1, isSameAttempt: true }, 'done unknown spent unknown unknown spent spent send unknown unknown'],
	['refused, a moment ago', { state: 'refused', until: NOW + 1 }, 'done spent spent unknown refusedBefore refusedBefore unknown refusedBefore unknown refusedBefore'],
	['refused, long ago', { state: 'refused', until: NOW - 1 }, 'done spent spent unknown send send unknown send unknown send'],
	['another, goes on', { state: 'another', until: NOW + 1 }, 'done unknown unknown unknown unknown unknown unknown unknown unknown unknown'],
	['another, has ended', { state: 'another', until: NOW - 1 }, 'done spent spent spent spent spent spent spent spent spent'],
	['another was done', { state: 'doneAnother' }, 'done spent spent spent spent spent spent spent spent spent'],
	['done, and nobody knows what', { state: 'doneSomehow' }, 'done spent spent unknown unknown unknown unknown unknown unknown unknown'],
	['done', { state: 'done' }, 'done done done done done done done done done done'],
];

test.each(REMEMBERED)('the memory knows: %s', (_name, remembered, decisions) => {
	expect(FOUND.map((found) => decide(remembered, found, NOW)).join(' ')).toBe(decisions);
});

test('nothing is sent where an earlier request can still be carried out, or nobody says that there is none', () => {
	for (const [, remembered] of REMEMBERED) {
		for (const found of FOUND) {
			if (decide(remembered, found, NOW) !== 'send') continue;
			expect(remembered.state).toMatch(/^(nothing|sent|refused)$/);
			expect(found === 'none' || found === 'waiting' || (found === 'rejected' && remembered.state !== 'sent') || (found === undefined && remembered.state !== 'sent')).toBe(true);
			if ('until' in remembered) expect(remembered.until).toBeLessThan(NOW);
		}
	}
});
