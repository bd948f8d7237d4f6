import { renderSVG } from 'uqr';
import { KessPartnerApi } from '../../credentials/KessPartnerApi.credentials.ts';
import { KessWebPayApi } from '../../credentials/KessWebPayApi.credentials.ts';
import { walletsToTry } from '../../sandbox/accounts.mts';
import { FAULTS } from '../../sandbox/faults.mts';
import { formatMoney, minus, readDecimal, times, type Decimal } from '../../sandbox/pages/money.mts';
import { settingsSchema } from '../../sandbox/settings.mts';
import { GatewayClient } from '../support/gatewayClient.mts';
import { withSandbox } from '../support/kessSandbox.mts';

const sandbox = withSandbox();
const client = new GatewayClient(sandbox);

/** Creates an order and gives the path of its payment page. */
async function payPath(fields = {}): Promise<string> {
	return new URL((await client.create('v1', 'A', fields)).data.data.payment_link).pathname;
}

/** Sends a form as a browser without scripts does. */
const submit = (path: string, fields: Record<string, string> | string[][]) =>
	client.post(path, new URLSearchParams(fields).toString(), { 'content-type': 'application/x-www-form-urlencoded' });

const press = (path: string, action: string) => submit(path, { action });

const title = (text: string) => /<title>(.*)<\/title>/.exec(text)?.[1];

const decimal = (text: string) => readDecimal(text) as Decimal;

test.each([
	[decimal('10.5'), 'USD', '$ 10.50'],
	[decimal('1234567.50'), 'USD', '$ 1,234,567.50'],
	[decimal('42000'), 'KHR', '42,000 ៛'],
	[decimal('0'), 'KHR', '0 ៛'],
	[decimal('9007199254740993.07'), 'USD', '$ 9,007,199,254,740,993.07'],
	[times(decimal('3'), minus(decimal('1.15'), decimal('0.05'))), 'USD', '$ 3.30'],
	[times(decimal('3'), decimal('1.125')), 'USD', '$ 3.375'],
	[minus(decimal('1'), decimal('1.05')), 'USD', '$ -0.05'],
])('money %p %s is shown as %s', (amount, currency, shown) => {
	expect(formatMoney(amount, currency)).toBe(shown);
});

test('the payment page shows what is to be paid and can be paid once', async () => {
	const path = await payPath({
		body: 'ហាងស្រីអូន',
		total_amount: 42000,
		currency: 'KHR',
		redirect_url: 'https://shop.example/thanks?id=7',
		detail: [
			{ no: 'N-1', name: 'អាវយឺត', price: '21000', qty: '2', discount: 500 },
			{ no: 'N-2', name: 'Delivery', price: '1000', qty: '1' },
		],
	});
	const open = (await client.get(path)).data;
	const words = open.replace(/<[^>]*>/g, '').replace(/\s+/g, ' ');
	for (const text of ['no real money', 'Srey Oun Online Seller', 'ហាងស្រីអូន', 'A', '42,000 ៛', 'អាវយឺត', 'N-1', '2 × (21,000 ៛ − 500 ៛)', '41,000 ៛', '1 × 1,000 ៛', 'Phnom Penh time']) {
		expect(words).toContain(text);
	}
	for (const text of ['value="pay"', 'value="close"', '<span lang="km">ហាងស្រីអូន</span>', '<span lang="km">បង់ប្រាក់</span>', renderSVG(client.url + path, { border: 4 })]) {
		expect(open).toContain(text);
	}
	expect(title(open)).toBe('Pay – ហាងស្រីអូន – Srey Oun Online Seller');
	expect(open).not.toContain('shop.example');
	const pressed = await press(path, 'pay');
	expect([pressed.status, pressed.headers.location]).toEqual([303, path]);
	const paid = (await client.get(path)).data;
	expect(title(paid)).toBe('Paid – ហាងស្រីអូន – Srey Oun Online Seller');
	expect(paid).toContain('href="https://shop.example/thanks?id=7&amp;out_trade_no=A"');
	expect(paid).not.toContain('value="pay"');
	expect((await press(path, 'close')).status).toBe(303);
	expect((await client.query('v1', 'A')).data.data.status).toBe('SUCCESS');
});

test('the close button closes', async () => {
	const path = await payPath();
	await press(path, 'close');
	const { data } = await client.get(path);
	expect(title(data)).toMatch(/^Closed – /);
	expect(data).toContain('This order was closed at');
	await press(path, 'pay');
	expect((await client.query('v1', 'A')).data.data.status).toBe('CLOSED');
});

