/**
 * The words of an answer: both gateways, their logins and Laravel, which they are written in, have their own fields for
 * them (docs/gateway.md §6). Nobody has signed them, and they may repeat what was sent: they leave through `Redaction` only.
 */

/** Fields in which KESS itself says why. */
const OWN_FIELDS = ['error_des', 'error_desc'];

/** Those in which what stands around it does. */
const OTHER_FIELDS = ['message', 'msg', 'error_description', 'error', 'detail'];

/** Between the words of several fields. Hardly anybody writes it, so that each of them can be looked at by itself again. */
export const BETWEEN_WORDS = ' | ';

/** Texts of an answer to look at, at most. */
const MAX_TEXTS = 20;

/** What an answer says about why it is none that was hoped for; `undefined` when it says nothing. */
export function wordsOf(body: ReadonlyMap<string, unknown>): string | undefined {
	const own = OWN_FIELDS.flatMap((field) => {
		const text = plainTextOf(body.get(field));
		return text === '' ? textsIn(body.get(field)) : [text];
	});
	// Laravel's `errors` name each field and what is wrong with it, and its `message` beside them only that something is.
	const fields = textsIn(body.get('errors'));
	const words = [...new Set([...own, ...fields])];
	return words.length > 0 ? words.join(BETWEEN_WORDS) : firstTextOf(body, OTHER_FIELDS);
}

/** The same of a body that JSON.parse has read. */
export function wordsOfJson(body: unknown): string | undefined {
	return body !== null && typeof body === 'object'
		? wordsOf(new Map(Object.entries(body)))
		: undefined;
}

/** The text of the first field that has one. */
export function firstTextOf(
	body: ReadonlyMap<string, unknown>,
	fields: readonly string[],
): string | undefined {
	for (const field of fields) {
		const text = plainTextOf(body.get(field));
		if (text !== '') return text;
	}
	return undefined;
}

function plainTextOf(value: unknown): string {
	return typeof value === 'string' || typeof value === 'bigint' || typeof value === 'number'
		? String(value).trim()
		: '';
}

/** The texts in a field with several, as in `errors`: a list for each field, one text for each, or a list of texts. */
function textsIn(errors: unknown): string[] {
	return membersOf(errors)
		.slice(0, MAX_TEXTS)
		.flatMap((entry) =>
			typeof entry === 'string' ? [entry] : membersOf(entry).slice(0, MAX_TEXTS),
		)
		.map((entry) => (typeof entry === 'string' ? entry.trim() : ''))
		.filter((text) => text !== '')
		.slice(0, MAX_TEXTS);
}

function membersOf(value: unknown): unknown[] {
	if (Array.isArray(value)) return value as unknown[];
	if (value instanceof Map) return [...(value as Map<unknown, unknown>).values()];
	return value !== null && typeof value === 'object' ? Object.values(value) : [];
}

/**
 * What may have answered in the place of KESS, as it continues the words for an answer that is no JSON: a proxy or firewall
 * on the way refuses with pages of its own.
 *
 * @returns empty where nothing speaks for that
 */
export function strangerOf(status: number): string {
	if (status === PROXY_LOGIN) return ': a proxy between n8n and KESS wants a login of its own';
	return status >= 400 && status < 500
		? ', as a proxy or firewall between n8n and KESS sends it'
		: '';
}

/** HTTP's own status for a proxy that wants a login: no server behind it says so. */
export const PROXY_LOGIN = 407;
