import { html } from 'hono/html';
import { walletsToTry } from '../accounts.mts';
import type { Wallet } from '../partner/wallets.mts';
import { copyButton } from './copy.mts';
import { table, words, type Markup } from './layout.mts';

export type Wallets = readonly Wallet[];

/** Who can be paid out to: first those that show something, then all. */
export function walletCard(wallets: Wallets): Markup {
	const tried = walletsToTry.flatMap(([phone, goodFor]) => {
		const wallet = wallets.find((other) => other.phone === phone);
		return wallet ? [{ wallet, goodFor }] : [];
	});
	const id = (userId: string) => html`<span class="nowrap">${userId}</span>`;
	return html`<section class="card" aria-labelledby="wallets">
<h2 id="wallets">Wallets you can pay</h2>
<p class="soft">For the node KESS Partner. A receiver is named by phone number, also as +855…, or by KESS user ID.</p>
${table(
	['Receiver ID', 'KESS user ID', 'Name at KESS', 'What happens'],
	tried.map(({ wallet: { userId, phone, name }, goodFor }) => ({
		cells: [html`<span class="nowrap"><code id="wallet-${phone}">${phone}</code> ${copyButton(`wallet-${phone}`, `Receiver ID ${phone}`)}</span>`, id(userId), words(name), goodFor],
	})),
)}
<details><summary>Show all ${wallets.length} wallets</summary>
${table(
	['Receiver ID', 'KESS user ID', 'Name at KESS', 'State'],
	wallets.map(({ userId, phone, name, eligible }) => ({ cells: [html`<code>${phone}</code>`, id(userId), words(name), eligible ? 'can be paid' : 'closed'] })),
)}
</details>
</section>`;
}
