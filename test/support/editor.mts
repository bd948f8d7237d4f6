import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Browser, Locator, Page } from 'playwright-core';

import { projectFolder } from '../../sandbox/host/install.mjs';
import { owner } from '../../sandbox/host/owner.mts';
import { startChromium } from './chromium.mts';

/** A busy machine draws a panel in seconds. */
const PATIENCE_MS = 60_000;

/** n8n stores what is typed a moment later, and what runs before that runs with less. */
const TYPED_MS = 500;

/** Part of a page, in its pixels. */
export interface Clip {
	x: number;
	y: number;
	width: number;
	height: number;
}

/** n8n's editor in a real browser, worked by hand: what is clicked and typed is counted. */
export class Editor {
	clicks = 0;

	/** How many fields something was typed into, the search in the nodes panel among them. */
	typed = 0;

	private constructor(
		private readonly browser: Browser,
		readonly page: Page,
		private readonly url: string,
	) {}

	/** Logs in as the owner. @param url of n8n */
	static async open(url: string): Promise<Editor> {
		const browser = await startChromium();
		const page = await browser.newPage({ viewport: { width: 1440, height: 860 } });
		page.setDefaultTimeout(PATIENCE_MS);
		await page.goto(`${url}/signin`);
		await page.fill('input[name=emailOrLdapLoginId]', owner.email);
		await page.fill('input[name=password]', owner.password);
		await page.click('[data-test-id=form-submit-button], button[type=submit]');
		await page.waitForURL(/\/home\//);
		return new Editor(browser, page, url);
	}

	async close(): Promise<void> {
		await this.browser.close();
	}

	async goto(path: string): Promise<void> {
		await this.page.goto(`${this.url}${path}`);
	}

	/** An empty canvas, from which counting begins. */
	async newWorkflow(): Promise<void> {
		await this.goto('/workflow/new');
		await this.test('canvas-plus-button').waitFor();
		this.clicks = 0;
		this.typed = 0;
	}

	async click(what: Locator): Promise<void> {
		await what.click();
		this.clicks += 1;
	}

	/** Into the field that has the cursor. */
	async type(text: string): Promise<void> {
		await this.page.keyboard.insertText(text);
		this.typed += 1;
	}

	/** What n8n's own tests find it by. */
	test(id: string): Locator {
		return this.page.locator(`[data-test-id="${id}"]`);
	}

	/**
	 * Adds a node to an empty canvas: the plus, a word, Enter for the first node found, and one of its actions.
	 *
	 * @param word what somebody types who looks for it
	 */
	async addNode(word: string, action: string): Promise<void> {
		await this.click(this.test('canvas-plus-button'));
		await this.test('node-creator-search-bar').waitFor();
		await this.type(word);
		const found = this.test('node-creator-item-name').filter({ hasText: /^\s*KESS / }).first();
		await found.waitFor();
		await this.page.keyboard.press('Enter');
		const offered = this.test('node-creator-action-item').or(this.test('node-creator-item-name')).filter({ hasText: action }).first();
		const actions = this.page.getByText(/^\s*Actions \(\d+\)/);
		await offered.or(actions).first().waitFor();
		// On an empty canvas n8n shows the triggers of a node that has some.
		if (!(await offered.isVisible())) await this.click(actions);
		await this.click(offered);
		await this.test('node-execute-button').first().waitFor();
	}

	/** In the place of what is there. @param name of a parameter or of a field of a credential */
	async fill(name: string, text: string): Promise<void> {
		await this.click(this.test(`parameter-input-${name}`).locator('input, textarea').first());
		await this.page.keyboard.press('ControlOrMeta+A');
		await this.type(text);
	}

	/** Chooses from a list. @param name of a parameter or of a field of a credential */
	async choose(name: string, option: string): Promise<void> {
		await this.click(this.test(`parameter-input-${name}`));
		await this.click(this.page.getByRole('option', { name: option }).or(this.page.locator('.el-select-dropdown__item').filter({ hasText: option })).filter({ visible: true }).first());
	}

	/** Opens the form of a new credential. @param type as n8n calls it */
	async newCredential(type: string): Promise<void> {
		await this.goto('/home/credentials/create');
		await this.click(this.test('new-credential-type-select').locator('input'));
		await this.type(type);
		await this.click(this.page.getByText(type, { exact: true }).filter({ visible: true }).last());
		await this.click(this.test('new-credential-type-button'));
	}

	/** Saves the credential that is open, which n8n tests then. */
	async saveCredential(): Promise<void> {
		await this.page.waitForTimeout(TYPED_MS);
		await this.click(this.test('credential-save-button').locator('button'));
	}

	/** Presses Execute step, and waits for what comes out. */
	async execute(): Promise<string[]> {
		await this.page.waitForTimeout(TYPED_MS);
		await this.click(this.test('node-execute-button').first());
		return await this.outputs();
	}

	/** The first row of the table in the output pane, as far as it can be seen without scrolling. */
	async outputs(): Promise<string[]> {
		const cells = this.test('output-panel').locator('tbody td');
		await cells.first().waitFor();
		const { width = 0 } = this.page.viewportSize() ?? {};
		const boxes = await Promise.all((await cells.all()).map(async (cell) => [await cell.innerText(), await cell.boundingBox()] as const));
		return boxes.filter(([, box]) => box !== null && box.x + box.width <= width).map(([text]) => text.replace(/\s/g, ''));
	}

	/**
	 * Compares a picture of the docs with what is seen; `KESSPAY_PICTURES=1` makes it anew.
	 *
	 * @param name of a file in docs
	 * @returns whether it is small enough for a page, and what is seen about as large: another computer has other fonts
	 */
	async picture(name: string, clip: Clip): Promise<{ isSmall: boolean; isLike: boolean }> {
		const session = await this.page.context().newCDPSession(this.page);
		const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 80, clip: { ...clip, scale: 1 } });
		const seen = Buffer.from(data, 'base64');
		const file = join(projectFolder, 'docs', name);
		if (process.env.KESSPAY_PICTURES) await writeFile(file, seen);
		const { length } = await readFile(file);
		return { isSmall: length < 100_000, isLike: Math.abs(seen.length / length - 1) < 0.5 };
	}
}
