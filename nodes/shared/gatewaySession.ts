import type {
	ICredentialDataDecryptedObject,
	ICredentialsDecrypted,
	IExecuteFunctions,
	IHttpRequestOptions,
	ILoadOptionsFunctions,
	IWebhookFunctions,
} from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import { BUSY_REPEATS, busyReason, type BusyWait, busyWait, isBusyStatus } from '../../kess/busy';
import { decodeUtf8 } from '../../kess/phpJson';
import { causes, lossReason, unreachable } from '../../kess/connection';
import { InvalidValueError } from '../../kess/invalidValueError';
import { NotSentError } from '../../kess/kessError';
import { isUsable, LoginBusyError, type TokenStore } from '../../kess/tokenStore';
import { explainInvalid } from './errors';
import { GatewayPace } from './gatewayPace';

/** How long a request of an execution waits for a busy gateway, in all, in milliseconds. */
export const PATIENCE_MS = 60_000;

/** Longer than n8n takes from a login to having stored its token; workers that are refused together do not look together. */
const STORED_WITHIN_MS = 200;

/** Where a node speaks to a gateway: while it runs, when it is called from outside, and for the lists of its panel. */
export type GatewayContext = IExecuteFunctions | ILoadOptionsFunctions | IWebhookFunctions;

/** Sent, but no usable answer came back: the gateway may have carried it out. */
interface Lost {
	kind: 'lost';
	reason: string;
	/** The gateway is busy, and has been waited for as long as makes sense. */
	isBusy?: true;
}

/** What became of a request on the wire. */
export type Delivery<Answer> = { kind: 'answered'; answer: Answer; text: string } | Lost;

/** An answer to a request that was sent with this token. */
type Answered<Answer> = { kind: 'answered'; answer: Answer; text: string; token: string };

/** The gateway asks not to be asked now. */
interface Busy {
	kind: 'busy';
	code: string;
	/** The header Retry-After. */
	retryAfter: unknown;
	/** Set when it was the login that met it: the request itself has not been sent. */
	unsent?: LoginBusyError;
}

/** Parts of a session that differ between the gateways. */
export interface SessionRules {
	credentialType: string;
	/** Where requests carry a token that can run out: the tokens of this process, and the key of a credential's token. */
	tokens?: { store: TokenStore; keyOf(credentials: ICredentialDataDecryptedObject): string };
	/** How long a request may wait for a busy gateway, in milliseconds. */
	patience: number;
}

/** A request to a gateway. */
export interface GatewayRequest<Answer> {
	url: string;
	body: object;
	/** Milliseconds until the whole answer has arrived. */
	timeout: number;
	/** Whether it changes nothing at the gateway, so that it may be repeated without knowing what became of it. */
	isRead: boolean;
	/**
	 * Sorts an answer. Its kind `unauthenticated` says that the token is no longer valid: gateways say it before they look
	 * at the request, so that it can be sent again; and some say it with HTTP 200, which n8n does not notice.
	 */
	read(status: number, text: string): Answer;
}

/**
 * One execution's connection to a gateway: the only place where a node talks HTTP. The credential is read once, signs
 * every request, and is logged in again once when its token has run out. When the gateway is busy, all requests wait as
 * long as it has asked for.
 */
export class GatewaySession {
	private readonly decrypted: ICredentialsDecrypted;
	private readonly pace: GatewayPace;
	/** Where the token that replaced the last one has come from. */
	private source: 'login' | 'store' = 'login';
	private looking: Promise<void> | undefined;

	constructor(
		private readonly context: GatewayContext,
		private readonly credentials: ICredentialDataDecryptedObject,
		private readonly rules: SessionRules,
	) {
		// n8n writes a new token into this very object, so that the items of a run share it.
		const id = context.getNode().credentials?.[rules.credentialType]?.id ?? '';
		this.decrypted = { id, name: rules.credentialType, type: rules.credentialType, data: credentials };
		this.pace = new GatewayPace(rules.patience);
	}

	/**
	 * Sends a JSON body, signed by the credential.
	 *
	 * After a busy answer a request that only reads is repeated, and any request whose login met it; all others count as
	 * lost, because the gateway may have carried them out.
	 *
	 * @throws KessError when the gateway could not be reached or refuses the login; NotSentError when a request that
	 *   changes something was not sent, because the gateway or its login is too busy
	 */
	async post<Answer extends { kind: string; code?: string }>(
		request: GatewayRequest<Answer>,
	): Promise<Delivery<Exclude<Answer, { kind: 'busy' }>>> {
		let waited = 0;
		let unsent: LoginBusyError | undefined;
		for (let repeats = 0; ; repeats++) {
			const entered = await this.pace.enter(waited);
			if (entered === undefined) return this.heldBack(request.isRead, unsent);
			waited = entered;
			const sentAt = Date.now();
			let outcome: Answered<Answer> | Lost | Busy;
			let wait: BusyWait | undefined;
			try {
				outcome = await this.exchange(request);
				if (outcome.kind === 'busy') {
					wait = busyWait(outcome.retryAfter, repeats);
					this.pace.slowDown(sentAt, wait.ms);
				} else if (outcome.kind === 'answered') this.pace.goOn();
			} finally {
				this.pace.leave();
			}
			if (outcome.kind !== 'busy') return outcome as Delivery<Exclude<Answer, { kind: 'busy' }>>;
			unsent = outcome.unsent;
			const mayRepeat = request.isRead || unsent !== undefined;
			if (mayRepeat && repeats < BUSY_REPEATS) continue;
			if (unsent !== undefined) return this.heldBack(request.isRead, unsent);
			return { kind: 'lost', reason: busyReason(outcome.code, wait), isBusy: true };
		}
	}

