import { lookAgain } from '../../../../nodes/KessWebPay/notifications/questions.ts';

/** A gateway whose answers lag behind its notification. */
function gateway(...statuses: string[]) {
	const asked: number[] = [];
	const look = async () => {
		asked.push(Date.now());
		return statuses[asked.length - 1] ?? 'WAITING';
	};
	return { asked, look };
}

const isBehind = (status: string) => status === 'WAITING';

test('an answer that is not behind is taken at once', async () => {
	const { asked, look } = gateway('SUCCESS');
	expect(await lookAgain(look, isBehind)).toBe('SUCCESS');
	expect(asked).toHaveLength(1);
});

test('one that is behind is asked for again some seconds later, and in the end it is taken as it is', async () => {
	const { asked, look } = gateway('WAITING', 'WAITING', 'SUCCESS');
	expect(await lookAgain(look, isBehind)).toBe('SUCCESS');
	expect((asked[1] ?? 0) - (asked[0] ?? 0)).toBeGreaterThanOrEqual(2_900);
	const never = gateway();
	expect(await lookAgain(never.look, isBehind)).toBe('WAITING');
	expect(never.asked).toHaveLength(3);
});
