import { gatewayOrigin, worldOf } from '../gateway/address';
import { PARTNER_HOSTS } from './services';
import type { PartnerKeyTexts } from './keys';
import type { PartnerLogin } from './login';
import { type PaymentLimits, readPaymentLimits } from '../gateway/paymentLimits';
import type { CredentialValues } from '../gateway/redaction';
import { readPasted } from '../written/pasted';

/** The fields of the credential `KESS Partner API` that the protocol needs, read once and typed. */
export interface PartnerAccount extends PartnerLogin, PartnerKeyTexts {
	/** Who sends the money, in the eyes of its receivers; may be empty. */
	senderName: string;
	limits: PaymentLimits;
}

const pastedIn = (fields: Record<string, unknown>) => (name: string, shown: string) =>
	readPasted(fields[name], `${shown} in the KESS Partner credential`);

/**
 * Whose money it is, whichever user or address it goes by, and whatever else is wrong with the credential. Holds no secret.
 *
 * @throws NotSentError when the partner's ID has something invisible in it, or the environment is none of the choices
 */
export function partnerIdentity(fields: Record<string, unknown>): string {
	const { environment, baseUrl } = fields;
	return `${worldOf(environment, PARTNER_HOSTS, baseUrl)}|${pastedIn(fields)('partnerId', 'Partner ID').trim()}`;
}

/**
 * Reads the credential's fields as n8n hands them over.
 *
 * @throws InvalidValueError when the custom base URL is not an origin; NotSentError when a limit is no amount, a choice is
 *   none of the form's, or a value has something invisible in it
 */
export function readPartnerAccount(fields: Record<string, unknown>): PartnerAccount {
	const raw = (name: string) => String(fields[name] ?? '');
	const pasted = pastedIn(fields);
	return {
		origin: gatewayOrigin(fields.environment, PARTNER_HOSTS, fields.baseUrl),
		partnerId: pasted('partnerId', 'Partner ID').trim(),
		partnerSecretKey: pasted('partnerSecretKey', 'Partner Secret Key').trim(),
		userName: pasted('userName', 'User Name').trim(),
		password: pasted('password', 'Password'),
		privateKey: raw('privateKey'),
		passphrase: pasted('passphrase', 'Passphrase'),
		kessPublicKey: raw('kessPublicKey'),
		senderName: raw('senderName'),
		limits: readPaymentLimits(fields),
	};
}

/** What must not come back from the gateway. */
export function partnerCredentialValues(
	account: PartnerAccount,
	accessTokens: string[],
): CredentialValues {
	const { partnerId, partnerSecretKey, userName, password, privateKey, passphrase } = account;
	return {
		secrets: [partnerSecretKey, password, privateKey, passphrase, ...accessTokens],
		names: [partnerId, userName],
	};
}
