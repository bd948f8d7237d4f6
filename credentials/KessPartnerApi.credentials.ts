import type {
	IAuthenticate,
	ICredentialDataDecryptedObject,
	ICredentialType,
	IDataObject,
	IHttpRequestHelper,
	IHttpRequestOptions,
	INodeProperties,
	Icon,
} from 'n8n-workflow';

import { requestLogin } from '../kess/gateway/login';
import { loginFor } from '../kess/gateway/tokenStore';
import { partnerCredentialValues, readPartnerAccount } from '../kess/partner/account';
import { openPartnerKeys } from '../kess/partner/keys';
import {
	partnerLoginKey,
	partnerLoginRequest,
	partnerTokens,
	readPartnerLogin,
} from '../kess/partner/login';
import { signedPartnerBody } from '../kess/partner/request';
import { amountsOf } from '../kess/partner/services';
import { baseUrlProperty, loginProperties } from './shared/connection';
import { paymentProperties } from './shared/payments';
import { requireWithinLimits } from '../kess/gateway/paymentLimits';
import { Redaction } from '../kess/gateway/redaction';
import { signedGatewayRequest } from '../kess/gateway/signedRequest';

export class KessPartnerApi implements ICredentialType {
	name = 'kessPartnerApi';

	displayName = 'KESS Partner API';

	icon: Icon = {
		light: 'file:../icons/kessPartner.svg',
		dark: 'file:../icons/kessPartner.dark.svg',
	};

	documentationUrl =
		'https://github.com/n8n-nodes-kesspay/n8n-nodes-kesspay/blob/main/docs/credentials.md';

	// It can pay out: no other node may use it, not even HTTP Request.
	restrictToSupportedNodes = true as const;

	properties: INodeProperties[] = [
		{
			displayName: 'Environment',
			name: 'environment',
			type: 'options',
			options: [
				{
					name: 'KESS Sandbox',
					value: 'sandbox',
					description: 'The test gateway of KESS. No real money moves.',
				},
				{
					name: 'Custom',
					value: 'custom',
					description:
						'The production address that KESS gave you, or the local sandbox of this package',
				},
			],
			default: 'sandbox',
		},
		baseUrlProperty,
		{
			displayName: 'Partner ID',
			name: 'partnerId',
			type: 'string',
			default: '',
			required: true,
		},
		{
			displayName: 'Partner Secret Key',
			name: 'partnerSecretKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: 'Used to log in only. It is not the private key.',
		},
		{
			displayName: 'User Name',
			name: 'userName',
			type: 'string',
			default: '',
			required: true,
			description: 'API user name that KESS gave you',
		},
		{
			displayName: 'Password',
			name: 'password',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: 'API password that KESS gave you',
		},
		{
			displayName: 'Private Key',
			name: 'privateKey',
			type: 'string',
			// Rows, because n8n's one-line field drops the line breaks of a pasted key.
			typeOptions: { password: true, rows: 4 },
			default: '',
			required: true,
			placeholder: 'e.g. -----BEGIN PRIVATE KEY-----',
			description:
				'Your RSA private key, of which KESS has the public key. Signs every payout. It never leaves n8n: do not send it to anyone, not even to KESS.',
		},
		{
			displayName: 'Passphrase',
			name: 'passphrase',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description: 'Only if the private key is protected by one',
		},
		{
			displayName: 'KESS Public Key',
			name: 'kessPublicKey',
			type: 'string',
			typeOptions: { rows: 4 },
			default: '',
			required: true,
			placeholder: 'e.g. -----BEGIN PUBLIC KEY-----',
			description:
				'The RSA public key that KESS gave you. Verifies every answer. It is not your own public key.',
		},
		{
			displayName: 'Sender Name',
			name: 'senderName',
			type: 'string',
			default: '',
			placeholder: 'e.g. Sunrise Garments',
			description:
				'Your company, as receivers see it where a payout names no other sender. May be left empty.',
		},
		...paymentProperties(
			'prepare transfers and look them up',
			'It is checked when a transfer is created. A confirmation without Expected Amount does not say how much it moves, so a transfer that was created without this limit can still be confirmed.',
		),
		...loginProperties,
	];

	/** Logs in to the gateway. Keys that cannot be used cost no login. */
	async preAuthentication(
		this: IHttpRequestHelper,
		credentials: ICredentialDataDecryptedObject,
	): Promise<IDataObject> {
		const account = readPartnerAccount(credentials);
		openPartnerKeys(account);
		const key = partnerLoginKey(account);
		// n8n asks although there is a token only when the gateway has refused it.
		if (credentials.accessToken)
			partnerTokens.reject(key, String(credentials.accessToken), credentials.accessRenewAt);
		const grant = await partnerTokens.get(key, async () => {
			const answer = await requestLogin(
				async (options) => (await this.helpers.httpRequest(options)) as unknown,
				partnerLoginRequest(account),
			);
			return readPartnerLogin(
				answer.statusCode,
				answer.body,
				new Redaction(partnerCredentialValues(account, [])),
			);
		});
		return loginFor(credentials, grant);
	}

	/**
	 * Adds the login and signs the JSON body, unless it moves more money than the credential allows. Runs last, and again
	 * when n8n repeats a request with a new token, so it overwrites whatever header and `sign` are there.
	 */
	authenticate: IAuthenticate = async (
		credentials: ICredentialDataDecryptedObject,
		requestOptions: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> => {
		const account = readPartnerAccount(credentials);
		const { privateKey } = openPartnerKeys(account);
		const authorization = `Bearer ${String(credentials.accessToken ?? '')}`;
		return signedGatewayRequest(requestOptions, account.origin, authorization, (fields) => {
			requireWithinLimits(account.limits, fields, amountsOf(fields.service));
			return signedPartnerBody(fields, privateKey);
		});
	};
}
