import { partnerAccount, webPayAccount } from '../accounts.mts';
import type { Sandbox } from '../server.mts';
import type { Credential } from './restClient.mts';

/**
 * The credentials that an n8n of the sandbox has, with the fixed ids that the example workflows name.
 *
 * @param sandbox the local gateway
 */
export function sandboxCredentials({
	url,
	partnerKeys,
}: Pick<Sandbox, 'url' | 'partnerKeys'>): Array<Credential & { id: string }> {
	const webPay = {
		environment: 'custom',
		baseUrl: url,
		username: webPayAccount.username,
		password: webPayAccount.password,
		apiSecretKey: webPayAccount.apiSecretKey,
		signType: webPayAccount.signType,
		sellerCode: webPayAccount.sellerCode,
	};
	return [
		{
			id: 'kessWebPaySandbox',
			name: 'KESS WebPay sandbox (v2)',
			type: 'kessWebPayApi',
			data: {
				...webPay,
				gatewayVersion: 'v2',
				clientId: webPayAccount.clientId,
				clientSecret: webPayAccount.clientSecret,
			},
		},
		{
			id: 'kessWebPaySandboxV1',
			name: 'KESS WebPay sandbox (v1)',
			type: 'kessWebPayApi',
			data: { ...webPay, gatewayVersion: 'v1' },
		},
		{
			id: 'kessPartnerSandbox',
			name: 'KESS Partner sandbox',
			type: 'kessPartnerApi',
			data: {
				environment: 'custom',
				baseUrl: url,
				partnerId: partnerAccount.partnerId,
				partnerSecretKey: partnerAccount.partnerSecretKey,
				userName: partnerAccount.userName,
				password: partnerAccount.password,
				privateKey: partnerKeys.partnerPrivateKey,
				kessPublicKey: partnerKeys.kessPublicKey,
			},
		},
	];
}
