import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import axios from 'axios';
import { parse } from 'csv-parse/sync';

import { copySpreadsheets } from '../../sandbox/host/content.mts';
import { outputOf } from '../../sandbox/host/restClient.mts';
import { GatewayClient, until } from '../support/gatewayClient.mts';
import { type Environment, START_WITHIN_MS, startEnvironment } from '../../sandbox/host/environment.mts';

const IDS = { markPaid: 'markPaidOrders', reconcile: 'dailyReconciliation', refund: 'refundsFromList', byNumber: 'paidOrdersByNumber' };

type Row = Record<string, string>;

const http = axios.create({ proxy: false, validateStatus: () => true });

describe('the examples for paid orders in the real n8n', () => {
	let environment: Environment;
	let gateway: GatewayClient;
	let listed: Row[];
	let notifyUrl: string;

	beforeAll(async () => {
		environment = await startEnvironment({ sandbox: { notifyRetryDelaysMs: [300, 300, 300] } });
		gateway = new GatewayClient(environment.sandbox);
		const wanted = await environment.addExamples(...Object.values(IDS));
		await copySpreadsheets(environment.options.filesFolder, {});
		listed = await rowsOf('orders.csv');
		const trigger = wanted.find(({ id }) => id === IDS.markPaid)?.nodes.find(({ name }) => name === 'Order paid');
		notifyUrl = `${environment.n8n.url}/webhook/${String(trigger?.webhookId)}/kess-webpay`;
	}, START_WITHIN_MS);

	afterAll(async () => {
		await environment?.stop();
	});

	beforeEach(async () => {
		await gateway.reset();
		gateway.forgetToken();
	});

	const fileOf = (name: string) => join(environment.options.filesFolder, name);

	const rowsOf = async (name: string): Promise<Row[]> => parse(await readFile(fileOf(name)), { columns: true, bom: true });

	const rowOf = (rows: Row[], outTradeNo: string): Row => {
		const found = rows.filter(({ order_no }) => order_no === outTradeNo);
		expect(found).toHaveLength(1);
		return found[0] ?? {};
	};

	async function createListed(outTradeNo: string, changes: Record<string, unknown> = {}): Promise<void> {
		const { amount, currency } = rowOf(listed, outTradeNo);
		const answer = await gateway.create('v2', outTradeNo, { total_amount: Number(amount), currency, ...changes });
		expect([outTradeNo, answer.status]).toEqual([outTradeNo, 200]);
	}

	async function runByHand(id: string): Promise<ReturnType<typeof outputOf>> {
		const execution = await environment.client.execute(id);
		expect([execution.status, execution.data.resultData.error?.message]).toEqual(['success', undefined]);
		return outputOf(execution, 'Make CSV');
	}

	it('marks the row of a paid order once, though KESS tells it three times', async () => {
		await environment.client.activateWorkflow(IDS.markPaid);
		await until(async () => (await http.post(notifyUrl, {})).status === 401, 10_000);
		const payAndTell = async (outTradeNo: string, executions: number) => {
			await gateway.fault('duplicate-notifications', { outTradeNo });
			await gateway.pay(outTradeNo);
			await until(async () => (await gateway.notifications()).every(({ state }) => state === 'delivered'), 20_000);
			expect(await gateway.notifications()).toHaveLength(3 * executions);
			const list = async () => await environment.client.listExecutions(IDS.markPaid);
			await until(async () => (await list()).every(({ status }) => status === 'success'), 20_000);
			expect(await list()).toHaveLength(executions);
		};

		await createListed('CAFE-2611-001', { notify_url: notifyUrl });
		await payAndTell('CAFE-2611-001', 1);
		const rows = await rowsOf('orders-paid.csv');
		expect(rows).toHaveLength(listed.length);
		expect(rowOf(rows, 'CAFE-2611-001')).toMatchObject({
			...rowOf(listed, 'CAFE-2611-001'),
			status: 'PAID',
			paid_at: expect.stringMatching(/\d/),
			transaction_id: expect.stringMatching(/\d/),
			paid_amount: '3.5',
			paid_currency: 'USD',
			problem: '',
		});
		expect(rows.filter(({ status }) => status !== '')).toHaveLength(1);

		// Another amount than in the list, and an order that is not in it, with a name that a spreadsheet could misread.
		await createListed('FOOD-2611-001', { notify_url: notifyUrl, total_amount: 1 });
		await payAndTell('FOOD-2611-001', 2);
		expect((await gateway.create('v2', 'BY-PHONE "7", urgent', { notify_url: notifyUrl })).status).toBe(200);
		await payAndTell('BY-PHONE "7", urgent', 3);
		const later = await rowsOf('orders-paid.csv');
		expect(later.filter(({ status }) => status === 'PAID').map(({ order_no, problem }) => [order_no, problem])).toEqual([
			['CAFE-2611-001', ''],
			['FOOD-2611-001', 'Another amount was paid than the one in this row'],
			['BY-PHONE "7", urgent', 'Paid, but not in orders.csv'],
		]);
		expect(parse(await readFile(fileOf('paid-orders.csv'))) as string[][]).toHaveLength(3);
		expect(await rowsOf('orders.csv')).toEqual(listed);
	});

	it('finds every difference between the list and KESS, and says so when there is none', async () => {
		const [missing, unpaid, closed, other, refunded, ...agree] = listed.map(({ order_no }) => order_no ?? '');
		const create = [unpaid, closed, refunded, ...agree] as string[];
		for (const outTradeNo of create) await createListed(outTradeNo);
		await createListed(other as string, { total_amount: 999 });
		await gateway.create('v2', 'NOT-LISTED');
		for (const outTradeNo of [...agree, other as string, refunded as string, 'NOT-LISTED']) await gateway.pay(outTradeNo);
		await gateway.close(closed as string);
		expect((await gateway.call('v2', 'v2Refund', { out_trade_no: refunded, reason: 'Test' })).status).toBe(200);

		await runByHand(IDS.reconcile);
		expect((await rowsOf('differences.csv')).map(({ order_no, difference, kess_status }) => [order_no, difference, kess_status])).toEqual([
			[missing, 'KESS has no such order of these days', ''],
			[unpaid, 'Not paid', 'WAITING'],
			[closed, 'Not paid', 'CLOSED'],
			[other, 'Another amount', 'SUCCESS'],
			[refunded, 'Look at it: neither paid nor unpaid', 'REFUNDED'],
			['NOT-LISTED', 'Not in the list', 'SUCCESS'],
		]);

		await gateway.reset();
		await rm(fileOf('differences.csv'));
		await runByHand(IDS.reconcile);
		expect(await rowsOf('differences.csv')).toHaveLength(listed.length);

		gateway.forgetToken();
		for (const { order_no: outTradeNo = '' } of listed) {
			await createListed(outTradeNo);
			await gateway.pay(outTradeNo);
		}
		await runByHand(IDS.reconcile);
		expect(await rowsOf('differences.csv')).toMatchObject([{ order_no: 'ALL', difference: `No difference: all ${listed.length} orders are paid as listed` }]);
	});

	it('finds what is paid on version 1, number by number, and names a number that KESS does not know', async () => {
		for (const { order_no: outTradeNo = '', amount, currency } of listed.slice(1)) {
			expect((await gateway.create('v1', outTradeNo, { total_amount: Number(amount), currency })).status).toBe(200);
		}
		const paid = listed.slice(1, 4).map(({ order_no: outTradeNo = '' }) => outTradeNo);
		for (const outTradeNo of paid) await gateway.pay(outTradeNo);
		await gateway.close(listed[5]?.order_no ?? '');
		const execution = await environment.client.execute(IDS.byNumber);
		expect(execution.status).toBe('error');
		expect(execution.data.resultData.error?.message).toMatch(`1 of the order numbers could not be looked up. The first: `);
		expect(execution.data.resultData.error?.message).toContain(`(order ${listed[0]?.order_no ?? ''})`);
		expect((await rowsOf('orders-paid-by-number.csv')).map(({ order_no, status }) => [order_no, status])).toEqual(paid.map((outTradeNo) => [outTradeNo, 'PAID']));

		await gateway.create('v1', listed[0]?.order_no ?? '');
		expect((await environment.client.execute(IDS.byNumber)).status).toBe('success');
	});

	it('refunds what the list says, says why not, and refunds nothing twice', async () => {
		const refunds = await rowsOf('refunds.csv');
		for (const outTradeNo of new Set(refunds.map(({ order_no }) => order_no ?? ''))) {
			await createListed(outTradeNo);
			await gateway.pay(outTradeNo);
		}
		const wrong = ['BAD-1,FOOD-2611-001,,USD,No amount', 'BAD-2,FOOD-2611-001,500.00,USD,More than the total', 'BAD-3,NO-SUCH-ORDER,1.00,USD,Unknown'];
		await writeFile(fileOf('refunds.csv'), `${await readFile(fileOf('refunds.csv'), 'utf8')}${wrong.join('\n')}\n`);

		/** What has been given back, in the order of the list. */
		const refunded = async () =>
			(await gateway.orders())
				.flatMap(({ out_trade_no, refund_histories: made }) => made.map((refund) => [refund.merchant_reference, out_trade_no, Number(refund.amount)]))
				.sort();
		const expected = refunds.map(({ refund_no, order_no, amount }) => [refund_no, order_no, Number(amount)]);

		await runByHand(IDS.refund);
		const done = await rowsOf('refunds-done.csv');
		expect(done.map(({ refund_no }) => refund_no)).toEqual([...refunds.map(({ refund_no }) => refund_no), 'BAD-1', 'BAD-2', 'BAD-3']);
		for (const [index, row] of refunds.entries()) {
			expect(done[index]).toMatchObject({ ...row, transaction_id: expect.stringMatching(/\d/), already_existed: '', problem: '' });
			expect(done[index]?.status).toMatch(/REFUNDED/);
		}
		expect(done.slice(refunds.length).map(({ status, problem }) => [status, problem])).toEqual([
			['SEE PROBLEM', expect.stringContaining('Partial Refund Amount (partialRefundAmount) is empty')],
			['SEE PROBLEM', expect.stringMatching(/^KESS refuses to refund the order/)],
			// Nobody signs a refusal, and HTTP 404 may come from anything on the way.
			['UNKNOWN', expect.stringMatching(/There is no order with the out_trade_no NO-SUCH-ORDER\..* Do not refund this in another way yet\. Run it again .*now or after \d{4}-/)],
		]);
		expect(await refunded()).toEqual(expected);

		await runByHand(IDS.refund);
		const again = await rowsOf('refunds-done.csv');
		expect(again.slice(0, refunds.length).map(({ already_existed }) => already_existed)).toEqual(refunds.map(() => 'yes'));
		expect(await refunded()).toEqual(expected);
	});
});
