import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import axios, { type AxiosResponse } from 'axios';

import { webPayAccount } from '../../sandbox/accounts.mts';
import { phpForm } from '../../sandbox/webpay/notifications.mts';
import { webPaySign } from '../../sandbox/webpay/signature.mts';
import { GatewayClient, until } from '../support/gatewayClient.mts';
import { type Environment, START_WITHIN_MS, startEnvironment } from '../../sandbox/host/environment.mts';
import { lineOf } from '../../sandbox/host/workflow.mts';
import { inLanes } from '../support/lanes.mts';

/** Fewer make the test quicker where that is wanted. */
const COUNT = Number(process.env.KESSPAY_NOTIFICATIONS ?? 600);
const AT_A_TIME = 20;
/** The first notification of an order and three duplicates of it. */
const SENT_EACH = 4;
/** Several times what it takes when nothing else runs. */
const WITHIN_MS = 60_000 + COUNT * 300;

const http = axios.create({ proxy: false, validateStatus: () => true });

type Fields = Record<string, string | number>;

interface Answers {
	statuses: Record<number, number>;
	seconds: number;
	/** Milliseconds. */
	slowest: number;
}

describe(`${COUNT} notifications, ${AT_A_TIME} at a time, in the real n8n`, () => {
	let environment: Environment;
	let gateway: GatewayClient;
	let shop: Server | undefined;
	let workflowId: string;
	let address: string;
	/** Order numbers that the workflow has passed on, one for each execution. */
	let handled: string[];

	beforeAll(async () => {
		// n8n's isolated engine makes a new V8 isolate for each call to a webhook: most of the time would go there.
		environment = await startEnvironment({ env: { N8N_EXPRESSION_ENGINE: 'legacy' } });
		gateway = new GatewayClient(environment.sandbox);
		const server = createServer((request, response) => {
			handled.push(new URL(request.url ?? '', 'http://shop').searchParams.get('paid') ?? '');
			response.end('{}');
		});
		shop = server;
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		const trigger = {
			name: 'Paid',
			type: 'n8n-nodes-kesspay.kessWebPayTrigger',
			typeVersion: 1,
			webhookId: 'many-notifications',
			parameters: {},
			credentials: { kessWebPayApi: { id: 'kessWebPaySandbox', name: 'KESS WebPay sandbox (v2)' } },
		};
		const deliver = {
			name: 'Deliver',
			type: 'n8n-nodes-base.httpRequest',
			typeVersion: 4.2,
			parameters: { url: `=http://127.0.0.1:${(server.address() as AddressInfo).port}/?paid={{ $json.out_trade_no }}`, options: {} },
		};
		workflowId = (await environment.client.createWorkflow(lineOf('Many notifications', [trigger, deliver]))).id;
		await environment.client.activateWorkflow(workflowId);
		address = `${environment.n8n.url}/webhook/many-notifications/kess-webpay`;
		await until(async () => (await http.post(address, {})).status === 401);
	}, START_WITHIN_MS);

	afterAll(async () => {
		await environment?.stop();
		shop?.close();
	});

	beforeEach(() => {
		handled = [];
	});

	const fieldsOf = (outTradeNo: string): Fields => ({
		out_trade_no: outTradeNo,
		transaction_id: `T-${outTradeNo}`,
		body: 'Iced coffee',
		total_amount: 10.5,
		currency: 'USD',
		status: 'SUCCESS',
		sign_type: 'MD5',
	});

	const signed = (fields: Fields, key: string = webPayAccount.apiSecretKey): Fields => ({ ...fields, sign: webPaySign(fields, 'MD5', key) });

	const post = async (fields: Fields, query = ''): Promise<AxiosResponse> =>
		await http.post(address + query, phpForm(fields), { headers: { 'content-type': 'application/x-www-form-urlencoded' } });

	async function sendAll(list: ReadonlyArray<[Fields, string]>): Promise<Answers> {
		const answers: Answers = { statuses: {}, seconds: 0, slowest: 0 };
		const start = Date.now();
		await inLanes(list, async ([fields, query]) => {
			const sent = Date.now();
			const { status } = await post(fields, query);
			answers.statuses[status] = (answers.statuses[status] ?? 0) + 1;
			answers.slowest = Math.max(answers.slowest, Date.now() - sent);
		}, AT_A_TIME);
		answers.seconds = (Date.now() - start) / 1000;
		return answers;
	}

	/** Executions of the workflow, once none of them runs any more; all of them have to be successful. */
	async function executions(): Promise<number> {
		const filter = encodeURIComponent(JSON.stringify({ workflowId }));
		const list = async () =>
			(await environment.client.call('GET', `/rest/executions?filter=${filter}`)) as { count: number; results: Array<{ status: string }> };
		await until(async () => (await list()).results.every(({ status }) => status === 'success'));
		return (await list()).count;
	}

	const say = (what: string, { statuses, seconds, slowest }: Answers, started: number) =>
		process.stdout.write(
			`${what}: answered ${JSON.stringify(statuses)} in ${seconds.toFixed(1)} s (slowest ${slowest} ms), ${started} executions\n`,
		);

	it('starts nothing for forged ones', async () => {
		const order = 'FORGED-1';
		expect((await gateway.create('v2', order)).status).toBe(200);
		await gateway.pay(order);
		const real = signed(fieldsOf(order));
		const unsigned = fieldsOf(order);
		const forgeries: Array<(index: number) => Fields> = [
			() => unsigned,
			() => ({ ...unsigned, sign: '' }),
			(index) => signed(unsigned, `guess ${index}`),
			(index) => ({ ...real, out_trade_no: `FORGED-${index}` }),
			(index) => ({ ...real, total_amount: index + 1 }),
			(index) => ({ ...real, sign_type: 'HMAC-SHA256', sign: String(real.sign).repeat(2), body: `${index}` }),
		];
		// A true signature in the address must not count.
		const query = `?${phpForm(real)}`;
		const list = Array.from({ length: COUNT }, (_, index): [Fields, string] => [
			(forgeries[index % forgeries.length] as (index: number) => Fields)(index),
			index % 2 === 0 ? query : '',
		]);
		const answers = await sendAll(list);
		const started = await executions();
		say(`${COUNT} forged`, answers, started);
		expect(answers.statuses).toEqual({ 401: COUNT });
		expect(started).toBe(0);
		expect(handled).toEqual([]);
		expect(await gateway.requests('webpay.acquire.queryorder')).toBe(0);
	}, WITHIN_MS);

	it('starts exactly once for each true one with its duplicates', async () => {
		const numbers = Array.from({ length: COUNT }, (_, index) => `TRUE-${index}`);
		await inLanes(numbers, async (outTradeNo) => {
			expect((await gateway.create('v2', outTradeNo)).status).toBe(200);
			await gateway.pay(outTradeNo);
		}, AT_A_TIME);
		const list = numbers.flatMap((outTradeNo) => Array.from({ length: SENT_EACH }, (): [Fields, string] => [signed(fieldsOf(outTradeNo)), '']));
		const answers = await sendAll(list);
		const started = await executions();
		say(`${COUNT} true, each ${SENT_EACH} times`, answers, started);
		expect(answers.statuses).toEqual({ 200: COUNT * SENT_EACH });
		expect(started).toBe(COUNT);
		expect([...handled].sort()).toEqual([...numbers].sort());
	}, WITHIN_MS);
});
