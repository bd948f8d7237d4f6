import { wordsOfJson } from '../gateway/gatewayWords';
import { digestOf } from '../digest';
import { loginRefusal, noToken, refusesLogin } from '../gateway/loginRefusal';
import type { Redaction } from '../gateway/redaction';
import { type AccessGrant, accessGrant, isToken, TokenStore } from '../gateway/tokenStore';
import { textOf } from '../jsonObject';

/** What OAuth2 says, and what to do about it. */
const INVALID_USER = {
	message: 'KESS refuses the user',
	hint: 'Check Username and Password in the KESS WebPay credential. They are those of the API user, not of the merchant portal.',
};
const BY_CODE = new Map(
	Object.entries({
		invalid_client: {
			message: 'KESS does not know this client',
			hint: 'Check Client ID and Client Secret in the KESS WebPay credential, and that they belong to the chosen environment.',
		},
		invalid_grant: INVALID_USER,
		invalid_credentials: INVALID_USER,
	}),
);

const ANY_REFUSAL = {
	message: 'KESS refuses the login',
	hint: 'Check Username, Password, Client ID and Client Secret in the KESS WebPay credential, and that they belong to the chosen environment.',
};

/** The tokens of gateway v2 in this process, by login values. */
export const webPayTokens = new TokenStore();

/** The login values of a gateway v2 credential. */
export interface WebPayLogin {
	origin: string;
	username: string;
	password: string;
	clientId: string;
	clientSecret: string;
}

/** The key under which `webPayTokens` keeps the token of these values. */
export function webPayLoginKey(login: WebPayLogin): string {
	return digestOf(login.origin, login.username, login.password, login.clientId, login.clientSecret);
}

/** The body of the OAuth2 password grant (docs/gateway.md §2). */
export function webPayLoginBody(login: WebPayLogin): Record<string, string> {
	return {
		grant_type: 'password',
		client_id: login.clientId,
		client_secret: login.clientSecret,
		username: login.username,
		password: login.password,
	};
}

/**
 * Reads the answer to a login (docs/gateway.md §2: no envelope; `expires_in` is a number or a text).
 *
 * @param status the HTTP status
 * @param body the parsed body, or the text where it was not JSON
 * @param redaction keeps the login out of what the gateway says
 * @returns the token and when it ends
 * @throws LoginRefusedError when the gateway refuses, in its own words and with the likely cause; NotSentError when the
 *   answer is not that of a login
 */
export function readWebPayLogin(
	status: number,
	body: unknown,
	redaction: Redaction,
	now = Date.now(),
): AccessGrant {
	const fields: Record<string, unknown> =
		body !== null && typeof body === 'object' ? { ...body } : {};
	const accessToken = fields.access_token;
	if (status >= 200 && status < 300 && isToken(accessToken)) {
		return accessGrant(accessToken, fields.expires_in, now);
	}
	const code = textOf(fields.error);
	const known = BY_CODE.get(code);
	if (known !== undefined || refusesLogin(status, body)) {
		throw loginRefusal({
			...(known ?? ANY_REFUSAL),
			status,
			code,
			words: loginWords(fields, known !== undefined),
			redaction,
		});
	}
	throw noToken(status, body, 'KESS WebPay', redaction);
}

/** Where a code of OAuth2 has words beside it, these tell more than the code. */
function loginWords(fields: Record<string, unknown>, isCode: boolean): string | undefined {
	const { error, ...others } = fields;
	return wordsOfJson(others) ?? (isCode ? undefined : wordsOfJson({ error }));
}
