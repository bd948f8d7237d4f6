import { html } from 'hono/html';
import type { SavedCard } from '../webpay/savedCards.mts';
import { both, page } from './layout.mts';

/** Behind a saved-card link. The sandbox takes no card numbers: it has a made-up card. */
export function saveCardPage({ cardToken }: SavedCard) {
	return page(
		cardToken === null ? 'Save a card' : 'Card saved',
		html`<div class="card"><h1>${both('Save a card', 'រក្សាទុកកាត')}</h1>
<p>At KESS your customer enters a card here. The sandbox takes none, it has a made-up one.</p>
${
	cardToken === null
		? html`<form method="post" class="stack"><button>${both('Save the made-up card', 'រក្សាទុកកាតសាកល្បង')}</button></form>`
		: html`<p class="state SUCCESS">${both('Saved', 'បានរក្សាទុក')}</p><p class="soft">Card <code>${cardToken}</code></p>`
}
<p><a class="tap" href="/">Show all orders</a></p></div>`,
	);
}
