import { formatMoney } from '../../sandbox/pages/layout.mts';
import { GatewayClient } from '../support/gatewayClient.mts';
import { withSandbox } from '../support/kessSandbox.mts';

const client = new GatewayClient(withSandbox());

/** Creates an order and gives the path of its payment page. */
async function payPath(fields = {}): Promise<string> {
	return new URL((await client.create('v1', 'A', fields)).data.data.payment_link).pathname;
}

const press = (path: string, action: string) =>
	client.post(path, `action=${action}`, { 'content-type': 'application/x-www-form-urlencoded' });

test.each([
	[10.5, 'USD', 'USD 10.50'],
	[1234567.5, 'USD', 'USD 1,234,567.50'],
	[42000, 'KHR', 'KHR 42,000 ៛'],
])('money %p %s is shown as %s', (amount, currency, shown) => {
	expect(formatMoney(amount, currency)).toBe(shown);
});

test('the payment page shows what is to be paid and can be paid once', async () => {
	const path = await payPath({
		body: 'ហាងស្រីអូន',
		total_amount: 42000,
		currency: 'KHR',
		redirect_url: 'https://shop.example/thanks?id=7',
		detail: [{ no: 'N-1', name: 'អាវយឺត', price: '42000', qty: '1' }],
	});
	const open = (await client.get(path)).data;
	for (const text of ['KESS sandbox – no real money', 'ហាងស្រីអូន', 'Order A', 'KHR 42,000 ៛', 'អាវយឺត', 'N-1', '1 × 42000', 'value="pay"', 'value="close"']) {
		expect(open).toContain(text);
	}
	expect(open).not.toContain('shop.example');
	const pressed = await press(path, 'pay');
	expect([pressed.status, pressed.headers.location]).toEqual([303, path]);
	const paid = (await client.get(path)).data;
	expect(paid).toContain('Paid (SUCCESS)');
	expect(paid).toContain('href="https://shop.example/thanks?id=7&amp;out_trade_no=A"');
	expect(paid).not.toContain('value="pay"');
	expect((await press(path, 'close')).status).toBe(303);
	expect((await client.query('v1', 'A')).data.data.status).toBe('SUCCESS');
});

test('the close button closes', async () => {
	const path = await payPath();
	await press(path, 'close');
	expect((await client.get(path)).data).toContain('Closed (CLOSED)');
	await press(path, 'pay');
	expect((await client.query('v1', 'A')).data.data.status).toBe('CLOSED');
});

test('nothing that a merchant writes becomes part of the page', async () => {
	const evil = '<script>alert(1)</script>"\'';
	const path = await payPath({ body: evil, redirect_url: 'https://shop.example/"><script>', detail: [{ no: evil, name: evil, price: evil, qty: evil }] });
	await press(path, 'pay');
	for (const address of [path, '/']) {
		const { data, headers } = await client.get(address);
		expect(data).toContain('&lt;script&gt;');
		expect(data).not.toContain('<script');
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
	for (const text of ['Unpaid (WAITING)', 'USD 10.50', `href="${path}"`, 'not yet', client.url]) expect(before).toContain(text);
	await press(path, 'pay');
	expect((await client.get('/')).data).toMatch(/Paid \(SUCCESS\)[^]*SUCCESS sending/);
});

test('the start page stays short', async () => {
	for (let number = 1; number <= 101; number += 1) await client.create('v1', `ORDER-${number}-`);
	const { data } = await client.get('/');
	expect(data).toContain('The newest 100 of 101 orders');
	expect(data).toContain('ORDER-101-');
	expect(data).not.toContain('ORDER-1-');
});
