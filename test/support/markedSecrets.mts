import { webPayDataSignatures } from '../../kess/webPaySignature.ts';
import type { Asked, StubAnswer } from './stubGateway.mts';

/** Secrets that can be recognised wherever they turn up, and gateways that put all that they are sent into their answers. */

const mark = (name: string) => `mark/${name}+"é"<=& 1`;

/** The secret fields of a KESS WebPay credential. */
export const webPaySecrets = {
	password: mark('password'),
	clientSecret: mark('client-secret'),
	apiSecretKey: mark('api-secret-key'),
};

/** Those of a KESS Partner credential, but for the keys. Two go into HTTP headers. */
export const partnerSecrets = {
	partnerSecretKey: 'mark-partner-secret',
	password: mark('partner-password'),
	passphrase: mark('passphrase'),
};

/** What the gateway gives at a login. */
export const TOKEN = 'mark-token-0123456789';

/** Parts that would give a secret away in any spelling. */
const LEAKS = [
	...[...Object.values(webPaySecrets), ...Object.values(partnerSecrets), TOKEN].flatMap((value) => [
		value,
		JSON.stringify(value).slice(1, -1),
		encodeURIComponent(value),
		...[0, 1, 2].map((lead) => Buffer.from(`${'x'.repeat(lead)}${value}`).toString('base64').slice(4, -4)),
	]),
	'BEGIN PRIVATE KEY',
];

/** How many searches `leaksIn` makes. */
export const SEARCHES = LEAKS.length;

/** The secrets, in whatever spelling, that stand in a text. */
export function leaksIn(text: string): string[] {
	return LEAKS.filter((leak) => text.includes(leak));
}

/** The whole request in every way in which somebody may write it into an answer. */
export function echo({ headers, body }: Asked): string {
	const whole = JSON.stringify({ headers, body });
	const basic = String(headers.authorization ?? '').replace(/^\w+ /, '');
	return [
		whole,
		JSON.stringify(whole),
		encodeURIComponent(whole),
		Buffer.from(whole).toString('base64'),
		basic,
		Buffer.from(basic, 'base64').toString(),
	].join(' ');
}

/** The order that is asked about, with the request in all that a merchant may have written. */
function echoingOrder(asked: Asked): Record<string, unknown> {
	return {
		out_trade_no: asked.body.out_trade_no ?? 'INV-1',
		total_amount: 10.5,
		currency: 'USD',
		status: 'SUCCESS',
		body: echo(asked),
		meta: { [`x ${String(asked.headers.authorization)}`]: [echo(asked)] },
	};
}

/** Every kind of answer with the request in it, by what it is. */
export const echoingAnswers: Array<[name: string, answer: (asked: Asked) => StubAnswer]> = [
	[
		'success',
		(asked) => {
			const data = { ...echoingOrder(asked), order_info: echoingOrder(asked), refund_histories: [{ reason: echo(asked) }] };
			const [sign] = webPayDataSignatures(data, 'MD5', webPaySecrets.apiSecretKey);
			return { status: 200, body: { success: true, data, sign, sign_type: 'MD5' } };
		},
	],
	['success, wrongly signed', (asked) => ({ status: 200, body: { success: true, data: echoingOrder(asked), sign: 'x' } })],
	['refusal', (asked) => ({ status: 400, body: { success: false, error_des: echo(asked), code: echo(asked) } })],
	[
		'refusal with the token as its code',
		(asked) => ({ status: 200, body: { success: false, error_des: 'no', code: String(asked.headers.authorization).split(' ')[1] } }),
	],
	['login refused', (asked) => ({ status: 401, body: { message: echo(asked), error: echo(asked) } })],
	['failure', (asked) => ({ status: 500, body: { success: false, error_desc: echo(asked) } })],
	[
		'web page',
		(asked) => (response) => {
			response.writeHead(502, echo(asked).replace(/[^ -~]/g, '').slice(0, 60));
			response.end(`<html>${echo(asked)}`);
		},
	],
	[
		'redirect',
		(asked) => (response) => {
			response.writeHead(302, { location: `/?${encodeURIComponent(echo(asked))}` });
			response.end();
		},
	],
];