test('a link that ran out says so, at the time of Phnom Penh', async () => {
	const path = await payPath({ expires_in: 60 });
	const { now } = await client.setClockAhead(3_600_000);
	const { data } = await client.get(path);
	expect(title(data)).toMatch(/^Expired – /);
	const expired = new Date(Date.parse(now) - 3_540_000 + 7 * 3_600_000).toISOString().slice(0, 13).replace('T', ' ');
	expect(data).toMatch(new RegExp(`This link expired at <time class="nowrap" datetime="[^"]*">${expired}:\\d\\d</time>`));
	expect(data).not.toContain('closed at');
	expect(data).not.toContain('value="pay"');
	expect((await client.get('/')).data).toContain('Expired (CLOSED)');
});

test('nothing that a merchant writes becomes part of the page', async () => {
	const evil = '<script>alert(1)</script>"\'';
	const path = await payPath({ body: evil, redirect_url: 'https://shop.example/"><script>', detail: [{ no: evil, name: evil, price: evil, qty: evil }] });
	await press(path, 'pay');
	for (const address of [path, '/']) {
		const { data, headers } = await client.get(address);
		expect(data).toContain('&lt;script&gt;');
		expect(data).not.toContain('<script>alert');
		expect(headers['content-security-policy']).toContain("default-src 'none'");
	}
});

test('links and buttons that do not exist', async () => {
	expect((await client.get('/pay/none')).status).toBe(404);
	expect((await press('/pay/none', 'pay')).status).toBe(404);
	expect((await press(await payPath(), 'steal')).status).toBe(400);
	expect((await client.query('v1', 'A')).data.data.status).toBe('WAITING');
});

test('the start page lists orders with their links, states and notifications', async () => {
	expect((await client.get('/')).data).toContain('There are no orders yet');
	const path = await payPath({ notify_url: 'http://127.0.0.1:9/' });
	const before = (await client.get('/')).data;
	for (const text of ['Unpaid (WAITING)', '$ 10.50', `href="${path}">Open order A</a>`, 'not yet', 'href="http://localhost:5678">Open n8n</a>']) {
		expect(before).toContain(text);
	}
	await press(path, 'pay');
	expect((await client.get('/')).data).toMatch(/Paid \(SUCCESS\)[^]*SUCCESS sending/);
});

test('orders are shown ten at a time, and found by number, title and state', async () => {
	for (let number = 1; number <= 21; number += 1) await client.create('v1', `INV-${number}-`, { body: number % 2 ? 'អាម៉ុកត្រី' : 'Two coffees' });
	await client.pay('INV-3-');
	const shown = async (query: string) => [...((await client.get(`/?${query}`)).data as string).matchAll(/>Open order INV-(\d+)-</g)].map(([, number]) => Number(number));
	expect(await shown('')).toEqual([21, 20, 19, 18, 17, 16, 15, 14, 13, 12]);
	expect(await shown('page=3')).toEqual([1]);
	for (const wrong of ['page=99', 'page=x', 'page=-1', 'page=1.5']) expect((await shown(wrong)).length).toBeGreaterThan(0);
	expect(await shown('q=inv-2-')).toEqual([2]);
	for (const state of ['PAID', 'success', encodeURIComponent('បានបង់ប្រាក់')]) expect(await shown(`q=${state}`)).toEqual([3]);
	expect(await shown(`q=${encodeURIComponent('អាម៉ុក')}&page=2`)).toEqual([1]);
	const { data } = await client.get('/?q=coffees');
	for (const text of ['10 orders found', 'value="coffees"']) expect(data).toContain(text);
	expect((await client.get('/?page=2')).data).toContain('href="/?q=&amp;page=3#orders">Older orders</a>');
});

test.each([
	['KESS WebPay API', new KessWebPayApi()],
	['KESS Partner API', new KessPartnerApi()],
])('what to enter has the labels and the order of the form %s', async (name, form) => {
	const { data } = await client.get('/');
	const [card = ''] = new RegExp(`<h2 id="\\w+">Credential for n8n: ${name}</h2>[^]*?</section>`).exec(data) ?? [];
	const labels = [...card.matchAll(/<dt>(.*?)<\/dt>/g)].map(([, label]) => label);
	const asked = form.properties.map(({ displayName }) => displayName);
	expect(labels).toEqual(asked.filter((label) => labels.includes(label)));
	const required = form.properties.filter(({ required: isRequired }) => isRequired).map(({ displayName }) => displayName);
	expect(labels).toEqual(expect.arrayContaining(required));
});

