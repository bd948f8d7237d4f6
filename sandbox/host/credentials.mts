import { partnerAccount, senderName, webPayAccount } from '../accounts.mts';
import type { Sandbox } from '../server.mts';
import type { Credential } from './restClient.mts';

/** What a KESS WebPay credential holds that opens the sandbox. */
export function webPayCredential({ url }: Pick<Sandbox, 'url'>, version: 'v1' | 'v2'): Record<string, string> {
	const { clientId, clientSecret, sellerName: _shown, ...account } = webPayAccount;
	const common = { environment: 'custom', baseUrl: url, gatewayVersion: version, ...account };
	return version === 'v1' ? common : { ...common, clientId, clientSecret };
}

/** What a KESS Partner credential holds that opens the sandbox. */
export function partnerCredential({ url, partnerKeys }: Pick<Sandbox, 'url' | 'partnerKeys'>): Record<string, string> {
	const { partnerPrivateKey: privateKey, kessPublicKey } = partnerKeys;
	return { environment: 'custom', baseUrl: url, ...partnerAccount, privateKey, kessPublicKey, senderName };
}

/**
 * The credentials that an n8n of the sandbox has, with the fixed ids that the example workflows name.
 *
 * @param sandbox the local gateway
 */
export function sandboxCredentials(sandbox: Pick<Sandbox, 'url' | 'partnerKeys'>): Array<Credential & { id: string }> {
	return [
		{ id: 'kessWebPaySandbox', name: 'KESS WebPay sandbox (v2)', type: 'kessWebPayApi', data: webPayCredential(sandbox, 'v2') },
		{ id: 'kessWebPaySandboxV1', name: 'KESS WebPay sandbox (v1)', type: 'kessWebPayApi', data: webPayCredential(sandbox, 'v1') },
		{ id: 'kessPartnerSandbox', name: 'KESS Partner sandbox', type: 'kessPartnerApi', data: partnerCredential(sandbox) },
	];
}
