import { setTimeout as pause } from 'node:timers/promises';
import { Flights } from '../../../../nodes/shared/run/flights.ts';

test('the same key runs one after the other, another key meanwhile', async () => {
	const flights = new Flights();
	const log: string[] = [];
	const work = (name: string, ms: number) => async () => {
		log.push(`${name} begins`);
		await pause(ms);
		log.push(`${name} ends`);
		return name;
	};
	const results = await Promise.all([
		flights.run('a', work('a1', 20)),
		flights.run('a', work('a2', 1)),
		flights.run('b', work('b1', 1)),
	]);
	expect(results).toEqual(['a1', 'a2', 'b1']);
	expect(log.indexOf('a2 begins')).toBeGreaterThan(log.indexOf('a1 ends'));
	expect(log.indexOf('b1 ends')).toBeLessThan(log.indexOf('a1 ends'));
});

test('work that fails does not stop the next', async () => {
	const flights = new Flights();
	const failed = flights.run('a', async () => await Promise.reject(new Error('no')));
	const next = flights.run('a', async () => 'yes');
	await expect(failed).rejects.toThrow('no');
	expect(await next).toBe('yes');
});
