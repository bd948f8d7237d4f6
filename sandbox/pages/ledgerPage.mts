import { html } from 'hono/html';
import type { DoublePayment, Ledger } from '../partner/ledger.mts';
import type { Booking } from '../partner/transfer.mts';
import { formatMoney, page } from './layout.mts';

/** How many payouts the page lists; `GET /sandbox/partner/ledger` has them all. */
const SHOWN = 200;

/** Who was paid what, and in red what was paid more than once. */
export function ledgerPage(ledger: Ledger) {
	const bookings = ledger.all();
	const doubles = ledger.doublePayments();
	return page(
		'Payouts – KESS sandbox',
		html`<div class="card">
<h1>Payouts</h1>
<p>Everything that was paid out through the Partner gateway of this sandbox, the newest first. No real money was sent to anybody.</p>
${[...ledger.totals()].map(([currency, hundredths]) => html`<p class="amount">${money(currency, hundredths)}</p>`)}
${bookings.length === 0 ? '' : html`<p class="soft">paid out in ${count(bookings.length, 'payout')}${doubles.length === 0 ? ', nothing twice' : ''}</p>`}
</div>
${doubles.length === 0 ? '' : alarm(doubles)}
<div class="card">
${bookings.length === 0 ? html`<p>Nothing has been paid out yet. Run a workflow that pays, then reload this page.</p>` : bookingTable(bookings, doubles)}
</div>
<p><a href="/">Back to the orders</a></p>`,
		{ wide: true },
	);
}

function alarm(doubles: DoublePayment[]) {
	return html`<div class="card alarm" role="alert">
<h2>Paid more than once</h2>
${doubles.map(
		({ outTradeNo, times, currency, hundredths }) =>
			html`<p>The transfer <code>${outTradeNo}</code> was paid ${times} times, ${money(currency, hundredths)} in all.</p>`,
	)}
<p>A transfer is meant to be paid once. With real money, all that was paid beyond that would have to be asked back from the receiver.</p>
</div>`;
}

function bookingTable(bookings: readonly Booking[], doubles: DoublePayment[]) {
	const doubled = new Set(doubles.map(({ outTradeNo }) => outTradeNo));
	return html`<div class="scroll"><table class="ledger">
<thead><tr><th>Transfer</th><th>Receiver</th><th class="number">Amount</th><th>Time (UTC)</th><th>KESS fund transfer</th><th>Your transaction</th></tr></thead>
<tbody>${bookings.toReversed().slice(0, SHOWN).map(({ time, transfer, fundTransferId, partnerTransactionId }) => {
		const isDouble = doubled.has(transfer.outTradeNo);
		return html`<tr class="${isDouble ? 'double' : ''}">
<td><code>${transfer.outTradeNo}</code>${isDouble ? html`<br><span class="bad">paid more than once</span>` : ''}</td>
<td>${transfer.receiverName}<br><span class="soft">${transfer.receiverId}</span></td>
<td class="number">${money(transfer.currency, transfer.amount.hundredths)}</td>
<td class="nowrap">${new Date(time).toISOString().slice(0, 19).replace('T', ' ')}</td>
<td><code>${fundTransferId}</code></td>
<td><code>${partnerTransactionId}</code></td>
</tr>`;
	})}</tbody>
</table></div>
${bookings.length > SHOWN ? html`<p class="soft">The newest ${SHOWN} of ${bookings.length} payouts.</p>` : ''}`;
}

function money(currency: string, hundredths: bigint): string {
	return formatMoney(Number(hundredths) / 100, currency);
}

function count(number: number, noun: string): string {
	return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
