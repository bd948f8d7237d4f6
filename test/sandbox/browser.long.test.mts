import { readFileSync } from 'node:fs';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { AxeResults } from 'axe-core';
import { startChromium } from '../support/chromium.mts';
import { GatewayClient } from '../support/gatewayClient.mts';
import { KessSandbox } from '../support/kessSandbox.mts';
import { PartnerClient } from '../support/partnerClient.mts';

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const COMPUTER = { width: 1280, height: 800 };

const PHONE = { width: 390, height: 800 };

let sandbox: KessSandbox;
let shop: GatewayClient;
let browser: Browser;
/** Payment links by order numbers. */
const links: Record<string, string> = {};

beforeAll(async () => {
	[sandbox, browser] = await Promise.all([KessSandbox.start({ fastRsa: true }), startChromium()]);
	shop = new GatewayClient(sandbox);
	await fillSandbox();
});

afterAll(async () => {
	await browser?.close();
	await sandbox?.stop();
});

/** Something of everything that a page can show. */
async function fillSandbox() {
	const detail = [
		{ no: '1', name: 'Iced coffee', price: '6.50', qty: '2', discount: 0.25 },
		{ no: '2', name: 'នំប៉័ង', price: '1.125', qty: '3' },
	];
	for (let number = 1; number <= 12; number += 1) await shop.create('v2', `INV-${number}`, { body: number % 2 ? 'Coffee' : 'អាម៉ុកត្រី', detail });
	await shop.create('v2', 'EXPIRED', { expires_in: 1 });
	await shop.create('v2', 'PAID', { redirect_url: 'https://shop.example/', notify_url: 'http://127.0.0.1:9/' });
	await shop.create('v2', 'X'.repeat(64), { body: 'Y'.repeat(100) });
	await shop.pay('PAID');
	await shop.close('INV-2');
	await shop.setClockAhead(60_000);
	await shop.settings({ secondCreate: 'open' });
	const partner = new PartnerClient(sandbox);
	const twice = [await partner.prepare('WAGE-1'), await partner.prepare('WAGE-1'), await partner.prepare('W'.repeat(64))];
	for (const id of twice) await partner.confirm(id);
	await shop.fault('slow', { times: 3, outTradeNo: 'NONE' });
	for (const { out_trade_no: number, payment_link: link } of await shop.orders()) links[number] = link;
	links.card = (await shop.call('v2', 'savecard', { notify_url: 'http://127.0.0.1:9/' })).data.data.link;
}

/** A page of its own, told everything that it loads. */
async function withPage(path: string, options: BrowserContextOptions, work: (page: Page, loaded: string[]) => Promise<void>) {
	const context = await browser.newContext(options);
	try {
		const page = await context.newPage();
		page.setDefaultTimeout(10_000);
		const loaded: string[] = [];
		page.on('request', (request) => loaded.push(request.url()));
		await page.goto(new URL(path, sandbox.url).href);
		await work(page, loaded);
	} finally {
		await context.close();
	}
}

const PAGES: Record<string, () => string> = {
	start: () => '/',
	ledger: () => '/ledger',
	faults: () => '/faults',
	'order to pay': () => links['INV-1'] as string,
	'paid order': () => links.PAID as string,
	'closed order': () => links['INV-2'] as string,
	'expired order': () => links.EXPIRED as string,
	'card to save': () => links.card as string,
	'unknown link': () => '/pay/none',
};

/** Other people's rules for pages that everybody can use, the size of what is tapped among them. */
async function findings(page: Page): Promise<string[][]> {
	const options = { rules: { 'target-size': { enabled: true } }, resultTypes: ['violations'], preload: false };
	const { violations } = (await page.evaluate(`axe.run(document, ${JSON.stringify(options)})`)) as AxeResults;
	return violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)]);
}

test.each(Object.keys(PAGES))('%s: no finding of axe and nothing beside the screen on a computer and a phone, nothing loaded from elsewhere', async (name) => {
	await withPage((PAGES[name] as () => string)(), { viewport: COMPUTER }, async (page, loaded) => {
		await page.locator('details').evaluateAll((all) => all.forEach((details) => details.setAttribute('open', '')));
		await page.evaluate(AXE);
		for (const screen of [COMPUTER, PHONE]) {
			await page.setViewportSize(screen);
			expect([screen, await findings(page)]).toEqual([screen, []]);
			expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(screen.width);
		}
		expect(loaded.filter((url) => !url.startsWith(sandbox.url))).toEqual([]);
		const names = await page.getByRole('link').allTextContents();
		expect(new Set(names).size).toBe(names.length);
	});
});

