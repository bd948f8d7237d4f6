import { z } from 'zod';

type Gateway = 'webpay' | 'partner';

/** How the body of a refusal looks. */
export type Shape = 'error_des' | 'msg' | 'message' | 'error' | 'success-false' | 'html';

/** Those of Partner's specification (docs/gateway.md §13), and one that nobody has seen yet. */
const PARTNER_CODES = ['VALIDATIONERROR', 'NOTELIGIBLE', 'USED', 'NOTEXIST', 'EXPIRED', 'LIMITEXCEEDED'] as const;

/** With HTTP 422 and 400 (docs/gateway.md §6). */
const WEBPAY_CODES = ['PROCESS_FAILED', 'VALIDATION_ERROR'] as const;

const REFUSED = {
	strikes: 'answer',
	codes: { webpay: WEBPAY_CODES, partner: PARTNER_CODES },
	shapes: { webpay: ['error_des', 'msg'] },
} as const;

const FOREIGN_SHAPES = ['message', 'error', 'success-false', 'html'] as const;

const FOREIGN = {
	strikes: 'request',
	statuses: [400, 401, 403, 404, 419],
	shapes: { webpay: FOREIGN_SHAPES, partner: FOREIGN_SHAPES },
} as const;

/** A row of the faults. */
export interface FaultKind {
	/** One request on its way, the answer that the gateway itself gives, or one notification. */
	strikes: 'request' | 'answer' | 'notification';
	/** The one gateway that knows it: it never strikes the other. */
	only?: Gateway;
	/** Set where `booked` may say whether the request takes effect all the same: what holds when it says nothing. */
	books?: boolean;
	/** It comes a second late when `delayMs` says nothing; the others come late only when that is asked for. */
	delays?: true;
	/** `delayMs` is not how late the answer comes but how late what was asked for happens, or is seen. */
	later?: true;
	/** What `code` may be at each gateway, the first one where it says nothing. Any other text will do, too. */
	codes?: { readonly [gateway in Gateway]?: readonly string[] };
	/** What the HTTP status may be, the first one where `status` says nothing. */
	statuses?: readonly number[];
	/** How the body may look at each gateway, the first way where `shape` says nothing. */
	shapes?: { readonly [gateway in Gateway]?: readonly Shape[] };
	/** The answer may carry `retryAfter`. */
	busy?: true;
	/** What it does. */
	does: string;
}

/** All that can go wrong: a row here, and the place that does it. */
const KINDS = {
	slow: { strikes: 'request', delays: true, does: 'the answer comes late, whatever else befalls it' },
	'lost-before-booking': { strikes: 'request', books: false, does: 'the connection breaks before the request has arrived' },
	'lost-after-booking': { strikes: 'request', books: true, does: 'the connection breaks before the answer' },
	'error-500-before': { strikes: 'request', books: false, does: 'an error page with HTTP 500, and nothing has happened' },
	'error-500-after': { strikes: 'request', books: true, does: 'an error page with HTTP 500, and it has happened' },
	'hang-after': { strikes: 'request', books: true, does: 'no answer ever comes' },
	'reset-mid-body': { strikes: 'request', books: true, does: 'the connection breaks in the middle of the answer' },
	html: { strikes: 'request', books: true, does: 'a web page with HTTP 200 instead of the answer' },
	empty: { strikes: 'request', books: true, does: 'nothing with HTTP 200 instead of the answer' },
	redirect: { strikes: 'request', books: false, does: 'HTTP 302 to another address' },
	'too-many-requests': { strikes: 'request', books: false, busy: true, does: 'HTTP 429' },
	unavailable: { strikes: 'request', books: false, busy: true, does: 'HTTP 503' },
	'late-booking': {
		strikes: 'request',
		delays: true,
		later: true,
		does: 'the connection breaks at once, and the request takes effect later, as if it had stood in a queue',
	},
	'foreign-before': { ...FOREIGN, books: false, does: 'something before KESS says no, unsigned (`status`, `shape`), and nothing has happened' },
	'foreign-after': { ...FOREIGN, books: true, does: 'something before KESS says no, unsigned (`status`, `shape`), and it has happened' },
	'refused-before': { ...REFUSED, books: false, does: 'KESS refuses in its own words (`code`, `shape`), signed at Partner' },
	'refused-after': { ...REFUSED, books: true, does: 'KESS refuses in its own words (`code`, `shape`), signed at Partner, although it has happened' },
	'not-final': {
		strikes: 'answer',
		only: 'partner',
		books: true,
		delays: true,
		later: true,
		codes: { partner: ['PENDING', 'PROCESSING', 'FAILED'] },
		does: 'well signed, with the result code `code`: a confirmation pays later, or never if it is not booked, and queries say `code` until then',
	},
	'delivered-twice': { strikes: 'request', later: true, does: 'it is carried out again right afterwards; the answer is that of the second time' },
	lagging: { strikes: 'answer', delays: true, later: true, does: 'a look-up shows what was true `delayMs` ago' },
	'odd-status': {
		strikes: 'answer',
		only: 'webpay',
		codes: { webpay: ['PENDING', 'PROCESSING', 'PENDING_REFUNDED', 'FAILED'] },
		does: 'well signed, with the status `code`, although it is done',
	},
	'buyer-typing': {
		strikes: 'answer',
		only: 'webpay',
		books: true,
		delays: true,
		later: true,
		does: 'a charge leaves the order WAITING: the buyer pays later, or never if it is not booked',
	},
	'system-error': { strikes: 'answer', only: 'partner', books: false, does: 'SYSTEMERROR, signed' },
	'wrong-signature': { strikes: 'answer', does: 'the signature does not belong to the answer' },
	'wrong-order': { strikes: 'answer', only: 'webpay', does: 'well signed, about another order' },
	'wrong-transfer': { strikes: 'answer', only: 'partner', does: 'well signed, about another transfer' },
	'wrong-amount': { strikes: 'answer', does: 'well signed, about another amount' },
	'success-false-200': { strikes: 'answer', only: 'webpay', does: 'refused, with HTTP 200' },
	'expired-token': { strikes: 'answer', does: 'the access token is refused, with HTTP 401' },
	'token-expired-200': { strikes: 'answer', only: 'webpay', does: 'the access token is refused, with HTTP 200' },
	unsigned: { strikes: 'answer', only: 'partner', does: 'no signature' },
	'duplicate-key': { strikes: 'answer', only: 'partner', does: 'well signed, with keys that stand twice' },
	'duplicate-notifications': { strikes: 'notification', does: 'it is sent three times' },
	'late-notification': { strikes: 'notification', delays: true, does: 'it comes late' },
	'wrong-notification-signature': { strikes: 'notification', does: 'its signature does not belong to it' },
} as const satisfies Record<string, FaultKind>;

