import { randomBytes } from 'node:crypto';
import type { SandboxCore } from '../core.mts';
import type { MoneyKind } from '../money.mts';
import type { PhpArray } from '../phpInput.mts';
import type { Currency } from './fields.mts';
import { Refusal } from './refusal.mts';
import type { SignType } from './signature.mts';

export type GatewayVersion = 'v1' | 'v2';

/** What a merchant says when creating an order. */
export interface OrderRequest {
	version: GatewayVersion;
	signType: SignType;
	outTradeNo: string;
	body: string;
	/** The amount as it was written in the request. */
	amountText: string;
	amount: number;
	currency: Currency;
	sellerCode: string;
	detail: PhpArray[];
	loginType: string;
	notifyUrl: string | null;
	redirectUrl: string | null;
	expiresInSeconds: number;
	/** The payment method (its code) that the merchant has chosen for the buyer. */
	serviceCode?: string;
}

/** What a paid order can become, and what it was before. */
export type OrderStatus = 'WAITING' | 'SUCCESS' | 'CLOSED' | 'PARTIAL_REFUNDED' | 'REFUNDED';

/** Money given back. */
export interface Refund {
	/** Milliseconds since 1970. */
	at: number;
	amount: number;
	status: OrderStatus;
	reason: string;
	/** KESS's number of the refund. */
	transactionId: string;
	/** The merchant's own reference for the refund. */
	merchantReference: string | null;
}

/** What is asked for when money is to be given back. */
export interface RefundRequest extends Pick<Refund, 'reason' | 'merchantReference'> {
	/** `undefined` gives back all that is left. */
	amount: number | undefined;
	/** Who is to be told. */
	callbackUrl: string | null;
}

/** An order. Times are milliseconds since 1970. */
export interface Order extends OrderRequest {
	id: number;
	/** Names the order in its payment link. */
	token: string;
	status: OrderStatus;
	/** KESS's number of the payment; null until it is paid. */
	transactionId: string | null;
	createdAt: number;
	updatedAt: number;
	expiresAt: number;
	paidAt: number | null;
	/** When it was closed unpaid, or ran out of time; null until then. */
	closedAt: number | null;
	/** Oldest first. */
	refunds: Refund[];
}

/** The orders of both gateway versions, in memory. */
export class OrderStore {
	/** Oldest first; several of one number only where the setting `secondOrder` takes it again. */
	private byOutTradeNo = new Map<string, Order[]>();
	private byToken = new Map<string, Order>();
	private lastId = 0;

	/** @param changed called after an order was paid, refunded or closed on purpose, not when it ran out of time; with the address to be told */
	constructor(
		private readonly core: Pick<SandboxCore, 'now' | 'money' | 'settings'>,
		private readonly changed: (order: Order, url: string | null) => void,
	) {}

	/** @throws Refusal when the order number has been used before, whatever became of that order */
	create(request: OrderRequest): Order {
		const before = this.byOutTradeNo.get(request.outTradeNo) ?? [];
		if (before.length > 0 && this.core.settings.values.secondOrder === 'refuse') {
			throw new Refusal('DUPLICATED', `The out_trade_no ${request.outTradeNo} has already been used.`);
		}
		const now = this.core.now();
		this.lastId += 1;
		const order: Order = {
			...request,
			id: this.lastId,
			token: randomBytes(16).toString('hex'),
			status: 'WAITING',
			transactionId: null,
			createdAt: now,
			updatedAt: now,
			expiresAt: now + request.expiresInSeconds * 1000,
			paidAt: null,
			closedAt: null,
			refunds: [],
		};
		this.byOutTradeNo.set(order.outTradeNo, [...before, order]);
		this.byToken.set(order.token, order);
		return order;
	}

	/** @throws Refusal when there is no such order */
	find(outTradeNo: string): Order {
		return this.choose(outTradeNo, this.named(outTradeNo));
	}

	/** The order as it was at some time. @throws Refusal when there was none yet */
	findAt(outTradeNo: string, time: number): Order {
		return this.choose(
			outTradeNo,
			this.named(outTradeNo).flatMap((order) => orderAt(order, time) ?? []),
		);
	}

	/** The order of a payment link. */
	findByToken(token: string): Order | undefined {
		const order = this.byToken.get(token);
		return order && this.look(order);
	}

	/** Newest first. */
	all(): Order[] {
		return [...this.byToken.values()].reverse().map((order) => this.look(order));
	}

	/** All orders as they were at some time, newest first: a look-up may show what is no longer true. */
	allAt(time: number): Order[] {
		return this.all().flatMap((order) => orderAt(order, time) ?? []);
	}

