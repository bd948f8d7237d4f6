import type {
	ICredentialDataDecryptedObject,
	ICredentialsDecrypted,
	IExecuteFunctions,
	IHttpRequestOptions,
	ILoadOptionsFunctions,
	IWebhookFunctions,
} from 'n8n-workflow';

import { decodeUtf8 } from '../../kess/phpJson';
import { causes, lossReason, unreachable } from '../../kess/connection';
import { InvalidValueError } from '../../kess/invalidValueError';
import { NotSentError } from '../../kess/kessError';
import { isUsable } from '../../kess/tokenStore';
import { explainInvalid } from './errors';

/** Where a node speaks to a gateway: while it runs, when it is called from outside, and for the lists of its panel. */
export type GatewayContext = IExecuteFunctions | ILoadOptionsFunctions | IWebhookFunctions;

/** Sent, but no usable answer came back: the gateway may have carried it out. */
interface Lost {
	kind: 'lost';
	reason: string;
}

/** What became of a request on the wire. */
export type Delivery<Answer> = { kind: 'answered'; answer: Answer; text: string } | Lost;

/** Parts of a session that differ between the gateways. */
export interface SessionRules {
	credentialType: string;
	/** Whether requests carry a token that can run out. */
	usesToken: boolean;
	/** Forgets a token of this process that the gateway no longer takes. */
	forgetToken(accessToken: string): void;
}

/**
 * One execution's connection to a gateway: the only place where a node talks HTTP. The credential is read once, signs
 * every request, and is logged in again once when its token has run out.
 */
export class GatewaySession {
	private readonly decrypted: ICredentialsDecrypted;

	constructor(
		private readonly context: GatewayContext,
		private readonly credentials: ICredentialDataDecryptedObject,
		private readonly rules: SessionRules,
	) {
		// n8n writes a new token into this very object, so that the items of a run share it.
		const id = context.getNode().credentials?.[rules.credentialType]?.id ?? '';
		this.decrypted = { id, name: rules.credentialType, type: rules.credentialType, data: credentials };
	}

	/**
	 * Sends a JSON body, signed by the credential.
	 *
	 * @param timeout in milliseconds, until the whole answer has arrived
	 * @param read sorts an answer. Its kind `unauthenticated` says that the token is no longer valid: gateways say it
	 *   before they look at the request, so that it can be sent again; and some say it with HTTP 200, which n8n does not
	 *   notice.
	 * @throws KessError when the gateway could not be reached or refuses the login
	 */
	async post<Answer extends { kind: string }>(
		url: string,
		body: object,
		timeout: number,
		read: (status: number, text: string) => Answer,
	): Promise<Delivery<Answer>> {
		if (this.rules.usesToken && !isUsable({ accessToken: this.token, expiresAt: this.credentials.accessExpiresAt })) {
			this.token = '';
		}
		const first = await this.send(url, body, timeout, read);
		if (!this.rules.usesToken || first.kind === 'lost' || first.answer.kind !== 'unauthenticated') return first;
		this.renew(first.token);
		return await this.send(url, body, timeout, read);
	}

	private get token(): string {
		return String(this.credentials.accessToken ?? '');
	}

	private set token(value: string) {
		this.credentials.accessToken = value;
	}

	/** Makes n8n log in before the next request, unless another item has done so in the meantime. */
	private renew(refused: string): void {
		this.rules.forgetToken(refused);
		if (this.token === refused) this.token = '';
	}

	private async send<Answer>(
		url: string,
		body: object,
		timeout: number,
		read: (status: number, text: string) => Answer,
	): Promise<{ kind: 'answered'; answer: Answer; text: string; token: string } | Lost> {
		const options: IHttpRequestOptions = {
			method: 'POST',
			url,
			body,
			headers: { Accept: 'application/json' },
			// Bytes, because signatures are verified over what arrived and not over what a parser made of it.
			encoding: 'arraybuffer',
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
			timeout,
		};
		const tokenBefore = this.token;
		let answer: { statusCode: number; body: Buffer };
		try {
			answer = (await this.context.helpers.httpRequestWithAuthentication.call(
				this.context,
				this.rules.credentialType,
				options,
				{ credentialsDecrypted: this.decrypted },
			)) as { statusCode: number; body: Buffer };
		} catch (error) {
			const unsent = notSent(error, new URL(url).origin);
			if (unsent) throw explainInvalid(unsent, '');
			return { kind: 'lost', reason: lossReason(error) };
		}
		// Another item may have logged in while this one was under way; an empty one was filled for this request.
		const token = tokenBefore || this.token;
		let text: string;
		try {
			text = decodeUtf8(answer.body);
		} catch {
			return { kind: 'lost', reason: 'the answer is not UTF-8 text' };
		}
		return { kind: 'answered', answer: read(answer.statusCode, text), text, token };
	}
}

/**
 * The words for a request that was certainly not sent, or `undefined` when it may have been carried out.
 *
 * @param error what n8n's HTTP helper threw: its own error around whatever went wrong
 */
function notSent(error: unknown, origin: string): Error | undefined {
	const known = causes(error).find((cause) => cause instanceof NotSentError || cause instanceof InvalidValueError);
	return known ?? unreachable(error, origin);
}
