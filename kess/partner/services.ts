import { type AmountFields, bareName, type GatewayService } from '../gateway/service';

/** Where the KESS Partner gateway lives and what it can do (docs/gateway.md §13). */

/** Origins by the credential's environment. No production host is published: it is entered as a custom one. */
export const PARTNER_HOSTS: ReadonlyMap<string, string> = new Map([
	['sandbox', 'https://clientdev.kesspay.io'],
]);

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

/** How much a transfer moves: said when it is prepared, and never again. */
const AMOUNT: AmountFields = { amount: 'amount', currency: 'currency' };

/** A service of this gateway. */
export interface PartnerService extends GatewayService {
	/** Fields that its answer always has (docs/gateway.md §13, Response success data). */
	promises?: readonly string[];
}

const TRANSFER = ['receiver_id', 'amount', 'currency'];
const PREPARED_TRANSFER = [...TRANSFER, 'pre_transfer_id'];

/** All that is known of a service. What does not stand in its row is decided nowhere. */
export const SERVICES = {
	createTransfer: {
		name: CREATE_TRANSFER,
		does: 'changes',
		amount: AMOUNT,
		promises: PREPARED_TRANSFER,
	},
	confirmTransfer: {
		name: CONFIRM_TRANSFER,
		does: 'pays',
		operation: 'Fund Transfer > Confirm',
		promises: PREPARED_TRANSFER,
	},
	queryTransfer: { name: QUERY_TRANSFER, does: 'reads', promises: TRANSFER },
} as const satisfies Record<string, PartnerService>;

const ALL: readonly PartnerService[] = Object.values(SERVICES);

const BY_BARE_NAME = new Map(ALL.map((service) => [bareName(service.name), service]));

/** A service as somebody has written its name: what it is in any case of its letters, and the worst when nobody knows it. */
export function serviceNamed(name: string): PartnerService {
	return (
		ALL.find((service) => service.name.toLowerCase() === name.toLowerCase()) ?? {
			name,
			does: 'pays',
		}
	);
}

/** The service that is known to move money and that this name may mean, in whichever way it is spelled. */
export function payingServiceNamed(name: string): GatewayService | undefined {
	const known = BY_BARE_NAME.get(bareName(name));
	return known?.does === 'pays' ? known : undefined;
}

/** Where a request to the service of this name says how much it moves; for one that nobody knows, where a transfer does. */
export function amountsOf(service: unknown): readonly AmountFields[] {
	const known = BY_BARE_NAME.get(bareName(service));
	if (known === undefined) return [{ ...AMOUNT, mayOmit: true }];
	return known.amount === undefined ? [] : [known.amount];
}
