import type { Redaction } from '../../kess/gateway/redaction';
import { isSameMoney, type Money } from '../../kess/money';
import { readWebPayAnswer, type WebPayAnswer } from '../../kess/webPay/answer';
import { readWebPayAccount, type WebPayAccount, webPayCredentialValues } from '../../kess/webPay/account';
import { gatewayPath, sellerField, type WebPayService } from '../../kess/webPay/services';
import { webPayLoginKey, webPayTokens } from '../../kess/webPay/login';
import { type Json, type JsonObject, textOf } from '../../kess/jsonObject';
import type { WebPaySignatureVerdict } from '../../kess/webPaySignature';
import { KessError, NotSentError } from '../../kess/errors';
import { explainInvalid } from '../shared/run/errors';
import type { GatewayContext } from '../shared/gateway/context';
import { type Delivery, type GatewayRequest, GatewaySession, PATIENCE_MS } from '../shared/gateway/session';

const CREDENTIAL = 'kessWebPayApi';

/** Whether an answer without a signature is believed: `auto` follows what each gateway version promises. */
export type SignatureRule = 'auto' | 'required' | 'ifPresent';

/** What the gateway did. */
export type ServiceResult =
	| { kind: 'done'; data: Json }
	| { kind: 'refused'; code: string; reason: string }
	/** Nobody can tell whether the gateway carried out the request. */
	| { kind: 'unknown'; reason: string };

/** What an answer has to be about before it is believed. */
export interface Asked {
	outTradeNo?: string;
	money?: Money;
	/** Services other than those for orders need not repeat the order number; if they do, it has to be the same. */
	mayOmit?: boolean;
}

/** An answer has come, but it cannot be believed: the gateway may have carried out the request. */
export class UnbelievedError extends KessError {
	override name = 'UnbelievedError';
}

/** Speaks to one merchant's WebPay gateway during one execution. */
export class WebPayClient {
	private constructor(
		private readonly session: GatewaySession,
		private readonly account: WebPayAccount,
		private readonly timeout: number,
		private readonly signatureRule: SignatureRule,
		private readonly hasSent = false,
	) {}

	/**
	 * @param timeout milliseconds for one request
	 * @param patience milliseconds that a request may wait for a busy gateway
	 */
	static async open(
		context: GatewayContext,
		{ timeout, signature, patience = PATIENCE_MS }: { timeout: number; signature: SignatureRule; patience?: number },
	): Promise<WebPayClient> {
		const credentials = await context.getCredentials(CREDENTIAL);
		let account: WebPayAccount;
		try {
			account = readWebPayAccount(credentials);
		} catch (error) {
			throw explainInvalid(error, 'The Base URL of the credential');
		}
		const session = new GatewaySession(context, credentials, {
			credentialType: CREDENTIAL,
			origin: account.origin,
			tokens:
				account.version === 'v2'
					? { store: webPayTokens, keyOf: (fields) => webPayLoginKey(readWebPayAccount(fields)) }
					: undefined,
			patience,
			values: (accessTokens) => webPayCredentialValues(account, accessTokens),
		});
		return new WebPayClient(session, account, timeout, signature);
	}

	/**
	 * The same client once something has been sent for an item: what keeps a request from being answered leaves the outcome
	 * unknown then, because an error would say that nothing was sent.
	 */
	afterSending(): WebPayClient {
		return new WebPayClient(this.session, this.account, this.timeout, this.signatureRule, true);
	}

	/** What keeps the credential's values out of whatever leaves the node. */
	get redaction(): Redaction {
		return this.session.redaction;
	}

	get version(): WebPayAccount['version'] {
		return this.account.version;
	}

	/** Whose payments these are. */
	get identity(): string {
		return `${this.account.origin}|${this.account.username}`;
	}

	/** KESS's public key for customer data, as it was pasted into the credential; may be empty. */
	get publicKey(): string {
		return this.account.publicKey;
	}

	/**
	 * Refuses what this gateway version does not have, before anything is sent.
	 *
	 * @param subject what it is that version 1 does not have
	 * @throws KessError on a credential of version 1
	 */
	requireV2(subject: string): void {
		if (this.version === 'v2') return;
		throw new KessError(
			`${subject} needs gateway version 2, and the credential is set to version 1`,
			'Set Gateway Version to Version 2 in the KESS WebPay credential and enter the client ID and client secret that KESS gave you. If you have none, ask KESS for access to version 2.',
		);
	}

	/** The same for a whole operation, which may ask for something else before it comes to its service. */
	requireService({ versions }: WebPayService): void {
		if (!versions.includes(this.version)) this.requireV2('This operation');
	}