	/**
	 * The buyer pays. Paying twice pays once.
	 *
	 * @param kind what it is in the books
	 * @throws Refusal when the order is closed
	 */
	pay(order: Order, kind: MoneyKind = 'charge'): void {
		this.look(order);
		if (order.status === 'CLOSED') throw new Refusal('PROCESS_FAILED', `The order ${order.outTradeNo} is closed.`);
		if (order.paidAt !== null) return;
		const now = this.core.now();
		Object.assign(order, {
			status: 'SUCCESS',
			transactionId: `9${String(now)}${String(order.id).padStart(5, '0')}`,
			paidAt: now,
			updatedAt: now,
		} satisfies Partial<Order>);
		this.book(order, kind);
		this.changed(order, order.notifyUrl);
	}

	/** The buyer of a subscription is charged once more for the same order. */
	payAgain(order: Order): void {
		this.book(order, 'subscription');
	}

	/** Closing twice closes once. @throws Refusal when the order is paid */
	close(order: Order): void {
		this.look(order);
		if (order.paidAt !== null) throw new Refusal('PROCESS_FAILED', `The order ${order.outTradeNo} is already paid.`);
		if (order.status === 'CLOSED') return;
		const now = this.core.now();
		Object.assign(order, { status: 'CLOSED', closedAt: now, updatedAt: now } satisfies Partial<Order>);
		this.changed(order, order.notifyUrl);
	}

	/**
	 * Gives money back, any number of times until nothing is left. The merchant's reference does not keep a refund from
	 * being made twice: what KESS does about that is not published, so callers have to be safe with the worst (the setting
	 * `secondRefund` has the other way).
	 *
	 * @throws Refusal when the order is not paid, or less is left
	 */
	refund(order: Order, { amount, reason, merchantReference, callbackUrl }: RefundRequest): Refund {
		this.look(order);
		if (order.paidAt === null) throw new Refusal('PROCESS_FAILED', `The order ${order.outTradeNo} is not paid.`);
		const cents = (value: number) => Math.round(value * 100);
		const left = order.refunds.reduce((rest, refund) => rest - cents(refund.amount), cents(order.amount));
		if (left === 0) throw new Refusal('PROCESS_FAILED', `The order ${order.outTradeNo} is already refunded.`);
		const asked = amount === undefined ? left : cents(amount);
		if (asked > left) throw new Refusal('PROCESS_FAILED', `Only ${left / 100} ${order.currency} of the order ${order.outTradeNo} can be refunded.`);
		const status: OrderStatus = asked === left ? 'REFUNDED' : 'PARTIAL_REFUNDED';
		const transactionId = `R${order.transactionId}${String(order.refunds.length + 1)}`;
		const refund: Refund = { at: this.core.now(), amount: asked / 100, status, reason, transactionId, merchantReference };
		order.refunds.push(refund);
		this.core.money.book({
			kind: 'refund',
			number: merchantReference ?? order.outTradeNo,
			amount: refund.amount,
			currency: order.currency,
			what: order.outTradeNo,
			at: refund.at,
		});
		Object.assign(order, { status, updatedAt: refund.at } satisfies Partial<Order>);
		this.changed(order, callbackUrl);
		return refund;
	}

	clear(): void {
		this.byOutTradeNo.clear();
		this.byToken.clear();
	}

	private book({ outTradeNo: number, amount, currency, body: what }: Order, kind: MoneyKind): void {
		this.core.money.book({ kind, number, amount, currency, what, at: this.core.now() });
	}

	private named(outTradeNo: string): Order[] {
		return (this.byOutTradeNo.get(outTradeNo) ?? []).map((order) => this.look(order));
	}

	/** Of several orders under one number the first that is paid, else the newest. */
	private choose(outTradeNo: string, orders: Order[]): Order {
		const order = orders.find(({ paidAt }) => paidAt !== null) ?? orders.at(-1);
		if (!order) throw new Refusal('NOT_FOUND', `There is no order with the out_trade_no ${outTradeNo}.`);
		return order;
	}

	/** An order that has run out of time is closed as soon as somebody looks at it. */
	private look(order: Order): Order {
		if (order.status === 'WAITING' && this.core.now() >= order.expiresAt) {
			Object.assign(order, { status: 'CLOSED', closedAt: order.expiresAt, updatedAt: order.expiresAt } satisfies Partial<Order>);
		}
		return order;
	}
}

/** An order as it was at some time; `undefined` before it was made. */
function orderAt(order: Order, time: number): Order | undefined {
	if (order.createdAt > time) return undefined;
	const by = (event: number | null) => (event !== null && event <= time ? event : null);
	const refunds = order.refunds.filter(({ at }) => at <= time);
	const [paidAt, closedAt, lastRefund] = [by(order.paidAt), by(order.closedAt), refunds.at(-1)];
	return {
		...order,
		status: lastRefund?.status ?? (paidAt !== null ? 'SUCCESS' : closedAt !== null ? 'CLOSED' : 'WAITING'),
		transactionId: paidAt === null ? null : order.transactionId,
		paidAt,
		closedAt,
		refunds,
		updatedAt: lastRefund?.at ?? paidAt ?? closedAt ?? order.createdAt,
	};
}
