import { type AmountFields, bareName, type GatewayService } from '../gateway/service';

/** Where the WebPay gateway lives and how its two versions differ (docs/gateway.md §1 to §3). */

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

/** Takes the files of gateway v2 (docs/gateway.md §1). */
const UPLOAD_PATH = '/api/mch/v2/upload-attachments';

/** The seller's code goes by another name in each version. */
export function sellerField(version: GatewayVersion): 'seller_id' | 'seller_code' {
	return version === 'v1' ? 'seller_id' : 'seller_code';
}

/** All that is known of a service (docs/gateway.md §3), which KESS spells in several ways and takes in all of them. What does not stand in its row is decided nowhere. */
export interface WebPayService extends GatewayService {
	/** Where the specification of version 1 spells it otherwise. */
	nameOnV1?: string;
	/** Its address, where it is not that of all the others. */
	path?: string;
	/** The gateway versions that have it. */
	versions: readonly GatewayVersion[];
	/**
	 * Whether something is decided by its answer, which then has to be signed. No signature covers a list (docs/gateway.md §5), nor
	 * the answer of a card payment without 3-D Secure: two times `false`.
	 */
	isDecisive: boolean;
	/** The versions in which it is called with the seller. */
	seller: readonly GatewayVersion[];
}

const BOTH = ['v1', 'v2'] as const;
const V2 = ['v2'] as const;

const row = (
	name: string,
	does: WebPayService['does'],
	{ versions = V2, isDecisive = true, seller = versions, ...rest }: Partial<WebPayService> = {},
): WebPayService => ({
	...rest,
	name: `webpay.acquire.${name}`,
	does,
	versions,
	isDecisive,
	seller,
});

/** What an order costs, and what its charge moves. */
const TOTAL: AmountFields = { amount: 'total_amount', currency: 'currency' };

/** A refund without an amount gives back all of the order. */
const PARTIAL: AmountFields = {
	amount: 'partial_refund_amount',
	currency: 'partial_refund_amount_ccy',
	mayOmit: true,
};

/** Every service that has an operation, in the spelling of KESS's own SDK. */
export const SERVICES = {
	createOrder: row('createorder', 'changes', { versions: BOTH }),
	closeOrder: row('closeorder', 'changes', { versions: BOTH }),
	queryOrder: row('queryOrder', 'reads', {
		versions: BOTH,
		seller: V2,
		nameOnV1: 'webpay.acquire.queryorder',
	}),
	queryOrderByDateRange: row('queryorderbydaterange', 'reads', { isDecisive: false }),
	nativePay: row('nativePay', 'changes'),
	quickPay: row('quickpay', 'pays', { operation: 'Payment > Quick Pay', amount: TOTAL }),
	directPay: row('directPay', 'pays', {
		isDecisive: false,
		operation: 'Payment > Direct Pay',
		amount: TOTAL,
	}),
	getPaymentMethods: row('getpaymentmethods', 'reads', { isDecisive: false }),
	getBakongMembers: row('getbakongmembers', 'reads', { isDecisive: false }),
	refund: row('v2Refund', 'pays', { operation: 'Refund > Create', amount: PARTIAL }),
	queryRefund: row('queryRefund', 'reads'),
	saveCard: row('saveCard', 'changes'),
	subscription: row('subscription', 'pays', { operation: 'Subscription > Create' }),
	generateSubscriptionLink: row('generateSubscriptionLink', 'changes'),
	cancelSubscription: row('cancelSubscription', 'changes'),
	reactivateSubscription: row('reActiveSubscription', 'changes'),
	getSubscriptions: row('getSubscriptions', 'reads', { isDecisive: false }),
	getSubscriptionTransactions: row('getSubscriptionTrxs', 'reads', { isDecisive: false }),
	decodeKhqr: row('decodeKhqr', 'reads'),
	payKhqr: row('payKhqr', 'pays', {
		operation: 'KHQR > Pay',
		amount: { amount: 'amount', currency: 'currency' },
	}),
	userProfile: row('userprofile', 'reads'),
	addUser: row('adduserundermerchant', 'changes'),
	uploadUserKyc: row('uploadUserKyc', 'changes', { path: UPLOAD_PATH }),
} as const satisfies Record<string, WebPayService>;

/** Services that are known to move money, and known by nothing but their name and fields: no operation can look before it pays. */
const PAYS_BLINDLY = [row('partnerconfirmfundtransfer', 'pays')];

const ALL: readonly WebPayService[] = Object.values(SERVICES);

const BY_NAME = new Map(ALL.map((service) => [service.name.toLowerCase(), service]));

/** The name alone: somebody may leave the prefix out, or write it twice. */
const ownName = (name: unknown) => bareName(name).replace(/^(?:webpay|acquire)+/, '');

const BY_OWN_NAME = new Map(
	[...ALL, ...PAYS_BLINDLY].map((service) => [ownName(service.name), service]),
);

/** Every way in which a service that pays names an amount. */
const ANY_AMOUNT = [...new Set(ALL.flatMap(({ amount }) => amount ?? []))].map((fields) => ({
	...fields,
	mayOmit: true,
}));

/** The name by which a service is called on this version. */
export function nameOn(version: GatewayVersion, { name, nameOnV1 = name }: WebPayService): string {
	return version === 'v1' ? nameOnV1 : name;
}

/**
 * A service as somebody has written its name: it is sent and signed so, and is what it is in any case of its letters. It
 * goes where all of them go, because there are no files with it.
 */
export function serviceNamed(name: string): WebPayService {
	const known = BY_NAME.get(name.toLowerCase()) ?? row('', 'pays', { isDecisive: false });
	return { ...known, name, nameOnV1: undefined, path: undefined, versions: BOTH, seller: BOTH };
}

/** The service that is known to move money and that this name may mean, in whichever way it is spelled. */
export function payingServiceNamed(name: string): WebPayService | undefined {
	const known = BY_OWN_NAME.get(ownName(name));
	return known?.does === 'pays' ? known : undefined;
}

/** Where a request to the service of this name says how much it moves; for one that nobody knows, wherever any service does. */
export function amountsOf(service: unknown): readonly AmountFields[] {
	const known = BY_OWN_NAME.get(ownName(service));
	if (known === undefined) return ANY_AMOUNT;
	return known.amount === undefined ? [] : [known.amount];
}
