/**
 * How much of what comes from outside is looked at before anybody has proved who sent it. Each limit is far above what
 * the gateway needs and far below what would hold up n8n, which does everything else in the same thread.
 */
export const LIMITS = {
	/** Bytes of a call to one of our addresses: a notification of an order with a hundred product lines has about 20 kB. */
	callBytes: 250_000,
	/** Bytes of an answer, unpacked: a page of a hundred such orders has about 2 MB. */
	answerBytes: 5_000_000,
	/** Characters of a request: an order with a hundred product lines has about 20,000. */
	requestLength: 250_000,
	/** Signed fields of one object: an order has about 40. */
	fields: 200,
	/** Fields of a form, in which each part of each product line is one. */
	formFields: 10_000,
	/** Characters of a field's name; with the brackets of a form, `detail[0][discount]`. */
	nameLength: 128,
	/** Objects and lists inside each other: an order has four. */
	depth: 32,
	/** Characters of an access token: the Partner gateway's have up to 1,200 (docs/gateway.md §13, GET ACCESS TOKEN). */
	tokenLength: 4096,
	/** Characters of a text of the gateway's that is shown to a person. */
	quoteLength: 300,
} as const;

/**
 * What makes an object too large for its fields to be sorted and signed.
 *
 * @returns a clause without anything of the object's, or `undefined`
 */
export function excess(fields: ReadonlyMap<string, unknown>): string | undefined {
	if (fields.size > LIMITS.fields) return `it has more than ${LIMITS.fields} fields`;
	for (const name of fields.keys()) {
		if (name.length > LIMITS.nameLength)
			return `the name of a field is longer than ${LIMITS.nameLength} characters`;
	}
	return undefined;
}
