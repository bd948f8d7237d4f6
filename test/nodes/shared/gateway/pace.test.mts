import { GatewayPace } from '../../../../nodes/shared/gateway/pace.ts';

const LONG_AGO = 1;

/** Lets so many requests out and gives back how many got through at once. */
async function enterAll(pace: GatewayPace, count: number): Promise<{ entered: () => number }> {
	let entered = 0;
	for (let request = 0; request < count; request++) {
		void pace.enter(0).then((waited) => {
			if (waited !== undefined) entered += 1;
		});
	}
	await new Promise((resolve) => setTimeout(resolve, 50));
	return { entered: () => entered };
}

test('lets everything out as long as no answer is a busy one', async () => {
	expect((await enterAll(new GatewayPace(1000), 500)).entered()).toBe(500);
});

test('after busy answers half as many, once for those that were under way together, and slowly more again', async () => {
	const pace = new GatewayPace(1000);
	await enterAll(pace, 8);
	for (let request = 0; request < 3; request++) pace.slowDown(LONG_AGO + request, 0);
	for (let request = 0; request < 8; request++) pace.leave();
	const { entered } = await enterAll(pace, 20);
	expect(entered()).toBe(4);
	for (let answer = 0; answer < 40; answer++) pace.goOn();
	pace.leave();
	await new Promise((resolve) => setTimeout(resolve, 20));
	expect(entered()).toBe(6);
});

test('a request waits no longer than the patience in all', async () => {
	const pace = new GatewayPace(500);
	expect(await pace.enter(0)).toBe(0);
	pace.slowDown(LONG_AGO, 200);
	pace.goOn();
	pace.leave();
	const waited = (await pace.enter(0)) ?? 0;
	expect(waited).toBeGreaterThan(150);
	pace.slowDown(Date.now(), 400);
	pace.leave();
	expect(await pace.enter(waited)).toBeUndefined();
	expect(await pace.enter(0)).toBeGreaterThan(350);
});

test('a gateway that stays busy is not waited for by one request after the other', async () => {
	const pace = new GatewayPace(500);
	for (let request = 0; request < 2; request++) {
		expect(await pace.enter(0)).toBeDefined();
		pace.slowDown(Date.now(), 200);
		pace.leave();
	}
	await pace.enter(0);
	pace.slowDown(Date.now(), 200);
	pace.leave();
	expect(await pace.enter(0)).toBeUndefined();
	pace.goOn();
	expect(await pace.enter(0)).toBeDefined();
});

test('one that gives up leaves its place to the next', async () => {
	const pace = new GatewayPace(100);
	await enterAll(pace, 2);
	pace.slowDown(LONG_AGO, 0);
	pace.leave();
	const gaveUp: Array<number | undefined> = [];
	const waiting = Array.from({ length: 5 }, async () => gaveUp.push(await pace.enter(0)));
	await new Promise((resolve) => setTimeout(resolve, 10));
	pace.slowDown(Date.now(), 60_000);
	pace.leave();
	await Promise.all(waiting);
	expect(gaveUp).toEqual(Array.from({ length: 5 }, () => undefined));
});
