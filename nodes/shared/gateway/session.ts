import type {
	ICredentialDataDecryptedObject,
	ICredentialsDecrypted,
	IHttpRequestOptions,
} from 'n8n-workflow';

import { type AnswerStream, readAnswerBytes } from '../../../kess/gateway/answerBytes';
import {
	BUSY_REPEATS,
	busyReason,
	type BusyWait,
	busyWait,
	isBusyStatus,
} from '../../../kess/gateway/busy';
import { keepNewest } from '../../../kess/keepNewest';
import { decodeUtf8 } from '../../../kess/phpJson';
import { causes, lossReason, unreachable } from '../../../kess/gateway/connection';
import { Exchange, TimeUpError } from '../../../kess/gateway/exchange';
import { plainHttpAdvice } from '../../../kess/gateway/address';
import { InvalidValueError, messageOf, NotSentError } from '../../../kess/errors';
import type { NotSent, Unknown } from '../../../kess/gateway/outcome';
import type { GatewayService } from '../../../kess/gateway/service';
import { type CredentialValues, type ReadAnswer, Redaction } from '../../../kess/gateway/redaction';
import type { RequestFile } from '../../../kess/gateway/multipart';
import type { RequestOptions } from '../../../kess/gateway/signedRequest';
import { LoginBusyError } from '../../../kess/gateway/loginErrors';
import { explainInvalid } from '../run/errors';
import type { GatewayContext } from './context';
import { GatewayPace } from './pace';
import { SessionToken, type TokenRules } from './token';

/** So many of them, because each has to be looked for in all that leaves; at a gateway that refuses them each request needs some. */
const KEPT_TOKENS = 32;

/**
 * How many other tokens a request may try: one from the store may be refused too, then that of its own login, because another
 * worker's has followed, and then that worker's is in the store, or that of one more login is taken.
 */
const RENEWALS = 4;

/**
 * One more than is needed, because two workers that log in together may store their tokens in another order. Not where the
 * last request was refused in spite of it, nor where it is not the gateway itself that refuses.
 */
const LOGINS = 2;

/** How long a request of an execution waits for a busy gateway, in all, in milliseconds. */
export const PATIENCE_MS = 60_000;

/** What became of a request on the wire: an answer to be read, or none. */
export type Delivery<Answer> = { kind: 'answered'; answer: Answer } | Unknown | NotSent;

/** An answer to a request that was sent with this token. */
type Answered<Answer> = { kind: 'answered'; answer: Answer; token: string };

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
	/** The gateway's. */
	origin: string;
	/** Set where requests carry a token that can run out. */
	tokens?: TokenRules;
	/** How long a request may wait for a busy gateway, in milliseconds. */
	patience: number;
	/** What no answer may bring back. @param accessTokens those that requests were sent with */
	values(accessTokens: string[]): CredentialValues;
}

/** A request to a gateway. */
export interface GatewayRequest<Answer> {
	url: string;
	body: object;
	/** Sent along with the fields of the body, as a form. */
	files?: readonly RequestFile[];
	/** Milliseconds for the whole exchange: a login, the request, and again where the token was refused, to the end of the answer. */
	timeout: number;
	/** What `reads` may be repeated without knowing what became of it; what `pays` is sent once, whatever is answered. */
	does: GatewayService['does'];
	/**
	 * Sorts an answer. Its kind `unauthenticated` says that the token is no longer valid: gateways say it before they look
	 * at the request, so that it can be sent again; and some say it with HTTP 200, which n8n does not notice.
	 */
	read(status: number, text: string): Answer;
}

/**
 * One execution's connection to a gateway: the only place where a node that runs talks HTTP. The credential is read once, signs
 * every request, and is logged in again when its token has run out. When the gateway is busy, all requests wait as
 * long as it has asked for.
 */
export class GatewaySession {
	private readonly decrypted: ICredentialsDecrypted;
	private readonly pace: GatewayPace;
	/** Set where requests carry one. */
	private readonly token: SessionToken | undefined;
	/** The last tokens that this session has sent: a gateway may repeat an earlier one. */
	private readonly tokens = new Set<string>();
	private redacts: Redaction;
	/** Whether the gateway has refused the last request with every token that there was. */
	private refusesAll = false;

