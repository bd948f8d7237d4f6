import { html } from 'hono/html';
import type { SavedCard } from '../webpay/savedCards.mts';
import { page } from './layout.mts';

/** Behind a saved-card link. The sandbox takes no card numbers: it has a made-up card. */
export function saveCardPage({ cardToken }: SavedCard) {
	return page(
		'Save a card',
		html`<div class="card"><h1>Save a card</h1>
<p>At KESS your customer enters a card here. The sandbox takes none, it has a made-up one.</p>
${cardToken === null ? html`<form method="post"><button>Save the made-up card</button></form>` : html`<p class="result">Saved</p><p class="soft">Card ${cardToken}</p>`}
<p><a href="/">Show all orders</a></p></div>`,
	);
}
