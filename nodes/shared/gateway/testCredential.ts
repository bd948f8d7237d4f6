import type {
	ICredentialDataDecryptedObject,
	ICredentialsDecrypted,
	ICredentialTestFunction,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import { type AnswerStream, readAnswerBytes } from '../../../kess/gateway/answerBytes';
import { BUSY_REPEATS, busyReason, busyWait, isBusyStatus } from '../../../kess/gateway/busy';
import { Exchange, TimeUpError } from '../../../kess/gateway/exchange';
import { plainHttpAdvice } from '../../../kess/gateway/address';
import { inSentences, InvalidValueError, KessError } from '../../../kess/errors';
import { decodeUtf8 } from '../../../kess/phpJson';
import { loginFailure } from '../../../kess/gateway/loginErrors';

const TIMEOUT_MS = 15_000;

/** How long a busy gateway is waited for, in all: somebody sits in front of the form. */
const PATIENCE_MS = 10_000;

/**
 * Sends JSON text and gives what came back, whatever its status, but for a gateway that stays busy: a login and a question
 * change nothing, so both are sent again then.
 */
export type Post = (
	url: string,
	headers: Record<string, string>,
	body: string,
) => Promise<Response>;

interface Response {
	status: number;
	/** The header Retry-After. */
	retryAfter: unknown;
	text: string;
}

/** What differs between the credentials. */
interface TestRules<Account> {
	read(fields: ICredentialDataDecryptedObject): Account;
	/** What keeps the credential from working, or `undefined` when nothing does. */
	findObstacle(account: Account, post: Post): Promise<string | undefined>;
	success: string;
}

/** The test of a credential, as n8n calls it; whatever goes wrong becomes a message without a secret in it. */
export function credentialTest<Account extends { origin: string }>(
	rules: TestRules<Account>,
): ICredentialTestFunction {
	return async function (credential) {
		return await testCredential(this, credential, rules);
	};
}

async function testCredential<Account extends { origin: string }>(
	{ helpers }: ICredentialTestFunctions,
	credential: ICredentialsDecrypted<ICredentialDataDecryptedObject>,
	{ read, findObstacle, success }: TestRules<Account>,
): Promise<INodeCredentialTestResult> {
	let waited = 0;
	const send: Post = async (url, headers, body) => {
		const response = await Exchange.within(TIMEOUT_MS, async ({ signal }) => {
			// The only HTTP helper that n8n hands to a credential test.
			const answer = (await helpers.request({
				method: 'POST',
				uri: url,
				headers: { ...headers, Accept: 'application/json', 'Content-Type': 'application/json' },
				body,
				simple: false,
				resolveWithFullResponse: true,
				followRedirect: false,
				followAllRedirects: false,
				// As it arrives: the signature is verified over the bytes, and somebody has to count them.
				useStream: true,
				timeout: TIMEOUT_MS,
			})) as { statusCode: number; headers: Record<string, unknown>; body: AnswerStream };
			const bytes = await readAnswerBytes(answer.body, signal);
			return {
				status: answer.statusCode,
				retryAfter: answer.headers['retry-after'],
				text: readText(bytes),
			};
		});
		if (response instanceof TimeUpError) throw loginFailure(response, new URL(url).origin);
		return response;
	};
	const post: Post = async (url, headers, body) => {
		for (let repeats = 0; ; repeats++) {
			const answer = await send(url, headers, body);
			if (!isBusyStatus(answer.status)) return answer;
			const wait = busyWait(answer.retryAfter, repeats);
			if (repeats === BUSY_REPEATS || waited + wait.ms > PATIENCE_MS) {
				throw new KessError(
					`KESS is reachable, but ${busyReason(answer.status, wait)}`,
					'Test the credential again then.',
				);
			}
			await sleep(wait.ms);
			waited += wait.ms;
		}
	};
	let origin = '';
	try {
		const account = read(credential.data ?? {});
		origin = account.origin;
		const obstacle = await findObstacle(account, post);
		if (obstacle !== undefined) return { status: 'Error', message: obstacle };
		return { status: 'OK', message: [success, plainHttpAdvice(origin)].filter(Boolean).join(' ') };
	} catch (error) {
		return { status: 'Error', message: explain(error, origin) };
	}
}

/** Bytes that are no text count as an answer that is no JSON. */
function readText(bytes: Uint8Array): string {
	try {
		return decodeUtf8(bytes);
	} catch {
		return 'not UTF-8';
	}
}

function explain(error: unknown, origin: string): string {
	if (error instanceof InvalidValueError)
		return inSentences(`Base URL ${error.message}`, error.hint);
	const { message, hint } = error instanceof KessError ? error : loginFailure(error, origin);
	return inSentences(message, hint);
}
