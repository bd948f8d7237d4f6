import { z } from 'zod';
import { checked } from './checked.mts';
import type { SandboxContext, SandboxCore } from './core.mts';
import { faultRequest } from './faults.mts';

const clockRequest = z.strictObject({ aheadMs: z.number().int().nonnegative().max(1e12) });

const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/;

/** Adds the controls under `/sandbox/` that all gateways share. Only this computer may use any control. */
export function mountControl(core: SandboxCore): void {
	const { app, clock, faults, money, requests, settings } = core;
	// The pages with keys and switches as well.
	for (const path of ['/', '/faults/*', '/sandbox/*']) {
		app.use(path, async (c, next) => {
			if (LOOPBACK.test(c.env.incoming.socket.remoteAddress ?? '')) return next();
			return c.json({ error: 'The sandbox is controlled from its own computer only.' }, 403);
		});
	}

	app.get('/sandbox/faults', (c) => c.json(faults.list()));
	app.post('/sandbox/faults', (c) =>
		change(c, (body) => {
			faults.add(checked(faultRequest, body));
			return faults.list();
		}),
	);
	app.delete('/sandbox/faults', (c) => {
		faults.clear();
		return c.json([]);
	});

	app.get('/sandbox/requests', (c) => c.json(requests.report()));

	app.get('/sandbox/money', (c) => c.json(money.report()));

	app.get('/sandbox/settings', (c) => c.json(settings.values));
	app.post('/sandbox/settings', (c) =>
		change(c, (body) => {
			settings.change(body);
			return settings.values;
		}),
	);

	app.get('/sandbox/clock', (c) => c.json(clock.report()));
	app.post('/sandbox/clock', (c) =>
		change(c, (body) => {
			clock.setAhead(checked(clockRequest, body).aheadMs);
			return clock.report();
		}),
	);

	app.post('/sandbox/tokens/expire', (c) => c.json({ expired: core.tokenEnds.reduce((sum, end) => sum + end(), 0) }));

	app.post('/sandbox/reset', (c) => {
		faults.clear();
		requests.reset();
		money.clear();
		settings.reset();
		for (const reset of core.resets) reset();
		return c.json({ reset: true });
	});
}

/**
 * Carries out a control that takes a JSON object.
 *
 * @param apply throws an Error for what it refuses; its message is answered with HTTP 400
 */
export async function change(c: SandboxContext, apply: (body: Record<string, unknown>) => object): Promise<Response> {
	try {
		const body: unknown = await c.req.json();
		if (body === null || typeof body !== 'object' || Array.isArray(body)) throw new Error('Send a JSON object.');
		return c.json(apply(body as Record<string, unknown>));
	} catch (error) {
		return c.json({ error: error instanceof Error ? error.message : String(error) }, 400);
	}
}
