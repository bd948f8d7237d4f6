import { html, raw } from 'hono/html';
import { DEFAULT_DELAY_MS, FAULTS, type FaultKind, type FaultName, type FaultToCome, faultsThat } from '../faults.mts';
import type { SettingValues } from '../settings.mts';
import { page, type Markup } from './layout.mts';
import { settingCards } from './settingCards.mts';
import { sentence } from './sentence.mts';

const GATEWAYS = { webpay: 'WebPay', partner: 'Partner' } as const;

const HEADINGS: Record<FaultKind['strikes'], readonly [heading: string, what: string]> = {
	request: ['Requests that go wrong on their way', 'The next request of a service meets it; logins only when their service is named.'],
	answer: ['Answers of the gateway that are not as they should be', 'The next answer is so; logins only when their service is named.'],
	notification: ['Notifications to your shop', 'The next notification is so.'],
};

/**
 * Everything that can go wrong, as buttons, and the settings.
 *
 * @param wrong why what was asked for cannot be set
 */
export function faultsPage(planned: FaultToCome[], values: SettingValues, wrong?: string) {
	const toCome = planned.filter(({ remaining }) => remaining > 0);
	return page(
		'Faults – KESS sandbox',
		html`<div class="card">
<h1>Faults and settings</h1>
<p>See what your workflow does when KESS does not answer, or answers something strange. A fault strikes as often as you say and is gone then. A <a href="#settings">setting</a> lasts until you change it.</p>
</div>
${wrong === undefined ? '' : html`<div class="card alarm" role="alert"><h2>This cannot be set</h2><p>${wrong}</p></div>`}
<section class="card" aria-labelledby="planned">
<h2 id="planned">Faults to come</h2>
${
	toCome.length === 0
		? html`<p>None: everything works.</p>`
		: html`<ul>${toCome.map((fault) => html`<li><a href="#${fault.fault}">${fault.fault}</a>: ${stillToCome(fault)}</li>`)}</ul>
<form method="post" action="/faults/clear"><button class="small plain">Clear all faults</button></form>`
}
</section>
${(['request', 'answer', 'notification'] as const).map((strikes) => group(strikes, toCome))}
${settingCards(values)}`,
		'/faults',
	);
}

function group(strikes: FaultKind['strikes'], toCome: FaultToCome[]): Markup {
	const [heading, what] = HEADINGS[strikes];
	return html`<section aria-labelledby="${strikes}">
<div class="card"><h2 id="${strikes}">${heading}</h2><p class="soft">${what}</p></div>
<div class="columns">${faultsThat((kind) => kind.strikes === strikes).map((name) => faultCard(name, toCome.filter(({ fault }) => fault === name)))}</div>
</section>`;
}

function faultCard(name: FaultName, toCome: FaultToCome[]): Markup {
	const kind = FAULTS[name];
	return html`<article class="card" id="${name}">
<h3><code>${name}</code> ${kind.only === undefined ? '' : html`<span class="soft">${GATEWAYS[kind.only]} only</span>`}</h3>
<p>${sentence(kind.does)}</p>
<form method="post" action="/faults/set">
<input type="hidden" name="fault" value="${name}">
<details><summary>Choices for ${name}</summary>${choices(kind)}</details>
<button class="small">Set ${name}</button>
</form>
${
	toCome.length === 0
		? ''
		: html`${toCome.map((fault) => html`<p><span class="state planned">${stillToCome(fault)}</span></p>`)}
<form method="post" action="/faults/clear"><input type="hidden" name="fault" value="${name}"><button class="small plain">Clear ${name}</button></form>`
}
</article>`;
}

function stillToCome({ remaining, outTradeNo, service }: FaultToCome): string {
	const often = remaining === 1 ? 'strikes once more' : `strikes ${remaining} times more`;
	return `${often}${outTradeNo === undefined ? '' : `, only ${outTradeNo.join(', ')}`}${service === '*' ? '' : `, only ${service}`}`;
}

/** Only what the fault knows: the rest would be refused. */
function choices({ strikes, books, delays, later, codes, statuses, shapes, busy }: FaultKind): Markup {
	const isNotification = strikes === 'notification';
	const delay = delays ? DEFAULT_DELAY_MS : 0;
	return html`${field('How often', html`<input type="number" name="times" min="1" value="1">`)}
${field('Only for this order, transfer or refund number', html`<input name="outTradeNo">`)}
${isNotification ? '' : field('Only for this service, such as query.fundTransfer; oauth and partner-oauth are the logins', html`<input name="service">`)}
${delays || !isNotification ? field(`${later ? 'How much later it happens or is seen' : 'How late it comes'}, in milliseconds`, html`<input type="number" name="delayMs" min="0" value="${delay}">`) : ''}
${books === undefined ? '' : field('Does the request take effect?', choice('booked', [['true', 'yes'], ['false', 'no']], String(books)))}
${busy ? field('Retry-After, in seconds or any text', html`<input name="retryAfter">`) : ''}
${codes ? field('Code', listed('code', Object.values(codes).flat())) : ''}
${statuses ? field('HTTP status', choice('status', statuses.map((status) => [String(status), String(status)]))) : ''}
${shapes ? field('How the body looks', listed('shape', Object.values(shapes).flat())) : ''}`;
}

function field(label: string, input: Markup): Markup {
	return html`<label class="field">${label} ${input}</label>`;
}

/** One of some values, or what is usual at the gateway that is struck. */
function listed(name: string, values: string[]): Markup {
	return choice(name, [['', 'as usual'], ...[...new Set(values)].map((value): [string, string] => [value, value])]);
}

function choice(name: string, values: ReadonlyArray<readonly [value: string, words: string]>, chosen?: string): Markup {
	return html`<select name="${name}">${values.map(
		([value, words]) => html`<option value="${value}" ${value === chosen ? raw('selected') : ''}>${words}</option>`,
	)}</select>`;
}
