/**
 * Why something failed, in words for the user: `message` says what happened, `hint` how to get unstuck. Never holds a
 * secret or the text of an answer that has not been verified.
 */
export class KessError extends Error {
	override name = 'KessError';

	/** The gateway's own code, when the gateway refused. */
	readonly code: string | undefined;

	constructor(
		message: string,
		readonly hint: string,
		code?: string,
	) {
		super(message);
		this.code = code;
	}
}

/** The request was certainly not sent: nothing has happened at KESS. */
export class NotSentError extends KessError {
	override name = 'NotSentError';
}

/** What an error says, whatever was thrown. */
export function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
