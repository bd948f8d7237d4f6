import { gatewayOrigin, worldOf } from '../gateway/address';
import { type PaymentLimits, readPaymentLimits } from '../gateway/paymentLimits';
import type { CredentialValues } from '../gateway/redaction';
import { readChoice, readPasted } from '../written/pasted';
import { type GatewayVersion, WEBPAY_HOSTS } from './services';
import type { WebPayLogin } from './login';

/** The fields of the credential `KESS WebPay API` that the protocol needs, read once and typed. */
export interface WebPayAccount extends WebPayLogin {
	version: GatewayVersion;
	apiSecretKey: string;
	signType: string;
	sellerCode: string;
	/** KESS's public key for customer data, as it was pasted; may be empty. */
	publicKey: string;
	limits: PaymentLimits;
}

/** Whose orders and money it is, whichever user or address it goes by. */
export interface Merchant {
	version: GatewayVersion;
	/** As far as the credential says. Holds no secret. */
	identity: string;
	/** Empty where the credential names only a user. */
	sellerCode: string;
}

const pastedIn = (fields: Record<string, unknown>) => (name: string, shown: string) =>
	readPasted(fields[name], `${shown} in the KESS WebPay credential`);
const versionOf = ({ gatewayVersion }: Record<string, unknown>): GatewayVersion =>
	readChoice(gatewayVersion, ['v1', 'v2'], 'Gateway Version in the KESS WebPay credential');

/**
 * Reads whose credential it is, whatever else is wrong with it.
 *
 * @throws NotSentError when the name of whoever it is has something invisible in it, or a choice is none of the form's
 */
export function readMerchant(fields: Record<string, unknown>): Merchant {
	const pasted = pastedIn(fields);
	const sellerCode = pasted('sellerCode', 'Seller Code').trim();
	const name = sellerCode || pasted('username', 'Username').trim();
	return {
		version: versionOf(fields),
		identity: `${worldOf(fields.environment, WEBPAY_HOSTS, fields.baseUrl)}|${name}`,
		sellerCode,
	};
}

/**
 * Reads the credential's fields as n8n hands them over.
 *
 * @throws InvalidValueError when the custom base URL is not an origin; NotSentError when a limit is no amount, a choice is
 *   none of the form's, or a value has something invisible in it
 */
export function readWebPayAccount(fields: Record<string, unknown>): WebPayAccount {
	const text = (name: string) => String(fields[name] ?? '').trim();
	const pasted = pastedIn(fields);
	return {
		origin: gatewayOrigin(fields.environment, WEBPAY_HOSTS, fields.baseUrl),
		version: versionOf(fields),
		username: pasted('username', 'Username').trim(),
		password: pasted('password', 'Password'),
		clientId: pasted('clientId', 'Client ID').trim(),
		clientSecret: pasted('clientSecret', 'Client Secret').trim(),
		apiSecretKey: pasted('apiSecretKey', 'API Secret Key').trim(),
		signType: readChoice(
			fields.signType,
			['MD5', 'HMAC-SHA256'],
			'Signature Type in the KESS WebPay credential',
		),
		sellerCode: pasted('sellerCode', 'Seller Code').trim(),
		publicKey: text('publicKey'),
		limits: readPaymentLimits(fields),
	};
}

/** The value of the Authorization header on gateway v1 (docs/gateway.md §12, headers). */
export function basicAuthorization({ username, password }: WebPayLogin): string {
	return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/** What must not come back from the gateway. @param accessTokens of gateway v2 */
export function webPayCredentialValues(
	account: WebPayAccount,
	accessTokens: string[],
): CredentialValues {
	const { username, password, clientId, clientSecret, apiSecretKey } = account;
	return {
		secrets: [
			basicAuthorization(account).slice('Basic '.length),
			password,
			clientSecret,
			apiSecretKey,
			...accessTokens,
		],
		names: [username, clientId],
	};
}
