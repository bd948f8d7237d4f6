/** Where the WebPay gateway lives and how its two versions differ (kess-api §1 to §3). */

export type GatewayVersion = 'v1' | 'v2';

/** Origins by the credential's environment; a custom one is entered by the user. */
export const WEBPAY_HOSTS: ReadonlyMap<string, string> = new Map([
	['sandbox', 'https://devwebpayment.kesspay.io'],
	['production', 'https://webpay.kesspay.io'],
]);

/** OAuth2 password grant of gateway v2. */
export const LOGIN_PATH = '/oauth/token';

/** The one address that answers every service of a version. */
export function gatewayPath(version: GatewayVersion): string {
	return `/api/mch/${version}/gateway`;
}

/** The seller's code goes by another name in each version. */
export function sellerField(version: GatewayVersion): 'seller_id' | 'seller_code' {
	return version === 'v1' ? 'seller_id' : 'seller_code';
}

/** In lower case: KESS itself spells them in several ways. */
const READS: ReadonlySet<string> = new Set([
	'webpay.acquire.decodekhqr',
	'webpay.acquire.getbakongmembers',
	'webpay.acquire.getpaymentmethods',
	'webpay.acquire.getsubscriptions',
	'webpay.acquire.getsubscriptiontrxs',
	'webpay.acquire.queryorder',
	'webpay.acquire.queryorderbydaterange',
	'webpay.acquire.queryrefund',
]);

/** Whether a service is known to change nothing, so that it may be asked again without knowing what became of it. */
export function isWebPayRead(service: string): boolean {
	return READS.has(service.toLowerCase());
}

/**
 * Services whose answers decide something, in lower case. All others list what no signature covers anyhow (kess-api §5), or
 * are not known; and the answer of a card payment without 3-D Secure is two times `false`, so the order is looked up.
 */
const DECIDING: ReadonlySet<string> = new Set(
	[
		...['createorder', 'nativepay', 'quickpay', 'closeorder', 'queryorder', 'queryrefund', 'v2refund', 'savecard'],
		...['subscription', 'generatesubscriptionlink', 'cancelsubscription', 'reactivesubscription', 'decodekhqr', 'paykhqr'],
	].map((name) => `webpay.acquire.${name}`),
);

/** Whether the answer of a service is believed although its signature covers nothing. */
export function maySignNothing(service: string): boolean {
	return !DECIDING.has(service.toLowerCase());
}