/** Presses Tab through a page. @returns how many stops there were, and the weakest contrast of a ring with what is around it */
async function tabThrough(page: Page): Promise<{ stops: number; contrast: number }> {
	const found = { stops: 0, contrast: Infinity };
	for (;;) {
		await page.keyboard.press('Tab');
		const contrast = await page.evaluate(() => {
			const focused = document.activeElement;
			if (focused === null || focused === document.body) return undefined;
			const luminance = (color: string) => {
				const [r = 0, g = 0, b = 0] = (color.match(/[\d.]+/g) ?? []).slice(0, 3).map((part) => {
					const share = Number(part) / 255;
					return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
				});
				return 0.2126 * r + 0.7152 * g + 0.0722 * b;
			};
			let around = focused.parentElement as Element;
			while (getComputedStyle(around).backgroundColor === 'rgba(0, 0, 0, 0)' && around.parentElement) around = around.parentElement;
			const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(focused);
			if (outlineStyle !== 'solid' || parseFloat(outlineWidth) < 2) return 0;
			const [dark = 0, light = 0] = [luminance(outlineColor), luminance(getComputedStyle(around).backgroundColor)].sort((a, b) => a - b);
			return (light + 0.05) / (dark + 0.05);
		});
		if (contrast === undefined) return found;
		found.stops += 1;
		found.contrast = Math.min(found.contrast, contrast);
	}
}

test.each(['start', 'faults', 'order to pay'])('the keyboard reaches everything on the page %s, in a ring of at least 3 to 1', async (name) => {
	await withPage((PAGES[name] as () => string)(), {}, async (page) => {
		const { stops, contrast } = await tabThrough(page);
		expect(stops).toBe(await page.locator('a, button, summary, select, input:not([type="hidden"])').filter({ visible: true }).count());
		expect(contrast).toBeGreaterThanOrEqual(3);
	});
});

test('on a phone every cell of the ledger says its column, with the amount in sight', async () => {
	await withPage('/ledger', { viewport: PHONE }, async (page) => {
		const amount = page.locator('td[data-column="Amount"]').first();
		expect(await amount.innerText()).toBe('$ 10.50');
		expect(await amount.evaluate((cell) => getComputedStyle(cell, '::before').content)).toBe('"Amount"');
		const { x = 0, width = 0 } = (await amount.boundingBox()) ?? {};
		expect(x + width).toBeLessThanOrEqual(PHONE.width);
	});
});

test('copy buttons copy a key as the credential form takes it, and say so', async () => {
	await withPage('/', { permissions: ['clipboard-read', 'clipboard-write'] }, async (page) => {
		await page.getByRole('button', { name: 'Copy KESS Partner API, Private Key' }).click();
		await page.getByText('Copied: KESS Partner API, Private Key').waitFor({ state: 'attached' });
		expect(await page.evaluate(async () => await navigator.clipboard.readText())).toBe(sandbox.partnerKeys.partnerPrivateKey);
	});
});

test('what a merchant writes runs nowhere', async () => {
	const attack = '<img src=x onerror="document.title=1"><script>document.title=1</script>';
	await shop.create('v2', 'ATTACK', { body: attack });
	await withPage('/?q=ATTACK', {}, async (page) => {
		expect(await page.getByText(attack).count()).toBe(1);
		// The policy holds even for what gets into a page unescaped.
		await page.evaluate((markup) => {
			const script = document.createElement('script');
			script.textContent = 'document.title = 1';
			document.body.append(script, document.createRange().createContextualFragment(markup));
		}, attack);
		expect(await page.title()).toBe('KESS sandbox');
	});
});

test('without JavaScript: pay, look for an order, set and clear a fault, change a setting', async () => {
	await withPage(links['INV-1'] as string, { javaScriptEnabled: false }, async (page) => {
		await page.getByRole('button', { name: /^Pay/ }).click();
		await page.getByText('Paid at').waitFor();
		expect(await page.title()).toBe('Paid – Coffee – Srey Oun Online Seller');
		await page.goto(sandbox.url);
		expect(await page.getByRole('button', { name: /^Copy/ }).count()).toBe(0);
		await page.getByRole('searchbox', { name: 'Search orders' }).fill('inv-12');
		await page.keyboard.press('Enter');
		await page.getByText('1 order found').waitFor();
		await page.getByRole('link', { name: 'Open order INV-12' }).click();
		await page.getByRole('button', { name: /^Pay/ }).waitFor();
		await page.goto(`${sandbox.url}/faults`);
		await page.getByText('Choices for html', { exact: true }).click();
		const html = page.locator('#html');
		await html.getByLabel('How often').fill('2');
		await html.getByRole('button', { name: 'Set html' }).click();
		await html.getByText('strikes 2 times more').waitFor();
		expect(await sandbox.faults()).toContainEqual(expect.objectContaining({ fault: 'html', remaining: 2 }));
		await html.getByRole('button', { name: 'Clear html' }).click();
		await html.getByText('strikes').waitFor({ state: 'detached' });
		await page.getByRole('group', { name: 'notifyFormat' }).getByRole('button', { name: 'json' }).click();
		await page.locator('#notifyFormat').getByText('changed').waitFor();
		expect((await sandbox.settings({})).notifyFormat).toBe('json');
	});
});
