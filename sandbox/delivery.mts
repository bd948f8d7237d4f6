import { STATUS_CODES } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { SandboxContext, SandboxCore } from './core.mts';
import type { RequestFaults } from './faults.mts';
import { laravelErrorPage, proxyPage, refusalPage } from './pages/errorPages.mts';

/** An answer of a gateway before anything befalls it on its way. */
export interface Answer {
	status: number;
	/** JSON text, or what is to be sent as JSON. */
	body: object | string;
	headers?: Record<string, string>;
}

/** Long enough for the first half of a body to arrive before the connection breaks. */
const HALF_BODY_MS = 30;

/**
 * Lets the gateway answer and lets the planned faults befall the answer.
 *
 * @param produce does what was asked; is not called when the fault strikes before booking
 * @param busy what the gateway says when it is busy
 */
export async function deliver(
	core: SandboxCore,
	c: SandboxContext,
	faults: RequestFaults,
	produce: () => Answer,
	busy: (code: 'TOO_MANY_REQUESTS' | 'SERVICE_UNAVAILABLE') => Answer,
): Promise<Response> {
	if (faults.fault === 'late-booking') {
		core.clock.later(faults.laterMs, produce);
		return drop(c);
	}
	if (faults.fault === 'delivered-twice') {
		produce();
		if (faults.laterMs > 0) await sleep(faults.laterMs, undefined, { signal: core.closing, ref: false }).catch(() => undefined);
	}
	const answer = faults.booked === false ? undefined : produce();
	if (faults.delayMs > 0) await sleep(faults.delayMs, undefined, { signal: core.closing, ref: false }).catch(() => undefined);
	switch (faults.fault) {
		case 'lost-before-booking':
		case 'lost-after-booking':
			return drop(c);
		case 'hang-after':
			return RESPONSE_ALREADY_SENT;
		case 'error-500-before':
		case 'error-500-after':
			return c.html(laravelErrorPage(), 500);
		case 'foreign-before':
		case 'foreign-after':
			return foreignAnswer(c, faults);
		case 'html':
			return c.html(proxyPage(), 200);
		case 'empty':
			return c.body('', 200);
		case 'redirect':
			return c.redirect(MOVED_PATH, 302);
		case 'too-many-requests':
			return toResponse({ ...busy('TOO_MANY_REQUESTS'), headers: retryAfter(faults) });
		case 'unavailable':
			return toResponse({ ...busy('SERVICE_UNAVAILABLE'), headers: retryAfter(faults) });
		case 'reset-mid-body':
			return breakMidBody(c, answer ?? { status: 200, body: { success: true } });
		default:
			return toResponse(answer ?? produce());
	}
}

/** Where the fault `redirect` points to. Whoever follows it shows up in the request log. */
export const MOVED_PATH = '/moved';

export function toResponse({ status, body, headers }: Answer): Response {
	return new Response(jsonText(body), { status, headers: { 'content-type': 'application/json', ...headers } });
}

/** What stands before a gateway does not know how the gateway refuses. */
function foreignAnswer(c: SandboxContext, { status = 403, shape }: RequestFaults): Response {
	const words = STATUS_CODES[status] ?? (status === 419 ? 'Page Expired' : 'Error');
	if (shape === 'html') return c.html(refusalPage(status, words), status as ContentfulStatusCode);
	const bodies = { message: { message: words }, error: { error: words }, 'success-false': { success: false } };
	return toResponse({ status, body: bodies[shape as keyof typeof bodies] });
}

function retryAfter({ retryAfter: value }: RequestFaults): Record<string, string> {
	return value === undefined ? {} : { 'retry-after': value };
}

function jsonText(body: object | string): string {
	return typeof body === 'string' ? body : JSON.stringify(body);
}

function drop(c: SandboxContext): Response {
	c.env.incoming.socket.destroy();
	return RESPONSE_ALREADY_SENT;
}

function breakMidBody(c: SandboxContext, { status, body }: Answer): Response {
	const { incoming, outgoing } = c.env;
	const bytes = Buffer.from(jsonText(body));
	outgoing.writeHead(status, { 'content-type': 'application/json', 'content-length': bytes.length });
	outgoing.write(bytes.subarray(0, bytes.length >> 1));
	setTimeout(() => incoming.socket.resetAndDestroy(), HALF_BODY_MS);
	return RESPONSE_ALREADY_SENT;
}
