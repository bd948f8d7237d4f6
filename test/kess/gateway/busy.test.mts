import { busyReason, busyWait, isBusyStatus } from '../../../kess/gateway/busy.ts';

const now = Date.parse('Sat, 21 Nov 2026 08:00:00 GMT');

test.each<[unknown, number]>([
	['0', 0],
	['1', 1000],
	[' 120 ', 120_000],
	['Sat, 21 Nov 2026 08:00:07 GMT', 7000],
])('Retry-After %p is waited for', (retryAfter, ms) => {
	expect(busyWait(retryAfter, 2, now)).toEqual({ ms, asked: true });
});

test.each([undefined, '', '-5', '1.5', 'soon', '5 seconds', 'Sat, 21 Nov 2026 07:59:59 GMT', '2026-11-21', ['1', '2']])(
	'Retry-After %p leaves the pause to us',
	(retryAfter) => {
		expect([0, 1, 2].map((repeats) => busyWait(retryAfter, repeats, now))).toEqual([500, 1000, 2000].map((ms) => ({ ms, asked: false })));
	},
);

test('only 429 and 503 say so', () => {
	expect([200, 401, 428, 429, 430, 500, 502, 503, 504].filter(isBusyStatus)).toEqual([429, 503]);
});

test('the words name the wait that was asked for', () => {
	expect(busyReason(429, { ms: 119_001, asked: true })).toBe('the gateway is busy (429) and asks to wait 120 s');
	expect(busyReason('503', { ms: 500, asked: false })).toBe('the gateway is busy (503)');
});
