/** The one merchant that the sandbox's WebPay gateway knows. Every value is made up: none opens anything at KESS. */
export const webPayAccount = {
	username: 'sandbox-user',
	password: 'sandbox-password',
	clientId: 'sandbox-client',
	clientSecret: 'sandbox-client-secret',
	apiSecretKey: 'sandbox-api-secret',
	/** Sent as `seller_id` on v1 and as `seller_code` on v2. */
	sellerCode: 'CU2611-100200300',
	sellerName: 'Srey Oun Online Seller',
	signType: 'MD5',
} as const;

/** What is to be entered in n8n, by label. @param origin the sandbox's own */
export function webPayCredentialRows(origin: string): Array<[label: string, value: string]> {
	return [
		['Base URL', origin],
		['Username', webPayAccount.username],
		['Password', webPayAccount.password],
		['Client ID (v2)', webPayAccount.clientId],
		['Client secret (v2)', webPayAccount.clientSecret],
		['API secret key', webPayAccount.apiSecretKey],
		['Sign type', webPayAccount.signType],
		['Seller code', webPayAccount.sellerCode],
	];
}
