import type { IWebhookFunctions } from 'n8n-workflow';

import { isPlainObject } from '../../../kess/jsonObject';
import { LIMITS } from '../../../kess/limits';
import type { WebPayCall } from '../../../kess/webPay/notification';

/** A call to one of our addresses, or the HTTP status with which it is refused unread, and why. */
export type Call =
	| { kind: 'call'; call: WebPayCall }
	| { kind: 'unread'; status: 413 | 415; reason: string };

/**
 * Reads a call from outside. n8n hands over the bytes of everything but a multipart form, which it has taken apart before a
 * node sees anything: what the node then has of it are the texts of its fields, exactly as they were sent, and they are
 * what is signed. A part that names a content type is a file to n8n, which keeps it from nodes.
 */
export function readCall(context: IWebhookFunctions): Call {
	const { rawBody, body, headers } = context.getRequestObject();
	const bytes = rawBody === undefined ? Number(headers['content-length'] ?? 0) : rawBody.length;
	if (bytes > LIMITS.callBytes)
		return { kind: 'unread', status: 413, reason: `it has ${bytes} bytes` };
	if (rawBody !== undefined) return { kind: 'call', call: rawBody };
	const { data, files } = body as { data?: unknown; files?: unknown };
	if (!isPlainObject(data))
		return { kind: 'unread', status: 415, reason: 'it is neither a form nor JSON' };
	if (isPlainObject(files) && Object.keys(files).length > 0) {
		return {
			kind: 'unread',
			status: 415,
			reason: 'a part of the form is a file, or names a content type',
		};
	}
	// Of a name that stands there several times n8n makes a list.
	const fields = Object.entries(data).flatMap(([name, values]) =>
		[values].flat().map((value) => [name, String(value)] as const),
	);
	return { kind: 'call', call: fields };
}
