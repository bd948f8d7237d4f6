import { html } from 'hono/html';
import type { Order, OrderStatus } from '../webpay/orders.mts';
import { both, type Markup } from './layout.mts';

const WORDS: Record<OrderStatus | 'EXPIRED', readonly [english: string, khmer: string]> = {
	WAITING: ['Unpaid', 'មិនទាន់បង់ប្រាក់'],
	SUCCESS: ['Paid', 'បានបង់ប្រាក់រួច'],
	CLOSED: ['Closed', 'បានបិទ'],
	EXPIRED: ['Expired', 'ផុតកំណត់'],
	PARTIAL_REFUNDED: ['Refunded in part', 'បានសងប្រាក់វិញមួយផ្នែក'],
	REFUNDED: ['Refunded', 'បានសងប្រាក់វិញ'],
};

/** Whether nobody closed it: it ran out of time, which KESS calls CLOSED, too. */
export function isExpired({ closedAt, expiresAt }: Order): boolean {
	return closedAt === expiresAt;
}

/** The state of an order in a shop owner's words, in English and in Khmer. */
export function stateWords(order: Order): readonly [english: string, khmer: string] {
	return WORDS[isExpired(order) ? 'EXPIRED' : order.status];
}

/** The same with the gateway's word beside it. */
export function stateBadge(order: Order): Markup {
	return html`<span class="state ${order.status}">${stateWords(order)[0]} (${order.status})</span>`;
}

/** And in both languages, for the buyer. */
export function stateForBuyer(order: Order): Markup {
	return html`<p class="state ${order.status}">${both(...stateWords(order))}</p>`;
}
