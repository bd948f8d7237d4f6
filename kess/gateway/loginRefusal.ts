import { NotSentError } from '../errors';
import { isPlainObject } from '../jsonObject';
import { PROXY_LOGIN, strangerOf, wordsOfJson } from './gatewayWords';
import type { Redaction } from './redaction';
import { adviceOn } from './refusalCause';
import { LoginRefusedError } from './loginErrors';

/** A login that the gateway refuses, as both gateways' logins know it. */
export interface RefusedLogin {
	/** What happened, without its full stop. */
	message: string;
	/** What to do where the words of KESS tell of no other cause. */
	hint: string;
	status: number;
	code: string;
	/** What KESS says, as it arrived. */
	words: string | undefined;
	redaction: Redaction;
}

/**
 * A refusal in KESS's own words first. That the IP address or the account is refused is a cause of its own: the values of
 * the credential are right then.
 */
export function loginRefusal({
	message,
	hint,
	status,
	code,
	words,
	redaction,
}: RefusedLogin): LoginRefusedError {
	const shown = redaction.words(words ?? '');
	const advice = adviceOn({ code: String(status), reason: `${code} ${shown}` });
	const title = advice === undefined ? message : 'KESS refuses the login';
	return new LoginRefusedError(
		shown === ''
			? `${title} without a reason (HTTP ${status})`
			: `${title}: ${shown.replace(/\.$/, '')} (HTTP ${status})`,
		advice ?? hint,
	);
}

/** With these a gateway refuses. */
const REFUSES: ReadonlySet<number> = new Set([400, 401, 403, 422]);

/**
 * Whether an answer without a token is a refusal of the gateway. What stands before one refuses with pages and words of its
 * own; only of a 401 HTTP itself says that the login is meant, however little stands beside it.
 */
export function refusesLogin(status: number, body: unknown): boolean {
	return REFUSES.has(status) && (isJson(body) || (status === 401 && !isPage(body)));
}

function isJson(body: unknown): boolean {
	return isPlainObject(body) && Object.keys(body).length > 0;
}

function isPage(body: unknown): boolean {
	return typeof body === 'string' && /^\s*</.test(body);
}

/**
 * An answer to a login that is none.
 *
 * @param credential its name, as n8n shows it
 */
export function noToken(
	status: number,
	body: unknown,
	credential: string,
	redaction: Redaction,
): NotSentError {
	if (status === PROXY_LOGIN) {
		return new NotSentError(
			`The login did not get to KESS${strangerOf(status)} (HTTP ${status})`,
			'Write user name and password of the proxy into HTTP_PROXY or HTTPS_PROXY where n8n is started (http://user:password@host:port), or name the host of KESS in NO_PROXY. Nothing was sent by this run.',
		);
	}
	if (!isJson(body) && status >= 400 && status < 500) {
		const what = isPage(body) ? 'a web page' : 'an answer that is none of KESS';
		return new NotSentError(
			`The login at KESS gave no token, but ${what}${strangerOf(status)} (HTTP ${status})`,
			`No value of the ${credential} credential is known to be wrong. Check its environment or base URL, any proxy that n8n is started with (HTTP_PROXY, HTTPS_PROXY), and that what stands between n8n and KESS lets n8n through: KESS may also have to allow the IP address of this n8n.`,
		);
	}
	const words = redaction.words(wordsOfJson(body) ?? '').replace(/\.$/, '');
	return new NotSentError(
		`The login at KESS gave no token (HTTP ${status})${words === '' ? '' : `: ${words}`}`,
		`Check the environment or base URL of the ${credential} credential. If they are right, try again later.`,
	);
}