test('the keys stand there as the form takes them, and each wallet says what it is good for', async () => {
	const { data } = await client.get('/');
	for (const key of Object.values(sandbox.partnerKeys)) expect(data).toContain(`>${key}</pre>`);
	for (const [phone, goodFor] of walletsToTry) expect(data).toMatch(new RegExp(`>${phone}<[^]*?${goodFor.replace(/[().]/g, '.')}`));
	await client.putWallet({ userId: 'NEW', phone: '012999999', name: '<i>New' });
	expect((await client.get('/')).data).toMatch(/Show all 30 wallets[^]*&lt;i&gt;New/);
});

describe('faults and settings', () => {
	test('every one has its sentence and its button', async () => {
		const { data } = await client.get('/faults');
		const plain = (data as string).replace(/<\/?code>/g, '`').replaceAll('&#39;', "'").replaceAll('&quot;', '"');
		for (const [name, { does }] of Object.entries(FAULTS)) {
			expect(plain).toContain(`>Set ${name}</button>`);
			expect(plain).toContain(does.slice(1));
		}
		for (const [name, { description }] of Object.entries(settingsSchema.shape)) {
			expect(plain).toContain(`name="name" value="${name}"`);
			expect(plain).toContain((description as string).slice(1));
		}
	});

	test('a fault is set with what was chosen, seen and cleared', async () => {
		const chosen = { fault: 'foreign-before', times: '3', outTradeNo: 'A', service: '', delayMs: '250', booked: 'true', status: '403', shape: 'msg' };
		const refused = await submit('/faults/set', chosen);
		expect([refused.status, refused.data]).toEqual([400, expect.stringContaining('role="alert"')]);
		const set = await submit('/faults/set', { ...chosen, shape: 'html' });
		expect([set.status, set.headers.location]).toEqual([303, '/faults#foreign-before']);
		await submit('/faults/set', { fault: 'html' });
		expect(await client.faults()).toEqual([
			{ fault: 'foreign-before', service: '*', outTradeNo: ['A'], remaining: 3, delayMs: 250, booked: true, status: 403, shape: 'html' },
			{ fault: 'html', service: '*', remaining: 1, delayMs: 0 },
		]);
		expect((await client.get('/faults')).data).toContain('strikes 3 times more, only A');
		await submit('/faults/clear', { fault: 'foreign-before' });
		expect((await client.faults()).map(({ fault }) => fault)).toEqual(['html']);
		await submit('/faults/clear', {});
		expect((await client.get('/faults')).data).toContain('None: everything works.');
		for (const path of ['set', 'clear']) expect((await submit(`/faults/${path}`, { fault: '<b>' })).status).toBe(400);
	});

	test('a fault that has struck is gone from the page', async () => {
		await submit('/faults/set', { fault: 'unavailable' });
		expect((await client.create('v1', 'A')).status).toBe(503);
		expect((await client.get('/faults')).data).toContain('None: everything works.');
	});

	test('a setting of each type is changed, marked and set back', async () => {
		await submit('/faults/setting', { name: 'envelope200', value: 'true' });
		await submit('/faults/setting', { name: 'orderLagMs', value: '1500' });
		await submit('/faults/setting', { name: 'amountsAs', value: 'text' });
		await submit('/faults/setting', [['name', 'receiverAsUserId'], ['value', 'create'], ['value', 'query']]);
		expect(await client.settings({})).toMatchObject({ envelope200: true, orderLagMs: 1500, amountsAs: 'text', receiverAsUserId: ['create', 'query'] });
		const { data } = await client.get('/faults');
		expect((data as string).match(/>changed</g)).toHaveLength(4);
		await submit('/faults/setting', { name: 'receiverAsUserId' });
		expect((await client.settings({})).receiverAsUserId).toEqual([]);
		for (const wrong of [{ name: 'orderLagMs', value: '' }, { name: 'tokenLifeSeconds', value: '0' }, { name: 'nonsense', value: '1' }, { name: 'toString', value: '' }]) {
			expect([wrong, (await submit('/faults/setting', wrong)).status]).toEqual([wrong, 400]);
		}
		await submit('/faults/settings/reset', {});
		expect(await client.settings({})).toEqual(settingsSchema.parse({}));
	});
});
