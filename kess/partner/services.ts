import type { GatewayService } from '../gateway/service';

/** Where the KESS Partner gateway lives and what it can do (docs/gateway.md §13). */

/** Origins by the credential's environment. No production host is published: it is entered as a custom one. */
export const PARTNER_HOSTS: ReadonlyMap<string, string> = new Map([['sandbox', 'https://clientdev.kesspay.io']]);

/** GET ACCESS TOKEN. */
export const PARTNER_LOGIN_PATH = '/partnerapi/v1/token';

/** The one address that answers every service. */
export const PARTNER_GATEWAY_PATH = '/partnerapi/v1/gateway';

/** Prepares a transfer and names its receiver. No money moves. */
export const CREATE_TRANSFER = 'create.unified.fundTransfer';

/** Pays a prepared transfer out. */
export const CONFIRM_TRANSFER = 'confirm.fundTransfer';

/** Looks a transfer up by the partner's own reference. */
export const QUERY_TRANSFER = 'query.fundTransfer';

/** All that is known of a service. What does not stand in its row is decided nowhere. */
export const SERVICES = {
	createTransfer: { name: CREATE_TRANSFER, does: 'changes' },
	confirmTransfer: { name: CONFIRM_TRANSFER, does: 'pays' },
	queryTransfer: { name: QUERY_TRANSFER, does: 'reads' },
} as const satisfies Record<string, GatewayService>;

/** Whether a service is known to change nothing, so that it may be asked again without knowing what became of it. */
export function isPartnerRead(service: string): boolean {
	return service.toLowerCase() === QUERY_TRANSFER.toLowerCase();
}