	/**
	 * What becomes of a request that was not sent because the gateway is busy.
	 *
	 * @param unsent the login that met it, where it was not the gateway itself
	 */
	private heldBack(isRead: boolean, unsent: LoginBusyError | undefined): Lost {
		const seconds = Math.ceil(this.pace.pause / 1000);
		const reason = unsent?.reason ?? `the gateway is busy and asks to wait ${seconds} s`;
		// A look may follow something that was sent: no error may say then that nothing was.
		if (isRead) return { kind: 'lost', reason, isBusy: true };
		throw (
			unsent ??
			new NotSentError(
				`KESS was not asked, because ${reason}`,
				'Run the item again then. This request was not sent.',
			)
		);
	}

	/** Sends a request with a token that is still good, and again when the gateway no longer takes it. */
	private async exchange<Answer extends { kind: string; code?: string }>(
		request: GatewayRequest<Answer>,
	): Promise<Answered<Answer> | Lost | Busy> {
		if (this.rules.tokens !== undefined && this.token !== '' && !this.isUsable(this.credentials)) {
			await this.replace(this.token, 0, true);
		}
		let outcome = await this.send(request);
		let mayLogIn = true;
		// A token from the store may be refused too, and so may that of a login that another worker's has followed.
		for (let renewals = 0; renewals < 2; renewals++) {
			if (this.rules.tokens === undefined || outcome.kind !== 'answered' || outcome.answer.kind !== 'unauthenticated') break;
			const source = await this.replace(outcome.token, STORED_WITHIN_MS, mayLogIn);
			if (source === undefined) break;
			mayLogIn &&= source === 'store';
			outcome = await this.send(request);
		}
		return outcome;
	}

	private get token(): string {
		return String(this.credentials.accessToken ?? '');
	}

	private set token(value: string) {
		this.credentials.accessToken = value;
	}

	private isUsable({ accessToken, accessRenewAt }: ICredentialDataDecryptedObject): boolean {
		return isUsable({ accessToken, renewAt: accessRenewAt });
	}

	/**
	 * Puts another token in the place of one that is no longer good: one that another worker has stored, or else, when
	 * this request may log in, that of a login, which n8n does before the next request. All requests look and log in
	 * together.
	 *
	 * @param pause milliseconds after which to look again for a token that is being stored right now
	 * @returns where the new token comes from; `undefined` when there is none
	 */
	private async replace(old: string, pause: number, mayLogIn: boolean): Promise<'login' | 'store' | undefined> {
		if (this.token === old) {
			this.looking ??= this.takeStored(old, pause).finally(() => {
				this.looking = undefined;
			});
			await this.looking;
		}
		if (this.token !== old) return this.source;
		if (!mayLogIn) return undefined;
		this.token = '';
		this.source = 'login';
		return 'login';
	}

	/** Uses the token that another worker has stored in n8n, where there is one. */
	private async takeStored(old: string, pause: number): Promise<void> {
		const { tokens } = this.rules;
		tokens?.store.reject(tokens.keyOf(this.credentials), old, this.credentials.accessRenewAt);
		const found = (await this.readStored(old)) ?? (pause > 0 ? await this.readStoredAfter(old, pause) : undefined);
		if (found === undefined || this.token !== old) return;
		this.credentials.accessRenewAt = found.accessRenewAt ?? '';
		this.token = String(found.accessToken);
		this.source = 'store';
	}

	private async readStoredAfter(old: string, pause: number): Promise<ICredentialDataDecryptedObject | undefined> {
		await sleep(pause * (1 + Math.random()));
		return await this.readStored(old);
	}

	/** The stored credential when it has another token that is good, and has not been changed otherwise. */
	private async readStored(old: string): Promise<ICredentialDataDecryptedObject | undefined> {
		const { tokens, credentialType } = this.rules;
		try {
			const stored = await this.context.getCredentials(credentialType);
			const isNew = stored.accessToken !== old && this.isUsable(stored);
			return isNew && tokens?.keyOf(stored) === tokens?.keyOf(this.credentials) ? stored : undefined;
		} catch {
			// Whatever keeps n8n from reading it: a login does not need it.
			return undefined;
		}
	}

	private async send<Answer extends { kind: string; code?: string }>(
		{ url, body, timeout, read }: GatewayRequest<Answer>,
	): Promise<Answered<Answer> | Lost | Busy> {
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
		let response: { statusCode: number; headers: Record<string, unknown>; body: Buffer };
		try {
			response = (await this.context.helpers.httpRequestWithAuthentication.call(
				this.context,
				this.rules.credentialType,
				options,
				{ credentialsDecrypted: this.decrypted },
			)) as typeof response;
		} catch (error) {
			const unsent = notSent(error, new URL(url).origin);
			if (unsent instanceof LoginBusyError) return { kind: 'busy', code: '', retryAfter: unsent.retryAfter, unsent };
			if (unsent) throw explainInvalid(unsent, '');
			return { kind: 'lost', reason: lossReason(error) };
		}
		// Another item may have logged in while this one was under way; an empty one was filled for this request.
		const token = tokenBefore || this.token;
		let text = '';
		try {
			text = decodeUtf8(response.body);
		} catch {
			if (!isBusyStatus(response.statusCode)) return { kind: 'lost', reason: 'the answer is not UTF-8 text' };
		}
		const answer = read(response.statusCode, text);
		if (answer.kind === 'busy') return { kind: 'busy', code: String(answer.code), retryAfter: response.headers['retry-after'] };
		return { kind: 'answered', answer, text, token };
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