	constructor(
		private readonly context: GatewayContext,
		credentials: ICredentialDataDecryptedObject,
		private readonly rules: SessionRules,
	) {
		// n8n writes a new token into this very object, so that the items of a run share it.
		const id = context.getNode().credentials?.[rules.credentialType]?.id ?? '';
		this.decrypted = {
			id,
			name: rules.credentialType,
			type: rules.credentialType,
			data: credentials,
		};
		this.pace = new GatewayPace(rules.patience);
		// Before anything is sent: it fails for text that cannot be written in an address.
		this.redacts = new Redaction(rules.values([]));
		const message = plainHttpAdvice(rules.origin);
		// Only a node that runs can show it, and not in older n8n.
		if (message !== undefined && 'addExecutionHints' in context)
			context.addExecutionHints({ message, location: 'outputPane' });
		if (rules.tokens)
			this.token = new SessionToken(context, rules.credentialType, credentials, rules.tokens);
	}

	/**
	 * Sends a JSON body, or a form with files, signed by the credential.
	 *
	 * After a busy answer a request that only reads is repeated, and any request whose login met it; of all others it is
	 * unknown then whether the gateway has carried them out.
	 *
	 * Never throws.
	 *
	 * @returns `notSent` when the gateway could not be reached or refuses the login, or when a request that changes something
	 *   was held back, because the gateway or its login is too busy
	 */
	async post<Answer extends ReadAnswer>(
		request: GatewayRequest<Answer>,
	): Promise<Delivery<Exclude<Answer, { kind: 'busy' }>>> {
		let waited = 0;
		let unsent: LoginBusyError | undefined;
		for (let repeats = 0; ; repeats++) {
			const entered = await this.pace.enter(waited);
			if (entered === undefined) return this.heldBack(request.does === 'reads', unsent);
			waited = entered;
			const sentAt = Date.now();
			let outcome: Answered<Answer> | Unknown | NotSent | Busy;
			let wait: BusyWait | undefined;
			try {
				outcome = await this.exchange(request);
				if (outcome.kind === 'busy') {
					wait = busyWait(outcome.retryAfter, repeats);
					this.pace.slowDown(sentAt, wait.ms);
				} else if (outcome.kind === 'answered') this.pace.goOn();
			} catch (error) {
				// Whatever has gone wrong: only what is known says that nothing was sent.
				return { kind: 'unknown', reason: messageOf(error) };
			} finally {
				this.pace.leave();
			}
			if (outcome.kind !== 'busy') return outcome as Delivery<Exclude<Answer, { kind: 'busy' }>>;
			unsent = outcome.unsent;
			const mayRepeat = request.does === 'reads' || unsent !== undefined;
			if (mayRepeat && repeats < BUSY_REPEATS) continue;
			if (unsent !== undefined) return this.heldBack(request.does === 'reads', unsent);
			return { kind: 'unknown', reason: busyReason(outcome.code, wait), isBusy: true };
		}
	}

	/**
	 * What becomes of a request that was not sent because the gateway is busy.
	 *
	 * @param unsent the login that met it, where it was not the gateway itself
	 */
	private heldBack(isRead: boolean, unsent: LoginBusyError | undefined): Unknown | NotSent {
		const seconds = Math.ceil(this.pace.pause / 1000);
		const reason = unsent?.reason ?? `the gateway is busy and asks to wait ${seconds} s`;
		// A look may follow something that was sent: no error may say then that nothing was.
		if (isRead) return { kind: 'unknown', reason, isBusy: true };
		const words = new NotSentError(
			`KESS was not asked, because ${reason}`,
			'Run the item again then. This request was not sent.',
		);
		return { kind: 'notSent', error: unsent ?? words };
	}

