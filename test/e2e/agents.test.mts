import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { type INodeTypeDescription, NodeHelpers } from 'n8n-workflow';

import { partnerCredential, webPayCredential } from '../../sandbox/host/credentials.mts';
import { type Environment, START_WITHIN_MS, startEnvironment } from '../../sandbox/host/environment.mts';
import { outputOf } from '../../sandbox/host/restClient.mts';
import { itemsNode, lineOf, manualTrigger } from '../../sandbox/host/workflow.mts';
import { FakeModel } from '../support/fakeModel.mts';
import { submitForm } from '../support/n8nForms.mts';

/** n8n's own AI Agent with our nodes as its tools, and a model that calls them without thinking. */

const AGENT = '@n8n/n8n-nodes-langchain.agent';

/** 2.2 calls its tools itself, 3.1 has the engine run them. */
const VERSIONS = [2.2, 3.1];

const TRANSFER = { no: 'T-1', receiver: '012000232', amount: '1.25' };

describe('an AI agent in the real n8n', () => {
	let environment: Environment;
	let model: FakeModel;
	const ids: Record<string, string> = {};

	beforeAll(async () => {
		[environment, model] = await Promise.all([startEnvironment(), FakeModel.start()]);
		const { client, sandbox } = environment;
		const partner = partnerCredential(sandbox);
		const create = async (name: string, type: string, data: Record<string, unknown>) => {
			ids[name] = await client.createCredential({ name, type, data });
		};
		await create('model', 'openAiApi', { apiKey: 'none', url: model.url });
		await create('strict', 'kessPartnerApi', partner);
		await create('open', 'kessPartnerApi', { ...partner, aiAgentsMayPay: true, maxPaymentUsd: '2' });
		await create('orders', 'kessWebPayApi', webPayCredential(sandbox, 'v2'));
	}, START_WITHIN_MS);

	beforeEach(async () => {
		await environment.control.reset();
	});

	afterAll(async () => {
		await model?.stop();
		await environment?.stop();
	});

	/** @returns what the agent says at its end, and whether a tool has failed */
	async function ask(typeVersion: number, ...tools: Array<{ type: string; parameters: object; credentials: object }>): Promise<string> {
		const line = lineOf('agent', [
			manualTrigger,
			itemsNode([TRANSFER]),
			{ name: 'Agent', type: AGENT, typeVersion, parameters: { promptType: 'define', text: 'Do it', options: {} } },
		]);
		line.nodes.push(
			{
				id: 'model',
				name: 'Model',
				type: '@n8n/n8n-nodes-langchain.lmChatOpenAi',
				typeVersion: 1.2,
				position: [0, 200],
				parameters: { model: { __rl: true, mode: 'id', value: 'none' }, options: { maxRetries: 0 } },
				credentials: { openAiApi: { id: ids.model, name: 'model' } },
			},
			...tools.map((tool, index) => ({ id: `tool-${index}`, name: `Tool ${index}`, typeVersion: 1, position: [200 + 200 * index, 200] as [number, number], ...tool })),
		);
		line.connections.Model = { ai_languageModel: [[{ node: 'Agent', type: 'ai_languageModel', index: 0 }]] };
		for (const index of tools.keys()) line.connections[`Tool ${index}`] = { ai_tool: [[{ node: 'Agent', type: 'ai_tool', index: 0 }]] };
		const { id } = await environment.client.createWorkflow(line);
		const execution = await environment.client.execute(id);
		return String(outputOf(execution, 'Agent')[0]?.json.output ?? execution.data.resultData.error?.message);
	}

	const partnerTool = (operation: string, credential: string, amount = TRANSFER.amount) => ({
		type: 'n8n-nodes-kesspay.kessPartnerTool',
		parameters: {
			resource: 'fundTransfer',
			operation,
			// From the data, as docs/ai-agents.md asks for; the model gives only the sender's name.
			outTradeNo: "={{ $('Items').first().json.no }}",
			receiverId: "={{ $('Items').first().json.receiver }}",
			amount,
			currency: 'USD',
			senderName: "={{ $fromAI('sender', 'Who sends the money') }}",
			partnerTransactionId: 'BANK-1',
		},
		credentials: { kessPartnerApi: { id: ids[credential], name: credential } },
	});

	describe.each(VERSIONS)('version %s', (version) => {
		beforeEach(() => {
			model.toolArguments = { sender: 'Sunrise' };
		});

		test('prepares a transfer', async () => {
			expect(await ask(version, partnerTool('create', 'strict'))).toMatch(/The tool says: .*pre_transfer_id/);
			expect(await environment.control.requests('create.unified.fundTransfer')).toBe(1);
		});

		test('does not pay with a credential that does not say so', async () => {
			expect(await ask(version, partnerTool('payOut', 'strict'))).toMatch(/This moves money, and the KESS credential does not allow that to AI agents/);
			expect(await environment.control.paidOut()).toEqual([]);
			expect((await environment.control.requestLog()).recent).toEqual([]);
		});

		test('pays with one that does, up to its limit', async () => {
			expect(await ask(version, partnerTool('payOut', 'open', '2.01'))).toMatch(/the KESS credential allows at most 2 USD for one payment/);
			expect(await environment.control.paidOut()).toEqual([]);
			expect(await ask(version, partnerTool('payOut', 'open', '2'))).toMatch(/The tool says: .*paid/);
			expect(await environment.control.paidOut()).toEqual(['T-1']);
		});

		const orderTool = (operation: string, outTradeNo: string) => ({
			type: 'n8n-nodes-kesspay.kessWebPayTool',
			parameters: {
				resource: 'order',
				operation,
				outTradeNo,
				body: "={{ $fromAI('title', 'What is bought') }}",
				totalAmount: "={{ $('Items').first().json.amount }}",
				currency: 'USD',
			},
			credentials: { kessWebPayApi: { id: ids.orders, name: 'orders' } },
		});

		test('makes a payment link', async () => {
			model.toolArguments = { title: 'Iced coffee' };
			expect(await ask(version, orderTool('create', "={{ $('Items').first().json.no }}"))).toMatch(/The tool says: .*payment_link/);
			expect(await environment.control.orderNumbers()).toEqual(['T-1']);
		});

		test('is told by two tools side by side that none of them waits, and goes on', async () => {
			model.toolArguments = { title: 'Iced coffee' };
			const said = await ask(version, orderTool('createAndWait', 'W-1'), orderTool('createAndWait', 'W-2'));
			expect(said.match(/The tool says: .*A tool of an AI agent cannot wait for a payment/g)).toHaveLength(2);
			expect((await environment.control.requestLog()).recent).toEqual([]);
		});
	});

	describe('the example', () => {
		let id: string;

		beforeAll(async () => {
			const [example] = await environment.addExamples('agentWithReview');
			const nodes = example?.nodes.map((node) => (node.name === 'Model' ? { ...node, credentials: { openAiApi: { id: ids.model, name: 'model' } } } : node)) ?? [];
			const pinData = { Chat: [{ json: { chatInput: 'Do it' } }] };
			({ id } = await environment.client.createWorkflow({ ...example, id: undefined, name: 'Agent', connections: example?.connections ?? {}, nodes, pinData }));
		});

		afterAll(() => {
			model.tool = undefined;
		});

		const start = async (tool: string, invoice: string) => {
			Object.assign(model, { tool, toolArguments: { invoice } });
			return await environment.client.runWorkflow(id, 'Chat');
		};

		const answer = async (execution: string) => outputOf(await environment.client.waitForExecution(execution), 'Answer')[0]?.json.output;

		test('makes the link of the invoice that the model names, at the amount of the data, and looks it up', async () => {
			expect(await answer(await start('Create_payment_link', 'INV-3002'))).toMatch(/payment_link/);
			expect(await environment.control.orders()).toMatchObject([{ out_trade_no: 'INV-3002', total_amount: 24000, currency: 'KHR' }]);
			expect(await answer(await start('Look_up_order', 'INV-3002'))).toMatch(/WAITING/);
			expect(await answer(await start('Create_payment_link', 'INV-9999'))).not.toMatch(/payment_link/);
			expect(await environment.control.orderNumbers()).toEqual(['INV-3002']);
		});

		test.each([
			['Reject: pay nothing · បដិសេធ៖ មិនបើកប្រាក់ទេ', /^Not paid: it was not approved\.$/, []],
			['Approve: pay this now · យល់ព្រម៖ បើកប្រាក់នេះឥឡូវ', /^Paid: FT/, ['BILL-7001']],
		])('prepares a payout that a person decides about: %s', async (decision, said, paid) => {
			const execution = await start('Prepare_payout', 'BILL-7001');
			const { data } = await environment.client.waitForExecution(execution, { until: ['waiting'] });
			expect(await environment.control.paidOut()).toEqual([]);
			const { metadata } = data.resultData.runData.Review?.[0] as unknown as { metadata: { resumeFormUrl: string } };
			const page = await (await fetch(metadata.resumeFormUrl)).text();
			expect(page).toContain('18.00 USD');
			expect(page).toContain('SOK DARA');
			await submitForm(metadata.resumeFormUrl, [JSON.stringify([decision])], 1);
			expect(await answer(execution)).toMatch(said);
			expect(await environment.control.paidOut()).toEqual(paid);
		});
	});

	test('the panel of a tool says what an agent may not do, that of a node does not', async () => {
		// What n8n gives to its editor, which decides by the same function what a panel shows.
		const file = join(environment.options.userFolder, '.cache', 'n8n', 'public', 'types', 'nodes.json');
		const types = (JSON.parse(await readFile(file, 'utf8')) as INodeTypeDescription[]).filter(({ name }) => /\.kess(Partner|WebPay)(Tool)?$/.test(name));
		const shown = types.map((type) => {
			const notice = type.properties.find(({ name }) => name === 'agentNotice');
			return [type.name, notice !== undefined && NodeHelpers.displayParameter({}, notice, { typeVersion: 1 }, type)];
		});
		expect(Object.fromEntries(shown)).toEqual({
			'n8n-nodes-kesspay.kessPartner': false,
			'n8n-nodes-kesspay.kessPartnerTool': true,
			'n8n-nodes-kesspay.kessWebPay': false,
			'n8n-nodes-kesspay.kessWebPayTool': true,
		});
	});
});
