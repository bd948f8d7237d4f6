import { z } from 'zod';
import { checked } from './checked.mts';

const seconds = z.number().int().positive();

const lag = z.number().int().nonnegative().default(0);

/** Switches between behaviours that public material on KESS leaves open (docs/gateway.md §5, §6 and §11). */
export const settingsSchema = z.strictObject({
	/** What Laravel's TrimStrings strips from a request before its signature is checked: the list of older versions, or of newer ones. */
	trims: z.enum(['few', 'many']).default('many'),
	/** Refusals come with HTTP 200 and `success: false` instead of an HTTP error status. */
	envelope200: z.boolean().default(false),
	/** `form`, `multipart` (a form of another kind) and `json` are flat; `envelope` is JSON with `data`, `sign` and `sign_type`. */
	notifyFormat: z.enum(['form', 'multipart', 'json', 'envelope']).default('form'),
	/** A notification in JSON begins with a byte order mark. */
	notifyByteOrderMark: z.boolean().default(false),
	/** Whether a flat notification's signature covers `sign_type`. */
	notifySignsSignType: z.boolean().default(true),
	/** Answers of gateway v1 carry `sign` and `sign_type`; the specification shows none. */
	signV1: z.boolean().default(false),
	/** `expires_in` of a login, in seconds. */
	tokenLifeSeconds: seconds.default(1800),
	/** A login ends the earlier access tokens of its gateway. */
	oneLiveToken: z.boolean().default(false),
	/** A gateway request that arrives while so many are under way is answered with HTTP 429, unbooked; 0 for no limit. */
	maxInFlight: z.number().int().nonnegative().default(0),
	/** The Partner login answers with the token in `data` instead of at the top. */
	partnerTokenInData: z.boolean().default(false),
	/** `expire_in` of a prepared fund transfer, in seconds. */
	preTransferLifeSeconds: seconds.default(300),
	/**
	 * What a second preparation under one `out_trade_no` meets: a refusal (`refuse` VALIDATIONERROR, `used` USED), or another
	 * pre-transfer: when the earlier ones have run out (`expired`), as long as nothing is paid (`open`), in any case
	 * (`always`). Two pre-transfers of one number can both be confirmed, and both pay.
	 */
	secondCreate: z.enum(['refuse', 'used', 'expired', 'open', 'always']).default('refuse'),
	/** What a query says of a number that is prepared and not paid: `result_code` PENDING, or NOTEXIST. */
	queryOpen: z.enum(['pending', 'notexist']).default('pending'),
	/** What a query says of a number whose pre-transfers have run out: a refusal with EXPIRED, or with NOTEXIST. */
	queryExpired: z.enum(['expired', 'notexist']).default('expired'),
	/** What a second order under one `out_trade_no` meets: a refusal, or another order, whatever became of the first. */
	secondOrder: z.enum(['refuse', 'open']).default('refuse'),
	/** What a second payment of a KHQR code under one `out_trade_no` meets: another payment, or a refusal. */
	secondKhqr: z.enum(['pay', 'refuse']).default('pay'),
	/** Whether a query of orders knows the payments of KHQR codes. */
	queryKhqr: z.boolean().default(true),
	/** What a second refund under one `merchant_reference` meets: another refund, or a refusal. */
	secondRefund: z.enum(['pay', 'refuse']).default('pay'),
	/** What a second subscription with one `pre_order_token` meets: a refusal, or another charge. */
	secondSubscription: z.enum(['refuse', 'charge']).default('refuse'),
	/** The charge that an order of a subscription shows: the first, or the last. */
	orderShowsCharge: z.enum(['first', 'last']).default('first'),
	/** References made of digits come back as JSON numbers, and the pre-transfers' own are made of digits. */
	referencesAsNumbers: z.boolean().default(false),
	/** How amounts come back: 1.25, "1.25" or "1.250". */
	amountsAs: z.enum(['number', 'text', 'three-decimals']).default('number'),
	/** The services whose answers name the receiver by the KESS user ID, whatever was asked for. */
	receiverAsUserId: z.array(z.enum(['create', 'confirm', 'query'])).default([]),
	/** Look-ups of orders, their lists and KHQR payments show what was true so many milliseconds ago. */
	orderLagMs: lag,
	/** The same for look-ups of refunds; those in an order lag as the order does. */
	refundLagMs: lag,
	/** The same for look-ups of fund transfers. */
	transferLagMs: lag,
});

export type SettingValues = z.output<typeof settingsSchema>;

export type SettingChanges = Partial<SettingValues>;

export class Settings {
	values = settingsSchema.parse({});

	/** @throws Error naming the settings that do not exist or cannot have that value; then nothing is changed */
	change(changes: Record<string, unknown>): void {
		this.values = checked(settingsSchema, { ...this.values, ...changes });
	}

	reset(): void {
		this.values = settingsSchema.parse({});
	}
}
