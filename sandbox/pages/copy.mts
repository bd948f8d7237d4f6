import { createHash } from 'node:crypto';
import { html } from 'hono/html';

/** The only script of all pages: buttons that copy what stands beside them. Without it they stay hidden. */
export const COPY_SCRIPT = `
const said = document.querySelector('[role="status"]');
for (const button of navigator.clipboard ? document.querySelectorAll('[data-copy]') : []) {
	button.hidden = false;
	button.addEventListener('click', async () => {
		await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
		said.textContent = button.textContent.replace('Copy', 'Copied:');
	});
}
`;

/** How the page policy names it: a script that anybody else has written into a page does not run. */
export const COPY_SCRIPT_SOURCE = `'sha256-${createHash('sha256').update(COPY_SCRIPT).digest('base64')}'`;

/**
 * @param id of the element that holds the value
 * @param what it is, for those who only hear the button
 */
export function copyButton(id: string, what: string) {
	return html`<button type="button" class="small plain" data-copy="${id}" hidden>Copy<span class="hidden"> ${what}</span></button>`;
}

/** Where a copy button says that it has done its work. A page with copy buttons has one. */
export function copySaid() {
	return html`<p class="hidden" role="status"></p>`;
}
