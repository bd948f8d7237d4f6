import { html, raw } from 'hono/html';
import type { OrderStatus } from '../webpay/orders.mts';

const STYLE = `
:root { color-scheme: light; --ink: #1c2430; --soft: #5b6675; --line: #e1e5eb; --paper: #fff; --accent: #0b6bcb; }
* { box-sizing: border-box; }
body { margin: 0; background: #f2f4f7; color: var(--ink); line-height: 1.5;
	font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans Khmer", "Khmer OS", "Khmer UI", sans-serif; }
.banner { background: #ffe08a; color: #4a3800; text-align: center; padding: .6rem 1rem; font-weight: 600; }
main { max-width: 30rem; margin: 0 auto; padding: 1rem; }
main.wide { max-width: 68rem; }
.card { background: var(--paper); border: 1px solid var(--line); border-radius: .8rem; padding: 1.2rem; margin-bottom: 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.3rem; line-height: 1.35; margin: 0 0 .2rem; }
h2 { font-size: 1.05rem; margin: 0 0 .6rem; }
p { margin: .4rem 0; }
.soft { color: var(--soft); font-size: .9rem; }
.amount { font-size: 2rem; font-weight: 700; margin: .8rem 0 .4rem; }
table { width: 100%; border-collapse: collapse; }
th, td { text-align: left; padding: .5rem .6rem .5rem 0; border-top: 1px solid var(--line); vertical-align: top; }
th { color: var(--soft); font-weight: 600; font-size: .85rem; border-top: 0; }
.number { text-align: right; white-space: nowrap; padding-right: 0; }
th.number, td.number { padding-left: .8rem; }
.scroll { overflow-x: auto; }
main.wide td, main.wide th { padding-right: 1.2rem; overflow-wrap: normal; }
.nowrap { white-space: nowrap; }
.orders td:first-child { min-width: 10rem; }
.credentials td:first-child { width: 12rem; }
.button { margin-top: 1.2rem; }
form { display: grid; gap: .6rem; margin-top: 1.2rem; }
button, .button { display: block; width: 100%; font: inherit; font-weight: 600; text-align: center; text-decoration: none; padding: .8rem 1rem;
	border-radius: .6rem; border: 1px solid var(--accent); background: var(--accent); color: #fff; cursor: pointer; }
button.plain { background: var(--paper); color: var(--ink); border-color: #b8c0cb; }
button:focus-visible, a:focus-visible { outline: 3px solid #8ec1f5; outline-offset: 2px; }
a { color: var(--accent); }
.state { display: inline-block; padding: .1rem .6rem; border-radius: 1rem; font-size: .85rem; font-weight: 600; white-space: nowrap; }
.WAITING { background: #e8eef6; color: #274a72; }
.SUCCESS { background: #d9f3e1; color: #14602f; }
.CLOSED { background: #eceef1; color: #4d5663; }
.bad { color: #a3242b; }
.card.alarm { background: #fdecec; border: 2px solid #c62f38; color: #7d1820; }
.ledger .double td { background: #fdecec; }
.ledger td:first-child { padding-left: .6rem; }
.ledger th:first-child { padding-left: .6rem; }
.ledger code { overflow-wrap: normal; white-space: nowrap; }
.result { font-size: 1.15rem; font-weight: 600; margin-top: 1rem; }
code { font-size: .9em; background: #eef1f5; padding: .05rem .35rem; border-radius: .3rem; overflow-wrap: anywhere; }
`;

type Markup = ReturnType<typeof html>;

/** A whole page. Everything put into `html` templates is escaped; only the style sheet above is not. */
export function page(title: string, body: Markup, options: { wide?: boolean } = {}): Markup {
	return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${raw(STYLE)}</style>
</head>
<body>
<div class="banner">KESS sandbox – no real money</div>
<main class="${options.wide ? 'wide' : ''}">${body}</main>
</body>
</html>`;
}

/** `USD 10.50` or `KHR 42,000 ៛`. */
export function formatMoney(amount: number, currency: string): string {
	const decimals = currency === 'KHR' ? 0 : 2;
	const number = amount.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
	return currency === 'KHR' ? `${currency} ${number} ៛` : `${currency} ${number}`;
}

/** The state of an order in a shop owner's words, with the gateway's word beside it. */
export function stateBadge(status: OrderStatus): Markup {
	const words = { WAITING: 'Unpaid', SUCCESS: 'Paid', CLOSED: 'Closed', PARTIAL_REFUNDED: 'Refunded in part', REFUNDED: 'Refunded' };
	return html`<span class="state ${status}">${words[status]} (${status})</span>`;
}
