import { inSentences } from '../../../kess/errors';
import { busyReason } from '../../../kess/gateway/busy';
import { parseOrText } from '../../../kess/gateway/login';
import { readWebPayAnswer, type WebPayAnswer } from '../../../kess/webPay/answer';
import {
	basicAuthorization,
	readWebPayAccount,
	type WebPayAccount,
	webPayCredentialValues,
} from '../../../kess/webPay/account';
import { Redaction } from '../../../kess/gateway/redaction';
import { adviceOn, causeOf } from '../../../kess/gateway/refusalCause';
import { gatewayPath, LOGIN_PATH, nameOn, SERVICES } from '../../../kess/webPay/services';
import { CHECK_SIGNATURE, explainUnauthenticated } from '../../../kess/webPay/refusal';
import { readWebPayLogin, webPayLoginBody } from '../../../kess/webPay/login';
import { signedWebPayBody } from '../../../kess/webPay/request';
import { credentialTest, type Post } from '../../shared/gateway/testCredential';

/** An order number that nobody has: asking for it creates nothing. */
const NO_ORDER = 'n8n-credential-test';

/**
 * Tests the credential by logging in and asking, signed, for an order that does not exist.
 *
 * The gateways' words for "no such order" and "wrong signature" are not published. So, when the question is refused, it
 * is asked once more with a signature that is wrong for certain: the same answer to both means that ours is wrong too.
 */
export const testWebPayCredential = credentialTest({
	read: readWebPayAccount,
	findObstacle,
	success: 'Connected. KESS accepts the login and the signature.',
});

async function findObstacle(account: WebPayAccount, post: Post): Promise<string | undefined> {
	const accessToken = account.version === 'v2' ? await logIn(account, post) : '';
	const authorization =
		account.version === 'v2' ? `Bearer ${accessToken}` : basicAuthorization(account);
	const redaction = new Redaction(webPayCredentialValues(account, [accessToken]));
	const ask = async (apiSecretKey: string): Promise<WebPayAnswer> => {
		const fields = {
			service: nameOn(account.version, SERVICES.queryOrder),
			sign_type: account.signType,
			out_trade_no: NO_ORDER,
		};
		const url = `${account.origin}${gatewayPath(account.version)}`;
		const { status, text } = await post(
			url,
			{ Authorization: authorization },
			signedWebPayBody(fields, apiSecretKey),
		);
		return redaction.answer(readWebPayAnswer(status, text, account), status);
	};
	const answer = await ask(account.apiSecretKey);
	switch (answer.kind) {
		case 'success':
			return answer.signature === 'invalid'
				? 'KESS answers, but signs with another API secret key or signature type. Check API Secret Key and Signature Type.'
				: undefined;
		case 'unauthenticated': {
			const { message, hint } = explainUnauthenticated(account.version, answer);
			return inSentences(message, hint);
		}
		case 'busy':
			return `KESS is reachable, but ${busyReason(answer.code)}. Try again later.`;
		case 'failed':
			return `KESS is reachable, but failed on its side: ${answer.reason} (${answer.code}). Try again later.`;
		case 'unreadable':
			return `This address does not answer like a KESS gateway: ${answer.reason}. Check Environment, Base URL and Gateway Version, and any proxy that n8n is started with (HTTP_PROXY, HTTPS_PROXY).`;
		case 'refused':
			return await explainRefused(
				answer,
				async () => await ask(`${account.apiSecretKey} is not the key`),
			);
	}
}

/**
 * What a refusal of the question says about the credential, in the words of KESS first.
 *
 * @param askWrongly the same question with a signature that is wrong for certain
 */
async function explainRefused(
	{ code, reason }: { code: string; reason: string },
	askWrongly: () => Promise<WebPayAnswer>,
): Promise<string | undefined> {
	const words = reason.replace(/\.$/, '');
	const advice = adviceOn({ code, reason });
	if (advice !== undefined) return `KESS refuses to answer: ${words} (${code}). ${advice}`;
	const toWrongSignature = await askWrongly();
	const isSame =
		toWrongSignature.kind === 'refused' &&
		toWrongSignature.code === code &&
		toWrongSignature.reason === reason;
	if (!isSame) return undefined;
	return causeOf({ code, reason }) === 'signature'
		? `KESS refuses the signature: ${words}. ${CHECK_SIGNATURE}`
		: `KESS refuses to answer: ${words} (${code}). It says the same to a signature that is certainly wrong, so that it may be the signature. ${CHECK_SIGNATURE} If they are right, ask KESS what it means.`;
}

async function logIn(account: WebPayAccount, post: Post): Promise<string> {
	const { status, text } = await post(
		`${account.origin}${LOGIN_PATH}`,
		{},
		JSON.stringify(webPayLoginBody(account)),
	);
	return readWebPayLogin(
		status,
		parseOrText(text),
		new Redaction(webPayCredentialValues(account, [])),
	).accessToken;
}
