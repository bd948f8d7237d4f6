import { inContext, InvalidValueError } from './invalidValueError';
import { type JsonObject, requireJsonObject } from './jsonObject';

/** The parts of a request that signing looks at: n8n's own options, in its current and its older form (`uri`). */
export interface RequestOptions {
	url?: string;
	uri?: string;
	baseURL?: string;
	headers?: object;
	body?: unknown;
}

/**
 * Adds the authorization header and signs the JSON body, if there is one.
 *
 * @param options the request as n8n is about to send it
 * @param origin the gateway's origin: the credential signs for no other host
 * @param authorization the value of the Authorization header
 * @param sign makes the JSON text to be sent from the body's fields
 * @returns new options; the body is JSON text, so that nothing after this serialises it differently than it was signed
 * @throws InvalidValueError when the request goes to another host, the body is not a JSON object, or cannot be signed
 */
export function signedGatewayRequest<T extends RequestOptions>(
	options: T,
	origin: string,
	authorization: string,
	sign: (fields: JsonObject) => string,
): T {
	const address = options.url ?? options.uri ?? '';
	if (!URL.canParse(address, options.baseURL) || new URL(address, options.baseURL).origin !== origin) {
		throw new InvalidValueError(
			`The request does not go to ${origin}, the gateway of this KESS credential`,
			'The credential signs and logs in at its own gateway only. Change the URL, or the environment of the credential.',
		);
	}
	const kept = Object.entries(options.headers ?? {}).filter(([name]) => !/^(authorization|content-type)$/i.test(name));
	const headers: Record<string, unknown> = { ...Object.fromEntries(kept), Authorization: authorization };
	if (options.body === undefined || options.body === null || options.body === '') return { ...options, headers };
	return {
		...options,
		headers: { ...headers, 'Content-Type': 'application/json' },
		body: signBody(options.body, sign),
	};
}

function signBody(body: unknown, sign: (fields: JsonObject) => string): string {
	try {
		return sign(requireJsonObject(body));
	} catch (error) {
		throw inContext(error, 'The request');
	}
}
