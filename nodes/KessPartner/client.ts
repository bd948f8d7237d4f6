import type { ICredentialDataDecryptedObject, IDataObject, IExecuteFunctions } from 'n8n-workflow';

import type { Outcome } from '../../kess/gateway/outcome';
import { NOTHING_TO_MASK, type Redaction } from '../../kess/gateway/redaction';
import type { JsonObject } from '../../kess/jsonObject';
import { asKessError, KessError } from '../../kess/errors';
import { requireWithinLimits } from '../../kess/gateway/paymentLimits';
import { adviceOn } from '../../kess/gateway/refusalCause';
import type { Money } from '../../kess/money';
import { readPartnerAnswer } from '../../kess/partner/answer';
import {
	type PartnerAccount,
	partnerCredentialValues,
	partnerIdentity,
	readPartnerAccount,
} from '../../kess/partner/account';
import {
	amountsOf,
	CREATE_TRANSFER,
	PARTNER_GATEWAY_PATH,
	serviceNamed,
} from '../../kess/partner/services';
import { openPartnerKeys, type PartnerKeys } from '../../kess/partner/keys';
import { partnerLoginKey, partnerTokens } from '../../kess/partner/login';
import { explainInvalid } from '../shared/run/errors';
import { GatewaySession, PATIENCE_MS } from '../shared/gateway/session';

export const CREDENTIAL = 'kessPartnerApi';

const ASK_KESS =
	'The text after the colon is the answer. If it does not tell you what to change, ask KESS about it.';

/** What requests go by. */
interface Line {
	session: GatewaySession;
	account: PartnerAccount;
	keys: PartnerKeys;
}

/** Speaks to the Partner gateway for one partner during one execution. */
export class PartnerClient {
	private constructor(
		/** Whose money this is, whichever user or address it goes by. Holds no secret. */
		readonly identity: string,
		private readonly line: Line | KessError,
		/** Milliseconds for one request. */
		private readonly timeout: number,
	) {}

	/**
	 * @param timeout milliseconds for one request
	 * @param problem why the credential cannot be used for anything but to see whose it is
	 * @throws KessError when nobody can see whose it is
	 */
	static open(
		context: IExecuteFunctions,
		credentials: ICredentialDataDecryptedObject,
		timeout: number,
		problem: KessError | undefined,
	): PartnerClient {
		return new PartnerClient(
			partnerIdentity(credentials),
			problem ?? PartnerClient.connect(context, credentials),
			timeout,
		);
	}

	private static connect(
		context: IExecuteFunctions,
		credentials: ICredentialDataDecryptedObject,
	): Line | KessError {
		try {
			const account = readPartnerAccount(credentials);
			const session = new GatewaySession(context, credentials, {
				credentialType: CREDENTIAL,
				origin: account.origin,
				tokens: {
					store: partnerTokens,
					keyOf: (fields) => partnerLoginKey(readPartnerAccount(fields)),
				},
				patience: PATIENCE_MS,
				values: (accessTokens) => partnerCredentialValues(account, accessTokens),
			});
			return { session, account, keys: openPartnerKeys(account) };
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

	/**
	 * What the credential's limit says of a transfer whose confirmation names no amount: it is checked where a request is signed,
	 * and this one may have been prepared with another credential.
	 *
	 * @returns why it must not be confirmed; `undefined` when it may be
	 */
	overLimit({ decimal, currency }: Money): KessError | undefined {
		if (this.line instanceof KessError) return this.line;
		try {
			const fields = { amount: Number(decimal), currency };
			requireWithinLimits(this.line.account.limits, fields, amountsOf(CREATE_TRANSFER));
			return undefined;
		} catch (error) {
			return asKessError(explainInvalid(error, 'This transfer'));
		}
	}

	/** Who sends the money where a row does not say; may be empty. */
	get senderName(): string {
		return this.line instanceof KessError ? '' : this.line.account.senderName;
	}

	/**
	 * Calls a service. An answer is believed only when KESS has signed it, a refusal included. When the gateway is busy,
	 * services that are known to change nothing are asked again; of any other it is unknown then whether it was carried
	 * out.
	 *
	 * @param service the gateway's name for it
	 * @param fields its fields by their gateway names
	 */
	async call(service: string, fields: JsonObject): Promise<Outcome<IDataObject>> {
		if (this.line instanceof KessError) return { kind: 'notSent', error: this.line };
		const { session, account, keys } = this.line;
		const { does } = serviceNamed(service);
		const delivery = await session.post({
			url: `${account.origin}${PARTNER_GATEWAY_PATH}`,
			body: { ...fields, service },
			timeout: this.timeout,
			does,
			read: (status, text) => readPartnerAnswer(status, text, keys.kessPublicKey),
		});
		if (delivery.kind !== 'answered') return delivery;
		const { answer } = delivery;
		switch (answer.kind) {
			case 'success':
				return { kind: 'done', data: answer.data as IDataObject };
			case 'refused':
				return { ...answer, verified: true };
			case 'unauthenticated':
				// Said before the gateway looks at the request; but anything on the way may say it, also afterwards.
				if (does === 'pays')
					return { kind: 'unknown', reason: `the login was refused: ${answer.reason}` };
				return { kind: 'notSent', error: loginRefusal(answer) };
			case 'forbidden': {
				// Nobody has signed it, so it decides nothing; but whoever only asks is told what it says.
				const reason = `the answer says "${answer.reason}", but has no signature (HTTP 403)`;
				const unbelieved = new KessError(
					`KESS refuses, without a signature: ${answer.reason}`,
					adviceOn(answer) ?? ASK_KESS,
					answer.code,
				);
				return { kind: 'unknown', reason, unbelieved };
			}
			case 'failed':
			case 'untrusted':
			case 'unreadable':
				return { kind: 'unknown', reason: answer.reason };
		}
	}
}

/** In the words of KESS first: the values of the credential are the likely cause only where these tell of no other. */
function loginRefusal({ reason, isOwnWords }: { reason: string; isOwnWords: boolean }): KessError {
	const renewed = 'The token was renewed and refused again.';
	if (!isOwnWords) {
		return new KessError(
			`The login was refused, without words of KESS: ${reason}`,
			`${renewed} Check the KESS Partner credential. If it is right, a proxy or firewall between n8n and KESS may have answered.`,
			'UNAUTHENTICATED',
		);
	}
	const advice = adviceOn({ code: 'UNAUTHENTICATED', reason });
	return new KessError(
		`KESS refuses the login: ${reason}`,
		advice ??
			`${renewed} Check the KESS Partner credential, and that the account may use this service.`,
		'UNAUTHENTICATED',
	);
}
