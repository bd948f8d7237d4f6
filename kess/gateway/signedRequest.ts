import type { Exchange } from './exchange';
import { multipartBody, type RequestFile } from './multipart';
import { inContext, InvalidValueError } from '../errors';
import { type JsonObject, requireJsonObject } from '../jsonObject';
import { LIMITS } from '../limits';

/** The parts of a request that signing looks at: n8n's own options, in its current and its older form (`uri`). */
export interface RequestOptions {
	url?: string;
	uri?: string;
	baseURL?: string;
	headers?: object;
	body?: unknown;
	proxy?: unknown;
	skipSslCertificateValidation?: boolean;
	rejectUnauthorized?: boolean;
	agentOptions?: object;
	/** n8n's own, for an execution that is stopped. It sets it late, over whatever was there. */
	abortSignal?: unknown;
	/** Set by our own nodes: the time that the request has. */
	exchange?: Exchange;
	/** Set by our own nodes: files that go along, which no signature covers. The fields are then those of a form. */
	files?: readonly RequestFile[];
}

/** Settings of n8n's HTTP Request node with which the login would reach somebody else than the gateway. */
function findDetour({
	proxy,
	skipSslCertificateValidation,
	rejectUnauthorized,
	agentOptions,
}: RequestOptions): string | undefined {
	if (proxy !== undefined && proxy !== null && proxy !== '') return 'Proxy';
	if (skipSslCertificateValidation === true || rejectUnauthorized === false)
		return 'Ignore SSL Issues';
	return Object.keys(agentOptions ?? {}).length > 0 ? 'SSL Certificates' : undefined;
}

/**
 * Adds the authorization header and signs the JSON body, if there is one.
 *
 * @param options the request as n8n is about to send it
 * @param origin the gateway's origin: the credential signs for no other host
 * @param authorization the value of the Authorization header
 * @param sign makes the JSON text to be sent from the body's fields
 * @returns new options; the body is JSON text, or with files the bytes of a form, so that nothing after this serialises it
 *   differently than it was signed
 * @throws InvalidValueError when the request goes to another host, or there by a way that others can choose, the body is
 *   not a JSON object, or cannot be signed; TimeUpError when nobody waits for it any more
 */
export function signedGatewayRequest<T extends RequestOptions>(
	{ exchange, files, ...options }: T,
	origin: string,
	authorization: string,
	sign: (fields: JsonObject) => string,
): Omit<T, 'exchange' | 'files'> {
	const addresses = [options.url, options.uri].filter((address) => address !== undefined);
	const isGateway = (address: string) =>
		URL.canParse(address, options.baseURL) && new URL(address, options.baseURL).origin === origin;
	if (addresses.length === 0 || !addresses.every(isGateway)) {
		throw new InvalidValueError(
			`The request does not go to ${origin}, the gateway of this KESS credential`,
			'The credential signs and logs in at its own gateway only. Change the URL, or the environment of the credential.',
		);
	}
	const detour = findDetour(options);
	if (detour !== undefined) {
		throw new InvalidValueError(
			`The option ${detour} cannot be used with a KESS credential`,
			'With it somebody between n8n and KESS could read the login. Remove the option; a proxy for all of n8n is set where n8n is started (HTTPS_PROXY).',
		);
	}
	const kept = Object.entries(options.headers ?? {}).filter(
		([name]) => !/^(authorization|content-type|host)$/i.test(name),
	);
	const headers: Record<string, unknown> = {
		...Object.fromEntries(kept),
		Authorization: authorization,
	};
	const hasBody = options.body !== undefined && options.body !== null && options.body !== '';
	const signed = hasBody ? signBody(options.body, sign) : '';
	const { body, contentType } =
		files === undefined
			? { body: signed, contentType: 'application/json' }
			: multipartBody(JSON.parse(signed) as object, files);
	const request = {
		...options,
		headers: hasBody ? { ...headers, 'Content-Type': contentType } : headers,
		...(hasBody && { body }),
		// A redirect may lead anywhere, with the signed body or the login. In the words of both of n8n's HTTP helpers.
		disableFollowRedirect: true,
		followRedirect: false,
		followAllRedirects: false,
		maxRedirects: 0,
	};
	if (exchange === undefined) return request;
	exchange.leave();
	const { abortSignal } = options;
	return {
		...request,
		abortSignal:
			abortSignal instanceof AbortSignal
				? AbortSignal.any([abortSignal, exchange.signal])
				: exchange.signal,
	};
}

function signBody(body: unknown, sign: (fields: JsonObject) => string): string {
	try {
		const text = sign(requireJsonObject(body));
		if (text.length <= LIMITS.requestLength) return text;
		throw new InvalidValueError(
			`has more than ${LIMITS.requestLength} characters`,
			'Send less in its fields and product lines.',
		);
	} catch (error) {
		throw inContext(error, 'The request');
	}
}
