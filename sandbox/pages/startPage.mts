import { html } from 'hono/html';
import { copySaid } from './copy.mts';
import { credentialCards, type Credentials } from './credentialCards.mts';
import { page } from './layout.mts';
import { orderList, type OrderListing } from './orderList.mts';
import { walletCard, type Wallets } from './walletCard.mts';

/** What somebody needs first: the credentials, who can be paid, and every order. */
export function startPage({ credentials, wallets, list }: { credentials: Credentials; wallets: Wallets; list: OrderListing }) {
	return page(
		'KESS sandbox',
		html`<div class="card">
<h1>KESS sandbox</h1>
<p>This program behaves like the payment gateway of KESS. You can try out everything here: nobody is charged, and nothing leaves this computer except the notifications to your own shop.</p>
<p><a class="tap" href="${credentials.n8nUrl}">Open n8n</a></p>
${copySaid()}
</div>
${credentialCards(credentials)}
${walletCard(wallets)}
${orderList(list)}`,
		'/',
	);
}
