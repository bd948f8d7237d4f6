import { AnswerTooLargeError } from './answerBytes';
import { NotSentError } from '../errors';

/**
 * What a failed HTTP request says about itself, whichever library made it: they all pass on the code of the operating
 * system or of TLS somewhere along the chain of causes.
 */

/** What keeps a request from leaving, and how to fix it. */
interface Obstacle {
	/** As it continues "KESS cannot be reached at …:". */
	reason: string;
	/** Sentences. */
	hint: string;
}

const NETWORK = 'Check the environment or base URL of the credential and the network of this n8n.';

const TRUST =
	'If this gateway is one of your own, or a firewall or proxy of yours opens encrypted connections, save the certificate of whoever issued it as a PEM file and start n8n with NODE_EXTRA_CA_CERTS set to the path of that file. If neither is so, somebody may stand between n8n and KESS: ask KESS about its certificate.';

const TIME =
	'Compare the clock of the computer that n8n runs on with the real time. If it is right, the certificate has to be replaced: by KESS, or by you where the gateway, or a proxy that opens encrypted connections, is your own. NODE_EXTRA_CA_CERTS does not help against this.';

const NO_TLS =
	'If the gateway is one of your own that speaks http, let the Base URL of the credential begin with http:// instead of https://. Otherwise check its host and port, and any proxy that n8n is started with (HTTPS_PROXY).';

const TLS_FAILED =
	'Check the environment or base URL of the credential, and whether a firewall or proxy on the way lets encrypted connections through. Where one of yours opens them, its certificate is made known to n8n with NODE_EXTRA_CA_CERTS.';

const UNTRUSTED = (reason: string): Obstacle => ({ reason, hint: TRUST });

/** With these no connection was made. */
const NO_CONNECTION = new Map([
	['ECONNREFUSED', 'nothing listens there (connection refused)'],
	['ENOTFOUND', 'its name cannot be found'],
	['EAI_AGAIN', 'its name cannot be looked up right now'],
	['EHOSTUNREACH', 'there is no way to it (host unreachable)'],
	['ENETUNREACH', 'there is no way to it (network unreachable)'],
]);

/**
 * What Node finds wrong with a certificate. It does so before it writes anything into the connection, in every version of
 * TLS, so that the request has certainly not left.
 */
const CERTIFICATE = new Map<string, Obstacle>([
	['CERT_HAS_EXPIRED', { reason: 'its certificate has expired', hint: TIME }],
	['CERT_NOT_YET_VALID', { reason: 'its certificate is not yet valid', hint: TIME }],
	[
		'ERR_TLS_CERT_ALTNAME_INVALID',
		{
			reason: 'its certificate is for another host',
			hint: 'Write the Base URL of the credential with the very name that the certificate is for, and not with an IP address. If it is written so, or the address is one of KESS, somebody else answers there: ask KESS. NODE_EXTRA_CA_CERTS does not help against this.',
		},
	],
	['DEPTH_ZERO_SELF_SIGNED_CERT', UNTRUSTED('its certificate is self-signed')],
	['SELF_SIGNED_CERT_IN_CHAIN', UNTRUSTED('its certificate is self-signed, or its issuer is')],
	['UNABLE_TO_GET_ISSUER_CERT', UNTRUSTED('this n8n does not know the issuer of its certificate')],
	[
		'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
		UNTRUSTED('this n8n does not know the issuer of its certificate'),
	],
	[
		'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
		UNTRUSTED('its certificate cannot be verified, because this n8n does not know its issuer'),
	],
	['CERT_REVOKED', UNTRUSTED('its certificate has been revoked')],
	...[
		'CERT_SIGNATURE_FAILURE',
		'UNABLE_TO_DECRYPT_CERT_SIGNATURE',
		'UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY',
		'ERROR_IN_CERT_NOT_BEFORE_FIELD',
		'ERROR_IN_CERT_NOT_AFTER_FIELD',
		'CERT_CHAIN_TOO_LONG',
		'INVALID_CA',
		'PATH_LENGTH_EXCEEDED',
		'INVALID_PURPOSE',
		'CERT_UNTRUSTED',
		'CERT_REJECTED',
		'HOSTNAME_MISMATCH',
		'UNABLE_TO_GET_CRL',
		'CRL_HAS_EXPIRED',
		'CRL_NOT_YET_VALID',
		'CRL_SIGNATURE_FAILURE',
	].map((code): [string, Obstacle] => [
		code,
		UNTRUSTED(`its certificate cannot be verified (${code})`),
	]),
]);

/** What TLS makes of an answer that is none of TLS. */
const IS_NOT_TLS =
	/:(?:wrong version number|packet length too long|http request|record layer failure):/;

/** Where OpenSSL says what was wrong, in words of its own. */
const TLS_REASON = /:SSL routines:[^:]*:([a-z0-9 ]{1,60}):/;

/** Node's own words for a connection that ends while TLS is being set up. */
const ENDED_BEFORE_TLS =
	'Client network socket disconnected before secure TLS connection was established';

/** Those of the agent through which n8n asks a proxy for a connection: nothing but that question has been sent. */
const ENDED_BEFORE_TUNNEL = 'Proxy connection ended before receiving CONNECT response';

const PROXY = 'the proxy that n8n is started with (HTTP_PROXY, HTTPS_PROXY)';
const PROXY_HINT =
	'Nothing was sent by this run. Check HTTP_PROXY, HTTPS_PROXY and NO_PROXY where n8n is started, and that the proxy runs.';

