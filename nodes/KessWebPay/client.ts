import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import type { Outcome } from '../../kess/gateway/outcome';
import { NOTHING_TO_MASK, type Redaction } from '../../kess/gateway/redaction';
import { isSameMoney, type Money } from '../../kess/money';
import { readWebPayAnswer } from '../../kess/webPay/answer';
import {
	type Merchant,
	readMerchant,
	readWebPayAccount,
	type WebPayAccount,
	webPayCredentialValues,
} from '../../kess/webPay/account';
import { isPrivateAddress } from '../../kess/webPay/fields';
import type { RequestFile } from '../../kess/gateway/multipart';
import { gatewayPath, nameOn, sellerField, type WebPayService } from '../../kess/webPay/services';
import { webPayLoginKey, webPayTokens } from '../../kess/webPay/login';
import { explainUnauthenticated } from '../../kess/webPay/refusal';
import { isPlainObject, type Json, type JsonObject, textOf } from '../../kess/jsonObject';
import type { WebPaySignatureVerdict } from '../../kess/webPaySignature';
import { asKessError, KessError } from '../../kess/errors';
import { explainInvalid } from '../shared/run/errors';
import type { GatewayContext } from '../shared/gateway/context';
import { GatewaySession, PATIENCE_MS } from '../shared/gateway/session';
import type { SignatureRule } from './responseSignature';

export const CREDENTIAL = 'kessWebPayApi';

export interface WebPayClientOptions {
	/** Milliseconds for one request. */
	timeout: number;
	signature: SignatureRule;
	/** Milliseconds that a request may wait for a busy gateway. */
	patience?: number;
	/** Why the credential cannot be used for anything but to see whose it is. */
	problem?: KessError | undefined;
}

/** What requests go by. */
interface Line {
	session: GatewaySession;
	account: WebPayAccount;
}

/** HTTP statuses of a refusal that proves something about a payment: any other may be said by whatever stands before KESS. */
const REFUSES_PAYMENT: ReadonlySet<number> = new Set([400, 422]);

/** What an answer has to be about before it is believed. */
export interface Asked {
	outTradeNo?: string;
	money?: Money;
	/** Services other than those for orders need not repeat the order number; if they do, it has to be the same. */
	mayOmit?: boolean;
}

/** Speaks to one merchant's WebPay gateway during one execution. */
export class WebPayClient {
	private constructor(
		private readonly seller: Merchant,
		private readonly line: Line | KessError,
		private readonly timeout: number,
		private readonly signatureRule: SignatureRule,
		private readonly extra?: { service: WebPayService; fields: JsonObject },
	) {}

	/** The same, which sends these fields too with every request to one service. */
	adding(service: WebPayService, fields: JsonObject): WebPayClient {
		return new WebPayClient(this.seller, this.line, this.timeout, this.signatureRule, {
			service,
			fields,
		});
	}

	/** Where there are no items. @throws KessError when nothing can be sent with the credential */
	static async open(context: GatewayContext, options: WebPayClientOptions): Promise<WebPayClient> {
		const client = WebPayClient.with(context, await context.getCredentials(CREDENTIAL), options);
		if (client.problem !== undefined) throw client.problem;
		return client;
	}

	/** @throws KessError when nobody can see whose credential it is */
	static with(
		context: GatewayContext,
		credentials: ICredentialDataDecryptedObject,
		{ timeout, signature, patience = PATIENCE_MS, problem }: WebPayClientOptions,
	): WebPayClient {
		const line = problem ?? WebPayClient.connect(context, credentials, patience);
		return new WebPayClient(readMerchant(credentials), line, timeout, signature);
	}

	private static connect(
		context: GatewayContext,
		credentials: ICredentialDataDecryptedObject,
		patience: number,
	): Line | KessError {
		try {
			const account = readWebPayAccount(credentials);
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
			return { session, account };
		} catch (error) {
			return asKessError(explainInvalid(error, 'The Base URL of the credential'));
		}
	}

