/** Codes of the gateway (docs/gateway.md §6), with the HTTP status each comes with. */
const STATUS = {
	VALIDATION_ERROR: 400,
	UNAUTHENTICATED: 401,
	NOT_FOUND: 404,
	DUPLICATED: 409,
	PROCESS_FAILED: 422,
	TOO_MANY_REQUESTS: 429,
	SERVICE_UNAVAILABLE: 503,
} as const;

/** What other codes come with. */
const STATUS_OF_OTHERS = 422;

/** The gateway says no. The message is what it says in `error_des`. */
export class Refusal extends Error {
	override name = 'Refusal';

	constructor(
		readonly code: keyof typeof STATUS | (string & {}),
		message: string,
	) {
		super(message);
	}

	get status(): number {
		return Object.hasOwn(STATUS, this.code) ? STATUS[this.code as keyof typeof STATUS] : STATUS_OF_OTHERS;
	}

	/** The body of the answer (docs/gateway.md §6: `error_des` is KESS's own spelling). */
	get body(): object {
		return { success: false, error_des: this.message, status_code: this.status, code: this.code };
	}

	/** The body as some of KESS's clients have read it: without data, the reason in `msg` (docs/gateway.md §6). */
	get bodyWithMsg(): object {
		return { success: false, data: null, msg: this.message, status_code: this.status, code: this.code };
	}
}

/** What the gateway says when it is busy. KESS publishes no words for that; these could be taken for "there is no such order". */
export function busy(code: 'TOO_MANY_REQUESTS' | 'SERVICE_UNAVAILABLE'): { status: number; body: object } {
	const { status, body } = new Refusal(code, 'There is no room for more requests.');
	return { status, body };
}
