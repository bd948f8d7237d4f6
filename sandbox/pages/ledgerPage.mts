import { html } from 'hono/html';
import type { DoublePayment, Ledger } from '../partner/ledger.mts';
import type { Booking } from '../partner/transfer.mts';
import { count, localTime, page, table, words, type Markup } from './layout.mts';
import { money } from './money.mts';

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
${[...ledger.totals()].map(([currency, hundredths]) => html`<p class="amount">${paid(currency, hundredths)}</p>`)}
${bookings.length === 0 ? '' : html`<p class="soft">paid out in ${count(bookings.length, 'payout')}${doubles.length === 0 ? ', nothing twice' : ''}</p>`}
</div>
${doubles.length === 0 ? '' : alarm(doubles)}
<div class="card">
${bookings.length === 0 ? html`<p>Nothing has been paid out yet. Run a workflow that pays, then reload this page.</p>` : bookingTable(bookings, doubles)}
</div>`,
		'/ledger',
	);
}

function alarm(doubles: DoublePayment[]): Markup {
	return html`<div class="card alarm" role="alert">
<h2>Paid more than once</h2>
${doubles.map(
		({ outTradeNo, times, currency, hundredths }) =>
			html`<p>The transfer <code>${outTradeNo}</code> was paid ${times} times, ${paid(currency, hundredths)} in all.</p>`,
	)}
<p>A transfer is meant to be paid once. With real money, all that was paid beyond that would have to be asked back from the receiver.</p>
</div>`;
}

function bookingTable(bookings: readonly Booking[], doubles: DoublePayment[]): Markup {
	const doubled = new Set(doubles.map(({ outTradeNo }) => outTradeNo));
	const rows = bookings.toReversed().slice(0, SHOWN).map(({ time, transfer, fundTransferId, partnerTransactionId }) => {
		const isDouble = doubled.has(transfer.outTradeNo);
		return {
			kind: isDouble ? 'double' : '',
			cells: [
				html`<code>${transfer.outTradeNo}</code>${isDouble ? html`<br><span class="bad">paid more than once</span>` : ''}`,
				html`${words(transfer.receiverName)}<br><span class="soft">${transfer.receiverId}</span>`,
				paid(transfer.currency, transfer.amount.hundredths),
				localTime(time),
				html`<code>${fundTransferId}</code>`,
				html`<code>${partnerTransactionId}</code>`,
			],
		};
	});
	return html`${table(['Transfer', 'Receiver', 'Amount', 'Phnom Penh time', 'KESS fund transfer', 'Your transaction'], rows)}
${bookings.length > SHOWN ? html`<p class="soft">The newest ${SHOWN} of ${bookings.length} payouts.</p>` : ''}`;
}

function paid(currency: string, hundredths: bigint): Markup {
	return money({ digits: hundredths, decimals: 2 }, currency);
}
