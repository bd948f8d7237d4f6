import type { KessError } from '../errors';
import type { RefusalSaid } from '../gateway/outcome';
import { adviceOn, causeOf } from '../gateway/refusalCause';
import type { GatewayVersion } from './services';

/** A refusal in plain words: `message` without its full stop, `hint` in sentences. */
type WebPayExplanation = Pick<KessError, 'message' | 'hint'>;

/** What to do about a signature that KESS refuses. */
export const CHECK_SIGNATURE =
	'Check API Secret Key and Signature Type in the KESS WebPay credential. The API secret key is not the client secret.';

/**
 * What the gateway's 401 means: on version 1 it is about user name and password, on version 2 about a token that was just
 * renewed. In the words of KESS first; its IP address or the account may be the cause as well.
 *
 * @param answer `isOwnWords`: whether KESS itself says it, as far as anybody can tell
 */
export function explainUnauthenticated(
	version: GatewayVersion,
	{ code, reason, isOwnWords }: RefusalSaid & { isOwnWords: boolean },
): WebPayExplanation {
	const check =
		version === 'v1'
			? 'Check Username and Password in the KESS WebPay credential, and that they belong to the chosen environment.'
			: 'The token was renewed and refused again. Check the KESS WebPay credential, and that the account may use gateway version 2 and this service.';
	if (!isOwnWords) {
		return {
			message: `The login was refused, without words of KESS: ${reason}`,
			hint: `${check} If that is right, a proxy or firewall between n8n and KESS may have answered.`,
		};
	}
	const advice = adviceOn({ code, reason });
	if (advice !== undefined) return { message: `KESS refuses the login: ${reason}`, hint: advice };
	return {
		message: `${version === 'v1' ? 'KESS refuses the user name or password' : 'KESS refuses the login'}: ${reason}`,
		hint: check,
	};
}

/**
 * A refusal in the gateway's own words, with its code and the likely cause.
 *
 * @param intent what was to be done, as it continues "KESS refuses to …"
 */
export function explainRefusal(said: RefusalSaid, intent: string): WebPayExplanation {
	const other =
		causeOf(said) === 'signature'
			? CHECK_SIGNATURE
			: 'The text after the colon is the answer of KESS. Correct what it names and run the item again.';
	return {
		message: `KESS refuses to ${intent}: ${said.reason} (${said.code})`,
		hint: adviceOn(said) ?? other,
	};
}
