import { type Environment, START_WITHIN_MS, startEnvironment } from '../../sandbox/host/environment.mts';
import { outputOf } from '../../sandbox/host/restClient.mts';
import { lineOf } from '../../sandbox/host/workflow.mts';
import { GatewayClient, until } from '../support/gatewayClient.mts';
import { inLanes } from '../support/lanes.mts';

const COUNT = 300;

/** n8n lets each rule of a poll trigger fire once a minute: twelve of them are a look every five seconds. */
const POLL_TIMES = { item: Array.from({ length: 12 }, (_, index) => ({ mode: 'custom', cronExpression: `${index * 5} * * * * *` })) };

const V2 = { kessWebPayApi: { id: 'kessWebPaySandbox', name: 'KESS WebPay sandbox (v2)' } };
const V1 = { kessWebPayApi: { id: 'kessWebPaySandboxV1', name: 'KESS WebPay sandbox (v1)' } };

describe(`KESS WebPay Poll Trigger in the real n8n: ${COUNT} orders`, () => {
	let environment: Environment;
	let gateway: GatewayClient;

	beforeAll(async () => {
		environment = await startEnvironment();
		gateway = new GatewayClient(environment.sandbox);
	}, START_WITHIN_MS);

	afterAll(async () => {
		await environment?.stop();
	});

	async function createWorkflow(name: string, credentials: typeof V1 | typeof V2): Promise<string> {
		const trigger = {
			name: 'Paid',
			type: 'n8n-nodes-kesspay.kessWebPayPollTrigger',
			typeVersion: 1,
			parameters: { pollTimes: POLL_TIMES, statuses: ['SUCCESS'] },
			credentials,
		};
		const next = { name: 'Next', type: 'n8n-nodes-base.noOp', typeVersion: 1, parameters: {} };
		return (await environment.client.createWorkflow(lineOf(name, [trigger, next]))).id;
	}

	/** Order numbers that the workflow was started with, in all executions, and the errors of those that failed. */
	async function handedOn(id: string): Promise<{ numbers: string[]; errors: string[] }> {
		const executions = await environment.client.listExecutions(id);
		const ended = await Promise.all(executions.map(async (execution) => await environment.client.waitForExecution(execution.id)));
		return {
			numbers: ended.flatMap((execution) => outputOf(execution, 'Next').map(({ json }) => String(json.out_trade_no))),
			errors: ended.flatMap(({ data }) => data.resultData.error?.message ?? []),
		};
	}

	/** Waits for some more looks: n8n goes on activating a workflow behind its answer. */
	async function looks(count: number): Promise<void> {
		const LIST = 'webpay.acquire.queryorderbydaterange';
		const answered = async () => (await gateway.requestLog()).services[LIST]?.answered ?? 0;
		const before = await answered();
		await until(async () => (await answered()) >= before + count);
	}

	const pay = async (numbers: string[]) => await inLanes(numbers, async (outTradeNo) => await gateway.pay(outTradeNo), 10);

	it('hands on each order once: batches, failed looks, payments while n8n is off, a restart', async () => {
		const all = Array.from({ length: COUNT }, (_, index) => `POLL-${index}`);
		await gateway.login();
		await inLanes(all, async (outTradeNo) => expect((await gateway.create('v2', outTradeNo, { expires_in: 86_400 })).status).toBe(200), 10);
		expect((await gateway.create('v2', 'BEFORE')).status).toBe(200);
		await gateway.pay('BEFORE');

		const id = await createWorkflow('Polling', V2);
		await environment.client.activateWorkflow(id);
		await looks(1);
		expect((await handedOn(id)).numbers).toEqual([]);
		const count = async () => (await handedOn(id)).numbers.length;
		const reached = async (wanted: number) => await until(async () => (await count()) >= wanted);

		// n8n has stored nothing but what the first look left.
		await environment.n8n.stop();
		await pay(all.slice(0, 100));
		await environment.restart();
		await reached(100);
		await gateway.fault('error-500-before', { service: 'webpay.acquire.queryorderbydaterange', times: 1 });
		await gateway.fault('lost-before-booking', { service: 'webpay.acquire.queryorder', times: 1 });
		await pay(all.slice(100, 150));
		await reached(150);

		await environment.n8n.stop();
		await pay(all.slice(150, 230));
		// n8n gives up an activation that fails five times.
		await gateway.fault('error-500-before', { service: 'webpay.acquire.queryorderbydaterange', times: 6 });
		await environment.restart();
		await reached(230);
		await pay(all.slice(230));
		await reached(COUNT);
		await environment.restart();
		// They must find nothing.
		await looks(3);

		const { numbers, errors } = await handedOn(id);
		expect(numbers).toHaveLength(COUNT);
		expect(new Set(numbers)).toEqual(new Set(all));
		expect(errors.filter((message) => !message.startsWith('KESS gave no clear answer'))).toEqual([]);
		await environment.client.deactivateWorkflow(id);
	}, 400_000);

	it('gives the editor the order that was paid last', async () => {
		const id = await createWorkflow('Tried out', V2);
		const execution = await environment.client.execute(id, { trigger: 'Paid' });
		expect(execution.data.resultData.error).toBeUndefined();
		expect(outputOf(execution, 'Paid').map(({ json }) => [json.status, json.event])).toEqual([['SUCCESS', 'paid']]);
	});

	it('cannot be activated with version 1, and says so', async () => {
		const id = await createWorkflow('Version 1', V1);
		await environment.client.activateWorkflow(id);
		const said = async () => JSON.stringify(await environment.client.call('GET', `/rest/workflows/${id}/publication-status`));
		await until(async () => (await said()).includes('KESS WebPay Poll Trigger needs gateway version 2'));
	});
});
