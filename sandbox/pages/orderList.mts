import { html } from 'hono/html';
import type { Notification } from '../webpay/notifications.mts';
import type { Order } from '../webpay/orders.mts';
import { count, table, words, type Markup } from './layout.mts';
import { stateBadge, stateWords } from './orderState.mts';
import { orderMoney } from './payPage.mts';

/** Orders on one page. */
const PER_PAGE = 10;

/** Which orders are asked for. */
export interface OrderListing {
	/** All that there are, newest first. */
	orders: readonly Order[];
	notifications: readonly Notification[];
	/** A part of the number or title, or the beginning of the state. */
	search: string;
	/** Of the page, from 1. */
	number: number;
}

/** Every order, its state, its payment page and whether the shop was told; found by a search, page by page. */
export function orderList({ orders, notifications, search, number }: OrderListing): Markup {
	const found = orders.filter((order) => matches(order, search));
	const last = Math.max(1, Math.ceil(found.length / PER_PAGE));
	const current = Number.isInteger(number) ? Math.min(Math.max(number, 1), last) : 1;
	const shown = found.slice((current - 1) * PER_PAGE, current * PER_PAGE);
	const to = (target: number) => `/?${new URLSearchParams({ q: search, page: String(target) }).toString()}#orders`;
	return html`<section class="card" aria-labelledby="orders">
<h2 id="orders">Orders</h2>
<form method="get" action="/#orders" role="search" class="row">
<label for="search">Search orders</label>
<input type="search" id="search" name="q" value="${search}">
<button class="small">Search</button>
</form>
${
	orders.length === 0
		? html`<p>There are no orders yet. Run a workflow that creates one, then reload this page.</p>`
		: html`<p class="soft">${count(found.length, 'order')}${search === '' ? '' : ' found'}${last > 1 ? `, page ${current} of ${last}` : ''}</p>`
}
${shown.length === 0 ? '' : orderTable(shown, notifications)}
${
	last === 1
		? ''
		: html`<nav aria-label="Pages of orders" class="row">
${current > 1 ? html`<a class="tap" href="${to(current - 1)}">Newer orders</a>` : ''}
${current < last ? html`<a class="tap" href="${to(current + 1)}">Older orders</a>` : ''}
</nav>`
}
</section>`;
}

function matches(order: Order, search: string): boolean {
	const plain = (text: string) => text.normalize('NFC').toLowerCase();
	const asked = plain(search.trim());
	// From its beginning: whoever looks for Paid does not mean Unpaid.
	const isState = [order.status, ...stateWords(order)].some((text) => plain(text).startsWith(asked));
	return isState || [order.outTradeNo, order.body].some((text) => plain(text).includes(asked));
}

function orderTable(orders: readonly Order[], notifications: readonly Notification[]): Markup {
	return table(
		['Order', 'Title', 'Amount', 'Status', 'Payment page', 'Your shop was told'],
		orders.map((order) => ({
			cells: [
				html`<code>${order.outTradeNo}</code>`,
				words(order.body),
				orderMoney(order),
				stateBadge(order),
				html`<a class="tap" href="/pay/${order.token}">Open order ${order.outTradeNo}</a>`,
				notificationCell(order, notifications.filter(({ out_trade_no: told }) => told === order.outTradeNo)),
			],
		})),
	);
}

function notificationCell(order: Order, notifications: Notification[]): Markup {
	if (order.notifyUrl === null) return html`<span class="soft">no notify address</span>`;
	if (notifications.length === 0) return html`<span class="soft">not yet</span>`;
	return html`${notifications.map(({ status, state, attempts }) => {
		const last = attempts.at(-1);
		const said = last === undefined ? '' : last.status === null ? `, no answer: ${last.error ?? ''}` : `, answer ${last.status}`;
		const tries = attempts.length > 1 ? `, ${attempts.length} attempts` : '';
		return html`<div class="${state === 'given up' ? 'bad' : ''}">${status} ${state}${said}${tries}</div>`;
	})}`;
}
