import { inContext, InvalidValueError, NotSentError } from '../errors';
import type { JsonObject } from '../jsonObject';
import { type Money, parseCurrency, parseMoney } from '../money';
import { trimText } from '../written/text';
import type { AmountFields } from './service';

/** The credential's fields with the highest amounts, as n8n stores them and as its form shows them. */
export const LIMIT_FIELDS = [
	{ currency: 'USD', name: 'maxPaymentUsd', displayName: 'Maximum Payment (USD)' },
	{ currency: 'KHR', name: 'maxPaymentKhr', displayName: 'Maximum Payment (KHR)' },
] as const;

/** The highest amount of one payment by its currency. A currency that is not in it has no limit. */
export type PaymentLimits = ReadonlyMap<string, Money>;

/**
 * Reads the limits from the credential's fields as n8n hands them over.
 *
 * @throws NotSentError that names the field for everything that is neither empty nor an amount: a limit that cannot be read
 *   must not mean that there is none
 */
export function readPaymentLimits(fields: Record<string, unknown>): PaymentLimits {
	const limits = new Map<string, Money>();
	for (const { currency, name, displayName } of LIMIT_FIELDS) {
		// A credential that was saved before there were limits has no such field. One that has it as an expression may get
		// nothing from it, and that is no empty field.
		if (!Object.hasOwn(fields, name) || fields[name] === '') continue;
		try {
			limits.set(currency, parseMoney(fields[name], currency));
		} catch (error) {
			throw unreadableLimit(error, displayName);
		}
	}
	return limits;
}

function unreadableLimit(error: unknown, displayName: string): Error {
	const complaint = inContext(error, `${displayName} in the KESS credential`);
	if (!(complaint instanceof InvalidValueError)) return complaint;
	return new NotSentError(
		complaint.message,
		`Nothing is sent with this credential as long as its limit cannot be read. ${complaint.hint} Leave the field empty for no limit.`,
	);
}

/**
 * Refuses a request that moves more money than the credential allows. It looks at what the request itself says: a full
 * refund, a subscription and the confirmation of a transfer name no amount, and pass.
 *
 * @param fields the request's fields by their gateway names
 * @param named where the service names its amounts; none for a service that moves nothing
 * @throws InvalidValueError for an amount above the limit, and, where there is a limit, for one that cannot be compared with it
 */
export function requireWithinLimits(
	limits: PaymentLimits,
	fields: JsonObject,
	named: readonly AmountFields[],
): void {
	if (limits.size === 0) return;
	for (const { amount, currency, mayOmit = false } of named) {
		if (isLeftOut(fields[amount])) {
			if (mayOmit) continue;
			throw incomparable(`names no amount (${amount})`);
		}
		const money = readAmount(fields, amount, currency);
		const limit = limits.get(money.currency);
		if (limit === undefined || money.hundredths <= limit.hundredths) continue;
		throw new InvalidValueError(
			`is for ${money.decimal} ${money.currency}, and the KESS credential allows at most ${limit.decimal} ${limit.currency} for one payment`,
			`This request was not sent. If the payment is right, change ${displayNameOf(limit.currency)} in the credential, or use a credential that allows more.`,
		);
	}
}

function readAmount(fields: JsonObject, amount: string, currency: string): Money {
	let where = currency;
	try {
		const unit = parseCurrency(fields[currency]);
		where = amount;
		return parseMoney(fields[amount], unit);
	} catch (error) {
		throw incomparable(inContext(error, `has a field ${where} that`).message);
	}
}

/** What a gateway reads as nothing, or what is not even sent to it. */
function isLeftOut(value: unknown): boolean {
	return (
		value === undefined ||
		value === null ||
		value === false ||
		value === 0 ||
		(typeof value === 'string' && trimText(value) === '')
	);
}

function incomparable(what: string): InvalidValueError {
	return new InvalidValueError(
		`${what}, so it cannot be compared with the highest amount that the KESS credential allows for one payment`,
		'This request was not sent. Give the amount as a plain number and the currency as USD or KHR.',
	);
}

function displayNameOf(currency: string): string {
	return LIMIT_FIELDS.find((field) => field.currency === currency)?.displayName ?? '';
}
