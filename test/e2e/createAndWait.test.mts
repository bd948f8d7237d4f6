import axios from 'axios';

import { type Execution, outputOf } from '../../sandbox/host/restClient.mts';
import { type Environment, START_WITHIN_MS, startEnvironment } from '../../sandbox/host/environment.mts';
import { itemsNode, lineOf, manualTrigger } from '../../sandbox/host/workflow.mts';

const EXAMPLE = 'createAndWaitForPayment';

/** A waiting execution and its order. */
interface Parked {
	id: string;
	workflowId: string;
	/** Where KESS was told to call. */
	notifyUrl: string;
	link: string;
}

const http = axios.create({ proxy: false, validateStatus: () => true });

describe('Create and Wait in the real n8n', () => {
	let environment: Environment;
	let tooLate: Parked;

	beforeAll(async () => {
		environment = await startEnvironment();
		await environment.addExamples(EXAMPLE);
		// Its time is up long before n8n looks, which it does once a minute: the other tests run meanwhile.
		tooLate = await park('LATE-1', { limitWaitTime: { values: { resumeAmount: 0.02, resumeUnit: 'minutes' } } });
	}, START_WITHIN_MS);

	afterAll(async () => {
		await environment?.stop();
	});

	const orderOf = async (no: string) => (await environment.control.orders()).find((order) => order.out_trade_no === no);

	async function parkedFor(no: string, id: string, workflowId: string): Promise<Parked> {
		const order = await orderOf(no);
		return { id, workflowId, notifyUrl: order?.notify_url ?? '', link: order?.payment_link ?? '' };
	}

	const notificationsOf = async (no: string) => (await environment.control.notifications()).filter((told) => told.out_trade_no === no);

	const createAndWait = (parameters: Record<string, unknown> = {}, credential = 'kessWebPaySandbox') => ({
		name: 'Pay',
		type: 'n8n-nodes-kesspay.kessWebPay',
		typeVersion: 1,
		parameters: {
			resource: 'order',
			operation: 'createAndWait',
			outTradeNo: '={{ $json.no }}',
			body: 'Iced coffee',
			totalAmount: '2.50',
			currency: 'USD',
			...parameters,
		},
		credentials: { kessWebPayApi: { id: credential, name: credential } },
	});

	const after = { name: 'After', type: 'n8n-nodes-base.noOp', typeVersion: 1, parameters: {} };

	/** Starts a workflow and waits until it waits. */
	async function park(no: string, parameters: Record<string, unknown> = {}, credential?: string): Promise<Parked> {
		const nodes = [manualTrigger, itemsNode([{ no }]), createAndWait(parameters, credential), after];
		const { id: workflowId } = await environment.client.createWorkflow(lineOf(no, nodes));
		const id = await environment.client.runWorkflow(workflowId);
		await environment.client.waitForExecution(id, { until: ['waiting'] });
		return await parkedFor(no, id, workflowId);
	}

	async function statusOf(id: string): Promise<string> {
		return (await environment.client.getExecution(id)).status;
	}

	/** The execution has ended well, and what follows the node ran once, with this. */
	async function expectWentOn({ id, workflowId }: Parked, json: Record<string, unknown>): Promise<Execution> {
		const execution = await environment.client.waitForExecution(id);
		expect(execution.status).toBe('success');
		expect(execution.data.resultData.runData.After).toHaveLength(1);
		expect(outputOf(execution, 'After')).toEqual([expect.objectContaining({ json: expect.objectContaining(json) })]);
		expect(await environment.client.listExecutions(workflowId)).toHaveLength(1);
		return execution;
	}

	it.each([
		['v2', 'kessWebPaySandbox'],
		['v1', 'kessWebPaySandboxV1'],
	])('goes on with the paid order, once, on %s', async (version, credential) => {
		const no = `PAID-${version}`;
		const parked = await park(no, {}, credential);
		expect(parked.notifyUrl).toContain(`${environment.n8n.url}/webhook-waiting/${parked.id}/node-2?`);
		await environment.control.pay(no);
		await expectWentOn(parked, { out_trade_no: no, status: 'SUCCESS', transaction_id: expect.any(String) });
		expect(await notificationsOf(no)).toMatchObject([{ state: 'delivered', attempts: [{ status: 200 }] }]);
	});

	it.each(['json', 'envelope', 'form', 'multipart'] as const)('goes on when the buyer presses the button on the page, told as %s', async (notifyFormat) => {
		await environment.control.settings({ notifyFormat });
		const parked = await park(`PAGE-${notifyFormat}`);
		await http.post(parked.link, new URLSearchParams({ action: 'pay' }));
		await expectWentOn(parked, { out_trade_no: `PAGE-${notifyFormat}`, status: 'SUCCESS' });
	});

	it.each(['Pay', 'Pay "{{ 1 }}"'])('recognises the order that was created, whatever number and amount the expressions give later: %s', async (name) => {
		const changing = { outTradeNo: '=NOW-{{ $now.toMillis() }}', totalAmount: '={{ (1 + Math.random()).toFixed(2) }}' };
		const nodes = [manualTrigger, itemsNode([{}]), { ...createAndWait(changing), name }, after];
		const { id: workflowId } = await environment.client.createWorkflow(lineOf('Now', nodes));
		const id = await environment.client.runWorkflow(workflowId);
		await environment.client.waitForExecution(id, { until: ['waiting'] });
		const no = String((await environment.control.orderNumbers()).filter((number) => number.startsWith('NOW-')).sort().at(-1));
		const parked = await parkedFor(no, id, workflowId);
		expect((await http.post(parked.notifyUrl, { out_trade_no: 'NOW-1', status: 'SUCCESS' })).status).toBe(200);
		expect(await statusOf(id)).toBe('waiting');
		await environment.control.pay(no);
		await expectWentOn(parked, { out_trade_no: no, status: 'SUCCESS' });
	});

	it('goes on with the closed order', async () => {
		const parked = await park('CLOSED-1');
		await environment.control.close('CLOSED-1');
		await expectWentOn(parked, { out_trade_no: 'CLOSED-1', status: 'CLOSED' });
	});

	it('keeps waiting while KESS says WAITING, whatever it is told', async () => {
		const parked = await park('WAIT-1');
		const tell = async (body: unknown, url = parked.notifyUrl) => (await http.post(url, body)).status;
		expect(await tell({ out_trade_no: 'WAIT-1', status: 'WAITING' })).toBe(200);
		expect(await tell({ out_trade_no: 'ANOTHER', status: 'SUCCESS' })).toBe(200);
		// Not so, or not so yet: it has to be told again.
		expect(await tell({ out_trade_no: 'WAIT-1', status: 'SUCCESS', total_amount: 2.5 })).toBe(503);
		expect(await tell('status=SUCCESS&out_trade_no=WAIT-1')).toBe(503);
		expect(await tell([])).toBe(400);
		expect(await tell('{"out_trade_no":')).toBeGreaterThanOrEqual(400);
		expect((await http.get(parked.notifyUrl)).status).toBe(404);
		expect(await tell({ status: 'SUCCESS' }, parked.notifyUrl.replace(/\?.*/, ''))).toBe(401);
		await environment.control.fault('wrong-amount', { service: 'webpay.acquire.queryorder' });
		expect(await tell({ out_trade_no: 'WAIT-1' })).toBe(503);
		await environment.control.fault('lost-before-booking', { service: 'webpay.acquire.queryorder' });
		expect(await tell({ out_trade_no: 'WAIT-1' })).toBe(503);
		expect(await statusOf(parked.id)).toBe('waiting');
		await environment.control.pay('WAIT-1');
		await expectWentOn(parked, { out_trade_no: 'WAIT-1', status: 'SUCCESS' });
	});

	it('believes the order that KESS shows, and not the amount of another', async () => {
		const parked = await park('AMOUNT-1');
		await environment.control.fault('wrong-amount', { service: 'webpay.acquire.queryorder' });
		await environment.control.pay('AMOUNT-1');
		const execution = await expectWentOn(parked, { total_amount: 2.5, status: 'SUCCESS' });
		expect(outputOf(execution, 'Pay')).toHaveLength(1);
		expect((await notificationsOf('AMOUNT-1'))[0]?.attempts.map(({ status }) => status)).toEqual([503, 200]);
	});

	it('goes on once when three notifications arrive at once, and more later', async () => {
		const parked = await park('TRIPLE-1');
		await environment.control.fault('duplicate-notifications', { outTradeNo: ['TRIPLE-1'] });
		await environment.control.pay('TRIPLE-1');
		await expectWentOn(parked, { out_trade_no: 'TRIPLE-1', status: 'SUCCESS' });
		const again = await http.post(parked.notifyUrl, { out_trade_no: 'TRIPLE-1', status: 'SUCCESS' });
		expect(again.status).toBe(409);
		await expectWentOn(parked, { out_trade_no: 'TRIPLE-1', status: 'SUCCESS' });
	});

	it('finds the payment that was told before the execution was parked', async () => {
		await environment.control.fault('hang-after', { service: 'webpay.acquire.createorder', outTradeNo: ['EARLY-1'] });
		const nodes = [manualTrigger, itemsNode([{ no: 'EARLY-1' }]), createAndWait({ options: { timeout: 1500 } }), after];
		const { id: workflowId } = await environment.client.createWorkflow(lineOf('Early', nodes));
		const id = await environment.client.runWorkflow(workflowId);
		while (!(await environment.control.orderNumbers()).includes('EARLY-1')) await new Promise((resolve) => setTimeout(resolve, 50));
		await environment.control.pay('EARLY-1');
		await expectWentOn(await parkedFor('EARLY-1', id, workflowId), { status: 'SUCCESS', already_existed: true });
		// n8n refuses it, in one way or another, while the execution is not parked.
		expect((await notificationsOf('EARLY-1'))[0]?.attempts[0]?.status).toBeGreaterThanOrEqual(400);
	});

	it('is woken up at the plain resume address of an order that was created before', async () => {
		const create = createAndWait({ operation: 'create', additionalFields: { notifyUrl: '={{ $execution.resumeUrl }}' } });
		const wait = createAndWait({ outTradeNo: '={{ $json.out_trade_no }}' });
		const { id: workflowId } = await environment.client.createWorkflow(
			lineOf('Link first', [manualTrigger, itemsNode([{ no: 'FIRST-1' }]), { ...create, name: 'Create' }, wait, after]),
		);
		const id = await environment.client.runWorkflow(workflowId);
		await environment.client.waitForExecution(id, { until: ['waiting'] });
		const parked = await parkedFor('FIRST-1', id, workflowId);
		await environment.control.pay('FIRST-1');
		await expectWentOn(parked, { status: 'SUCCESS', out_trade_no: 'FIRST-1' });
	});

	it('does not wait for an order that has been paid already', async () => {
		const { id } = await environment.client.createWorkflow(
			lineOf('Paid twice', [manualTrigger, itemsNode([{ no: 'PAID-v2' }]), createAndWait(), after]),
		);
		const execution = await environment.client.execute(id);
		expect(outputOf(execution, 'After')[0]?.json).toMatchObject({ status: 'SUCCESS', already_existed: true });
	});

	it('refuses more than one item before anything is sent', async () => {
		const { id } = await environment.client.createWorkflow(
			lineOf('Two items', [manualTrigger, itemsNode([{ no: 'TWO-1' }, { no: 'TWO-2' }]), createAndWait(), after]),
		);
		const { status, data } = await environment.client.execute(id);
		expect(status).toBe('error');
		expect(data.resultData.error?.message).toContain('takes one item, but got 2');
		expect(data.resultData.error?.description).toContain('Loop Over Items');
		expect([await orderOf('TWO-1'), await orderOf('TWO-2')]).toEqual([undefined, undefined]);
	});

	it('waits for one order after the other in a loop', async () => {
		const loop = { name: 'Loop', type: 'n8n-nodes-base.splitInBatches', typeVersion: 3, parameters: { options: {} } };
		const workflow = lineOf('Loop', [manualTrigger, itemsNode([{ no: 'LOOP-1' }, { no: 'LOOP-2' }]), loop, createAndWait()]);
		workflow.nodes.push({ ...after, id: 'after', position: [900, 200] });
		Object.assign(workflow.connections, {
			Loop: { main: [[{ node: 'After', type: 'main', index: 0 }], [{ node: 'Pay', type: 'main', index: 0 }]] },
			Pay: { main: [[{ node: 'Loop', type: 'main', index: 0 }]] },
		});
		const { id: workflowId } = await environment.client.createWorkflow(workflow);
		const id = await environment.client.runWorkflow(workflowId);
		for (const no of ['LOOP-1', 'LOOP-2']) {
			while ((await orderOf(no)) === undefined) await new Promise((resolve) => setTimeout(resolve, 100));
			await environment.client.waitForExecution(id, { until: ['waiting'] });
			await environment.control.pay(no);
		}
		const execution = await environment.client.waitForExecution(id);
		expect(outputOf(execution, 'After').map(({ json }) => [json.out_trade_no, json.status])).toEqual([
			['LOOP-1', 'SUCCESS'],
			['LOOP-2', 'SUCCESS'],
		]);
	});

	describe('the example workflow', () => {
		async function start(): Promise<{ id: string; no: string }> {
			const id = await environment.client.runWorkflow(EXAMPLE);
			const execution = await environment.client.waitForExecution(id, { until: ['waiting'] });
			const message = outputOf(execution, 'Message to the buyer')[0]?.json;
			expect(message?.message).toContain(message?.payment_link);
			return { id, no: String(message?.order_no) };
		}

		it('sends the link first and writes the receipt after the payment', async () => {
			const { id, no } = await start();
			await environment.control.pay(no);
			const execution = await environment.client.waitForExecution(id);
			expect(outputOf(execution, 'Receipt').map(({ json }) => json)).toEqual([
				{
					receipt_for: no,
					title: 'កាហ្វេទឹកដោះគោ Iced coffee',
					amount: '2.5 USD',
					transaction_id: expect.stringMatching(/^\d+$/),
					paid_at: expect.any(String),
				},
			]);
			expect(execution.data.resultData.runData).not.toHaveProperty('Query order');
		});

		it('asks again when the order was closed', async () => {
			const { id, no } = await start();
			await environment.control.close(no);
			const execution = await environment.client.waitForExecution(id);
			expect(outputOf(execution, 'Not paid').map(({ json }) => json)).toMatchObject([{ order_no: no, status: 'CLOSED' }]);
			expect(execution.data.resultData.runData).not.toHaveProperty('Receipt');
		});
	});

	it('lets the input go on when the time is up', async () => {
		const { id } = tooLate;
		const execution = await environment.client.waitForExecution(id, { until: ['success'], timeoutMs: 90_000 });
		expect(outputOf(execution, 'After').map(({ json }) => json)).toEqual([{ no: 'LATE-1' }]);
		expect((await orderOf('LATE-1'))?.status).toBe('CLOSED');
	});
});