export type FaultName = keyof typeof KINDS;

/** The row of every fault. */
export const FAULTS: Readonly<Record<FaultName, FaultKind>> = KINDS;

const NAMES = Object.keys(KINDS) as [FaultName, ...FaultName[]];

/** The names of the faults that are so. */
export function faultsThat(are: (kind: FaultKind) => boolean): FaultName[] {
	return NAMES.filter((name) => are(FAULTS[name]));
}

/** What comes late comes so late unless it is said. */
export const DEFAULT_DELAY_MS = 1000;

/** One of the faults that there are. */
export const faultName = z.enum(NAMES, {
	errorMap: () => ({ message: `there are ${NAMES.map((name) => `${name} (${FAULTS[name].does})`).join(', ')}` }),
});

/** What `POST /sandbox/faults` takes. */
export const faultRequest = z
	.strictObject({
		fault: faultName,
		/** In any case: `*` for every service (no login), `oauth` for the login of WebPay, `partner-oauth` for Partner's. */
		service: z.string().min(1).toLowerCase().default('*'),
		/** The numbers that it strikes: of orders, transfers and KHQR payments, and references of refunds. */
		outTradeNo: z.union([z.string().transform((number) => [number]), z.array(z.string()).min(1)]).optional(),
		/** How often: for each number where they are given. */
		times: z.number().int().positive().default(1),
		delayMs: z.number().nonnegative().optional(),
		/** Whether the request takes effect all the same. */
		booked: z.boolean().optional(),
		/** Seconds, or any text. */
		retryAfter: z.union([z.number(), z.string()]).transform(String).optional(),
		/** Any text: the rows have those that matter. */
		code: z.string().min(1).optional(),
		status: z.number().int().min(400).max(599).optional(),
		shape: z.enum(['error_des', 'msg', ...FOREIGN_SHAPES]).optional(),
	})
	.superRefine(({ fault, booked, retryAfter, code, status, shape }, { addIssue }) => {
		const onlyFor = (field: string, kinds: FaultName[]) => {
			if (!kinds.includes(fault)) addIssue({ code: 'custom', path: [field], message: `only for ${kinds.join(', ')}` });
		};
		if (booked !== undefined) onlyFor('booked', faultsThat(({ books }) => books !== undefined));
		if (retryAfter !== undefined) onlyFor('retryAfter', faultsThat(({ busy }) => busy === true));
		if (code !== undefined) onlyFor('code', faultsThat(({ codes }) => codes !== undefined));
		if (status !== undefined) onlyFor('status', faultsThat(({ statuses }) => statuses !== undefined));
		if (shape !== undefined) onlyFor('shape', faultsThat(({ shapes = {} }) => Object.values(shapes).some((ways) => ways.includes(shape))));
	});

export type FaultOptions = Omit<z.input<typeof faultRequest>, 'fault'>;

interface PlannedFault extends Omit<z.output<typeof faultRequest>, 'outTradeNo' | 'times' | 'delayMs'> {
	delayMs: number;
	/** How often it still strikes: per number where numbers are given, else (key `*`) in all. */
	remaining: Map<string, number>;
}

