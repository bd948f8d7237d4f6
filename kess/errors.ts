/**
 * Why something failed, in words for the user: `message` says what happened, `hint` how to get unstuck. Never holds a
 * secret or the text of an answer that has not been verified.
 */
export class KessError extends Error {
	override name = 'KessError';

	constructor(
		message: string,
		readonly hint: string,
		/** The gateway's own code, when the gateway refused. */
		readonly code?: string,
	) {
		super(message);
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

/** Of what comes before anything is sent. */
export function asKessError(error: unknown): KessError {
	return error instanceof KessError
		? error
		: new KessError(messageOf(error), 'This run has moved no money. Run the item again.');
}

/**
 * A value that KESS would refuse, found before anything was sent.
 *
 * `message` continues a sentence that begins with the parameter's name ("is longer than 64 characters"), because the
 * protocol does not know what the user's form calls the field; `hint` says how to fix it.
 */
export class InvalidValueError extends Error {
	override name = 'InvalidValueError';

	constructor(
		message: string,
		readonly hint: string,
	) {
		super(message);
	}
}

/**
 * The same complaint about a part of something larger: "has a product line 2 whose price" + "is empty". Any other
 * error stays as it is.
 */
export function inContext(error: unknown, subject: string): Error {
	if (error instanceof InvalidValueError)
		return new InvalidValueError(`${subject} ${error.message}`, error.hint);
	return error instanceof Error ? error : new Error(String(error));
}

/** Two sentences in one text, whoever has written the first one. */
export function inSentences(first: string, second: string): string {
	return `${first.replace(/\.$/, '')}. ${second}`;
}
