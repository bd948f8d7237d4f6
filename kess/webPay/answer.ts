import { answerObject, unreadable } from '../gateway/answerObject';
import { isBusyStatus } from '../gateway/busy';
import { firstTextOf, PROXY_LOGIN, strangerOf, wordsOf } from '../gateway/gatewayWords';
import type { Json } from '../jsonObject';
import { excess } from '../limits';
import { type PhpMap, type PhpValue, toJson } from '../phpJson';
import { verifyWebPayAnswer, type WebPaySignatureVerdict } from '../webPaySignature';

/** What the gateway said, before anything in it is trusted. */
export type WebPayAnswer =
	| { kind: 'success'; data: Json; signature: WebPaySignatureVerdict }
	/** `isOwnShape`: so the gateway itself refuses, and hardly anything that stands before it; `status` of HTTP, or of the body where that is 200. */
	| { kind: 'refused'; code: string; reason: string; isOwnShape: boolean; status: number }
	/** `isOwnWords`: so the gateway says it in JSON of its own, and not something on the way by a page. */
	| { kind: 'unauthenticated'; code: string; reason: string; isOwnWords: boolean }
	/** The gateway asks not to be asked now: whether it did what was asked is not known. */
	| { kind: 'busy'; code: string }
	/** The gateway failed on its side: whether it did what was asked is not known. */
	| { kind: 'failed'; code: string; reason: string }
	/** Not an answer of the gateway, so nothing is known either. */
	| { kind: 'unreadable'; reason: string };

const CODE_FIELDS = ['error_code', 'status_code', 'code'];

/** Seen in bodies that come with HTTP 200 (docs/gateway.md §6); n8n itself only looks at the HTTP status. */
const UNAUTHENTICATED_CODES = new Set(['401', 'UNAUTHENTICATED']);
const BUSY_CODES = new Set(['429', '503', 'TOO_MANY_REQUESTS', 'SERVICE_UNAVAILABLE']);
const FAILED_CODES = new Set([
	'SYSTEM_ERROR',
	'SYSTEMERROR',
	'FEATURE_UNDER_MAINTENANCE',
	'GATEWAY_TIMEOUT',
]);

/**
 * Sorts an answer of the WebPay gateway (docs/gateway.md §3 envelope, §6 errors). KESS's words for being busy are not published.
 *
 * @param status the HTTP status
 * @param text the body as it arrived: the signature covers what PHP makes of exactly this text
 * @param account whose key and way of signing the answer has to fit
 * @returns success only for HTTP 2xx with `success` true or "true" and a `data` field; whole numbers in it that are too
 *   large for JavaScript are texts. Codes and reasons are the gateway's own words, which nobody has signed
 */
export function readWebPayAnswer(
	status: number,
	text: string,
	{ apiSecretKey, signType }: { apiSecretKey: string; signType: string },
): WebPayAnswer {
	if (isBusyStatus(status)) return { kind: 'busy', code: String(status) };
	if (status >= 300 && status < 400)
		return unreadable(`the gateway redirects to another address (HTTP ${status})`);
	const body = answerObject(text);
	if (typeof body === 'string') {
		const reason = `${body}${strangerOf(status)} (HTTP ${status})`;
		return status === 401
			? { kind: 'unauthenticated', code: String(status), reason, isOwnWords: false }
			: unreadable(reason);
	}
	if (status === PROXY_LOGIN)
		return unreadable(`the answer is none of KESS${strangerOf(status)} (HTTP ${status})`);
	const success = body.get('success');
	const succeeded = status >= 200 && status < 300 && (success === true || success === 'true');
	if (succeeded) {
		const data = body.get('data');
		const problem = findProblem(data);
		return problem === undefined
			? {
					kind: 'success',
					data: toJson(data ?? null),
					signature: verifyWebPayAnswer(body, apiSecretKey, signType),
				}
			: unreadable(`${problem} (HTTP ${status})`);
	}
	const code = firstTextOf(body, CODE_FIELDS) ?? String(status);
	if (BUSY_CODES.has(code)) return { kind: 'busy', code };
	const words = wordsOf(body);
	const reason = words ?? `no reason given (HTTP ${status})`;
	switch (refusalKind(status, code)) {
		case 'refused':
			return {
				kind: 'refused',
				code,
				reason,
				isOwnShape: isOwnShape(status, body),
				status: ownStatus(status, body),
			};
		case 'unauthenticated':
			return { kind: 'unauthenticated', code, reason, isOwnWords: words !== undefined };
		case 'failed':
			return { kind: 'failed', code, reason };
	}
}

function refusalKind(status: number, code: string): 'refused' | 'unauthenticated' | 'failed' {
	if (status === 401 || UNAUTHENTICATED_CODES.has(code)) return 'unauthenticated';
	if (status >= 500 || /^5\d\d$/.test(code) || FAILED_CODES.has(code)) return 'failed';
	return 'refused';
}

/** What KESS itself refuses with (docs/gateway.md §6), in the HTTP status or, where that is 200, in the body. */
const OWN_STATUS: ReadonlySet<number> = new Set([400, 404, 422]);

/** KESS signs no refusal (docs/gateway.md §6): all that speaks for one is that it is built like all that are known. */
function isOwnShape(status: number, body: PhpMap): boolean {
	const says = body.get('success');
	const repeated = firstTextOf(body, ['status_code']);
	// A word there is no status, so that it repeats or contradicts none.
	const isRepeated =
		status === 200 ||
		repeated === undefined ||
		repeated === String(status) ||
		!/^\d+$/.test(repeated);
	return (
		(says === false || says === 'false') &&
		firstTextOf(body, ['error_des', 'msg']) !== undefined &&
		isRepeated &&
		OWN_STATUS.has(ownStatus(status, body))
	);
}

function ownStatus(status: number, body: PhpMap): number {
	return status === 200 ? Number(firstTextOf(body, ['status_code']) ?? status) : status;
}

function findProblem(data: PhpValue | undefined): string | undefined {
	if (Array.isArray(data)) return undefined;
	if (!(data instanceof Map)) return 'the answer has no data';
	const tooMuch = excess(data);
	return tooMuch && `the answer is not one of KESS: ${tooMuch}`;
}
