/** Whether a fault that replaces the answer strikes after the request has taken effect, unless `booked` says otherwise. */
const BOOKS: ReadonlyMap<string, boolean> = new Map([
	['lost-before-booking', false],
	['lost-after-booking', true],
	['error-500-before', false],
	['error-500-after', true],
	['hang-after', true],
	['reset-mid-body', true],
	['html', true],
	['empty', true],
	['redirect', false],
	['system-error', false],
	['too-many-requests', false],
	['unavailable', false],
]);

/** Faults in which the gateway says that it is busy, with HTTP 429 or 503. */
const BUSY = ['too-many-requests', 'unavailable'];

/** Faults that a gateway builds into its own answer. */
const IN_ANSWER = [
	'wrong-signature',
	'wrong-order',
	'wrong-transfer',
	'wrong-amount',
	'success-false-200',
	'expired-token',
	'token-expired-200',
	'unsigned',
	'duplicate-key',
];

/** The connection is dropped at once, and the request takes effect `delayMs` later, as if it had stood in a queue. */
export const LATE_BOOKING = 'late-booking';

type Gateway = 'webpay' | 'partner';

/** Services under which the logins are known to the plan and in the request log. */
const LOGINS: readonly string[] = ['oauth', 'partner-oauth'];

/** Faults that one gateway alone knows: they never strike the other. */
const ONLY_ON: Readonly<Record<Gateway, readonly string[]>> = {
	webpay: ['wrong-order', 'success-false-200', 'token-expired-200'],
	partner: ['wrong-transfer', 'unsigned', 'duplicate-key', 'system-error'],
};

const IN_NOTIFICATION = ['duplicate-notifications', 'late-notification', 'wrong-notification-signature'];

export const FAULT_NAMES: readonly string[] = ['slow', ...BOOKS.keys(), LATE_BOOKING, ...IN_ANSWER, ...IN_NOTIFICATION];

const DEFAULT_DELAY_MS = 1000;

interface PlannedFault {
	fault: string;
	/** A service in lower case, `*` for every service (no login), `oauth` for the login of WebPay, `partner-oauth` for Partner's. */
	service: string;
	delayMs: number;
	booked: boolean | undefined;
	retryAfter: string | undefined;
	/** How often it still strikes: per order number where order numbers are given, else (key `*`) in all. */
	remaining: Map<string, number>;
}

/** What befalls one request. */
export interface RequestFaults {
	delayMs: number;
	/** The fault besides slowness. */
	fault?: string;
	/** Set for a fault that replaces the answer: whether the request takes effect. */
	booked?: boolean;
	/** The Retry-After header of a gateway that is busy. */
	retryAfter?: string | undefined;
}

/** What befalls a request beyond the setting `maxInFlight`. */
export const CROWDED: RequestFaults = { delayMs: 0, fault: 'too-many-requests', booked: false, retryAfter: '1' };

/** What befalls one notification. */
export interface NotificationFaults {
	delayMs: number;
	copies: number;
	wrongSignature: boolean;
}

/** The faults to come, in the order in which they were asked for. */
export class FaultPlan {
	private planned: PlannedFault[] = [];

