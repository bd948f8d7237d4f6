import { NotSentError } from '../errors';
import { type AccessGrant, accessGrant, isToken, loginKey, LoginRefusedError, TokenStore } from '../gateway/tokenStore';

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
	return loginKey(login.origin, login.username, login.password, login.clientId, login.clientSecret);
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
 * @returns the token and when it ends
 * @throws LoginRefusedError when the gateway refuses, saying whether the client or the user is wrong where it tells;
 *   NotSentError when the answer is not that of a login
 */
export function readWebPayLogin(status: number, body: unknown, now = Date.now()): AccessGrant {
	const fields: Record<string, unknown> = body !== null && typeof body === 'object' ? { ...body } : {};
	const accessToken = fields.access_token;
	if (status >= 200 && status < 300 && isToken(accessToken)) {
		return accessGrant(accessToken, fields.expires_in, now);
	}
	if (fields.error === 'invalid_client') {
		throw new LoginRefusedError(
			'KESS does not know this client',
			'Check Client ID and Client Secret in the KESS WebPay credential, and that they belong to the chosen environment.',
		);
	}
	if (fields.error === 'invalid_grant' || fields.error === 'invalid_credentials') {
		throw new LoginRefusedError(
			'KESS refuses the user',
			'Check Username and Password in the KESS WebPay credential. They are those of the API user, not of the merchant portal.',
		);
	}
	if (status === 400 || status === 401 || status === 403) {
		throw new LoginRefusedError(
			'KESS refuses the login',
			'Check Username, Password, Client ID and Client Secret in the KESS WebPay credential, and that they belong to the chosen environment.',
		);
	}
	throw new NotSentError(
		`The login at KESS gave no token (HTTP ${status})`,
		'Check the environment or base URL of the credential. If they are right, try again later.',
	);
}
