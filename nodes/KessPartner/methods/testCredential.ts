import { busyReason } from '../../../kess/gateway/busy';
import { parseOrText } from '../../../kess/gateway/login';
import { type PartnerAnswer, readPartnerAnswer } from '../../../kess/partner/answer';
import {
	type PartnerAccount,
	partnerCredentialValues,
	readPartnerAccount,
} from '../../../kess/partner/account';
import { PARTNER_GATEWAY_PATH, QUERY_TRANSFER } from '../../../kess/partner/services';
import { openPartnerKeys, type PartnerKeys } from '../../../kess/partner/keys';
import { partnerLoginRequest, readPartnerLogin } from '../../../kess/partner/login';
import { Redaction } from '../../../kess/gateway/redaction';
import { adviceOn, causeOf } from '../../../kess/gateway/refusalCause';
import { signedPartnerBody } from '../../../kess/partner/request';
import { signRsa2 } from '../../../kess/rsa2Signature';
import { credentialTest, type Post } from '../../shared/gateway/testCredential';

/** A reference that nobody has: asking for it creates nothing and pays nobody. */
const NO_TRANSFER = 'n8n-credential-test';

/** With these the gateway has looked for the transfer, so it has taken the signature. */
const LOOKED_UP = new Set(['NOTEXIST', 'EXPIRED', 'USED']);

/**
 * Tests the credential: the keys by themselves, then the login, then a signed question about a transfer that does not
 * exist, whose answer has to be signed by KESS.
 *
 * The gateway's words for a wrong signature are not published. So, when the question is refused, it is asked once more
 * with a signature that is wrong for certain: the same answer to both means that ours is wrong too.
 */
export const testPartnerCredential = credentialTest({
	read: readPartnerAccount,
	findObstacle,
	success: 'Connected. KESS accepts the login and your signature, and its own signature is valid.',
});

/** What keeps the credential from working, or `undefined` when nothing does. */
async function findObstacle(account: PartnerAccount, post: Post): Promise<string | undefined> {
	const keys = openPartnerKeys(account);
	const login = partnerLoginRequest(account);
	const granted = await post(
		`${login.origin}${login.path}`,
		login.headers ?? {},
		JSON.stringify(login.body),
	);
	const { accessToken } = readPartnerLogin(
		granted.status,
		parseOrText(granted.text),
		new Redaction(partnerCredentialValues(account, [])),
	);

	const redaction = new Redaction(partnerCredentialValues(account, [accessToken]));
	const ask = async (body: string): Promise<PartnerAnswer> => {
		const url = `${account.origin}${PARTNER_GATEWAY_PATH}`;
		const { status, text } = await post(url, { Authorization: `Bearer ${accessToken}` }, body);
		return redaction.answer(readPartnerAnswer(status, text, keys.kessPublicKey), status);
	};
	const answer = await ask(question(keys));
	switch (answer.kind) {
		case 'success':
			return undefined;
		case 'unauthenticated': {
			const words = answer.reason.replace(/\.$/, '');
			if (!answer.isOwnWords) {
				return `KESS logs in, but something refuses the token at its gateway, without words of KESS: ${words}. Ask KESS whether this account may use the Partner API; a proxy or firewall between n8n and KESS may have answered too.`;
			}
			const advice =
				adviceOn({ code: 'UNAUTHENTICATED', reason: words }) ??
				'Ask KESS whether this account may use the Partner API.';
			return `KESS logs in, but refuses the token at its gateway: ${words}. ${advice}`;
		}
		case 'forbidden':
			return `KESS logs in, but refuses to answer: ${answer.reason.replace(/\.$/, '')} (${answer.code}). ${adviceOn(answer) ?? 'Ask KESS what it means.'}`;
		case 'untrusted':
			return `KESS accepts the login, but ${answer.reason}. Check KESS Public Key: it is the key that KESS gave you, for this environment.`;
		case 'busy':
			return `KESS is reachable, but ${busyReason(answer.code)}. Try again later.`;
		case 'failed':
			return `KESS is reachable, but broke off on its side: ${answer.reason} (${answer.code}). Try again later.`;
		case 'unreadable':
			return `This address does not answer like a KESS Partner gateway: ${answer.reason}. Check Environment and Base URL, and any proxy that n8n is started with (HTTP_PROXY, HTTPS_PROXY).`;
		case 'refused': {
			if (LOOKED_UP.has(answer.code)) return undefined;
			const words = answer.reason.replace(/\.$/, '');
			const advice = adviceOn(answer);
			if (advice !== undefined)
				return `KESS refuses to answer: ${words} (${answer.code}). ${advice}`;
			const toWrongSignature = await ask(wronglySigned(keys));
			const isSame =
				toWrongSignature.kind === 'refused' &&
				toWrongSignature.code === answer.code &&
				toWrongSignature.reason === answer.reason;
			if (!isSame) return undefined;
			return causeOf(answer) === 'signature'
				? `KESS refuses your signature: ${words} (${answer.code}). ${FIX_SIGNATURE}`
				: `KESS refuses to answer: ${words} (${answer.code}). It says the same to a signature that is certainly wrong, so that it may be the signature. ${FIX_SIGNATURE} If they belong together, ask KESS what it means.`;
		}
	}
}

const FIX_SIGNATURE =
	'Give KESS the public key that belongs to Private Key ("openssl pkey -in private.pem -pubout" prints it), or enter the private key whose public key KESS has.';

function question({ privateKey }: PartnerKeys): string {
	return signedPartnerBody({ service: QUERY_TRANSFER, out_trade_no: NO_TRANSFER }, privateKey);
}

/** The same question with the signature of another text. */
function wronglySigned(keys: PartnerKeys): string {
	const body = JSON.parse(question(keys)) as Record<string, string>;
	return JSON.stringify({ ...body, sign: signRsa2('another text', keys.privateKey) });
}