	/**
	 * Calls a service and believes the answer only after checking it. When the gateway is busy, services that change
	 * nothing are asked again; of any other it is unknown then whether it was carried out.
	 *
	 * @param fields its fields by their gateway names; the seller is added
	 * @param asked what the answer has to be about
	 * @throws KessError when the gateway cannot be reached, refuses the login, or the answer is signed wrongly or is
	 *   about something else
	 */
	async call(service: WebPayService, fields: JsonObject, asked: Asked = {}): Promise<ServiceResult> {
		this.requireService(service);
		const url = `${this.account.origin}${gatewayPath(this.version)}`;
		// Empty when the credential names no seller.
		const seller = service.seller.includes(this.version) ? { [sellerField(this.version)]: this.account.sellerCode } : {};
		const delivery = await this.deliver({
			url,
			body: { ...seller, ...fields, service: (this.version === 'v1' ? service.nameOnV1 : undefined) ?? service.name },
			timeout: this.timeout,
			isRead: service.does === 'reads',
			read: (status, text) => readWebPayAnswer(status, text, this.account),
		});
		if (delivery.kind === 'lost') return { kind: 'unknown', reason: delivery.reason };
		const { answer } = delivery;
		switch (answer.kind) {
			case 'success':
				this.believe(answer.signature, service);
				matchAnswer(answer.data, asked);
				return { kind: 'done', data: answer.data };
			case 'refused':
				return answer;
			case 'unauthenticated':
				if (this.hasSent) return { kind: 'unknown', reason: `KESS refuses the login: ${answer.reason}` };
				throw new KessError(
					`KESS refuses the ${this.version === 'v1' ? 'user name or password' : 'login'}: ${answer.reason}`,
					this.version === 'v1'
						? 'Check Username and Password in the KESS WebPay credential, and that they belong to the chosen environment.'
						: 'The token was renewed and refused again. Check the KESS WebPay credential, and that the account may use this service.',
					answer.code,
				);
			case 'failed':
				return { kind: 'unknown', reason: `KESS failed on its side: ${answer.reason} (${answer.code})` };
			case 'unreadable':
				return { kind: 'unknown', reason: answer.reason };
		}
	}

	private async deliver(request: GatewayRequest<WebPayAnswer>): Promise<Delivery<Exclude<WebPayAnswer, { kind: 'busy' }>>> {
		try {
			return await this.session.post(request);
		} catch (error) {
			if (this.hasSent && error instanceof NotSentError) return { kind: 'lost', reason: error.message };
			return await Promise.reject(error);
		}
	}

	/** @throws UnbelievedError */
	private believe(signature: WebPaySignatureVerdict, { isDecisive }: WebPayService): void {
		switch (signature) {
			case 'valid':
				return;
			case 'invalid':
				throw new UnbelievedError(
					'The signature of the answer is wrong, so the answer is not believed',
					'Check API Secret Key and Signature Type in the KESS WebPay credential. If they are right, somebody may have changed the answer on its way: do not trust the order until KESS confirms it.',
				);
			case 'ambiguous':
				throw new UnbelievedError(
					'The signature of the answer fits other fields too, because a text in it reads like a field (such as &status=), so the answer is not believed',
					'Look at the order in the merchant portal of KESS. Use titles without & and = for new orders.',
				);
			case 'empty':
				if (!isDecisive) return;
				break;
			case 'unsigned':
		}
		const required = this.signatureRule === 'required' || (this.signatureRule === 'auto' && this.version === 'v2');
		if (required) {
			throw new UnbelievedError(
				signature === 'empty'
					? 'The signature of the answer covers nothing in it, so the answer is not believed'
					: 'The answer has no signature, so it is not believed',
				'Ask KESS why answers come unsigned. If that is meant to be so for your account, set the option Response Signature to Verify If Present.',
			);
		}
	}
}

/** A well-signed answer to another question is no answer. @throws UnbelievedError */
export function matchAnswer(data: Json, { outTradeNo, money, mayOmit = false }: Asked): void {
	const order: JsonObject =
		data !== null && typeof data === 'object' && !Array.isArray(data) ? data : {};
	const omitted = mayOmit && (order.out_trade_no ?? undefined) === undefined;
	if (outTradeNo !== undefined && !omitted && textOf(order.out_trade_no) !== outTradeNo) {
		throw new UnbelievedError(
			'The answer is about another order than the one asked for, so it is not believed',
			'Query the order again. If this stays so, report it to KESS.',
		);
	}
	if (money !== undefined && !isSameMoney(money, order.total_amount, order.currency)) {
		throw new UnbelievedError(
			`The answer names another amount than ${money.decimal} ${money.currency}, so it is not believed`,
			'Query the order and compare its amount and currency before you send its payment link to anybody.',
		);
	}
}
