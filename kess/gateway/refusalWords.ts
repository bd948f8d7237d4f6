/** What the words of a refusal mean, where KESS publishes no code for it. */

/** The code and the reason of a refusal, as one text. */
interface Said {
	code: string;
	reason: string;
}

/** What was used, paid or made before. */
const USED = new RegExp(
	[
		String.raw`\b(?:duplicat\w*|repeat(?:ed)?|exist(?:s|ed|ing)?|taken|unique|conflict|in use|in progress|processing|pending)\b`,
		String.raw`\b(?:already|been|being|is|was|were|order|before)\s+(?:\w+\s+)?(?:used|paid|charged|refunded|processed|confirmed|completed|registered|settled|submitted)\b`,
		String.raw`\b(?:used|paid|charged|refunded|processed|submitted)\s+(?:already|before|once|twice)\b`,
		String.raw`^used\b|\bused$`,
	].join('|'),
	'i',
);

/** That something is not so, which the words for its being so are part of. */
const DENIED = /\b(?:not|never|no|cannot|\w+n[o'’]?t)\s+(?:(?:be|been|yet|a|an|any|such)\s+)*(?:\w+\s+)?(?:exist\w*|used|taken|paid|unique|registered|confirmed|completed)\b/gi;

/**
 * Whether a refusal may come from what the very same request has done before: its number is used, or something is under way
 * under it. Taken widely, because a refusal that is none costs a payment, and one too few only a look.
 */
export function tellsOfUse(said: Said): boolean {
	return inWords(said).some((text) => USED.test(text.replace(DENIED, ' ')));
}

const NUMBERED = '(?:order|transaction|refund|reference|out trade no)s?';
const THING = `(?:${NUMBERED}|payment|trade|record|data|order number)s?`;
const ABSENT = String.raw`(?:not\s+(?:be\s+)?(?:found|exist\w*)|do(?:es)?\s?n[o'’]?t\s+exist)`;
const NOTHING = new RegExp(
	[
		String.raw`\b${THING}\b.*\b${ABSENT}\b`,
		String.raw`\b(?:no such|there is no|no)\s+${THING}\b`,
		// So Laravel says that its table has none.
		String.raw`\b(?:unknown|invalid)\s+${NUMBERED}\b|\b${NUMBERED}\s+is invalid\b`,
		String.raw`\b(?:could not|cannot|can't|not) find\b.*\b${THING}\b`,
		String.raw`^${ABSENT}$`,
		String.raw`^404$`,
	].join('|'),
	'i',
);

/**
 * Whether the refusal of a look-up means that there is nothing under the number. Any other (too many requests, no permission,
 * an unknown seller) must not pass for that: money would go out twice.
 */
export function tellsOfNothing(said: Said): boolean {
	return inWords(said).some((text) => NOTHING.test(text));
}

/** A code is words too: `DUPLICATE_ORDER`, `NOTEXIST`. */
function inWords({ code, reason }: Said): string[] {
	const words = (text: string) =>
		text
			.replace(/_/g, ' ')
			.replace(/\bNOT(EXIST\w*|FOUND)\b/gi, 'NOT $1')
			.replace(/\s+/g, ' ')
			.trim();
	return [words(code), words(reason)];
}