/**
 * The error and what caused it, outermost first. Where several addresses were tried, the last of them. An error of Node's own
 * counts by its looks: it may come from another realm than this file.
 */
export function causes(error: unknown): Error[] {
	const chain: Error[] = [];
	for (
		let cause = error;
		isError(cause) && !chain.includes(cause);
		cause = cause.cause ?? lastOf(cause)
	)
		chain.push(cause);
	return chain;
}

function isError(value: unknown): value is Error {
	return (
		typeof value === 'object' && value !== null && typeof (value as Error).message === 'string'
	);
}

function lastOf(cause: Error): unknown {
	const { errors } = cause as { errors?: unknown };
	return Array.isArray(errors) ? errors.at(-1) : undefined;
}

/**
 * The words for a gateway that cannot have been reached, or `undefined` when it may have been: only what happened before
 * the first byte of the request could leave counts.
 */
export function unreachable(error: unknown, origin: string): NotSentError | undefined {
	const chain = causes(error);
	if (chain.some(({ message }) => message === ENDED_BEFORE_TUNNEL)) {
		return new NotSentError(
			`KESS was not reached, because ${PROXY} gave no connection to ${origin}`,
			PROXY_HINT,
		);
	}
	const isUnconnected = chain.some(
		(cause) => !mayHaveBeenSent(cause) && NO_CONNECTION.has(codeOf(cause)),
	);
	const proxy = isUnconnected
		? chain.map((cause) => elsewhere(cause, origin)).find((place) => place !== undefined)
		: undefined;
	const obstacle = chain.map(obstacleOf).find((found) => found !== undefined);
	if (obstacle === undefined) return undefined;
	return proxy === undefined
		? new NotSentError(
				`KESS cannot be reached at ${origin}: ${obstacle.reason}`,
				`${obstacle.hint} Nothing was sent by this run.`,
			)
		: new NotSentError(
				`KESS was not reached, because ${PROXY} cannot be reached at ${proxy}: ${obstacle.reason}`,
				PROXY_HINT,
			);
}

function obstacleOf(cause: Error): Obstacle | undefined {
	const code = codeOf(cause);
	const reason = mayHaveBeenSent(cause) ? undefined : NO_CONNECTION.get(code);
	return reason === undefined
		? (CERTIFICATE.get(code) ?? tlsObstacle(cause))
		: { reason, hint: NETWORK };
}

/**
 * TLS that could not be set up. Node says EPROTO of a write whose bytes it could not encrypt, so that they have not left;
 * what goes wrong in a connection that stands has another code.
 */
function tlsObstacle(cause: Error): Obstacle | undefined {
	if (cause.message === ENDED_BEFORE_TLS) {
		return { reason: 'the encrypted connection (TLS) was ended before it stood', hint: TLS_FAILED };
	}
	if (codeOf(cause) !== 'EPROTO' || (cause as { syscall?: unknown }).syscall !== 'write')
		return undefined;
	if (IS_NOT_TLS.test(cause.message)) {
		return { reason: 'what answers there does not speak https', hint: NO_TLS };
	}
	const [, words = 'EPROTO'] = TLS_REASON.exec(cause.message) ?? [];
	return {
		reason: `the encrypted connection (TLS) could not be set up (${words})`,
		hint: TLS_FAILED,
	};
}

/**
 * Where a connection that was not made should have led, when that is not the gateway: then it is a proxy, because nothing
 * else stands in for the address of a credential.
 */
function elsewhere(cause: Error, origin: string): string | undefined {
	const { protocol, hostname, port } = new URL(origin);
	const host = hostname.replace(/^\[|\]$/g, '');
	const failed = cause as { hostname?: unknown; address?: unknown; port?: unknown };
	if (typeof failed.hostname === 'string')
		return failed.hostname === host ? undefined : failed.hostname;
	if (typeof failed.address !== 'string' || typeof failed.port !== 'number') return undefined;
	const isSamePort = failed.port === Number(port || (protocol === 'https:' ? 443 : 80));
	const isSameHost = !isNumeric(host) || failed.address === host;
	if (isSamePort && isSameHost) return undefined;
	return failed.address.includes(':')
		? `[${failed.address}]:${failed.port}`
		: `${failed.address}:${failed.port}`;
}

/** Whether a host is written as an IP address. */
function isNumeric(host: string): boolean {
	return host.includes(':') || /^[\d.]+$/.test(host);
}

const TIMED_OUT: ReadonlySet<string> = new Set(['ECONNABORTED', 'ETIMEDOUT']);

/** Why no usable answer came to a request that may have arrived. */
export function lossReason(error: unknown): string {
	if (error instanceof AnswerTooLargeError) return error.message;
	const timedOut = causes(error).some((cause) => TIMED_OUT.has(codeOf(cause)));
	return timedOut
		? 'no answer came in time'
		: 'the connection broke before the answer was complete';
}

/** A host or network can also become unreachable after the request has left. */
function mayHaveBeenSent(cause: Error): boolean {
	const { syscall } = cause as { syscall?: unknown };
	return /^E(HOST|NET)UNREACH$/.test(codeOf(cause)) && syscall !== 'connect';
}

function codeOf(cause: Error): string {
	return String((cause as { code?: unknown }).code);
}