	/** Sends a request with a token that is still good, and again when the gateway no longer takes it. */
	private async exchange<Answer extends ReadAnswer>(
		request: GatewayRequest<Answer>,
	): Promise<Answered<Answer> | Unknown | NotSent | Busy> {
		let refused: Answered<Answer> | undefined;
		const outcome = await Exchange.within(request.timeout, async (exchange) => {
			await this.token?.renewInTime();
			let sent = await this.send(request, exchange);
			let logins = 0;
			for (let renewals = 0; renewals < RENEWALS && isRefusedLogin(sent); renewals++) {
				if (this.token === undefined || request.does === 'pays') break;
				refused = sent;
				exchange.refused();
				const isSure = sent.answer.isOwnWords !== false && !this.refusesAll;
				const source = await this.token.replace(sent.token, logins, isSure ? LOGINS : 1);
				if (source === undefined) break;
				if (source === 'login') logins++;
				sent = await this.send(request, exchange);
			}
			if (sent.kind === 'answered') this.refusesAll = isRefusedLogin(sent);
			return sent;
		});
		if (!(outcome instanceof TimeUpError)) return outcome;
		if (outcome.hasLeft) return { kind: 'unknown', reason: lossReason(outcome) };
		this.token?.giveUpLogin();
		if (refused !== undefined) return refused;
		const reason = 'the login did not end in time';
		// A look may follow something that was sent: no error may say then that nothing was.
		if (request.does === 'reads') return { kind: 'unknown', reason };
		const error = new NotSentError(
			`KESS was not asked, because ${reason}`,
			'Run the item again. This request was not sent.',
		);
		return { kind: 'notSent', error };
	}

	private async send<Answer extends ReadAnswer>(
		{ url, body, files, timeout, read }: GatewayRequest<Answer>,
		exchange: Exchange,
	): Promise<Answered<Answer> | Unknown | NotSent | Busy> {
		const options: IHttpRequestOptions & RequestOptions = {
			method: 'POST',
			url,
			body,
			headers: { Accept: 'application/json' },
			// As it arrives: signatures are verified over the bytes, and somebody has to count them.
			encoding: 'stream',
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
			timeout,
			exchange,
			...(files && { files }),
		};
		const tokenBefore = this.token?.value;
		let response: { statusCode: number; headers: Record<string, unknown>; body: AnswerStream };
		let bytes: Uint8Array;
		try {
			response = (await this.context.helpers.httpRequestWithAuthentication.call(
				this.context,
				this.rules.credentialType,
				options,
				{ credentialsDecrypted: this.decrypted },
			)) as typeof response;
			bytes = await readAnswerBytes(response.body, exchange.signal);
		} catch (error) {
			const unsent = notSent(error, new URL(url).origin);
			if (unsent instanceof LoginBusyError)
				return { kind: 'busy', code: '', retryAfter: unsent.retryAfter, unsent };
			return unsent
				? { kind: 'notSent', error: explainInvalid(unsent, '') }
				: { kind: 'unknown', reason: lossReason(error) };
		}
		// Another item may have logged in while this one was under way; an empty one was filled for this request.
		const token = tokenBefore || (this.token?.value ?? '');
		let text = '';
		try {
			text = decodeUtf8(bytes);
		} catch {
			if (!isBusyStatus(response.statusCode))
				return { kind: 'unknown', reason: 'the answer is not UTF-8 text' };
		}
		this.learn(token);
		// Another item may have put one in its place in the meantime.
		this.learn(this.token?.value ?? '');
		const answer = this.redaction.answer(read(response.statusCode, text), response.statusCode);
		if (answer.kind === 'busy')
			return {
				kind: 'busy',
				code: String(answer.code),
				retryAfter: response.headers['retry-after'],
			};
		return { kind: 'answered', answer, token };
	}

	/** What keeps the credential's values out of whatever leaves the node. */
	get redaction(): Redaction {
		return this.redacts;
	}

	private learn(token: string): void {
		if (token === '' || this.tokens.has(token)) return;
		this.tokens.add(token);
		keepNewest(this.tokens, KEPT_TOKENS);
		this.redacts = new Redaction(this.rules.values([...this.tokens]));
	}
}

function isRefusedLogin<Answer extends ReadAnswer>(
	sent: Answered<Answer> | Unknown | NotSent | Busy,
): sent is Answered<Answer> {
	return sent.kind === 'answered' && sent.answer.kind === 'unauthenticated';
}

/**
 * The words for a request that was certainly not sent, or `undefined` when it may have been carried out.
 *
 * @param error what n8n's HTTP helper threw: its own error around whatever went wrong
 */
function notSent(error: unknown, origin: string): NotSentError | InvalidValueError | undefined {
	const known = causes(error).find(
		(cause): cause is NotSentError | InvalidValueError =>
			cause instanceof NotSentError || cause instanceof InvalidValueError,
	);
	return known ?? unreachable(error, origin);
}
