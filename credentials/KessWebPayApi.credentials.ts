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
import { requireWithinLimits } from '../kess/gateway/paymentLimits';
import { Redaction } from '../kess/gateway/redaction';
import { signedGatewayRequest } from '../kess/gateway/signedRequest';
import {
	basicAuthorization,
	readWebPayAccount,
	webPayCredentialValues,
} from '../kess/webPay/account';
import { amountsOf, LOGIN_PATH } from '../kess/webPay/services';
import {
	readWebPayLogin,
	webPayLoginBody,
	webPayLoginKey,
	webPayTokens,
} from '../kess/webPay/login';
import { signedWebPayBody } from '../kess/webPay/request';
import { baseUrlProperty, loginProperties } from './shared/connection';
import { paymentProperties } from './shared/payments';

export class KessWebPayApi implements ICredentialType {
	name = 'kessWebPayApi';

	displayName = 'KESS WebPay API';

	icon: Icon = { light: 'file:../icons/kess.svg', dark: 'file:../icons/kess.dark.svg' };

	documentationUrl =
		'https://github.com/n8n-nodes-kesspay/n8n-nodes-kesspay/blob/main/docs/credentials.md';

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
					name: 'Production',
					value: 'production',
					description: 'Real payments. Check the address with KESS before you go live.',
				},
				{
					name: 'Custom',
					value: 'custom',
					description: 'An address of your own, for example the local sandbox of this package',
				},
			],
			default: 'sandbox',
		},
		baseUrlProperty,
		{
			displayName: 'Gateway Version',
			name: 'gatewayVersion',
			type: 'options',
			options: [
				{
					name: 'Version 1 (User and Password)',
					value: 'v1',
					description: 'Orders only. For merchants who were given no client ID.',
				},
				{
					name: 'Version 2 (OAuth2)',
					value: 'v2',
					description:
						'All services. For merchants who were given a client ID and a client secret.',
				},
			],
			default: 'v1',
		},
		{
			displayName: 'Username',
			name: 'username',
			type: 'string',
			default: '',
			required: true,
			description: 'API username that KESS gave you',
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
			displayName: 'Client ID',
			name: 'clientId',
			type: 'string',
			default: '',
			required: true,
			displayOptions: { show: { gatewayVersion: ['v2'] } },
		},
		{
			displayName: 'Client Secret',
			name: 'clientSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: 'Used to log in only. It is not the API secret key.',
			displayOptions: { show: { gatewayVersion: ['v2'] } },
		},
		{
			displayName: 'API Secret Key',
			name: 'apiSecretKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: 'Signs what is sent and verifies what is answered. It never leaves n8n.',
		},
		{
			displayName: 'Signature Type',
			name: 'signType',
			type: 'options',
			options: [
				{ name: 'HMAC-SHA256', value: 'HMAC-SHA256' },
				{ name: 'MD5', value: 'MD5' },
			],
			default: 'MD5',
			description: 'What KESS has set up for you. MD5 unless you were told otherwise.',
		},
		{
			displayName: 'Seller Code',
			name: 'sellerCode',
			type: 'string',
			default: '',
			placeholder: 'e.g. CU2107-0123456789',
			description:
				'Your seller code (version 2) or seller ID (version 1). Needed for whatever moves money: by it n8n remembers whose payments it has made.',
		},
		{
			displayName: 'RSA Public Key',
			name: 'publicKey',
			type: 'string',
			typeOptions: { rows: 4 },
			default: '',
			placeholder: 'e.g. -----BEGIN PUBLIC KEY-----',
			description:
				'The public key file that KESS gave you. Encrypts customer details in an order. May be left empty.',
			displayOptions: { show: { gatewayVersion: ['v2'] } },
		},
		...paymentProperties(
			'create orders and links and look things up',
			'It holds for KHQR > Pay, Quick Pay, Direct Pay and partial refunds. A full refund and a subscription do not say how much they move, so they have no limit.',
		),
		...loginProperties,
	];

	/**
	 * Logs in to gateway v2. n8n calls this on v1 too, because the token is empty there: no login may happen then.
	 */
	async preAuthentication(
		this: IHttpRequestHelper,
		credentials: ICredentialDataDecryptedObject,
	): Promise<IDataObject> {
		const account = readWebPayAccount(credentials);
		if (account.version === 'v1') return {};
		const key = webPayLoginKey(account);
		// n8n asks although there is a token only when the gateway has refused it.
		if (credentials.accessToken)
			webPayTokens.reject(key, String(credentials.accessToken), credentials.accessRenewAt);
		const grant = await webPayTokens.get(key, async () => {
			const answer = await requestLogin(
				async (options) => (await this.helpers.httpRequest(options)) as unknown,
				{
					origin: account.origin,
					path: LOGIN_PATH,
					body: webPayLoginBody(account),
				},
			);
			return readWebPayLogin(
				answer.statusCode,
				answer.body,
				new Redaction(webPayCredentialValues(account, [])),
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
		const account = readWebPayAccount(credentials);
		const authorization =
			account.version === 'v1'
				? basicAuthorization(account)
				: `Bearer ${String(credentials.accessToken ?? '')}`;
		return signedGatewayRequest(requestOptions, account.origin, authorization, (fields) => {
			requireWithinLimits(account.limits, fields, amountsOf(fields.service));
			return signedWebPayBody({ ...fields, sign_type: account.signType }, account.apiSecretKey);
		});
	};
}
