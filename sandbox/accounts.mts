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

/** The one partner that the sandbox's Partner gateway knows, made up as well. Its RSA keys are made when the sandbox starts. */
export const partnerAccount = {
	partnerId: 'sandbox-partner',
	partnerSecretKey: 'sandbox-partner-secret',
	userName: 'sandbox-partner-user',
	password: 'sandbox-partner-password',
} as const;

/** Whose gateway it is: what tells one company from another, when all else of their logins is the same. */
export interface Company {
	sellerCode: string;
	partnerId: string;
}

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

/** The same for the Partner credential, without its keys. */
export function partnerCredentialRows(origin: string): Array<[label: string, value: string]> {
	return [
		['Base URL', origin],
		['Partner ID', partnerAccount.partnerId],
		['Partner secret key', partnerAccount.partnerSecretKey],
		['User name', partnerAccount.userName],
		['Password', partnerAccount.password],
	];
}
