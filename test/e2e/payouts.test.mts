import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import axios from 'axios';
import { parse } from 'csv-parse/sync';

import { exampleWorkflows, importWorkflows, workflowsFolder } from '../../sandbox/host/content.mts';
import { type Environment, START_WITHIN_MS, startEnvironment } from '../../sandbox/host/environment.mts';
import { lineOf, manualTrigger } from '../../sandbox/host/workflow.mts';
import { pageOf, rowsOnPage, submitForm, textOf, xlsxFile } from '../support/n8nForms.mts';
import { asCsv, asExcel, realOrders, type RealRow, realWages } from '../support/realRows.mts';

const FROM_SPREADSHEET = 'payWagesFromSpreadsheet';
const WITH_APPROVAL = 'payWagesAfterApproval';
const FROM_UPLOAD = 'payWagesFromUpload';
const APPROVE = 'Approve: pay all of these now · យល់ព្រម៖ បើកប្រាក់ទាំងអស់នេះឥឡូវ';
const REJECT = 'Reject: pay nothing · បដិសេធ៖ មិនបើកប្រាក់ទេ';
const TOTAL = '6644.90';

type Row = Record<string, string>;

const http = axios.create({ proxy: false, validateStatus: () => true });

describe('Payouts in the real n8n', () => {
	let environment: Environment;
	let list = 0;

	beforeAll(async () => {
		environment = await startEnvironment();
		await environment.addExamples(FROM_SPREADSHEET, WITH_APPROVAL, FROM_UPLOAD);
		await environment.client.activateWorkflow(FROM_UPLOAD);
	}, START_WITHIN_MS);

	afterAll(async () => {
		await environment?.stop();
	});

	beforeEach(async () => {
		await environment.control.reset();
	});

	const readRows = async (name: string): Promise<Row[]> =>
		parse(await readFile(join(environment.options.filesFolder, name)), { columns: true, bom: true });

	/** Puts the wages in place under numbers of their own: what was paid in another test is remembered by the node. */
	async function giveWages(change: (csv: string) => string = (csv) => csv): Promise<Row[]> {
		list += 1;
		const csv = (await readFile(join(workflowsFolder, 'wages.csv'), 'utf8')).replaceAll('WAGE-2026-11-', `LIST-${list}-`);
		await writeFile(join(environment.options.filesFolder, 'wages.csv'), change(csv));
		return await readRows('wages.csv');
	}

	async function payFromSpreadsheet(): Promise<Row[]> {
		expect(await environment.client.execute(FROM_SPREADSHEET)).toMatchObject({ status: 'success' });
		return await readRows('wages-with-results.csv');
	}

	/** Runs until the form waits for its answer. */
	async function untilForm(): Promise<{ id: string; form: string }> {
		const id = await environment.client.runWorkflow(WITH_APPROVAL);
		const { data } = await environment.client.waitForExecution(id, { until: ['waiting'] });
		const { metadata } = data.resultData.runData.Approval?.[0] as unknown as { metadata: { resumeFormUrl: string } };
		return { id, form: metadata.resumeFormUrl };
	}

	/** Sends the form as a browser does. */
	async function answer(form: string, decision: string): Promise<void> {
		const body = new FormData();
		body.set('field-1', JSON.stringify([decision]));
		body.set('field-2', 'Chan Thida');
		await http.post(form, body, { timeout: 10_000 }).catch(() => undefined);
	}

	async function resultsOf(id: string): Promise<Row[]> {
		expect(await environment.client.waitForExecution(id)).toMatchObject({ status: 'success' });
		return await readRows('wages-after-approval.csv');
	}

	/** Every row is in the ledger once, with its own receiver and amount, and nothing else is. */
	async function expectPaidOnce(wages: Row[], results: Row[]): Promise<void> {
		const { entries, doublePayments } = await environment.control.ledger();
		expect(doublePayments).toEqual([]);
		expect(entries.map(({ out_trade_no, receiver_id, amount }) => [out_trade_no, receiver_id, amount])).toEqual(
			wages.map((row) => [row.transfer_no, row.receiver, Number(row.amount)]),
		);
		expect(results.filter(({ status }) => status === 'PAID').map((row) => [row.transfer_no, row.fund_transfer_id])).toEqual(
			entries.map((entry) => [entry.out_trade_no, entry.fund_transfer_id]),
		);
	}

	const columns = (rows: Row[], ...names: string[]) => rows.map((row) => names.map((name) => row[name]).join());

	describe.each(['csv', 'xlsx'] as const)('200 rows as they really are, in a %s file', (format) => {
		const thenOf = <Done extends object>({ then, inExcel = then }: RealRow<Done>) => (format === 'xlsx' ? inExcel : then);

		async function put(name: string, rows: Array<RealRow<object>>): Promise<void> {
			await writeFile(join(environment.options.filesFolder, `${name}.${format}`), format === 'csv' ? asCsv(rows) : await asExcel(rows));
		}

		/** Adds an example that reads such a file, as somebody adapts it to theirs. @returns its id */
		async function addExample(wanted: string, name: string, total = TOTAL): Promise<string> {
			const { filesFolder } = environment.options;
			const examples = await exampleWorkflows({ filesFolder, sandboxUrl: environment.sandbox.url });
			const { id: _, ...example } = JSON.parse(JSON.stringify(examples.find(({ id }) => id === wanted)).replace(TOTAL, total)) as (typeof examples)[number];
			for (const node of example.nodes) {
				const parameters = node.parameters as Record<string, unknown>;
				if (node.type.endsWith('.extractFromFile')) parameters.operation = format;
				if (parameters.operation === 'read') parameters.fileSelector = join(filesFolder, `${name}.${format}`);
			}
			return (await environment.client.createWorkflow(example)).id;
		}

		it('makes a link for every order that can be read, says of each other what is wrong, and sends nothing for it', async () => {
			const rows = realOrders();
			await put('orders', rows);
			expect(await environment.client.execute(await addExample('orderLinksFromSpreadsheet', 'orders'))).toMatchObject({ status: 'success' });
			const results = await readRows('orders-with-links.csv');
			expect(results).toHaveLength(200);
			const made = new Map((await environment.control.orders()).map((order) => [order.out_trade_no, order]));
			const wanted = new Set<string>();
			for (const [index, row] of rows.entries()) {
				const [then, { status, payment_link: link, problem }] = [thenOf(row), results[index] ?? {}];
				if (then instanceof RegExp) {
					expect([row.cells, status, link, problem]).toEqual([row.cells, 'NO LINK', '', expect.stringMatching(then)]);
					continue;
				}
				wanted.add(then.no);
				const order = made.get(then.no);
				expect([row.cells, status, link, problem]).toEqual([row.cells, 'WAITING', order?.payment_link, '']);
				expect(order?.total_amount).toBe(then.amount);
			}
			const { recent } = await environment.control.requestLog();
			expect(new Set(recent.flatMap(({ out_trade_no: no }) => no ?? []))).toEqual(wanted);
			expect([...made.keys()].sort()).toEqual([...wanted].sort());
		});

		it('pays nobody while rows of the list are wrong, and then every wage that can be read', async () => {
			const { rows, stops } = realWages(parse(await readFile(join(workflowsFolder, 'wages.csv')), { columns: true, bom: true }));
			const all = [...rows, ...stops];
			await put('wages', all);
			const stopped = await environment.client.execute(await addExample(FROM_SPREADSHEET, 'wages'));
			const wrong = stops.filter((row) => thenOf(row) instanceof RegExp);
			const said = stopped.data.resultData.error?.message.split('\n') ?? [];
			expect(all).toHaveLength(200);
			expect(said).toEqual(['Nothing was paid. Fix the list and run it again.', ...wrong.map((row) => expect.stringMatching(`^Row ${all.indexOf(row) + 2} ${(thenOf(row) as RegExp).source}`))]);
			expect((await environment.control.requestLog()).recent).toEqual([]);

			const left = all.filter((row) => !wrong.includes(row));
			await put('wages', left);
			// The total of what the list says, also of the rows that KESS will never see.
			const total = left.map(thenOf).reduce((sum, then) => sum + (then instanceof RegExp ? 1.25 : then.amount), 0);
			expect(await environment.client.execute(await addExample(FROM_SPREADSHEET, 'wages', total.toFixed(2)))).toMatchObject({ status: 'success' });
			const results = await readRows('wages-with-results.csv');
			const then = left.map(thenOf);
			expect(results.map(({ status, problem }) => [status, problem])).toEqual(then.map((one) => (one instanceof RegExp ? ['NOT PAID', expect.stringMatching(one)] : ['PAID', ''])));
			// Only KESS knows whose a wallet is; of no other row that is not paid it hears anything.
			const isTold = (one: RegExp | object) => !(one instanceof RegExp) || /^\^(This receiver|The wallet)/.test(one.source);
			const numbers = left.flatMap(({ cells }, index) => {
				const one = then[index] ?? {};
				return isTold(one) ? ['no' in one ? one.no : cells.transfer_no] : [];
			});
			expect(new Set((await environment.control.requestLog()).recent.flatMap(({ out_trade_no: no }) => no ?? []))).toEqual(new Set(numbers));
			const { entries, doublePayments } = await environment.control.ledger();
			expect(doublePayments).toEqual([]);
			const paid = then.filter((one) => !(one instanceof RegExp));
			expect(entries.map((entry) => ({ no: entry.out_trade_no, receiver: entry.receiver_id, amount: entry.amount }))).toEqual(paid);
		});
	});

	describe('Pay wages from a spreadsheet', () => {
		it('pays every row once, and says so again when it is run again', async () => {
			const wages = await giveWages();
			const results = await payFromSpreadsheet();
			expect(results).toEqual(wages.map((row) => expect.objectContaining({ ...row, status: 'PAID', already_paid: '', problem: '' })));
			await expectPaidOnce(wages, results);
			expect((await environment.control.ledger()).totalsByCurrency).toEqual({ USD: TOTAL });

			const again = await payFromSpreadsheet();
			expect(new Set(columns(again, 'status', 'already_paid'))).toEqual(new Set(['PAID,yes']));
			await expectPaidOnce(wages, again);
		});

		it('stops before paying when rows are wrong, and names them', async () => {
			await giveWages((csv) => csv.replace(',245.50,', ',245.505,').replace(/(LIST-\d+-)0003/, '$10002'));
			const { status, data } = await environment.client.execute(FROM_SPREADSHEET);
			expect(status).toBe('error');
			expect(data.resultData.lastNodeExecuted).toBe('Stop before paying');
			expect(data.resultData.error?.message.split('\n')).toEqual([
				'Nothing was paid. Fix the list and run it again.',
				'Row 2 has an amount with more than two decimals: 245.505.',
				'Row 4 has the same transfer number as row 3.',
			]);
			expect((await environment.control.ledger()).entries).toEqual([]);
		});

		it('stops before paying when the total is another one, and when there is nobody to pay', async () => {
			const stopped = async () => (await environment.client.execute(FROM_SPREADSHEET)).data.resultData.error?.message;
			await giveWages((csv) => csv.replace(',245.50,', ',254.50,'));
			expect(await stopped()).toContain(`All rows add up to 6653.90 USD, but the control total is ${TOTAL} USD.`);
			await giveWages((csv) => csv.slice(0, csv.indexOf('\n') + 1));
			expect(await stopped()).toContain('All rows are empty: there is nobody to pay.');
			expect((await environment.control.ledger()).entries).toEqual([]);
		});

		it('pays once when answers to confirmations are lost after booking, with Retry On Fail', async () => {
			const wages = await giveWages();
			const lost = wages.filter((_, index) => index % 4 === 0).map(({ transfer_no = '' }) => transfer_no);
			await environment.control.fault('lost-after-booking', { service: 'confirm.fundTransfer', outTradeNo: lost });
			const results = await payFromSpreadsheet();
			expect(lost.length).toBeGreaterThan(5);
			expect(columns(results, 'status', 'already_paid')).toEqual(wages.map((_, index) => (index % 4 === 0 ? 'PAID,yes' : 'PAID,')));
			await expectPaidOnce(wages, results);
		});

		it('leaves out a row that cannot be paid, even the first, says what to do, and pays the others once', async () => {
			const wages = await giveWages((csv) => csv.replace(',012000117,', ',099999999,').replace(',ចាន់ ស្រីមុំ,', ',Somebody Else,'));
			const results = await payFromSpreadsheet();
			expect(results.slice(0, 2)).toEqual([
				expect.objectContaining({ status: 'NOT PAID', fund_transfer_id: '', problem: expect.stringMatching(/^This receiver cannot get money/), next_step: expect.stringContaining('Check the receiver ID') }),
				expect.objectContaining({ status: 'NOT PAID', fund_transfer_id: '', problem: 'The wallet belongs to "ចាន់ ស្រីមុំ", not to "Somebody Else"', next_step: expect.stringContaining('This run has paid nothing') }),
			]);
			await expectPaidOnce(wages.slice(2), results);
		});

		it('says UNKNOWN while KESS may still carry out a confirmation, and PAID in the run after that', async () => {
			const wages = await giveWages();
			const late = wages[0]?.transfer_no;
			await environment.control.fault('late-booking', { service: 'confirm.fundTransfer', outTradeNo: late, times: 9, delayMs: 20_000 });
			const [first, ...others] = await payFromSpreadsheet();
			expect(first).toMatchObject({ status: 'UNKNOWN', fund_transfer_id: '', next_step: expect.stringContaining('Do not pay this transfer in another way yet') });
			expect(new Set(columns(others, 'status'))).toEqual(new Set(['PAID']));
			expect((await environment.control.ledger()).entries).toHaveLength(wages.length - 1);

			while ((await environment.control.ledger()).entries.length < wages.length) await new Promise((resolve) => setTimeout(resolve, 200));
			const again = await payFromSpreadsheet();
			expect(new Set(columns(again, 'status', 'already_paid'))).toEqual(new Set(['PAID,yes']));
			expect(await environment.control.ledger()).toMatchObject({ totalsByCurrency: { USD: TOTAL }, doublePayments: [] });
		});
	});

	describe('Pay wages after approval', () => {
		it('shows names, amounts and the total, pays once what was approved, however often the form is sent, and nothing in the next run', async () => {
			const wages = await giveWages();
			const { id, form } = await untilForm();
			const { data: page, status } = await http.get<string>(form);
			expect(status).toBe(200);
			expect(page).toContain(`26 wages, together ${TOTAL} USD`);
			for (const text of ['សុខ ដារា', 'SOK DARA', 'Tep Channa O&#39;Neil', '+85596000141', '245.50', '312.50']) {
				expect(page.replaceAll("'", '&#39;')).toContain(text);
			}
			expect((await environment.control.ledger()).entries).toEqual([]);

			await Promise.all([answer(form, APPROVE), answer(form, APPROVE)]);
			const results = await resultsOf(id);
			await answer(form, APPROVE);
			expect(new Set(columns(results, 'status', 'answered_by'))).toEqual(new Set(['PAID,Chan Thida']));
			await expectPaidOnce(wages, results);

			const again = await resultsOf(await environment.client.runWorkflow(WITH_APPROVAL));
			expect(new Set(columns(again, 'status', 'already_paid'))).toEqual(new Set(['PAID,yes']));
			await expectPaidOnce(wages, again);
		});

		it('pays once when answers to approved confirmations are lost after booking', async () => {
			const wages = await giveWages();
			const outTradeNo = wages.filter((_, index) => index % 5 === 0).map(({ transfer_no = '' }) => transfer_no);
			await environment.control.fault('lost-after-booking', { service: 'confirm.fundTransfer', outTradeNo });
			const { id, form } = await untilForm();
			await answer(form, APPROVE);
			const results = await resultsOf(id);
			expect(new Set(columns(results, 'status'))).toEqual(new Set(['PAID']));
			await expectPaidOnce(wages, results);
		});

		it('pays nothing after a rejection, nor after an answer that nobody offered', async () => {
			for (const decision of [REJECT, 'Approve']) {
				const wages = await giveWages();
				const { id, form } = await untilForm();
				await answer(form, decision);
				const results = await resultsOf(id);
				expect(columns(results, 'status', 'problem')).toEqual(wages.map(() => 'NOT APPROVED,Rejected.'));
				await answer(form, APPROVE);
			}
			expect((await environment.control.ledger()).entries).toEqual([]);
		});

		it('pays nothing when the approval comes after the prepared transfers have run out', async () => {
			await environment.control.settings({ preTransferLifeSeconds: 1 });
			await giveWages();
			const { id, form } = await untilForm();
			await new Promise((resolve) => setTimeout(resolve, 1_000));
			await answer(form, APPROVE);
			const results = await resultsOf(id);
			expect(new Set(columns(results, 'status'))).toEqual(new Set(['NOT PAID']));
			expect((await environment.control.ledger()).entries).toEqual([]);
		});

		it('leaves a second run alone that prepares the same list while the first one waits', async () => {
			const wages = await giveWages();
			const { id, form } = await untilForm();
			const second = await resultsOf(await environment.client.runWorkflow(WITH_APPROVAL));
			expect(new Set(columns(second, 'status', 'problem'))).toEqual(
				new Set(['NOT PAID,An earlier run has prepared this transfer, and it can still be approved there.']),
			);
			await answer(form, APPROVE);
			await expectPaidOnce(wages, await resultsOf(id));
		});

		it('shows a wrong wallet and leaves it out, and takes no name for a part of the form or of n8n', async () => {
			const name = '<b>KIM</b> $&';
			await environment.control.putWallet({ userId: '800100000264', phone: '017000364', name });
			await environment.control.putWallet({ userId: '800100000025', phone: '012000125', name: '{{ 1 + 1 }} SREY' });
			const wages = await giveWages((csv) => csv.replace(',KIM RITHY,', () => `,${name},`).replace(',ចាន់ ស្រីមុំ,', ',Somebody Else,'));
			const { id, form } = await untilForm();
			const { data: page } = await http.get<string>(form);
			expect(page).toContain('25 wages, together 6413.15 USD');
			expect(page).toContain('&lt;b&gt;KIM&lt;/b&gt; $&amp;');
			expect(page).toContain('The wallet belongs to "{{ 1 + 1 }} SREY", not to "Somebody Else"');
			await answer(form, APPROVE);
			const results = await resultsOf(id);
			expect(results[1]).toMatchObject({ status: 'NOT PAID', problem: expect.stringContaining('The wallet belongs to') });
			await expectPaidOnce(wages.toSpliced(1, 1), results);
		});

		it('cannot be answered with the number of the execution alone', async () => {
			await giveWages();
			const { form } = await untilForm();
			const bare = form.replace(/\?.*$/, '');
			expect((await http.get(bare)).status).toBe(401);
			await answer(bare, APPROVE);
			expect((await environment.control.ledger()).entries).toEqual([]);
		});
	});

	describe('Pay wages from an uploaded spreadsheet', () => {
		const upload = async (file: File, total = TOTAL) => await submitForm(`${environment.n8n.url}/form/kess-wages`, [file, total, 'Sunrise Garments']);
		const decide = async (form: string, decision: string) => await pageOf(await submitForm(form, [JSON.stringify([decision]), 'Chan Thida'], 1));

		it('shows the wallets and the total, pays what was approved, and gives every row back on the page', async () => {
			const wages = await giveWages();
			const form = await upload(xlsxFile('wages.xlsx', wages));
			expect(await pageOf(form)).toContain(`26 wages, together ${TOTAL} USD`);
			expect((await environment.control.ledger()).entries).toEqual([]);
			const page = await decide(form, APPROVE);
			expect(textOf(page)).toBe('26 paid · 0 not paid · 0 unknown Every row stands in wages-with-results.xlsx in your downloads.');
			await expectPaidOnce(wages, rowsOnPage(page));

			const again = await pageOf(await upload(xlsxFile('wages.xlsx', wages)));
			expect(textOf(again)).toMatch(/^26 paid/);
			await expectPaidOnce(wages, rowsOnPage(again));
		});

		it('says on the page what is wrong with the list, and what was rejected', async () => {
			const wages = await giveWages();
			const csv = new File([await readFile(join(environment.options.filesFolder, 'wages.csv'))], 'wages.csv');
			expect(textOf(await pageOf(await upload(csv, '6644.91')))).toBe(
				`Nothing was paid Fix the list and upload it again. All rows add up to ${TOTAL} USD, but the control total is 6644.91 USD.`,
			);
			const form = await upload(csv);
			await pageOf(form);
			const page = await decide(form, REJECT);
			expect(textOf(page)).toMatch(/^0 paid · 0 not paid · 0 unknown · 26 not approved .*NOT APPROVED: this run has paid nothing\. - .*: Rejected\./);
			expect(columns(rowsOnPage(page), 'status')).toEqual(wages.map(() => 'NOT APPROVED'));
			expect((await environment.control.ledger()).entries).toEqual([]);
		});

		it('calls a row UNKNOWN, not NOT PAID, when KESS does not say what became of its number', async () => {
			const [wage] = await giveWages();
			const outTradeNo = wage?.transfer_no;
			await environment.control.fault('error-500-before', { outTradeNo, times: 99 });
			const page = await pageOf(await upload(xlsxFile('wages.xlsx', [wage ?? {}]), wage?.amount));
			expect(textOf(page)).toMatch(/^0 paid · 0 not paid · 1 unknown .*UNKNOWN: do not pay these in another way/);
		});
	});

	describe('The credential', () => {
		it('is tested with a login and a signed question, and says which value is wrong', async () => {
			const { client, credentials } = environment;
			const partner = credentials.find(({ id }) => id === 'kessPartnerSandbox');
			if (!partner) throw new Error('The Partner credential is missing');
			const test = async (change: Record<string, string>) => await client.testCredential({ ...partner, data: { ...partner.data, ...change } });
			expect(await test({})).toMatchObject({ status: 'OK' });
			expect(await test({ privateKey: String(partner.data.privateKey).replaceAll('\n', ' ') })).toMatchObject({ status: 'OK' });
			const wrong = async (change: Record<string, string>) => {
				const { status, message } = await test(change);
				expect(status).toBe('Error');
				return message;
			};
			expect(await wrong({ password: 'not-the-password' })).toMatch(/KESS refuses the login|refuses the user/);
			expect(await wrong({ privateKey: 'not a key' })).toMatch(/Private Key/);
			expect(await wrong({ privateKey: newPrivateKey() })).toMatch(/KESS refuses your signature/);
			expect(await wrong({ kessPublicKey: publicKeyOf(String(partner.data.privateKey)) })).toMatch(/KESS Public Key/);
			expect(await wrong({ baseUrl: 'http://127.0.0.1:9' })).toContain('cannot be reached');
			expect((await environment.control.ledger()).entries).toEqual([]);
		});

		it('cannot be used by the HTTP Request node', async () => {
			const { client, options, sandbox } = environment;
			const request = {
				name: 'HTTP Request',
				type: 'n8n-nodes-base.httpRequest',
				typeVersion: 4.2,
				parameters: {
					method: 'POST',
					url: `${sandbox.url}/partnerapi/v1/gateway`,
					authentication: 'predefinedCredentialType',
					nodeCredentialType: 'kessPartnerApi',
					sendBody: true,
					specifyBody: 'json',
					jsonBody: JSON.stringify({ service: 'query.fundTransfer', out_trade_no: 'X' }),
				},
				credentials: { kessPartnerApi: { id: 'kessPartnerSandbox', name: 'KESS Partner sandbox' } },
			};
			const workflow = { id: 'httpRequestWithPartner', ...lineOf('HTTP Request', [manualTrigger, request]) };
			const refusal = /cannot use credential type .*kessPartnerApi/;
			await expect(client.createWorkflow(workflow)).rejects.toThrow(refusal);
			// An import is not checked, but what it brings in does not run.
			await importWorkflows(options, [{ ...workflow, active: false }]);
			const { status, data } = await client.execute(workflow.id);
			expect(status).toBe('error');
			expect(data.resultData.error?.message).toMatch(/kessPartnerApi" is restricted to specific nodes/);
			expect((await environment.control.requestLog()).services).toEqual({});
		});
	});
});

function newPrivateKey(): string {
	return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function publicKeyOf(privateKey: string): string {
	return createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString();
}
