import { html } from 'hono/html';
import type { Markup } from './layout.mts';

/** A text of the tables of faults and settings: names between backticks, and a capital letter and full stop where they are missing. */
export function sentence(text: string): Markup {
	const parts = (text[0]?.toUpperCase() + text.slice(1)).split('`');
	return html`${parts.map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))}${text.endsWith('.') ? '' : '.'}`;
}