	/**
	 * @param request `fault`; `service` (any case, default `*`); `outTradeNo` (one or a list); `times` (default 1, for each
	 *   order number where they are given); `delayMs`; `booked` for faults that replace the answer; `retryAfter` (seconds, or any
	 *   text) for those in which the gateway is busy
	 * @throws Error saying what is wrong with the request
	 */
	add(request: Record<string, unknown>): void {
		const { fault, service = '*', outTradeNo, times = 1, delayMs, booked, retryAfter } = request;
		if (typeof fault !== 'string' || !FAULT_NAMES.includes(fault)) {
			throw new Error(`There is no fault ${JSON.stringify(fault)}. There are: ${FAULT_NAMES.join(', ')}.`);
		}
		if (typeof service !== 'string' || service === '') throw new Error('service is not a name.');
		if (!Number.isInteger(times) || (times as number) < 1) throw new Error('times is not a whole number above 0.');
		if (delayMs !== undefined && !(typeof delayMs === 'number' && delayMs >= 0)) throw new Error('delayMs is not a number of milliseconds.');
		if (booked !== undefined && !(typeof booked === 'boolean' && BOOKS.has(fault))) {
			throw new Error(`booked is true or false, and only for ${[...BOOKS.keys()].join(', ')}.`);
		}
		if (retryAfter !== undefined && !(BUSY.includes(fault) && ['number', 'string'].includes(typeof retryAfter))) {
			throw new Error(`retryAfter is a number of seconds or a text, and only for ${BUSY.join(', ')}.`);
		}
		const keys = outTradeNo === undefined ? ['*'] : [outTradeNo].flat();
		if (keys.length === 0 || !keys.every((key) => typeof key === 'string')) {
			throw new Error('outTradeNo is neither an order number nor a list of them.');
		}
		const waits = fault === 'slow' || fault === 'late-notification' || fault === LATE_BOOKING;
		this.planned.push({
			fault,
			service: service.toLowerCase(),
			delayMs: delayMs ?? (waits ? DEFAULT_DELAY_MS : 0),
			booked: booked as boolean | undefined,
			retryAfter: retryAfter === undefined ? undefined : String(retryAfter),
			remaining: new Map(keys.map((key) => [key, times as number])),
		});
	}

	list(): object[] {
		return this.planned.map(({ remaining, ...fault }) => ({
			...fault,
			outTradeNo: remaining.has('*') ? undefined : [...remaining.keys()],
			remaining: [...remaining.values()].reduce((sum, count) => sum + count, 0),
		}));
	}

	clear(): void {
		this.planned = [];
	}

	/** Takes the faults of one request: slowness, and the first other one that fits. */
	takeForRequest(service: string, outTradeNo: string | undefined, gateway: Gateway = 'webpay'): RequestFaults {
		const elsewhere = ONLY_ON[gateway === 'webpay' ? 'partner' : 'webpay'];
		const fits = (name: string) => (planned: PlannedFault) =>
			(planned.fault === 'slow') === (name === 'slow') &&
			!IN_NOTIFICATION.includes(planned.fault) &&
			!elsewhere.includes(planned.fault) &&
			(planned.service === service || (planned.service === '*' && !LOGINS.includes(service)));
		const slow = this.take(fits('slow'), outTradeNo);
		const other = this.take(fits('other'), outTradeNo);
		const taken: RequestFaults = { delayMs: (slow?.delayMs ?? 0) + (other?.delayMs ?? 0) };
		if (!other) return taken;
		return { ...taken, fault: other.fault, booked: other.booked ?? BOOKS.get(other.fault), retryAfter: other.retryAfter };
	}

	/** Takes the faults of one notification; different kinds add up. */
	takeForNotification(outTradeNo: string): NotificationFaults {
		const taken = (name: string) => this.take((planned) => planned.fault === name, outTradeNo);
		const [late, duplicate, wrong] = [
			taken('late-notification'),
			taken('duplicate-notifications'),
			taken('wrong-notification-signature'),
		];
		return { delayMs: late?.delayMs ?? 0, copies: duplicate ? 3 : 1, wrongSignature: wrong !== undefined };
	}

	private take(fits: (planned: PlannedFault) => boolean, outTradeNo: string | undefined): PlannedFault | undefined {
		for (const planned of this.planned) {
			if (!fits(planned)) continue;
			const key = planned.remaining.has('*') ? '*' : outTradeNo;
			const left = key === undefined ? 0 : (planned.remaining.get(key) ?? 0);
			if (key === undefined || left === 0) continue;
			planned.remaining.set(key, left - 1);
			return planned;
		}
		return undefined;
	}
}
