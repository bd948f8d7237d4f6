import { html } from 'hono/html';
import { page } from './layout.mts';

/** Behind a saved-card link. The sandbox takes no card numbers, not even made-up ones. */
export function saveCardPage() {
	return page(
		'Save a card',
		html`<div class="card"><h1>Save a card</h1>
<p>At KESS your customer enters a card here. The sandbox takes none: your workflow is done once it has handed out this link.</p>
<p><a href="/">Show all orders</a></p></div>`,
	);
}
