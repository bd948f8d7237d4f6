import type { HttpBindings } from '@hono/node-server';
import type { Context, Hono } from 'hono';
import type { Company } from './accounts.mts';
import type { Clock } from './clock.mts';
import type { FaultPlan } from './faults.mts';
import type { MoneyLog } from './money.mts';
import type { RequestLog } from './requestLog.mts';
import type { Settings } from './settings.mts';

export type SandboxEnv = { Bindings: HttpBindings };

export type SandboxContext = Context<SandboxEnv>;

/** What every gateway of the sandbox shares. */
export interface SandboxCore {
	app: Hono<SandboxEnv>;
	faults: FaultPlan;
	requests: RequestLog;
	/** What was booked at any gateway. */
	money: MoneyLog;
	settings: Settings;
	clock: Clock;
	/** The clock's milliseconds since 1970. */
	now: () => number;
	/** The sandbox's own origin; known once it listens. */
	origin: () => string;
	/** The one that the gateways know. */
	company: Company;
	/** Fires when the sandbox closes, to end everything that waits. */
	closing: AbortSignal;
	/** Run by `POST /sandbox/reset`: each gateway forgets its orders and logs there. */
	resets: Array<() => void>;
	/** Run by `POST /sandbox/tokens/expire`: each gateway ends its access tokens there and says how many were live. */
	tokenEnds: Array<() => number>;
}
