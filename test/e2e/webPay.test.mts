import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import axios from 'axios';
import { parse } from 'csv-parse/sync';

import { copySpreadsheets } from '../../sandbox/host/content.mts';
import { outputOf } from '../../sandbox/host/restClient.mts';
import { type Environment, START_WITHIN_MS, startEnvironment } from '../../sandbox/host/environment.mts';
import { CREATE_ORDER, itemsNode, lineOf, manualTrigger } from '../../sandbox/host/workflow.mts';

const http = axios.create({ proxy: false });

describe('KESS WebPay in the real n8n', () => {
	let environment: Environment;

	beforeAll(async () => {
		environment = await startEnvironment();
	}, START_WITHIN_MS);

	afterAll(async () => {
		await environment?.stop();
	});

	beforeEach(async () => {
		await environment.control.reset();
	});

	const createNode = (settings: Record<string, unknown> = {}, parameters: Record<string, unknown> = {}) => ({
		name: 'Create',
		type: 'n8n-nodes-kesspay.kessWebPay',
		typeVersion: 1,
		parameters: {
			...CREATE_ORDER,
			...parameters,
		},
		credentials: { kessWebPayApi: { id: 'kessWebPaySandbox', name: 'KESS WebPay sandbox (v2)' } },
		...settings,
	});

	it('turns the spreadsheet of the example into payment links that open', async () => {
		const { options } = environment;
		await copySpreadsheets(options.filesFolder, {});
		await environment.addExamples('orderLinksFromSpreadsheet');
		expect((await environment.client.execute('orderLinksFromSpreadsheet')).status).toBe('success');
		const csv = await readFile(join(options.filesFolder, 'orders-with-links.csv'), 'utf8');
		const rows: Array<Record<string, string>> = parse(csv, { columns: true, bom: true });
		expect(rows.length).toBeGreaterThanOrEqual(50);
		expect(new Set(rows.map((row) => row.payment_link)).size).toBe(rows.length);
		expect(await environment.control.orders()).toHaveLength(rows.length);
		for (const row of rows) {
			expect(row.status).toBe('WAITING');
			const page = await http.get<string>(row.payment_link ?? '');
			expect(page.data).toContain(row.order_no);
		}
	});

	it('creates 50 orders and gives 50 links when 10 answers are lost after booking, with Retry On Fail', async () => {
		const items = Array.from({ length: 50 }, (_, index) => ({ no: `LOST-${index}`, title: 'នំបញ្ចុក', amount: '1.25' }));
		const outTradeNo = items.filter((_, index) => index % 5 === 0).map(({ no }) => no);
		await environment.control.fault('lost-after-booking', { service: 'webpay.acquire.createorder', outTradeNo });
		const retrying = createNode({ retryOnFail: true, maxTries: 3, waitBetweenTries: 100 });
		const { id } = await environment.client.createWorkflow(lineOf('Lost answers', [manualTrigger, itemsNode(items), retrying]));
		const execution = await environment.client.execute(id);
		expect(execution.status).toBe('success');
		const links = outputOf(execution, 'Create').map(({ json }) => json.payment_link);
		expect(new Set(links).size).toBe(50);
		expect(await environment.control.orders()).toHaveLength(50);
	});

	it('lets a failed first row leave as a failure without running the others again', async () => {
		const items = [
			{ no: 'BAD-0', title: 'A', amount: '1e3' },
			{ no: 'GOOD-1', title: 'B', amount: '2' },
			{ no: 'GOOD-2', title: 'C', amount: '3' },
		];
		const settings = { retryOnFail: true, maxTries: 3, waitBetweenTries: 0, onError: 'continueErrorOutput' };
		const { id } = await environment.client.createWorkflow(lineOf('Bad row', [manualTrigger, itemsNode(items), createNode(settings)]));
		const execution = await environment.client.execute(id);
		const [succeeded, failed] = execution.data.resultData.runData.Create?.[0]?.data?.main ?? [];
		expect(succeeded?.map(({ json }) => json.out_trade_no)).toEqual(['GOOD-1', 'GOOD-2']);
		expect(failed?.map(({ json }) => json.error)).toEqual([
			'Total Amount (totalAmount) is "1e3", which is not a plain number (order BAD-0) [item 0]',
		]);
		expect(await environment.control.requests('webpay.acquire.createorder')).toBe(2);
	});

	it("evaluates each row's own expressions as n8n does, also beside a row in which one fails", async () => {
		const items = [
			{ no: 'ROW-0', title: 'A', prices: [9, 1.5] },
			{ no: 'ROW-1', title: 'B', prices: [9, 2] },
			{ no: 'ROW-2', title: 'C' },
			{ no: 'ROW-3', title: 'D', prices: [9, 4.5], days: 3 },
			{ no: 'ROW-4', title: 'E', prices: [9, 5] },
		];
		const parameters = {
			// Each expression has values of its own: neither takes the last price from the other.
			body: '={{ $json.title + ($json.prices ?? [0]).pop() }}',
			totalAmount: '={{ $json.prices.pop() }}',
			additionalFields: { expiresIn: '={{ ($json.days ?? 1) * 86400 }}', descriptor: '={{ $json.title }}' },
			options: { batching: { batch: { batchSize: 2 } } },
		};
		const node = createNode({ onError: 'continueErrorOutput' }, parameters);
		const { id } = await environment.client.createWorkflow(lineOf('Expressions', [manualTrigger, itemsNode(items), node]));
		const execution = await environment.client.execute(id);
		const [succeeded, failed] = execution.data.resultData.runData.Create?.[0]?.data?.main ?? [];
		expect(succeeded?.map(({ json }) => [json.out_trade_no, json.body, json.total_amount])).toEqual([
			['ROW-0', 'A1.5', 1.5],
			['ROW-1', 'B2', 2],
			['ROW-3', 'D4.5', 4.5],
			['ROW-4', 'E5', 5],
		]);
		const days = succeeded?.map(({ json }) => Math.round((Date.parse(String(json.expired_at)) - Date.now()) / 86_400_000));
		expect(days).toEqual([1, 1, 3, 1]);
		expect(failed?.map(({ json }) => json.error)).toEqual([expect.stringMatching(/^Total Amount .*order ROW-2.* \[item 2\]$/)]);
	});

	it.each([
		['v2', 'kessWebPaySandbox', 'seller_code'],
		['v1', 'kessWebPaySandboxV1', 'seller_id'],
	])('signs for n8n’s own HTTP Request node on %s', async (version, credential, seller) => {
		const { client, sandbox, credentials } = environment;
		const { sellerCode } = credentials.find(({ id }) => id === credential)?.data as { sellerCode: string };
		const request = {
			name: 'HTTP Request',
			type: 'n8n-nodes-base.httpRequest',
			typeVersion: 4.2,
			parameters: {
				method: 'POST',
				url: `${sandbox.url}/api/mch/${version}/gateway`,
				authentication: 'predefinedCredentialType',
				nodeCredentialType: 'kessWebPayApi',
				sendBody: true,
				specifyBody: 'json',
				jsonBody: JSON.stringify({
					service: 'webpay.acquire.createorder',
					[seller]: sellerCode,
					out_trade_no: `HTTP-${version}`,
					body: ' កាហ្វេទឹកដោះគោ ',
					total_amount: 10.5,
					currency: 'USD',
					sign: 'a forged one',
				}),
			},
			credentials: { kessWebPayApi: { id: credential, name: credential } },
		};
		const { id } = await client.createWorkflow(lineOf(`HTTP Request ${version}`, [manualTrigger, request]));
		const execution = await client.execute(id);
		expect(execution.status).toBe('success');
		expect(outputOf(execution, 'HTTP Request')[0]?.json.data).toMatchObject({ out_trade_no: `HTTP-${version}` });
		expect(await environment.control.orders()).toHaveLength(1);
	});

	it('tests the credential and says which value is wrong', async () => {
		const { client, credentials } = environment;
		for (const id of ['kessWebPaySandbox', 'kessWebPaySandboxV1']) {
			const credential = credentials.find((candidate) => candidate.id === id);
			if (!credential) throw new Error(`${id} is missing`);
			expect(await client.testCredential(credential)).toMatchObject({ status: 'OK' });
			const wrong = async (change: Record<string, string>) =>
				(await client.testCredential({ ...credential, data: { ...credential.data, ...change } })).message;
			expect(await wrong({ apiSecretKey: 'not-the-key' })).toContain('Check API Secret Key');
			expect(await wrong({ password: 'not-the-password' })).toMatch(/refuses the user/);
			expect(await wrong({ baseUrl: 'http://127.0.0.1:9' })).toContain('cannot be reached');
		}
		expect(await environment.control.orders()).toHaveLength(0);
	});

	it('logs in once and keeps the token in the stored credential, for the next process too', async () => {
		const run = async (no: string) => {
			const item = [{ no, title: 'A', amount: '1' }];
			const { id } = await environment.client.createWorkflow(lineOf(no, [manualTrigger, itemsNode(item), createNode()]));
			return await environment.client.execute(id);
		};
		expect((await run('TOKEN-1')).status).toBe('success');
		await environment.restart();
		await environment.control.reset();
		expect((await run('TOKEN-2')).status).toBe('success');
		expect((await environment.control.requestLog()).services).not.toHaveProperty('oauth');
	});
});