	/** Why nothing can be sent with the credential. */
	get problem(): KessError | undefined {
		return this.line instanceof KessError ? this.line : undefined;
	}

	/** What keeps the credential's values out of whatever leaves the node. */
	get redaction(): Redaction {
		return this.line instanceof KessError ? NOTHING_TO_MASK : this.line.session.redaction;
	}

	get version(): WebPayAccount['version'] {
		return this.seller.version;
	}

	/** Whose orders these are, as far as the credential says. Holds no secret. */
	get identity(): string {
		return this.seller.identity;
	}

	/**
	 * Whose money this is, whichever user or address it goes by: what is remembered of a payment has to be found by all of them.
	 *
	 * @throws KessError when the credential does not say
	 */
	get merchant(): string {
		if (this.seller.sellerCode !== '') return this.identity;
		throw new KessError(
			'The credential has no Seller Code, and without it n8n cannot remember whose payments it has made',
			'This run has moved no money. Enter the Seller Code (version 1: the seller ID) that KESS gave you in the KESS WebPay credential.',
		);
	}

	/** Whether the gateway is on this machine or in its own network: a sandbox. */
	get isNearby(): boolean {
		return !(this.line instanceof KessError) && isPrivateAddress(this.line.account.origin);
	}

	/** KESS's public key for customer data, as it was pasted into the credential; may be empty. */
	get publicKey(): string {
		return this.line instanceof KessError ? '' : this.line.account.publicKey;
	}

	/** @throws KessError on a credential of version 1. @param subject what it is that version 1 does not have */
	requireV2(subject: string): void {
		if (this.version !== 'v2') throw needsV2(subject);
	}

	/** Why this gateway version does not have a service, for operations that may ask for something else before they come to it. */
	lack({ versions }: WebPayService): KessError | undefined {
		return versions.includes(this.version) ? undefined : needsV2('This operation');
	}

	/**
	 * Calls a service and believes the answer only after checking it. When the gateway is busy, services that change
	 * nothing are asked again; of any other it is unknown then whether it was carried out.
	 *
	 * @param fields its fields by their gateway names; the seller is added
	 * @param asked what the answer has to be about
	 * @param files those of a service that takes files
	 */
	async call(
		service: WebPayService,
		fields: JsonObject,
		asked: Asked = {},
		files?: readonly RequestFile[],
	): Promise<Outcome<Json>> {
		const lack = this.problem ?? this.lack(service);
		if (lack !== undefined) return { kind: 'notSent', error: lack };
		const { session, account } = this.line as Line;
		const extra = this.extra?.service === service ? this.extra.fields : {};
		const twice = Object.keys(extra).find((name) => Object.hasOwn(fields, name));
		if (twice !== undefined) return { kind: 'notSent', error: filledTwice(twice) };
		const url = `${account.origin}${service.path ?? gatewayPath(this.version)}`;
		// Empty when the credential names no seller.
		const seller = service.seller.includes(this.version)
			? { [sellerField(this.version)]: account.sellerCode }
			: {};
		const delivery = await session.post({
			url,
			body: { ...extra, ...seller, ...fields, service: nameOn(this.version, service) },
			files,
			timeout: this.timeout,
			does: service.does,
			read: (status, text) => readWebPayAnswer(status, text, account),
		});
		if (delivery.kind !== 'answered') return delivery;
		const { answer } = delivery;
		switch (answer.kind) {
			case 'success': {
				const unbelieved =
					this.findDoubt(answer.signature, service) ?? findDifference(answer.data, asked);
				return unbelieved === undefined
					? { kind: 'done', data: answer.data }
					: { kind: 'unknown', reason: unbelieved.message, unbelieved };
			}
			case 'refused':
				return {
					kind: 'refused',
					code: answer.code,
					reason: answer.reason,
					verified:
						answer.isOwnShape && (service.does !== 'pays' || REFUSES_PAYMENT.has(answer.status)),
				};
			case 'unauthenticated':
				// Said before the gateway looks at the request; but anything on the way may say it, also afterwards.
				if (service.does === 'pays')
					return { kind: 'unknown', reason: `the login was refused: ${answer.reason}` };
				return { kind: 'notSent', error: this.loginRefusal(answer) };
			case 'failed':
				return {
					kind: 'unknown',
					reason: `KESS failed on its side: ${answer.reason} (${answer.code})`,
				};
			case 'unreadable':
				return { kind: 'unknown', reason: answer.reason };
		}
	}

