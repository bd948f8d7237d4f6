import { type AnswerStream, readAnswerBytes } from './answerBytes';
import { busyWait, isBusyStatus } from './busy';
import { Exchange, TimeUpError } from './exchange';
import { LoginBusyError, loginFailure } from './loginErrors';

/** A login has to be quick: every item waits for it. */
const TIMEOUT_MS = 30_000;

/** A login as the gateway wants it. */
export interface Login {
	origin: string;
	path: string;
	headers?: Record<string, string>;
	body: Record<string, string>;
}

/** What came back, whatever its status. */
export interface LoginAnswer {
	statusCode: number;
	headers: Record<string, unknown>;
	/** The parsed body, or the text where it was not JSON. */
	body: unknown;
}

/** A login as n8n's HTTP helper sends it. */
const optionsOf = ({ origin, path, headers, body }: Login, abortSignal: AbortSignal) =>
	({
		method: 'POST',
		url: `${origin}${path}`,
		headers,
		body,
		json: true,
		encoding: 'stream',
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
		disableFollowRedirect: true,
		timeout: TIMEOUT_MS,
		abortSignal,
	}) as const;

/**
 * Sends a login once. An HTTP status that refuses is an answer like any other: n8n would log in again if it saw a 401.
 *
 * @param send n8n's HTTP helper
 * @throws LoginBusyError when the gateway is busy; NotSentError when there is no answer, without the HTTP library's
 *   error, which holds the request and with it the password
 */
export async function requestLogin(
	send: (options: ReturnType<typeof optionsOf>) => Promise<unknown>,
	login: Login,
): Promise<LoginAnswer> {
	let answer: LoginAnswer | TimeUpError;
	try {
		answer = await Exchange.within(TIMEOUT_MS, async ({ signal }) => {
			const response = (await send(optionsOf(login, signal))) as {
				statusCode: number;
				headers: Record<string, unknown>;
				body: AnswerStream;
			};
			const text = Buffer.from(await readAnswerBytes(response.body, signal)).toString();
			return {
				statusCode: response.statusCode,
				headers: response.headers,
				body: parseOrText(text),
			};
		});
	} catch (error) {
		throw loginFailure(error, login.origin);
	}
	if (answer instanceof TimeUpError) throw loginFailure(answer, login.origin);
	if (!isBusyStatus(answer.statusCode)) return answer;
	const retryAfter = answer.headers['retry-after'];
	throw new LoginBusyError(answer.statusCode, retryAfter, busyWait(retryAfter, 0));
}

/** The value in a JSON text, or the text where it is none. */
export function parseOrText(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}
