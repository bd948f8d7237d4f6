import { BETWEEN_WORDS } from './gatewayWords';
import type { RefusalSaid } from './outcome';

/** What the words of a refusal mean, where KESS publishes no code for it. */

/** What was used, paid or made before. */
const USED = new RegExp(
	[
		String.raw`\b(?:duplicat\w*|repeat(?:ed)?|exist(?:s|ed|ing)?|taken|unique|conflict|in use|in progress|processing|pending|exceeds the refundable)\b`,
		String.raw`\b(?:already|been|being|is|was|were|order|payment|transaction|refund|before)\s+(?:\w+\s+)?(?:used|paid|charged|refunded|processed|confirmed|completed|done|success\w*|succeeded|registered|settled|submitted)\b`,
		String.raw`\b(?:used|paid|charged|refunded|processed|submitted)\s+(?:already|before|once|twice)\b`,
		String.raw`^(?:used|already ?\w+)\b|\bused$`,
	].join('|'),
	'i',
);

/** That something is not so, which the words for its being so are part of. */
const DENIED =
	/\b(?:not|never|no|cannot|\w+n['’]t)\s+(?:(?:be|been|yet|a|an|any|such)\s+)*(?:\w+\s+)?(?:exist\w*|used|taken|paid|unique|registered|confirmed|completed|done|success\w*|succeeded)\b/gi;

/**
 * Whether a refusal may come from what the very same request has done before: its number is used, or something is under way
 * under it. Taken widely, because a refusal that is none costs a payment, and one too few only a look.
 */
export function tellsOfUse({ code, reason }: RefusalSaid): boolean {
	return [code, reason, ...reason.split(BETWEEN_WORDS)].some((text) => USED.test(inWords(text).replace(DENIED, ' ')));
}

const THING = String.raw`(?:order|payment|transaction|refund|trade|record|reference|data|order number|merchant reference|out trade no)s?`;
const ABSENT = String.raw`(?:(?:was|is|were|are|has|have|could|can)\s+)?(?:not\s+(?:be(?:en)?\s+)?(?:found|exist\w*)|do(?:es)?(?:n['’]?t| not)\s+exist)`;

/** The absence of just what was asked for. */
const NOTHING = new RegExp(
	[
		String.raw`\b${THING}\s+${ABSENT}\b`,
		String.raw`\b(?:no such|there is no|no)\s+${THING}\b`,
		// So Laravel says that its table has none.
		String.raw`\b(?:unknown|invalid)\s+(?:order|transaction|refund|merchant reference|out trade no)s?\b|\b(?:out trade no|merchant reference|order|transaction)s?\s+is invalid\b`,
		String.raw`\b(?:could not|cannot|can't|not) find\s+(?:the|this|an|a|any)?\s*${THING}\b`,
		// Nothing else is named, so it is what was asked for.
		String.raw`^(?:the )?(?:not found|does not exist|not exist\w*)\W*$`,
	].join('|'),
	'i',
);

const ABSENT_CODE = /^(?:(?:order|refund|transaction|record|data)\s+)?not\s+(?:found|exists?)$/i;

/**
 * Whether the refusal of a look-up means that there is nothing under the number. Any other (too many requests, no permission,
 * an unknown seller) must not pass for that: money would go out twice. The code counts only where no words are given; where
 * several things are said, each of them has to tell of it.
 */
export function tellsOfNothing({ code, reason }: RefusalSaid): boolean {
	const isWordless = /^(?:no reason given\b.*)?$/i.test(inWords(reason));
	return reason.split(BETWEEN_WORDS).every((text) => NOTHING.test(inWords(text))) || (isWordless && ABSENT_CODE.test(inWords(code)));
}

/** A code is words too: `DUPLICATE_ORDER`, `NOTEXIST`, `ALREADYCONFIRMED`. */
function inWords(text: string): string {
	return text
		.replace(/_/g, ' ')
		.replace(/\bNOT(EXIST\w*|FOUND)\b/gi, 'NOT $1')
		.replace(/\bALREADY(?=[A-Z])/g, 'ALREADY ')
		.replace(/\s+/g, ' ')
		.trim();
}
