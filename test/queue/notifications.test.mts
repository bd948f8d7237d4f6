import axios from 'axios';

import { webPayAccount } from '../../sandbox/accounts.mts';
import { START_WITHIN_MS } from '../../sandbox/host/environment.mts';
import { table } from '../../sandbox/host/table.mts';
import { lineOf } from '../../sandbox/host/workflow.mts';
import { phpForm } from '../../sandbox/webpay/notifications.mts';
import { webPaySign } from '../../sandbox/webpay/signature.mts';
import { GatewayClient, until } from '../support/gatewayClient.mts';
import { inLanes } from '../support/lanes.mts';
import { type Cluster, startCluster } from './support/cluster.mts';

/** The same notification at the same moment at two processes of n8n that answer webhooks, with two workers behind them. */

const ORDERS = Number(process.env.KESSPAY_TWICE_TOLD ?? 60);
const AT_A_TIME = 4;
const WITHIN_MS = 300_000;

const http = axios.create({ proxy: false, validateStatus: () => true });

describe('the trigger in queue mode', () => {
	let cluster: Cluster;
	let gateway: GatewayClient;
	let workflowId: string;
	let addresses: string[];
	const summary: string[][] = [];

	beforeAll(async () => {
		cluster = await startCluster(['worker 1', 'worker 2', 'webhooks']);
		gateway = new GatewayClient(cluster.sandbox);
		const [webhooks] = await Promise.all([cluster.startWebhooks('webhooks'), cluster.startWorker('worker 1'), cluster.startWorker('worker 2')]);
		const trigger = {
			name: 'Paid',
			type: 'n8n-nodes-kesspay.kessWebPayTrigger',
			typeVersion: 1,
			webhookId: 'told-twice',
			parameters: { statuses: ['SUCCESS'] },
			credentials: { kessWebPayApi: { id: cluster.credentialIds.kessWebPayApi, name: 'KESS sandbox' } },
		};
		const next = { name: 'Next', type: 'n8n-nodes-base.noOp', typeVersion: 1, parameters: {} };
		workflowId = (await cluster.client.createWorkflow(lineOf('Told twice', [trigger, next]))).id;
		await cluster.client.activateWorkflow(workflowId);
		addresses = [cluster.main.url, webhooks.url].map((url) => `${url}/webhook/told-twice/kess-webpay`);
		for (const address of addresses) await until(async () => (await http.post(address, {})).status === 401);
	}, START_WITHIN_MS);

	afterAll(async () => {
		await cluster?.stop();
		if (summary.length > 0) console.log(table(['the trigger in queue mode', ''], summary, 60));
	}, START_WITHIN_MS);

	async function tell(address: string, outTradeNo: string): Promise<void> {
		const fields = { out_trade_no: outTradeNo, transaction_id: `T-${outTradeNo}`, total_amount: 10.5, currency: 'USD', status: 'SUCCESS', sign_type: 'MD5' };
		const form = phpForm({ ...fields, sign: webPaySign(fields, 'MD5', webPayAccount.apiSecretKey) });
		const { status } = await http.post(address, form, { headers: { 'content-type': 'application/x-www-form-urlencoded' } });
		expect(status).toBe(200);
	}

	/** How many executions there have been, and the orders with which they went on. */
	async function executions(): Promise<{ begun: number; wentOn: string[] }> {
		const ids = async (which: string) =>
			(await cluster.postgres.query(`select id from execution_entity where "workflowId" = '${workflowId}' and status ${which}`)).flat();
		await until(async () => (await ids("in ('new', 'running')")).length === 0);
		const ended = await ids("= 'success'");
		const wentOn: string[] = [];
		await inLanes(ended, async (id) => {
			const { data } = await cluster.client.getExecution(id);
			const [run] = data.resultData.runData.Next ?? [];
			wentOn.push(...(run?.data?.main?.[0] ?? []).map(({ json }) => String(json.out_trade_no)));
		}, AT_A_TIME);
		return { begun: ended.length, wentOn };
	}

	it('goes on once for each payment that two processes are told of at the same moment', async () => {
		const numbers = Array.from({ length: ORDERS }, (_, index) => `TWICE-${index}`);
		await inLanes(numbers, async (outTradeNo) => {
			await gateway.create('v2', outTradeNo);
			await gateway.pay(outTradeNo);
		}, AT_A_TIME);
		await inLanes(numbers, async (outTradeNo) => void (await Promise.all(addresses.map(async (address) => await tell(address, outTradeNo)))), AT_A_TIME);
		const { begun, wentOn } = await executions();
		summary.push(['payments told of twice at the same moment', String(ORDERS)], ['executions begun', String(begun)], ['executions that went on', String(wentOn.length)]);
		expect(new Set(wentOn)).toEqual(new Set(numbers));
		expect(wentOn).toHaveLength(ORDERS);
		// Without two at once this would have proved nothing.
		expect(begun).toBeGreaterThan(ORDERS);
	}, WITHIN_MS);

	it('starts nothing when a payment is told again later, whichever process hears of it', async () => {
		const before = await executions();
		for (const address of addresses) for (const index of [0, 1, 2]) await tell(address, `TWICE-${index}`);
		const { begun, wentOn } = await executions();
		summary.push(['executions begun by six repetitions later', String(begun - before.begun)]);
		expect(wentOn).toHaveLength(ORDERS);
	}, WITHIN_MS);
});
