import { html } from 'hono/html';
import { partnerCredentialRows, webPayCredentialRows } from '../accounts.mts';
import type { Notification } from '../webpay/notifications.mts';
import type { Order } from '../webpay/orders.mts';
import { formatMoney, page, stateBadge } from './layout.mts';

/** How many orders the page lists; `GET /sandbox/orders` has them all. */
const SHOWN = 100;

/** What a shop owner sees first: every order, its state, its payment link and whether the shop was told. */
export function startPage(orders: readonly Order[], notifications: readonly Notification[], origin: string) {
	const told = new Map<string, Notification[]>();
	for (const notification of notifications) {
		told.set(notification.out_trade_no, [...(told.get(notification.out_trade_no) ?? []), notification]);
	}
	return page(
		'KESS sandbox',
		html`<div class="card">
<h1>KESS sandbox</h1>
<p>This program behaves like the payment gateway of KESS. You can try out everything here: nobody is charged, and nothing leaves this computer except the notifications to your own shop.</p>
</div>
<div class="card">
<h2>Orders</h2>
${orders.length === 0 ? html`<p>There are no orders yet. Run a workflow that creates one, then reload this page.</p>` : orderTable(orders, told)}
</div>
<div class="card">
<h2>Payouts</h2>
<p><a href="/ledger">Show who was paid what</a></p>
</div>
<div class="card">
<h2>Credentials for n8n: KESS WebPay</h2>
${credentialTable(webPayCredentialRows(origin))}
<p class="soft">These are made up and open nothing at KESS.</p>
</div>
<div class="card">
<h2>Credentials for n8n: KESS Partner</h2>
${credentialTable(partnerCredentialRows(origin))}
<p>The private key and the public key of KESS are <a href="/sandbox/partner/keys">here</a>, on this computer only.</p>
<p class="soft">These are made up, too, and open nothing at KESS.</p>
</div>`,
		{ wide: true },
	);
}

function credentialTable(rows: Array<[label: string, value: string]>) {
	return html`<table class="credentials">${rows.map(
		([label, value]) => html`<tr><td>${label}</td><td><code>${value}</code></td></tr>`,
	)}</table>`;
}

function orderTable(orders: readonly Order[], told: Map<string, Notification[]>) {
	return html`<div class="scroll"><table class="orders">
<thead><tr><th>Order</th><th>Title</th><th>Amount</th><th>Status</th><th>Payment page</th><th>Your shop was told</th></tr></thead>
<tbody>${orders.slice(0, SHOWN).map(
		(order) => html`<tr>
<td><code>${order.outTradeNo}</code></td><td>${order.body}</td>
<td class="nowrap">${formatMoney(order.amount, order.currency)}</td>
<td>${stateBadge(order.status)}</td>
<td><a href="/pay/${order.token}">Open</a></td>
<td>${notificationCell(order, told.get(order.outTradeNo) ?? [])}</td>
</tr>`,
	)}</tbody>
</table></div>
${orders.length > SHOWN ? html`<p class="soft">The newest ${SHOWN} of ${orders.length} orders.</p>` : ''}`;
}

function notificationCell(order: Order, notifications: Notification[]) {
	if (order.notifyUrl === null) return html`<span class="soft">no notify address</span>`;
	if (notifications.length === 0) return html`<span class="soft">not yet</span>`;
	return notifications.map(({ status, state, attempts }) => {
		const last = attempts.at(-1);
		const said = last === undefined ? '' : last.status === null ? `, no answer: ${last.error ?? ''}` : `, answer ${last.status}`;
		const tries = attempts.length > 1 ? `, ${attempts.length} attempts` : '';
		return html`<div class="${state === 'given up' ? 'bad' : ''}">${status} ${state}${said}${tries}</div>`;
	});
}
