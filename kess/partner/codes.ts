import { KessError } from '../errors';
import type { RefusalSaid } from '../gateway/outcome';
import { adviceOn } from '../gateway/refusalCause';
import { CONFIRM_TRANSFER, CREATE_TRANSFER, QUERY_TRANSFER } from './services';

/** A refusal of the Partner gateway in plain words: `message` without its full stop, `hint` in sentences. */
type PartnerExplanation = Pick<KessError, 'message' | 'hint'>;

const UNAUTHENTICATED: PartnerExplanation = {
	message: 'KESS does not accept the login',
	hint: 'Check Partner ID, Partner Secret Key, User Name and Password in the KESS Partner credential, and that they belong to the chosen environment.',
};

const INVALID: PartnerExplanation = {
	message: 'KESS does not accept what was sent',
	hint: 'Compare the fields with what KESS says. If they are right, KESS may not know your public key yet: test the KESS Partner credential.',
};

/** Codes that do not tell what was wrong, so that the words beside them may. */
const UNTOLD: ReadonlySet<string> = new Set(['UNAUTHENTICATED', 'VALIDATIONERROR']);

const NOTHING_PAID = 'This run has paid nothing.';

const NEVER_TWICE = 'Do not send it again under a new transfer reference before you know.';

/** By name, where a name from outside finds nothing but these. */
function byName<Row>(rows: Record<string, Row>): ReadonlyMap<string, Row> {
	return new Map(Object.entries(rows));
}

/** What each code means to each service (docs/gateway.md §13, the tables "Error code review" and "Response fail"). */
const BY_SERVICE: ReadonlyMap<string, ReadonlyMap<string, PartnerExplanation>> = byName({
	[CREATE_TRANSFER]: byName({
		UNAUTHENTICATED,
		NOTELIGIBLE: {
			message: 'This receiver cannot get money through KESS',
			hint: 'Check the receiver ID: the KESS user ID or the phone number of a KESS wallet, complete with its leading zero or plus sign. If it is right, ask the receiver whether the wallet is open. This run has paid nothing.',
		},
		VALIDATIONERROR: { ...INVALID, hint: `${INVALID.hint} ${NOTHING_PAID}` },
		SYSTEMERROR: {
			message: 'KESS broke off while preparing the transfer',
			hint: 'This run has paid nothing: only a confirmation moves money. Run the item again in a few minutes, with the same transfer reference.',
		},
	}),
	[CONFIRM_TRANSFER]: byName({
		UNAUTHENTICATED,
		USED: {
			message: 'This transfer has been confirmed before',
			hint: `The receiver may have the money already. Query the transfer by its reference. ${NEVER_TWICE}`,
		},
		NOTEXIST: {
			message: 'KESS knows no prepared transfer with this pre-transfer ID',
			hint: 'Take the pre_transfer_id from the output of Create, from the same KESS account and environment. If it may have been confirmed before, query the transfer by its reference first.',
		},
		EXPIRED: {
			message: 'The prepared transfer was not confirmed in time',
			hint: 'Query the transfer by its reference. Once that shows that it was not paid, create it again.',
		},
		VALIDATIONERROR: INVALID,
		SYSTEMERROR: {
			message: 'KESS broke off while paying, so it is not known whether the money was sent',
			hint: `Query the transfer by its reference in a few minutes. ${NEVER_TWICE}`,
		},
	}),
	[QUERY_TRANSFER]: byName({
		UNAUTHENTICATED,
		USED: {
			message: 'KESS says that this transfer has been confirmed, without showing it',
			hint: `Look for it in your KESS statement. ${NEVER_TWICE}`,
		},
		NOTEXIST: {
			message: 'KESS knows no transfer with this reference',
			hint: 'Check the transfer reference, and that the credential is for the account and environment it was created with.',
		},
		EXPIRED: {
			message: 'The transfer was prepared, but not confirmed in time',
			hint: 'Create it again if it is still to be paid.',
		},
		VALIDATIONERROR: INVALID,
		SYSTEMERROR: {
			message: 'KESS cannot look up the transfer right now',
			hint: `Query it again in a few minutes. ${NEVER_TWICE}`,
		},
	}),
});

/** For services that only their name is known of. */
const ANY_SERVICE: ReadonlyMap<string, PartnerExplanation> = byName({
	UNAUTHENTICATED,
	NOTELIGIBLE: { message: 'The receiver is not eligible', hint: 'Check the receiver ID.' },
	VALIDATIONERROR: INVALID,
	SYSTEMERROR: {
		message: 'KESS broke off, so it is not known whether it did what was asked',
		hint: 'Find out before you run it again, for example with Query.',
	},
	USED: {
		message: 'The ID has been used before',
		hint: 'Find out what happened with it, for example with Query.',
	},
	NOTEXIST: {
		message: 'KESS does not know this ID',
		hint: 'Check the ID, and that it is from the same KESS account.',
	},
	EXPIRED: { message: 'The time for this has run out', hint: 'Begin again from its first step.' },
});

/** Every code of the specification. */
export const PARTNER_CODES: ReadonlySet<string> = new Set(ANY_SERVICE.keys());

/**
 * What a refusal means and what to do about it. A code that the specification does not list comes with the gateway's
 * own words.
 *
 * @param code the answer's `error_code`
 * @param service the service that was called
 * @param reason what KESS has signed as the reason; may be empty
 * @returns the words without the code
 */
export function explainPartnerCode(
	code: string,
	service: string,
	reason: string,
): PartnerExplanation {
	const words = reason.trim().replace(/\.$/, '');
	const known = (BY_SERVICE.get(service) ?? ANY_SERVICE).get(code) ?? ANY_SERVICE.get(code);
	const isTold = known !== undefined && !UNTOLD.has(code);
	const advice = isTold ? undefined : adviceOn({ code, reason: words });
	const cause =
		advice !== undefined && service === CREATE_TRANSFER ? `${advice} ${NOTHING_PAID}` : advice;
	if (known === undefined) {
		return {
			message: `KESS refuses: ${words || 'no reason given'}`,
			hint:
				cause ??
				'The text after the colon is the answer of KESS. If it does not tell you what to change, ask KESS about this code.',
		};
	}
	return {
		message: words === '' ? known.message : `${known.message}: ${words}`,
		hint: cause ?? known.hint,
	};
}

/** The same as an error, with the code. */
export function refusal({ code, reason }: RefusalSaid, service: string): KessError {
	const { message, hint } = explainPartnerCode(code, service, reason);
	return new KessError(message, hint, code);
}
