import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import axios from 'axios';
import { parse } from 'csv-parse/sync';

import { copySpreadsheets, workflowsFolder } from '../../sandbox/host/content.mts';
import { type Item, outputOf } from '../../sandbox/host/restClient.mts';
import { senderName } from '../../sandbox/accounts.mts';
import { type Clip, Editor } from '../support/editor.mts';
import { GatewayClient, until } from '../support/gatewayClient.mts';
import { pageOf, rowsOnPage, submitForm, textOf, xlsxFile } from '../support/n8nForms.mts';
import { type Environment, START_WITHIN_MS, startEnvironment } from '../../sandbox/host/environment.mts';

const IDS = { markPaid: 'markPaidOrders', reconcile: 'dailyReconciliation', refund: 'refundsFromList', byNumber: 'paidOrdersByNumber' };

/** Those that need neither a path nor an account: what comes from outside comes through a form of n8n. */
const FORMS = { upload: 'orderLinksFromUpload', checkout: 'checkoutPage', book: 'orderBook', check: 'checkKessAccount' };

/** Those with nodes of others, which are pinned here. */
const PINNED = { telegram: 'telegramShop', sheets: 'googleSheetsOrders' };

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
		const wanted = await environment.addExamples(...Object.values({ ...IDS, ...FORMS, ...PINNED }));
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

	async function runByHand(id: string, node = 'Make CSV'): Promise<ReturnType<typeof outputOf>> {
		const execution = await environment.client.execute(id);
		expect([execution.status, execution.data.resultData.error?.message]).toEqual(['success', undefined]);
		return outputOf(execution, node);
	}

	it('marks the row of a paid order once, though KESS tells it three times', async () => {
		await environment.client.activateWorkflow(IDS.markPaid);
		await until(async () => (await http.post(notifyUrl, {})).status === 401);
		const payAndTell = async (outTradeNo: string, executions: number) => {
			await gateway.fault('duplicate-notifications', { outTradeNo });
			await gateway.pay(outTradeNo);
			await until(async () => (await gateway.notifications()).every(({ state }) => state === 'delivered'));
			expect(await gateway.notifications()).toHaveLength(3 * executions);
			const list = async () => await environment.client.listExecutions(IDS.markPaid);
			await until(async () => (await list()).every(({ status }) => status === 'success'));
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

		const [sum] = await runByHand(IDS.refund, 'Sum up');
		expect(sum?.json).toEqual({
			refunds: refunds.length + 3,
			without_a_problem: refunds.length,
			to_see_to: [expect.stringMatching(/^BAD-1: SEE PROBLEM\. Partial/), expect.stringMatching(/^BAD-2: SEE PROBLEM\. /), expect.stringMatching(/^BAD-3: UNKNOWN\. /)],
		});
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

	describe('without a path or an account', () => {
		const formAt = (path: string) => `${environment.n8n.url}/form/${path}`;

		beforeAll(async () => {
			for (const id of Object.values(FORMS)) await environment.client.activateWorkflow(id);
		});

		/** Pays as the buyer does, and waits until the workflow that KESS tells of it has ended. */
		async function payAndWait(outTradeNo: string, workflow: string): Promise<void> {
			const before = (await environment.client.listExecutions(workflow)).length;
			const order = (await gateway.orders()).find(({ out_trade_no }) => out_trade_no === outTradeNo);
			// n8n goes on activating a workflow behind its answer.
			await until(async () => (await http.post(String(order?.notify_url), {})).status === 401);
			await gateway.pay(outTradeNo);
			await until(async () => {
				const executions = await environment.client.listExecutions(workflow);
				return executions.length > before && executions[0]?.status === 'success';
			});
		}

		it('makes links for an uploaded .csv, and gives the list back on the page', async () => {
			const csv = new File([await readFile(join(workflowsFolder, 'orders.csv'))], 'orders.csv');
			const page = await pageOf(await submitForm(formAt('kess-order-links'), [csv]));
			expect(textOf(page)).toBe(`${listed.length} payment links The list with its links is in your downloads: orders-with-links.xlsx.`);
			const rows = rowsOnPage(page);
			expect(rows.map(({ order_no, customer }) => [order_no, customer])).toEqual(listed.map(({ order_no, customer }) => [order_no, customer]));
			expect(rows.every(({ status, payment_link }) => status === 'WAITING' && /^http:.*\/pay\//.test(payment_link ?? ''))).toBe(true);
			expect(await gateway.orderNumbers()).toHaveLength(listed.length);
		});

		it('makes links for an uploaded .xlsx whose columns are written otherwise, and says which rows got none', async () => {
			const good = { 'Order No': '0012607', Title: 'ក្រណាត់សូត្រ', AMOUNT: '10.50', Currency: 'USD', note: '=1+1' };
			const file = xlsxFile('Orders of May.XLSX', [good, { ...good, 'Order No': 'BAD-1', AMOUNT: '10,50' }]);
			const page = await pageOf(await submitForm(formAt('kess-order-links'), [file]));
			expect(textOf(page)).toMatch(/^1 payment links .* 1 rows got no link\. The column problem says why: BAD-1 Fix them/);
			expect(rowsOnPage(page)).toMatchObject([
				{ order_no: '0012607', title: 'ក្រណាត់សូត្រ', note: '=1+1', status: 'WAITING' },
				{ order_no: 'BAD-1', status: 'NO LINK', problem: expect.stringContaining('10,50') },
			]);
			const empty = await pageOf(await submitForm(formAt('kess-order-links'), [new File(['order_no,title\n'], 'empty.csv')]));
			expect(textOf(empty)).toMatch(/^0 payment links .*: a row without a number Fix/);
			expect(await gateway.orderNumbers()).toEqual(['0012607']);
		});

		it('sends a buyer to the payment page, at the price of the list, and writes the receipt', async () => {
			const order = ['Iced coffee', '3', 'Sok & Dara', '012 345 678'];
			const next = await submitForm(formAt('kess-checkout'), order);
			const page = await pageOf(next);
			const [number = ''] = await gateway.orderNumbers();
			const [made] = await gateway.orders();
			expect(made).toMatchObject({ body: '3 x Iced coffee for Sok   Dara, 012 345 678', total_amount: 4.5, currency: 'USD' });
			expect(page).toContain(`id='redirectUrl' href='${String(made?.payment_link)}'`);
			// What the page does before it leaves.
			await http.post(next);
			await payAndWait(number, FORMS.checkout);
			const [told] = await environment.client.listExecutions(FORMS.checkout);
			expect(outputOf(await environment.client.getExecution(told?.id ?? ''), 'Receipt')[0]?.json).toMatchObject({ order_no: number, paid: '4.5 USD' });

			for (const count of ['0', '1.5', '-1', '100', 'x']) {
				await expect(submitForm(formAt('kess-checkout'), order.with(1, count)).then(pageOf)).rejects.toThrow();
			}
			await expect(submitForm(formAt('kess-checkout'), order.with(0, 'Gold')).then(pageOf)).rejects.toThrow();
			expect(await gateway.orderNumbers()).toEqual([number]);
		});

		it('keeps an order book in a table of n8n: a link for each new row, and one mark for each payment', async () => {
			const add = async (title: string, amount = '12.50') => textOf(await pageOf(await submitForm(formAt('kess-order-book'), [title, amount, 'USD', 'Chan'])));
			expect(await add('Silk scarf')).toMatch(/^Payment link for BOOK-\d+-\d+ http:.*\/pay\//);
			const [first = ''] = await gateway.orderNumbers();
			expect(await add('Silk scarf', '12.505')).toMatch(/^No link: please look at the order /);
			const book = async () => {
				const { data: tables } = (await environment.client.call('GET', '/rest/data-tables-global')) as { data: Array<{ id: string; projectId: string }> };
				const { id = '', projectId = '' } = tables[0] ?? {};
				return ((await environment.client.call('GET', `/rest/projects/${projectId}/data-tables/${id}/rows`)) as { data: Row[] }).data;
			};
			expect(await book()).toMatchObject([{ order_no: first, status: 'WAITING' }, { status: 'NO LINK', problem: expect.stringContaining('12.505') }]);

			await payAndWait(first, FORMS.book);
			expect((await book())[0]).toMatchObject({ order_no: first, customer: 'Chan', status: 'PAID', transaction_id: expect.stringMatching(/\d/) });

			// A call of KESS that was lost is found in the morning.
			await add('Silk scarf 2');
			const second = (await gateway.orderNumbers()).find((number) => number !== first) ?? '';
			await gateway.close(second);
			await environment.client.execute(FORMS.book, { trigger: 'Every morning' });
			expect((await book()).map(({ status }) => status)).toEqual(['PAID', 'NO LINK', 'CLOSED']);
		});

		it('checks an account with harmless questions, and masks what is said for an issue', async () => {
			const check = async (account: string) => await pageOf(await submitForm(formAt('kess-account-check'), [account]));
			const page = await check('KESS WebPay, gateway version 2');
			const [, works, all] = /(\d+) of (\d+) answers are as we expect/.exec(page) ?? [];
			expect([works, Number(all) > 15]).toEqual([all, true]);
			expect(page).not.toMatch(/<textarea[^>]*>[^<]*(?:[0-8]\d{4}|127\.0|CHECK-)/);
			expect(new Set((await gateway.orders()).map(({ status }) => status))).toEqual(new Set(['CLOSED']));
			expect(await check('KESS Partner')).toContain('1 of 1 answers are as we expect');

			await gateway.settings({ secondOrder: 'open' });
			await gateway.fault('foreign-before', { service: 'webpay.acquire.getbakongmembers', status: 403 });
			const other = await check('KESS WebPay, gateway version 2');
			expect(other).toMatch(/not allowed for you<\/td><td>The banks in Bakong/);
			expect(other).toMatch(/answers otherwise than we expect<\/td><td>The same order number a second time is refused/);
		});
	});

	describe('with pinned nodes of others', () => {
		/** Runs one trigger of an example whose other nodes of others only hand on what they get. */
		async function run(id: string, trigger: string, pins: Record<string, Array<Partial<Item>>>) {
			const { client } = environment;
			const { name, nodes, connections, settings } = await client.getWorkflow(id);
			const pinned = await client.createWorkflow({ name, nodes, connections, settings, pinData: pins });
			return await client.execute(pinned.id, { trigger });
		}

		it('answers a message with a QR code and the link, and thanks the chat that has paid', async () => {
			const message = (text: string) => [{ json: { message: { message_id: 77, text, chat: { id: -1001 } } } }];
			const outer = { 'Send QR code': [{ json: {} }], 'Send price list': [{ json: {} }], 'Send receipt': [{ json: {} }] };
			const ordered = await run(PINNED.telegram, 'Message', { ...outer, Message: message('2 ICED coffee') });
			expect([ordered.status, ordered.data.resultData.error?.message]).toEqual(['success', undefined]);
			const [item] = outputOf(ordered, 'Create payment link');
			expect(item).toMatchObject({ json: { out_trade_no: 'TG--1001-77', total_amount: 3 }, binary: { data: { mimeType: 'image/png' } } });
			const asked = await run(PINNED.telegram, 'Message', { ...outer, Message: message('hello') });
			expect(outputOf(asked, 'Order')[0]?.json.prices).toContain('Iced coffee: 1.50 USD');
			expect(asked.data.resultData.lastNodeExecuted).toBe('Send price list');
			const paid = await run(PINNED.telegram, 'Order paid', { ...outer, 'Order paid': [{ json: { ...item?.json, status: 'SUCCESS' } }] });
			expect([outputOf(paid, 'Chat')[0]?.json.chat_id, paid.data.resultData.lastNodeExecuted]).toEqual(['-1001', 'Send receipt']);
		});

		it('makes a link for a new row of Google Sheets, and none for a row that has one', async () => {
			const row = { order_no: 'SHEET-1', title: 'Silk scarf', amount: '12.50', currency: 'USD', payment_link: '' };
			const outer = { 'Write link': [{ json: {} }], 'Write payment': [{ json: {} }] };
			const added = [row, { ...row, order_no: 'SHEET-2', payment_link: 'https://…' }, { ...row, order_no: 'SHEET-3', amount: 'ten' }];
			const { status, data } = await run(PINNED.sheets, 'New row', { ...outer, 'New row': added.map((json) => ({ json })) });
			expect([status, data.resultData.lastNodeExecuted]).toEqual(['success', 'Write link']);
			expect(await gateway.orderNumbers()).toEqual(['SHEET-1']);
		});
	});

	describe('in the editor, by hand', () => {
		let editor: Editor;
		const filesFolder = mkdtemp(join(tmpdir(), 'kesspay-import-'));

		beforeAll(async () => {
			editor = await Editor.open(environment.n8n.url);
		}, START_WITHIN_MS);

		afterAll(async () => {
			await editor?.close();
			await rm(await filesFolder, { recursive: true, force: true });
		});

		it('makes a first link with six clicks and three fields, in sight', async () => {
			await editor.newWorkflow();
			await editor.addNode('kess', 'Create order with payment link');
			await editor.fill('outTradeNo', 'INV-1001');
			await editor.fill('totalAmount', '10.50');
			const [link] = await editor.execute();
			expect(await gateway.orders()).toMatchObject([{ out_trade_no: 'INV-1001', total_amount: 10.5, payment_link: link }]);
			expect([editor.clicks, editor.typed]).toEqual([6, 3]);
			await expectPicture('first-link.webp', { x: 24, y: 24, width: 1392, height: 620 });
		});

		it('makes a first payout with six clicks and four fields', async () => {
			await editor.newWorkflow();
			await editor.addNode('wages', 'Pay out to wallet');
			await editor.fill('outTradeNo', 'WAGE-1001');
			await editor.fill('receiverId', '012345678');
			await editor.fill('amount', '2.50');
			expect((await editor.execute())[0]).toBe('paid');
			expect((await environment.control.ledger()).entries).toMatchObject([{ out_trade_no: 'WAGE-1001', sender_name: senderName }]);
			expect([editor.clicks, editor.typed]).toEqual([6, 4]);
		});

		it('imports an example and has its result with five clicks and no path', async () => {
			// Somebody else's n8n has its credential under another number and name.
			const example = await readFile(join(workflowsFolder, 'order-links-from-an-uploaded-spreadsheet.json'), 'utf8');
			const file = join(await filesFolder, 'example.json');
			await writeFile(file, example.replace(/"kessWebPaySandbox"/, '"other"').replace(/"KESS WebPay sandbox \(v2\)"/, '"Other"'));
			await editor.newWorkflow();
			const { page } = editor;
			await editor.click(editor.test('workflow-menu'));
			await page.getByText('Import', { exact: true }).hover();
			const chooser = page.waitForEvent('filechooser');
			await editor.click(editor.test('workflow-menu-item-import-from-file'));
			await (await chooser).setFiles(file);
			await page.getByText('Credentials auto-added').waitFor();
			const opened = page.waitForEvent('popup');
			await editor.click(page.getByRole('button', { name: 'Execute workflow' }).last());
			const form = await opened;
			const upload = form.waitForEvent('filechooser');
			await editor.click(form.locator('input[type=file]'));
			await (await upload).setFiles(join(workflowsFolder, 'orders.csv'));
			await editor.click(form.locator('#submit-btn'));
			await form.getByText(`${listed.length} payment links`).waitFor();
			expect([editor.clicks, editor.typed]).toEqual([5, 0]);
			expect(await gateway.orderNumbers()).toHaveLength(listed.length);
			await form.close();
		});

		it('starts with the trigger at a payment, which is tried out', async () => {
			await editor.newWorkflow();
			await editor.addNode('kess', 'On order paid');
			await editor.click(editor.page.getByText('Webhook URLs', { exact: true }));
			const address = await editor.page.getByText('/webhook-test/').innerText();
			await editor.click(editor.test('node-execute-button').first());
			await editor.page.getByText('Listening for test event').waitFor();
			await gateway.create('v2', 'PAID-1', { notify_url: address.replace(/\s/g, '') });
			await gateway.pay('PAID-1');
			const [order] = await gateway.orders();
			expect(await editor.outputs()).toEqual(['paid', order?.payment_link, 'SUCCESS']);
		});

		it('finds a paid order with the poll trigger', async () => {
			await gateway.create('v2', 'PAID-2');
			await gateway.pay('PAID-2');
			await editor.newWorkflow();
			await editor.addNode('kess poll', 'On order paid');
			await editor.click(editor.test('node-credentials-select'));
			await editor.click(editor.test('node-credentials-select-item-kessWebPaySandbox'));
			const [order] = await gateway.orders();
			expect(await editor.execute()).toEqual(['paid', order?.payment_link, 'SUCCESS']);
		});

		it.each([
			['KESS WebPay API', 'kessWebPaySandbox', { environment: 'Custom', gatewayVersion: 'Version 2' }],
			['KESS Partner API', 'kessPartnerSandbox', { environment: 'Custom' }],
		])('fills in and tests the credential %s: with a wrong password, then with the right one', async (type, id, chosen) => {
			const { page } = editor;
			const data = environment.credentials.find((credential) => credential.id === id)?.data as Record<string, string>;
			await editor.newCredential(type);
			for (const [name, option] of Object.entries(chosen)) await editor.choose(name, option);
			const typed = Object.entries(data).filter(([name]) => name !== 'environment' && name !== 'gatewayVersion' && name !== 'signType');
			for (const [name, value] of typed) await editor.fill(name, name === 'password' ? 'wrong' : value);
			await editor.saveCredential();
			await page.getByText('More details').click();
			await page.getByText(/Check .*User ?name.* and Password/i).waitFor();
			await editor.fill('password', data.password ?? '');
			await editor.saveCredential();
			await page.getByText('Connection tested successfully').waitFor();
			if (id === 'kessWebPaySandbox') await expectPicture('credential.webp', { x: 216, y: 84, width: 1008, height: 600 });
		});

		it('opens an example without a complaint, as the README shows it', async () => {
			await editor.goto(`/workflow/${FORMS.upload}`);
			await editor.test('canvas-node').first().waitFor();
			await editor.page.keyboard.press('1');
			await editor.page.waitForTimeout(1_000);
			expect(await editor.test('node-issues').count()).toBe(0);
			await expectPicture('order-links.webp', { x: 130, y: 120, width: 1210, height: 590 });
		});

		async function expectPicture(name: string, clip: Clip): Promise<void> {
			expect(await editor.picture(name, clip)).toMatchObject({ isSmall: true, isLike: true });
		}
	});
});
