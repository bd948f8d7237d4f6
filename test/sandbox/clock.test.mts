import { GatewayClient } from '../support/gatewayClient.mts';
import { withSandbox } from '../support/kessSandbox.mts';
import { PartnerClient } from '../support/partnerClient.mts';

const sandbox = withSandbox({ fastRsa: true });

test('moved forward, pre-transfers, orders and tokens expire', async () => {
	const [shop, partner] = [new GatewayClient(sandbox), new PartnerClient(sandbox)];
	const preTransferId = await partner.prepare('A');
	await shop.create('v2', 'A');
	await sandbox.setClockAhead(299_000);
	expect((await partner.query('A')).json.data?.result_code).toBe('PENDING');
	await sandbox.setClockAhead(301_000);
	expect((await partner.query('A')).json.error_code).toBe('EXPIRED');
	expect((await partner.confirm(preTransferId)).json.error_code).toBe('EXPIRED');
	const { now, aheadMs } = await sandbox.setClockAhead(1_801_000);
	expect(aheadMs).toBe(1_801_000);
	expect(Date.parse(now) - Date.now()).toBeGreaterThan(1_790_000);
	expect((await partner.query('A')).status).toBe(401);
	expect((await shop.query('v2', 'A')).status).toBe(401);
	expect((await shop.query('v1', 'A')).data.data.status).toBe('CLOSED');
});

test('what is to be booked later is booked at once, in its order, when its time has come', async () => {
	const partner = new PartnerClient(sandbox);
	const [first, second, third] = [await partner.prepare('A'), await partner.prepare('B'), await partner.prepare('C')];
	await partner.fault('late-booking', { outTradeNo: 'A', delayMs: 60_000 });
	await partner.fault('not-final', { outTradeNo: 'B', service: 'confirm.fundTransfer', delayMs: 30_000 });
	await partner.fault('late-booking', { outTradeNo: 'C', delayMs: 600_000 });
	await expect(partner.confirm(first)).rejects.toMatchObject({ code: 'ECONNRESET' });
	await partner.confirm(second);
	await expect(partner.confirm(third)).rejects.toMatchObject({ code: 'ECONNRESET' });
	await sandbox.setClockAhead(61_000);
	expect(await partner.paidOut()).toEqual(['B', 'A']);
	await sandbox.setClockAhead(601_000);
	// By then the pre-transfer has expired.
	expect(await partner.paidOut()).toEqual(['B', 'A']);
});

test('a reset shows the real time again', async () => {
	await sandbox.setClockAhead(1e9);
	await sandbox.reset();
	expect((await new GatewayClient(sandbox).get('/sandbox/clock')).data).toEqual({ now: expect.any(String), aheadMs: 0 });
});

test.each([{}, { aheadMs: -1 }, { aheadMs: '5' }, { aheadMs: 1, behindMs: 2 }])('%j is refused', async (wrong) => {
	expect((await new GatewayClient(sandbox).post('/sandbox/clock', wrong)).status).toBe(400);
});
