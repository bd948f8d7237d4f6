import { randomBytes } from 'node:crypto';
import type { SandboxCore } from '../core.mts';
import type { Order } from './orders.mts';
import { Refusal } from './refusal.mts';

export const INTERVALS = ['daily', 'weekly', 'monthly'] as const;

export type Interval = (typeof INTERVALS)[number];

/** Money taken for one period. Times are milliseconds since 1970. */
export interface Charge {
	transactionId: string;
	at: number;
}

/** Payments that repeat themselves; the first one is that of its order. */
export interface Subscription {
	code: string;
	order: Order;
	interval: Interval;
	createdAt: number;
	/** The words for subscriptions are not published: these are the sandbox's own. */
	status: 'PENDING' | 'ACTIVE' | 'CANCELLED';
	charges: Charge[];
	/** When the next charge is due; null before the first one. */
	nextAt: number | null;
}

/** The subscriptions of the sandbox, in memory. What time has brought about is done as soon as somebody looks. */
export class SubscriptionStore {
	private byCode = new Map<string, Subscription>();

	constructor(private readonly core: Pick<SandboxCore, 'now' | 'money' | 'settings'>) {}

	/** A subscription begins when its order is paid. */
	create(order: Order, interval: Interval): Subscription {
		const code = `SUB-${randomBytes(8).toString('hex')}`;
		const subscription: Subscription = {
			code,
			order,
			interval,
			createdAt: this.core.now(),
			status: 'PENDING',
			charges: [],
			nextAt: null,
		};
		this.byCode.set(code, subscription);
		return this.look(subscription);
	}

	/** @throws Refusal when there is no such subscription */
	find(code: string): Subscription {
		const subscription = this.byCode.get(code);
		if (!subscription) throw new Refusal('NOT_FOUND', `There is no subscription with the code ${code}.`);
		return this.look(subscription);
	}

	/** The newest one that began with an order. @throws Refusal when there is none */
	ofOrder(outTradeNo: string): Subscription {
		const subscription = this.all().find(({ order }) => order.outTradeNo === outTradeNo);
		if (!subscription) throw new Refusal('NOT_FOUND', `There is no subscription of the order ${outTradeNo}.`);
		return subscription;
	}

	/** Newest first. */
	all(): Subscription[] {
		return [...this.byCode.values()].reverse().map((subscription) => this.look(subscription));
	}

	/** @throws Refusal when it is cancelled already */
	cancel(subscription: Subscription): void {
		if (subscription.status === 'CANCELLED') {
			throw new Refusal('PROCESS_FAILED', `The subscription ${subscription.code} is already cancelled.`);
		}
		subscription.status = 'CANCELLED';
	}

	/** Charges go on; those that would have been due in the meantime are not made up for. @throws Refusal unless it is cancelled */
	reactivate(subscription: Subscription): void {
		if (subscription.status !== 'CANCELLED') {
			throw new Refusal('PROCESS_FAILED', `The subscription ${subscription.code} is not cancelled.`);
		}
		subscription.status = subscription.charges.length === 0 ? 'PENDING' : 'ACTIVE';
		const now = this.core.now();
		while (subscription.nextAt !== null && subscription.nextAt <= now) {
			subscription.nextAt = after(subscription.nextAt, subscription.interval);
		}
	}

	/** Charges for the next period now instead of when it is due. @throws Refusal unless it is active */
	renew(subscription: Subscription): Charge {
		if (subscription.status !== 'ACTIVE') throw new Refusal('PROCESS_FAILED', `The subscription ${subscription.code} is not active.`);
		return this.charge(subscription, this.core.now());
	}

	clear(): void {
		this.byCode.clear();
	}

	private look(subscription: Subscription): Subscription {
		const { order, charges } = subscription;
		if (subscription.status === 'PENDING' && order.paidAt !== null) {
			subscription.status = 'ACTIVE';
			charges.push({ transactionId: String(order.transactionId), at: order.paidAt });
			subscription.nextAt = after(order.paidAt, subscription.interval);
		}
		while (subscription.status === 'ACTIVE' && subscription.nextAt !== null && subscription.nextAt <= this.core.now()) {
			this.charge(subscription, subscription.nextAt);
		}
		return subscription;
	}

	private charge(subscription: Subscription, at: number): Charge {
		const { order, charges, interval, nextAt } = subscription;
		const charge = { transactionId: `${String(charges[0]?.transactionId)}-${charges.length + 1}`, at };
		charges.push(charge);
		if (this.core.settings.values.orderShowsCharge === 'last') Object.assign(order, { transactionId: charge.transactionId, paidAt: at } satisfies Partial<Order>);
		subscription.nextAt = after(nextAt ?? at, interval);
		const { amount, currency, outTradeNo: what } = order;
		this.core.money.book({ kind: 'renewal', number: charge.transactionId, amount, currency, what, at });
		return charge;
	}
}

function after(time: number, interval: Interval): number {
	const date = new Date(time);
	if (interval === 'monthly') {
		const [year, nextMonth] = [date.getUTCFullYear(), date.getUTCMonth() + 1];
		const lastDay = new Date(Date.UTC(year, nextMonth + 1, 0)).getUTCDate();
		date.setUTCMonth(nextMonth, Math.min(date.getUTCDate(), lastDay));
	} else {
		date.setUTCDate(date.getUTCDate() + (interval === 'weekly' ? 7 : 1));
	}
	return date.getTime();
}
