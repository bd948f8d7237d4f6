import { AnswerTooLargeError } from './answerBytes';
import { NotSentError } from '../errors';

/**
 * What a failed HTTP request says about itself, whichever library made it: they all pass on the code of the operating
 * system or of TLS somewhere along the chain of causes.
 */

/** With these the gateway cannot have seen the request. */
const UNREACHABLE = new Map([
	['ECONNREFUSED', 'nothing listens there (connection refused)'],
	['ENOTFOUND', 'its name cannot be found'],
	['EAI_AGAIN', 'its name cannot be looked up right now'],
	['EHOSTUNREACH', 'there is no way to it (host unreachable)'],
	['ENETUNREACH', 'there is no way to it (network unreachable)'],
	['CERT_HAS_EXPIRED', 'its certificate has expired'],
	['DEPTH_ZERO_SELF_SIGNED_CERT', 'its certificate is self-signed'],
	['SELF_SIGNED_CERT_IN_CHAIN', 'its certificate is self-signed'],
	['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'its certificate cannot be verified'],
	['ERR_TLS_CERT_ALTNAME_INVALID', 'its certificate is for another host'],
]);

/** The error and what caused it, outermost first. */
export function causes(error: unknown): Error[] {
	const chain: Error[] = [];
	for (let cause = error; cause instanceof Error && !chain.includes(cause); cause = cause.cause) chain.push(cause);
	return chain;
}

/** The words for a gateway that cannot have been reached, or `undefined` when it may have been. */
export function unreachable(error: unknown, origin: string): NotSentError | undefined {
	const reason = causes(error)
		.map((cause) => (mayHaveBeenSent(cause) ? undefined : UNREACHABLE.get(codeOf(cause))))
		.find((known) => known !== undefined);
	return reason === undefined
		? undefined
		: new NotSentError(
				`KESS cannot be reached at ${origin}: ${reason}`,
				'Check the environment or base URL of the credential and the network of this n8n. Nothing was sent by this run.',
			);
}

/** Why no usable answer came to a request that may have arrived. */
export function lossReason(error: unknown): string {
	if (error instanceof AnswerTooLargeError) return error.message;
	const timedOut = codes(error).some((code) => code === 'ECONNABORTED' || code === 'ETIMEDOUT');
	return timedOut ? 'no answer came in time' : 'the connection broke before the answer was complete';
}

/** A host or network can also become unreachable after the request has left. */
function mayHaveBeenSent(cause: Error): boolean {
	const { syscall } = cause as { syscall?: unknown };
	return /^E(HOST|NET)UNREACH$/.test(codeOf(cause)) && syscall !== 'connect';
}

function codes(error: unknown): string[] {
	return causes(error).map(codeOf);
}

function codeOf(cause: Error): string {
	return String((cause as { code?: unknown }).code);
}
