import { withSandbox } from '../../support/kessSandbox.mts';
import { PartnerClient } from '../../support/partnerClient.mts';

const client = new PartnerClient(withSandbox({ fastRsa: true }));

const page = async () => (await client.get('/ledger')).text;

test('the start page leads to it', async () => {
	expect((await client.get('/')).text).toContain('href="/ledger"');
});

test('who was paid what, the newest first', async () => {
	expect(await page()).toContain('Nothing has been paid out yet');
	await client.prepare('NOT-PAID');
	await client.confirm(await client.prepare('A', { amount: 1200 }), { partner_transaction_id: 'TRX-A' });
	await client.confirm(await client.prepare('B', { receiver_id: '+85512000232' }));
	const text = await page();
	for (const part of ['no real money', 'No real money was sent', '$ 1,210.50', '2 payouts, nothing twice', 'សុខ ដារា', 'SOK DARA', '+85512000232', 'TRX-A', '$ 1,200.00']) {
		expect(text).toContain(part);
	}
	expect(text).toMatch(/<code>B<[^]*<code>A</);
	expect(text).not.toContain('NOT-PAID');
	expect(text).not.toMatch(/class="(card alarm|double)"/);
});

test('a number that was paid twice stands out', async () => {
	await client.settings({ secondCreate: 'open' });
	const ids = [await client.prepare('A'), await client.prepare('A'), await client.prepare('B')];
	for (const id of ids) await client.confirm(id);
	const text = await page();
	expect(text).toContain('class="card alarm" role="alert"');
	expect(text).toContain('The transfer <code>A</code> was paid 2 times, <span class="nowrap">$ 21.00</span> in all.');
	expect(text).not.toContain('<code>B</code> was paid');
	expect(text.match(/<tr role="row" class="double">/g)).toHaveLength(2);
	expect(text).not.toContain('nothing twice');
});

test('nothing that anybody writes becomes part of the page', async () => {
	const evil = '<script>alert(1)</script>"\'';
	await client.putWallet({ userId: '"><script>', phone: '"><img>', name: evil });
	await client.settings({ secondCreate: 'open' });
	const fields = { receiver_id: '"><script>', sender_name: evil };
	const ids = [await client.prepare(evil, fields), await client.prepare(evil, fields)];
	for (const id of ids) await client.confirm(id, { partner_transaction_id: evil });
	const text = await page();
	expect(text.match(/&lt;script&gt;/g)?.length).toBeGreaterThan(6);
	expect(text).not.toContain('<script');
	const { headers } = await fetch(`${client.url}/ledger`);
	expect(headers.get('content-security-policy')).toContain("default-src 'none'");
});

test('it stays short', async () => {
	for (let number = 1; number <= 201; number += 1) await client.confirm(await client.prepare(`T-${number}-`));
	const text = await page();
	expect(text).toContain('The newest 200 of 201 payouts');
	expect(text).toContain('T-201-');
	expect(text).not.toContain('T-1-');
});
