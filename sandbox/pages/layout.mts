import { html, raw } from 'hono/html';
import { COPY_SCRIPT } from './copy.mts';
import { STYLE } from './style.mts';

export type Markup = ReturnType<typeof html> | string;

/** The pages of the person who tries things out, by their paths. */
const PAGES = { '/': 'Credentials and orders', '/ledger': 'Payouts', '/faults': 'Faults' } as const;

/**
 * A whole page. Everything put into `html` templates is escaped; only our own style sheet and script are not.
 *
 * @param path of a page of whoever tries things out, which is wide and leads to the others; a buyer's page has none
 */
export function page(title: string, body: Markup, path?: keyof typeof PAGES): Markup {
	return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${raw(STYLE)}</style>
</head>
<body>
<header class="banner">
<p>${both('KESS sandbox – no real money', 'ប្រព័ន្ធសាកល្បង KESS – មិនមែនប្រាក់ពិតទេ')}</p>
${path === undefined ? '' : navigation(path)}
</header>
<main class="${path === undefined ? '' : 'wide'}">${body}</main>
${path === '/' ? html`<script>${raw(COPY_SCRIPT)}</script>` : ''}
</body>
</html>`;
}

function navigation(current: keyof typeof PAGES): Markup {
	return html`<nav aria-label="Pages">${Object.entries(PAGES).map(
		([path, name]) => html`<a href="${path}" ${path === current ? raw('aria-current="page"') : ''}>${name}</a> `,
	)}</nav>`;
}

/** The same in English and in Khmer, in one line. */
export function both(english: Markup, khmer: Markup): Markup {
	return html`${english} · <span lang="km">${khmer}</span>`;
}

/** The same for whole sentences: a paragraph each. */
export function paragraphs(english: Markup, khmer: Markup): Markup {
	return html`<p>${english}</p>
<p lang="km">${khmer}</p>`;
}

/** A text that somebody else wrote, which a screen reader has to read in Khmer if it is. */
export function words(text: string): Markup {
	return /\p{Script=Khmer}/u.test(text) ? html`<span lang="km">${text}</span>` : text;
}

/** `2026-11-21 14:05`, as the clocks in Phnom Penh show it: there is no summer time. */
export function localTime(time: number): Markup {
	const shown = new Date(time + 7 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ');
	return html`<time class="nowrap" datetime="${new Date(time).toISOString()}">${shown}</time>`;
}

/** A row of a table: its cells, and the class that sets it apart. */
export interface Row {
	cells: Markup[];
	kind?: string;
}

/** A table that becomes cards on a phone. The roles stay what they are when its rows are no longer drawn as such. */
export function table(columns: string[], rows: Row[]): Markup {
	return html`<table class="cards" role="table">
<thead role="rowgroup"><tr role="row">${columns.map((column) => html`<th role="columnheader" scope="col">${column}</th>`)}</tr></thead>
<tbody role="rowgroup">${rows.map(
		({ cells, kind = '' }) =>
			html`<tr role="row" class="${kind}">${cells.map((cell, index) => html`<td role="cell" data-column="${columns[index]}"><div>${cell}</div></td>`)}</tr>`,
	)}</tbody>
</table>`;
}

/** `3 payouts` */
export function count(number: number, noun: string): string {
	return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
