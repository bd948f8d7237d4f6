/** The specification's codes, with the HTTP status each comes with (spec-partner, Error code review). */
const STATUS = {
	UNAUTHENTICATED: 401,
	NOTELIGIBLE: 400,
	VALIDATIONERROR: 400,
	USED: 400,
	NOTEXIST: 400,
	EXPIRED: 400,
	SYSTEMERROR: 500,
} as const;

/** The gateway says no. The message is what it says in `error_desc`. */
export class Refusal extends Error {
	override name = 'Refusal';

	constructor(
		readonly code: keyof typeof STATUS,
		message: string,
	) {
		super(message);
	}

	get status(): number {
		return STATUS[this.code];
	}

	/** The body of the answer, without its signature. */
	get body(): { success: false; error_code: string; error_desc: string } {
		return { success: false, error_code: this.code, error_desc: this.message };
	}
}

/** All that a sender hears who is not let in (spec-partner, GET ACCESS TOKEN). */
export const unauthenticated = () => new Refusal('UNAUTHENTICATED', 'Unauthorized');