/** A fault to come, as `GET /sandbox/faults` shows it. */
export interface FaultToCome extends Omit<PlannedFault, 'remaining'> {
	outTradeNo: string[] | undefined;
	remaining: number;
}

/** What befalls one request. */
export interface RequestFaults {
	/** How late the answer comes. */
	delayMs: number;
	/** How late what was asked for happens, or is seen. */
	laterMs: number;
	/** The fault besides slowness. */
	fault?: FaultName;
	/** Set for a fault that replaces the answer: whether the request takes effect. */
	booked?: boolean | undefined;
	/** The Retry-After header of a gateway that is busy. */
	retryAfter?: string | undefined;
	code?: string | undefined;
	status?: number | undefined;
	shape?: Shape | undefined;
}

/** Of when a look-up shows the truth: of now, unless the setting or the fault `lagging` has it lag. */
export function seenAt(now: number, lagMs: number, { fault, laterMs }: RequestFaults): number {
	return now - Math.max(lagMs, fault === 'lagging' ? laterMs : 0);
}

/** What befalls a request beyond the setting `maxInFlight`. */
export const CROWDED: RequestFaults = { delayMs: 0, laterMs: 0, fault: 'too-many-requests', booked: false, retryAfter: '1' };

/** Services under which the logins are known to the plan and in the request log. */
const LOGINS: readonly string[] = ['oauth', 'partner-oauth'];

/** What befalls one notification. */
export interface NotificationFaults {
	delayMs: number;
	copies: number;
	wrongSignature: boolean;
}

/** The faults to come, in the order in which they were asked for. */
export class FaultPlan {
	private planned: PlannedFault[] = [];

	add({ outTradeNo = ['*'], times, delayMs, ...asked }: z.output<typeof faultRequest>): void {
		this.planned.push({
			...asked,
			delayMs: delayMs ?? (FAULTS[asked.fault].delays ? DEFAULT_DELAY_MS : 0),
			remaining: new Map(outTradeNo.map((key) => [key, times])),
		});
	}

	list(): FaultToCome[] {
		return this.planned.map(({ remaining, ...fault }) => ({
			...fault,
			outTradeNo: remaining.has('*') ? undefined : [...remaining.keys()],
			remaining: [...remaining.values()].reduce((sum, count) => sum + count, 0),
		}));
	}

	/** @param only the one that is to be forgotten */
	clear(only?: FaultName): void {
		this.planned = only === undefined ? [] : this.planned.filter(({ fault }) => fault !== only);
	}

	/**
	 * Takes the faults of one request: slowness, and the first other one that fits.
	 *
	 * @param numbers all that the request is known by
	 */
	takeForRequest(gateway: Gateway, service: string, numbers: readonly string[] = []): RequestFaults {
		const fits = ({ fault, service: struck }: PlannedFault) => {
			const { strikes, only = gateway } = FAULTS[fault];
			return strikes !== 'notification' && only === gateway && (struck === service || (struck === '*' && !LOGINS.includes(service)));
		};
		const slow = this.take((planned) => planned.fault === 'slow' && fits(planned), numbers);
		const other = this.take((planned) => planned.fault !== 'slow' && fits(planned), numbers);
		const { delayMs: slowMs = 0 } = slow ?? {};
		if (!other) return { delayMs: slowMs, laterMs: 0 };
		const { fault, delayMs, booked, retryAfter, code, status, shape } = other;
		const { later, books, codes, statuses, shapes } = FAULTS[fault];
		return {
			delayMs: slowMs + (later ? 0 : delayMs),
			laterMs: later ? delayMs : 0,
			fault,
			booked: booked ?? books,
			retryAfter,
			code: code ?? codes?.[gateway]?.[0],
			status: status ?? statuses?.[0],
			shape: shape ?? shapes?.[gateway]?.[0],
		};
	}

	/** Takes the faults of one notification; different kinds add up. */
	takeForNotification(outTradeNo: string): NotificationFaults {
		const taken = (name: FaultName) => this.take(({ fault }) => fault === name, [outTradeNo]);
		const [late, duplicate, wrong] = [
			taken('late-notification'),
			taken('duplicate-notifications'),
			taken('wrong-notification-signature'),
		];
		return { delayMs: late?.delayMs ?? 0, copies: duplicate ? 3 : 1, wrongSignature: wrong !== undefined };
	}

	private take(fits: (planned: PlannedFault) => boolean, numbers: readonly string[]): PlannedFault | undefined {
		for (const planned of this.planned) {
			if (!fits(planned)) continue;
			const left = (key: string) => planned.remaining.get(key) ?? 0;
			const key = ['*', ...numbers].find((number) => left(number) > 0);
			if (key === undefined) continue;
			planned.remaining.set(key, left(key) - 1);
			return planned;
		}
		return undefined;
	}
}
