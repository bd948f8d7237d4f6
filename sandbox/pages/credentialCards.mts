import { html } from 'hono/html';
import { type CredentialRow, partnerCredentialRows, senderName, webPayCredentialRows } from '../accounts.mts';
import type { PartnerKeys } from '../partner/keys.mts';
import { copyButton } from './copy.mts';
import type { Markup } from './layout.mts';

/** Whatever goes into n8n's credential forms. */
export interface Credentials extends PartnerKeys {
	/** The sandbox's own. */
	origin: string;
	n8nUrl: string;
	/** With which buyers' data is encrypted. */
	cipherPublicKey: string;
}

/** Both forms, as n8n shows them: the same labels in the same order. */
export function credentialCards({ origin, partnerPrivateKey, kessPublicKey, cipherPublicKey }: Credentials): Markup {
	return html`<div class="columns">
${form('webpay', 'KESS WebPay API', [...webPayCredentialRows(origin), { label: 'RSA Public Key', value: cipherPublicKey }])}
${form('partner', 'KESS Partner API', [
	...partnerCredentialRows(origin),
	{ label: 'Private Key', value: partnerPrivateKey },
	{ label: 'KESS Public Key', value: kessPublicKey },
	{ label: 'Sender Name', value: senderName },
])}
</div>`;
}

function form(id: string, name: string, rows: CredentialRow[]): Markup {
	return html`<section class="card" aria-labelledby="${id}">
<h2 id="${id}">Credential for n8n: ${name}</h2>
<p class="soft">Made up: it opens nothing at KESS. <code>npm start</code> has put it into its n8n. In another n8n, create a credential ${name} and enter:</p>
<dl>${rows.map((row, index) => html`<div><dt>${row.label}</dt><dd>${value(row, `${id}-${index}`, `${name}, ${row.label}`)}</dd></div>`)}</dl>
</section>`;
}

function value({ label, value: text, chosen }: CredentialRow, id: string, what: string): Markup {
	if (chosen) return html`<span>${text}</span>`;
	const isKey = text.startsWith('-----BEGIN ');
	const shown = isKey ? html`<details><summary>Show ${label}</summary><pre id="${id}">${text}</pre></details>` : html`<code id="${id}">${text}</code>`;
	return html`${shown} ${copyButton(id, what)}`;
}
