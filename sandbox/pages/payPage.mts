import { html, raw } from 'hono/html';
import { renderSVG } from 'uqr';
import { webPayAccount } from '../accounts.mts';
import { paymentLink } from '../webpay/orderData.mts';
import type { Order } from '../webpay/orders.mts';
import { both, localTime, page, paragraphs, words, type Markup } from './layout.mts';
import { money, readDecimal } from './money.mts';
import { isExpired, stateForBuyer, stateWords } from './orderState.mts';
import { productLines } from './productLines.mts';

/** What is to be paid for an order. */
export function orderMoney({ amountText, currency }: Order): Markup {
	const amount = readDecimal(amountText);
	return amount ? money(amount, currency) : amountText;
}

/** The page behind a payment link, in English and Khmer: what is to be paid, and buttons that take the part of the buyer. */
export function payPage(order: Order, origin: string) {
	const shop = webPayAccount.sellerName;
	return page(
		`${order.status === 'WAITING' ? 'Pay' : stateWords(order)[0]} – ${order.body} – ${shop}`,
		html`<div class="card">
<h1>${shop}</h1>
<p>${words(order.body)}</p>
<p class="soft">${both('Order', 'លេខបញ្ជាទិញ')} <code>${order.outTradeNo}</code></p>
<p class="amount">${orderMoney(order)}</p>
${order.detail.length > 0 ? productLines(order) : ''}
${order.status === 'WAITING' ? toPay(order, paymentLink(order, origin)) : result(order)}
</div>
<div class="soft">${paragraphs('This page stands in for the one where your customer pays.', 'ទំព័រនេះតំណាងឱ្យទំព័រដែលអតិថិជនរបស់អ្នកបង់ប្រាក់។')}</div>`,
	);
}

/** Shown for a payment link that names no order. */
export function unknownLinkPage() {
	return page(
		'Unknown payment link',
		html`<div class="card"><h1>This payment link is not known</h1>
<p lang="km">រកមិនឃើញតំណបង់ប្រាក់នេះទេ។</p>
<p>The sandbox forgets its orders when it is restarted or reset. Create a new order to get a new link.</p>
<p><a class="tap" href="/">Show all orders</a></p></div>`,
	);
}

function toPay(order: Order, link: string): Markup {
	const until = localTime(order.expiresAt);
	return html`<form method="post" class="stack">
<button name="action" value="pay">${both('Pay', 'បង់ប្រាក់')}</button>
<button class="plain" name="action" value="close">${both('Close without paying', 'បិទដោយមិនបង់ប្រាក់')}</button>
</form>
<div class="qr" role="img" aria-label="QR code of this payment link">${raw(renderSVG(link, { border: 4 }))}</div>
<div class="soft center">${paragraphs('The QR code holds the link of this page.', 'កូដ QR នេះមានតំណនៃទំព័រនេះ។')}</div>
${paragraphs(html`The link is good until ${until} (Phnom Penh time).`, html`តំណនេះមានសុពលភាពដល់ ${until} (ម៉ោងភ្នំពេញ)។`)}`;
}

function result(order: Order): Markup {
	return html`${stateForBuyer(order)}
${order.paidAt === null ? notPaid(order) : paid(order.paidAt, order.transactionId)}
${order.redirectUrl === null ? '' : html`<p><a class="button" href="${returnAddress(order.redirectUrl, order.outTradeNo)}">${both('Back to the shop', 'ត្រឡប់ទៅហាង')}</a></p>`}`;
}

function paid(at: number, transactionId: string | null): Markup {
	const time = localTime(at);
	return html`${paragraphs(html`Paid at ${time} (Phnom Penh time).`, html`បានបង់ប្រាក់នៅ ${time} (ម៉ោងភ្នំពេញ)។`)}
<p class="soft">${both('Transaction', 'លេខប្រតិបត្តិការ')} <code>${transactionId}</code></p>`;
}

function notPaid(order: Order): Markup {
	const time = localTime(order.closedAt ?? order.updatedAt);
	return isExpired(order)
		? paragraphs(
				html`This link expired at ${time} (Phnom Penh time) and can no longer be paid. Ask the shop for a new one.`,
				html`តំណនេះបានផុតកំណត់នៅ ${time} (ម៉ោងភ្នំពេញ) ហើយមិនអាចបង់ប្រាក់បានទៀតទេ។ សូមសុំតំណថ្មីពីហាង។`,
			)
		: paragraphs(
				html`This order was closed at ${time} (Phnom Penh time) and can no longer be paid.`,
				html`ការបញ្ជាទិញនេះត្រូវបានបិទនៅ ${time} (ម៉ោងភ្នំពេញ) ហើយមិនអាចបង់ប្រាក់បានទៀតទេ។`,
			);
}

/** KESS appends the order number when it sends the buyer back (docs/gateway.md §5, redirect_url). */
function returnAddress(redirectUrl: string, outTradeNo: string): string {
	const address = new URL(redirectUrl);
	address.searchParams.set('out_trade_no', outTradeNo);
	return address.href;
}