	/** In the words of KESS first: the values of the credential are the likely cause only where these tell of no other. */
	private loginRefusal(answer: { reason: string; code: string; isOwnWords: boolean }): KessError {
		const { message, hint } = explainUnauthenticated(this.version, answer);
		return new KessError(message, hint, answer.code);
	}

	/** Why an answer with this signature is not believed; `undefined` when it is. */
	private findDoubt(
		signature: WebPaySignatureVerdict,
		{ isDecisive }: WebPayService,
	): KessError | undefined {
		switch (signature) {
			case 'valid':
				return undefined;
			case 'invalid':
				return new KessError(
					'The signature of the answer is wrong, so the answer is not believed',
					'Check API Secret Key and Signature Type in the KESS WebPay credential. If they are right, somebody may have changed the answer on its way: do not trust the order until KESS confirms it.',
				);
			case 'ambiguous':
				// A page of a bank has addresses in it, and the order is looked up.
				if (!isDecisive) return undefined;
				return new KessError(
					'The signature of the answer fits other fields too, because a text in it reads like a field (such as &status=), so the answer is not believed',
					'Look at the order in the merchant portal of KESS. Use titles without & and = for new orders.',
				);
			case 'empty':
				if (!isDecisive) return undefined;
				break;
			case 'unsigned':
		}
		const required =
			this.signatureRule === 'required' || (this.signatureRule === 'auto' && this.version === 'v2');
		if (!required) return undefined;
		return new KessError(
			signature === 'empty'
				? 'The signature of the answer covers nothing in it, so the answer is not believed'
				: 'The answer has no signature, so it is not believed',
			'Ask KESS why answers come unsigned. If that is meant to be so for your account, set the option Response Signature to Verify If Present.',
		);
	}
}

function needsV2(subject: string): KessError {
	return new KessError(
		`${subject} needs gateway version 2, and the credential is set to version 1`,
		'Set Gateway Version to Version 2 in the KESS WebPay credential and enter the client ID and client secret that KESS gave you. If you have none, ask KESS for access to version 2.',
	);
}

function filledTwice(name: string): KessError {
	return new KessError(
		`Extra Fields (additionalFields.extraFields) has a field ${name}, which this operation fills itself`,
		'Remove it: what this operation sends has a parameter of its own.',
	);
}

/** How an answer differs from what was asked: a well-signed one to another question is no answer. */
export function findDifference(
	data: Json,
	{ outTradeNo, money, mayOmit = false }: Asked,
): KessError | undefined {
	const order: JsonObject = isPlainObject(data) ? data : {};
	const omitted = mayOmit && (order.out_trade_no ?? undefined) === undefined;
	if (outTradeNo !== undefined && !omitted && textOf(order.out_trade_no) !== outTradeNo) {
		return new KessError(
			'The answer is about another order than the one asked for, so it is not believed',
			'Query the order again. If this stays so, report it to KESS.',
		);
	}
	if (money !== undefined && !isSameMoney(money, order.total_amount, order.currency)) {
		return new KessError(
			`The answer names another amount than ${money.decimal} ${money.currency}, so it is not believed`,
			'Query the order and compare its amount and currency before you send its payment link to anybody.',
		);
	}
	return undefined;
}
