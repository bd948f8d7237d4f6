import { html } from 'hono/html';
import { isPhpArray, phpText, type PhpArray, type PhpValue } from '../phpInput.mts';
import type { Order } from '../webpay/orders.mts';
import { formatMoney, page, stateBadge } from './layout.mts';

/** The page behind a payment link: what is to be paid, and buttons that take the part of the buyer. */
export function payPage(order: Order) {
	return page(
		`${order.body} – ${formatMoney(order.amount, order.currency)}`,
		html`<div class="card">
<h1>${order.body}</h1>
<p class="soft">Order ${order.outTradeNo}</p>
<p class="amount">${formatMoney(order.amount, order.currency)}</p>
${order.detail.length > 0 ? detailTable(order) : ''}
${order.status === 'WAITING' ? buttons() : result(order)}
</div>
<p class="soft">This page stands in for the one where your customer pays. ${order.status === 'WAITING' ? `The link is good until ${clock(order.expiresAt)}.` : ''}</p>`,
	);
}

/** Shown for a payment link that names no order. */
export function unknownLinkPage() {
	return page(
		'Unknown payment link',
		html`<div class="card"><h1>This payment link is not known</h1>
<p>The sandbox forgets its orders when it is restarted or reset. Create a new order to get a new link.</p>
<p><a href="/">Show all orders</a></p></div>`,
	);
}

function buttons() {
	return html`<form method="post">
<button name="action" value="pay">Pay</button>
<button class="plain" name="action" value="close">Close without paying</button>
</form>`;
}

function result(order: Order) {
	return html`<p class="result">${stateBadge(order.status)}</p>
${
	order.paidAt !== null
		? html`<p>Paid at ${clock(order.paidAt)}. </p><p class="soft">Transaction ${order.transactionId}</p>`
		: html`<p>This order was closed at ${clock(order.updatedAt)} and can no longer be paid.</p>`
}
${order.redirectUrl === null ? '' : html`<p><a class="button" href="${returnAddress(order.redirectUrl, order.outTradeNo)}">Back to the shop</a></p>`}`;
}

/** KESS appends the order number when it sends the buyer back (docs/gateway.md §5, redirect_url). */
function returnAddress(redirectUrl: string, outTradeNo: string): string {
	const address = new URL(redirectUrl);
	address.searchParams.set('out_trade_no', outTradeNo);
	return address.href;
}

function detailTable({ detail, currency }: Order) {
	const cell = (value: PhpValue | undefined) => (value === undefined || typeof value === 'object' ? '' : phpText(value));
	const price = (line: PhpArray) => {
		const discount = Number(cell(line.discount));
		return `${cell(line.qty)} × ${cell(line.price)}${discount > 0 ? ` − ${discount} each` : ''}`;
	};
	return html`<table>
<thead><tr><th>Item</th><th class="number">Quantity × ${currency}</th></tr></thead>
<tbody>${detail.filter(isPhpArray).map(
		(line) => html`<tr><td>${cell(line.name)}<br><span class="soft">No. ${cell(line.no)}</span></td><td class="number">${price(line)}</td></tr>`,
	)}</tbody>
</table>`;
}

/** `2026-11-21 07:05 UTC` */
function clock(time: number): string {
	return `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
