import type { PhpValue } from '../../phpInput.mts';
import type { SettingValues } from '../../settings.mts';
import type { Fields } from '../fields.mts';
import type { KhqrPaymentStore } from '../khqrPayments.mts';
import type { GatewayVersion, Order, OrderStore } from '../orders.mts';
import type { SavedCardStore } from '../savedCards.mts';
import type { SignType } from '../signature.mts';
import type { SubscriptionStore } from '../subscriptions.mts';
import type { UserStore } from '../users.mts';

/** A request whose sender and signature have been checked. */
export interface ServiceRequest {
	version: GatewayVersion;
	signType: SignType;
	fields: Fields;
	/** The seller named in the request, if any; it is known to exist. */
	sellerCode: string | undefined;
	orders: OrderStore;
	subscriptions: SubscriptionStore;
	khqrPayments: KhqrPaymentStore;
	savedCards: SavedCardStore;
	users: UserStore;
	/** The order as the request's gateway version shows it. */
	show: (order: Order) => { [field: string]: PhpValue };
	/** The sandbox's own origin. */
	origin: string;
	/** Look-ups show what was true then, in milliseconds since 1970. */
	seenAt: { orders: number; refunds: number };
	settings: SettingValues;
	/** Charges the buyer of an order. */
	charge: OrderStore['pay'];
}

export interface WebPayService {
	/** The specification's spelling; requests may use any case. */
	name: string;
	versions: readonly GatewayVersion[];
	/** It is asked for at the address for files, and nowhere else. */
	takesFiles?: boolean;
	/** @returns `data` of the answer. @throws Refusal */
	handle(request: ServiceRequest): { [field: string]: PhpValue } | PhpValue[];
}
