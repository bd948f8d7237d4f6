import { z } from 'zod';
import { checked } from './checked.mts';

const seconds = z.number().int().positive();

const lag = z.number().int().nonnegative().default(0);

/** Switches between behaviours that public material on KESS leaves open (docs/gateway.md §5, §6 and §11). */
export const settingsSchema = z.strictObject({
	trims: z.enum(['few', 'many']).default('many').describe('What TrimStrings of Laravel strips from a request before its signature is checked: the list of older versions, or of newer ones.'),
	envelope200: z.boolean().default(false).describe('Refusals come with HTTP 200 and `success: false` instead of an HTTP error status.'),
	notifyFormat: z.enum(['form', 'multipart', 'json', 'envelope']).default('form').describe('`form`, `multipart` (a form of another kind) and `json` are flat; `envelope` is JSON with `data`, `sign` and `sign_type`.'),
	notifyByteOrderMark: z.boolean().default(false).describe('A notification in JSON begins with a byte order mark.'),
	notifySignsSignType: z.boolean().default(true).describe('Whether the signature of a flat notification covers `sign_type`.'),
	signV1: z.boolean().default(false).describe('Answers of gateway v1 carry `sign` and `sign_type`; the specification shows none.'),
	tokenLifeSeconds: seconds.default(1800).describe('`expires_in` of a login, in seconds.'),
	oneLiveToken: z.boolean().default(false).describe('A login ends the earlier access tokens of its gateway.'),
	maxInFlight: z.number().int().nonnegative().default(0).describe('A gateway request that arrives while so many are under way is answered with HTTP 429, unbooked; 0 for no limit.'),
	partnerTokenInData: z.boolean().default(false).describe('The Partner login answers with the token in `data` instead of at the top.'),
	preTransferLifeSeconds: seconds.default(300).describe('`expire_in` of a prepared fund transfer, in seconds.'),
	secondCreate: z.enum(['refuse', 'used', 'expired', 'open', 'always']).default('refuse').describe('What a second preparation under one `out_trade_no` meets: a refusal (`refuse` VALIDATIONERROR, `used` USED), or another pre-transfer: when the earlier ones have run out (`expired`), as long as nothing is paid (`open`), in any case (`always`). Two pre-transfers of one number can both be confirmed, and both pay.'),
	queryOpen: z.enum(['pending', 'notexist']).default('pending').describe('What a query says of a number that is prepared and not paid: `result_code` PENDING, or NOTEXIST.'),
	queryExpired: z.enum(['expired', 'notexist']).default('expired').describe('What a query says of a number whose pre-transfers have run out: a refusal with EXPIRED, or with NOTEXIST.'),
	secondOrder: z.enum(['refuse', 'open']).default('refuse').describe('What a second order under one `out_trade_no` meets: a refusal, or another order, whatever became of the first.'),
	secondKhqr: z.enum(['pay', 'refuse']).default('pay').describe('What a second payment of a KHQR code under one `out_trade_no` meets: another payment, or a refusal.'),
	queryKhqr: z.boolean().default(true).describe('Whether a query of orders knows the payments of KHQR codes.'),
	secondRefund: z.enum(['pay', 'refuse']).default('pay').describe('What a second refund under one `merchant_reference` meets: another refund, or a refusal.'),
	secondSubscription: z.enum(['refuse', 'charge']).default('refuse').describe('What a second subscription with one `pre_order_token` meets: a refusal, or another charge.'),
	referencesAsNumbers: z.boolean().default(false).describe('References made of digits come back as JSON numbers, and those of pre-transfers are made of digits.'),
	amountsAs: z.enum(['number', 'text', 'three-decimals']).default('number').describe('How amounts come back: 1.25, "1.25" or "1.250".'),
	receiverAsUserId: z.array(z.enum(['create', 'confirm', 'query'])).default([]).describe('The services whose answers name the receiver by the KESS user ID, whatever was asked for.'),
	orderShowsCharge: z.enum(['first', 'last']).default('first').describe('The charge that an order of a subscription shows: the first, or the last.'),
	orderLagMs: lag.describe('Look-ups of orders, their lists and KHQR payments show what was true so many milliseconds ago.'),
	refundLagMs: lag.describe('Look-ups of refunds show what was true so many milliseconds ago; those in an order lag as the order does.'),
	transferLagMs: lag.describe('Look-ups of fund transfers show what was true so many milliseconds ago.'),
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
