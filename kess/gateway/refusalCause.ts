import type { RefusalSaid } from './outcome';

/** What is likely behind a refusal, by its words: KESS publishes no code for most of it, and a signature is only one of many. */

export type RefusalCause =
	/** The IP address that the request came from. */
	| 'address'
	/** The account: suspended, closed, not opened yet. */
	| 'account'
	/** What this account may use. */
	| 'permission'
	| 'signature';

const ADDRESS = /\bips?\b|\bip_?address|\bwhite[- ]?list|\ballow[- ]?list/i;

/** Whoever is meant by these is the one who asks; an account or a user may be those of a buyer or a receiver. */
const ASKING = /\b(?:merchant|partner|seller|client|company|your account|api (?:account|user))\b/i;
const ANYBODY = /\b(?:merchant|partner|seller|client|company|account|user|shop|store)\b/i;
const CLOSED =
	/\b(?:suspend\w*|disabled?|deactivat\w*|inactive|blocked|closed|terminated|frozen|locked|banned|restricted|unverified)\b|\bnot\s(?:yet\s)?(?:been\s)?(?:activ\w*|approved|verified|enabled|opened)\b/i;

const PERMISSION =
	/\bpermissions?\b|\bprivileges?\b|\bforbidden\b|\bnot\s(?:authori[sz]ed|allowed|permitted|entitled)\b|\baccess\s(?:is\s)?denied\b|\bunauthori[sz]ed\s(?:service|action|operation)\b/i;

const SIGNATURE = /\bsign(?!\sin\b)(?:ature|atures|ed|ing)?\b|\bhmac\b|\brsa2?\b/i;

/** With these it is certain who is refused: the one who asks. */
const DENIED: ReadonlySet<string> = new Set(['401', 'UNAUTHENTICATED', '403', 'FORBIDDEN']);

/** What the sibling of KESS says of an IP address and of an account that was closed (docs/gateway.md §6). */
const FORBIDDEN: ReadonlySet<string> = new Set(['403', 'FORBIDDEN']);

/** @returns `undefined` when neither the words nor the code tell */
export function causeOf({ code, reason }: RefusalSaid): RefusalCause | undefined {
	const text = `${code.replace(/_/g, ' ')} ${reason}`.replace(/\s+/g, ' ');
	if (ADDRESS.test(text)) return 'address';
	if (SIGNATURE.test(text)) return 'signature';
	const isDenied = DENIED.has(code);
	if ((isDenied ? ANYBODY : ASKING).test(text) && CLOSED.test(text)) return 'account';
	return FORBIDDEN.has(code) || (isDenied && PERMISSION.test(text)) ? 'permission' : undefined;
}

const ADVICE: Record<Exclude<RefusalCause, 'signature'>, string> = {
	address:
		'KESS takes requests from the IP addresses that it knows of a merchant only. Find out by which public address this n8n reaches the internet (with a proxy it is that of the proxy), and ask KESS to allow it. No value of the credential is wrong because of that.',
	account:
		'It is the account itself that KESS refuses, not a value of the credential: ask KESS what its state is and how to open it. Check too that the credential is for the chosen environment.',
	permission:
		'If KESS itself has said it, it knows the login and does not let this account do it, or not from here: ask KESS whether the account is open, may use this service, and may use it from the IP address of this n8n. A proxy or firewall between n8n and KESS may have said it, too.',
};

/** What to do about a refusal, in sentences; `undefined` when its words do not tell, or it is about the signature. */
export function adviceOn(said: RefusalSaid): string | undefined {
	const cause = causeOf(said);
	return cause === undefined || cause === 'signature' ? undefined : ADVICE[cause];
}
