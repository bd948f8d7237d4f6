/**
 * The specification's codes, with the HTTP status each comes with (docs/gateway.md §13, Error code review). The last two are
 * not KESS's: whatever limits requests stands before the gateway.
 */
const STATUS = {
	UNAUTHENTICATED: 401,
	NOTELIGIBLE: 400,
	VALIDATIONERROR: 400,
	USED: 400,
	NOTEXIST: 400,
	EXPIRED: 400,
	SYSTEMERROR: 500,
	TOO_MANY_REQUESTS: 429,
	SERVICE_UNAVAILABLE: 503,
} as const;

/** What other codes come with. */
const STATUS_OF_OTHERS = 400;

/** The gateway says no. The message is what it says in `error_desc`. */
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

	/** The body of the answer, without its signature. */
	get body(): { success: false; error_code: string; error_desc: string } {
		return { success: false, error_code: this.code, error_desc: this.message };
	}
}

/** All that a sender hears who is not let in (docs/gateway.md §13, GET ACCESS TOKEN). */
export const unauthenticated = () => new Refusal('UNAUTHENTICATED', 'Unauthorized');

/** What a sender hears when the gateway is busy. Unsigned, because it need not be the gateway that says so. */
export function busy(code: 'TOO_MANY_REQUESTS' | 'SERVICE_UNAVAILABLE'): { status: number; body: object } {
	const { status, body } = new Refusal(code, 'There is no room for more requests.');
	return { status, body };
}
