import { isPlainObject, type JsonObject, textOf } from '../jsonObject';
import { NotSentError } from '../errors';
import { wordsOfJson } from '../gateway/gatewayWords';
import type { Login } from '../gateway/login';
import { digestOf } from '../digest';
import { loginRefusal, noToken, refusesLogin } from '../gateway/loginRefusal';
import type { Redaction } from '../gateway/redaction';
import { PARTNER_LOGIN_PATH } from './services';
import { type AccessGrant, accessGrant, isToken, TokenStore } from '../gateway/tokenStore';

/** The tokens of the Partner gateway in this process, by login values. */
export const partnerTokens = new TokenStore();

/** The login values of a Partner credential. */
export interface PartnerLogin {
	origin: string;
	partnerId: string;
	partnerSecretKey: string;
	userName: string;
	password: string;
}

const ENVIRONMENT = 'and that they belong to the chosen environment.';

/** The key under which `partnerTokens` keeps the token of these values. */
export function partnerLoginKey(login: PartnerLogin): string {
	return digestOf(
		login.origin,
		login.partnerId,
		login.partnerSecretKey,
		login.userName,
		login.password,
	);
}

/**
 * The login (docs/gateway.md §13, GET ACCESS TOKEN).
 *
 * @throws NotSentError when a value is missing, or cannot stand in an HTTP header
 */
export function partnerLoginRequest(login: PartnerLogin): Login {
	const required: Array<[name: string, value: string]> = [
		['Partner ID', login.partnerId],
		['Partner Secret Key', login.partnerSecretKey],
		['User Name', login.userName],
		['Password', login.password],
	];
	for (const [name, value] of required) {
		if (value === '') {
			throw new NotSentError(
				`${name} is empty in the KESS Partner credential`,
				'Enter what KESS gave you.',
			);
		}
	}
	for (const [name, value] of required.slice(0, 2)) {
		if (!/^[\x20-\x7e]+$/.test(value)) {
			throw new NotSentError(
				`${name} in the KESS Partner credential has a character that cannot be sent`,
				'Copy it again from what KESS gave you: only letters, digits and signs of the keyboard, on one line.',
			);
		}
	}
	return {
		origin: login.origin,
		path: PARTNER_LOGIN_PATH,
		headers: { 'partner-id': login.partnerId, 'partner-secret-key': login.partnerSecretKey },
		body: { user_name: login.userName, password: login.password },
	};
}

/**
 * Reads the answer to a login. The specification does not say whether the token lies in `data`: both are read
 * (docs/gateway.md §9). There is no way to renew a token but another login.
 *
 * @param status the HTTP status
 * @param body the parsed body, or the text where it was not JSON
 * @param redaction keeps the login out of what the gateway says
 * @returns the token and when it ends
 * @throws LoginRefusedError when the gateway refuses, in its own words, which it does not sign, and with the likely cause;
 *   NotSentError when the answer is not that of a login
 */
export function readPartnerLogin(
	status: number,
	body: unknown,
	redaction: Redaction,
	now = Date.now(),
): AccessGrant {
	const fields: JsonObject = isPlainObject(body) ? body : {};
	const grant = isPlainObject(fields.data) ? fields.data : fields;
	const accessToken = grant.access_token;
	if (status >= 200 && status < 300 && isToken(accessToken)) {
		return accessGrant(accessToken, grant.expire_in, now);
	}
	const code = textOf(fields.error_code);
	if (code === 'UNAUTHENTICATED' || refusesLogin(status, body)) {
		const words = wordsOfJson(fields);
		throw loginRefusal({ ...aboutHalf(words ?? ''), status, code, words, redaction });
	}
	throw noToken(status, body, 'KESS Partner', redaction);
}

/** The specification has one code for everything that is wrong; only its text may tell which half. */
function aboutHalf(description: string): { message: string; hint: string } {
	const aboutUser = /user|password/i.test(description);
	const aboutPartner = /partner[-_ ]?(id|secret)|secret[-_ ]?key/i.test(description);
	if (aboutUser && !aboutPartner) {
		return {
			message: 'KESS refuses the user',
			hint: `Check User Name and Password in the KESS Partner credential, ${ENVIRONMENT}`,
		};
	}
	if (aboutPartner && !aboutUser) {
		return {
			message: 'KESS does not know this partner',
			hint: `Check Partner ID and Partner Secret Key in the KESS Partner credential, ${ENVIRONMENT}`,
		};
	}
	return {
		message: 'KESS refuses the login',
		hint: `Check Partner ID, Partner Secret Key, User Name and Password in the KESS Partner credential, ${ENVIRONMENT} KESS does not say which of them is wrong.`,
	};
}
