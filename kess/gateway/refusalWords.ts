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

/** That something is not so, which the words for its being so are part of. A plain "no" may end a name (`out_trade_no exists`). */
const DENIED =
	/\b(?:not|never|cannot|no such|\w+n['’]t)\s+(?:(?:be|been|yet|a|an|any|such)\s+)*(?:\w+\s+)?(?:exist\w*|used|taken|paid|registered|confirmed|completed|done|success\w*|succeeded)\b/gi;

/**
 * Whether a refusal may come from what the very same request has done before: its number is used, or something is under way
 * under it. Taken widely, because a refusal that is none costs a payment, and one too few only a look.
 */
export function tellsOfUse({ code, reason }: RefusalSaid): boolean {
	return [code, reason, ...reason.split(BETWEEN_WORDS)].some((text) =>
		USED.test(inWords(text).replace(DENIED, ' ')),
	);
}

/** Reasons that have nothing to do with whether the same was asked for before. */
const REASON = new RegExp(
	[
		String.raw`\binsufficient\b|\bnot enough\b|\b(?:no|lack of) funds\b|\bbalance\b|\blimit|\bexceed|\bminimum\b|\bmaximum\b|\b(?:less|more|greater|lower|higher) than\b|\bat (?:least|most)\b`,
		String.raw`\btoo (?:low|high|small|large|little|much|short|long)\b|\bonly (?!0+(?:\.0+)?\s)[\d.,]+ .*can be refunded\b`,
		String.raw`\bpermission\b|\bnot (?:allowed|permitted|authori[sz]ed|eligible|supported|active|enabled|valid|correct)\b|\b(?:unsupported|disabled|inactive|suspended|blocked|frozen|locked|restricted)\b`,
		String.raw`\b(?:account|wallet|card) (?:is|was|has been) closed\b`,
		String.raw`\b(?:invalid|incorrect|wrong|required|missing|malformed|mismatch)\b|\bmust\b|\b(?:does|do) not match\b|\bnot an? valid\b|\bcannot be (?:decrypted|used)\b|\bnames no\b`,
		String.raw`\b(?:expired|declined|denied)\b`,
		String.raw`\bnot (?:be )?(?:found|exist\w*|registered)\b|\bdoes(?: not|n['’]t) exist\b|\bno such\b|\bunknown\b`,
		String.raw`\bnot (?:yet )?(?:been )?paid\b|\bunpaid\b`,
	].join('|'),
	'i',
);

/** What is left of an order and what state it is in: that may come from the same request before. */
const LEFT = new RegExp(
	[
		String.raw`\b(?:order|payment|transaction|trade|refund|current|invalid|incorrect|wrong)(?:['’]s)? (?:status|state)\b|^(?:status|state)\b`,
		String.raw`\b(?:refundable|remain\w*|left)\b|\b(?:is|are|was|were|been)\s+(?:\w+\s+)?(?:returned|reversed|given back|sent back)\b`,
	].join('|'),
	'i',
);

/**
 * Whether an unsigned refusal of a payment tells by its words that nothing was carried out, neither by this request nor by the
 * same one before. Whatever is none of the known reasons ("Timeout", "under review", another language) leaves that open.
 */
export function tellsOfReason(refused: RefusalSaid): boolean {
	const said = [refused.code, ...refused.reason.split(BETWEEN_WORDS)].map(inWords);
	return (
		said.some((text) => REASON.test(text)) &&
		!said.some((text) => LEFT.test(text)) &&
		!tellsOfUse(refused)
	);
}

const THING = String.raw`(?:order|payment|transaction|refund|trade|record|reference|data|order number|merchant reference|out trade no)s?`;
/** The value that was asked for: in quotes, or with a digit in it. */
const VALUE = String.raw`(?: (?:#?\S*\d\S*|"[^"]*"|'[^']*'))?`;
const WITH = String.raw`(?: with (?:the|this|that) ${THING})?${VALUE}`;
const ABSENT = String.raw`(?:(?:was|is|were|are|has|have|could|can)\s+)?(?:not\s+(?:be(?:en)?\s+)?(?:found|exist\w*)|do(?:es)?(?:n['’]?t| not)\s+exist)`;

/** The absence of just what was asked for, and not a word more: whoever says more may mean something else. */
const NOTHING = new RegExp(
	String.raw`^(?:sorry, )?(?:(?:the|this|that|your) )?(?:${[
		String.raw`(?:requested |specified |given )?${THING}${WITH} ${ABSENT}`,
		String.raw`(?:no such|there (?:is|was) no(?: such)?|no) ${THING}(?: (?:was )?found| exists?)?${WITH}`,
		// So Laravel says that its table has none.
		String.raw`(?:unknown|invalid) (?:order|transaction|refund|merchant reference|out trade no|order number)s?${VALUE}`,
		String.raw`(?:selected )?(?:out trade no|merchant reference|order|transaction)s? is invalid`,
		String.raw`(?:could not|cannot|can't|not) find (?:(?:the|this|an|a|any) )?${THING}${WITH}`,
		// Nothing else is named, so it is what was asked for.
		String.raw`not found|does not exist|not exist\w*`,
	].join('|')})\W*$`,
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
	return (
		reason.split(BETWEEN_WORDS).every((text) => NOTHING.test(inWords(text))) ||
		(isWordless && ABSENT_CODE.test(inWords(code)))
	);
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
