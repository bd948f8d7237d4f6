import { Refusal } from './refusal.mts';

/** Titles and codes as docs/gateway.md §4 lists them. */
export const PAYMENT_METHODS = [
	{ title: 'KHQR', bic: 'KHQR' },
	{ title: 'KESS PAY', bic: 'KESSKH' },
	{ title: 'ABA PAY', bic: 'ABAAKHPP' },
	{ title: 'ACLEDA Pay', bic: 'ACLBKHPP' },
	{ title: 'Wing', bic: 'WING' },
	{ title: 'Visa/Master', bic: 'VISA_MASTER' },
	{ title: 'Google Pay', bic: 'GOOGLEPAY' },
	{ title: 'UnionPay', bic: 'UNIONPAY' },
	{ title: 'WeChat Pay', bic: 'WECHAT' },
	{ title: 'Alipay', bic: 'ALIPAY' },
] as const;

export type PaymentMethod = (typeof PAYMENT_METHODS)[number];

/** Charged by scanning the buyer's code (docs/gateway.md §3, quickpay). */
export const SCANNED = ['WECHAT', 'ALIPAY'] as const;

/** Charged by card data (docs/gateway.md §3, directPay). */
export const CARDS = ['VISA_MASTER', 'GOOGLEPAY', 'UNIONPAY'] as const;

/**
 * @param allowed codes that the service takes; all unless given
 * @throws Refusal for a code that the merchant does not have, or the service does not take
 */
export function findPaymentMethod(
	serviceCode: string,
	allowed: readonly string[] = PAYMENT_METHODS.map(({ bic }) => bic),
): PaymentMethod {
	const method = PAYMENT_METHODS.find(({ bic }) => bic === serviceCode && allowed.includes(bic));
	if (!method) throw new Refusal('VALIDATION_ERROR', 'The service_code field is invalid: invalid payment method bic.');
	return method;
}
