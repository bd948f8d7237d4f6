import { type Environment, START_WITHIN_MS, startEnvironment } from '../../sandbox/host/environment.mts';
import { partnerCredential, webPayCredential } from '../../sandbox/host/credentials.mts';
import { type Execution, outputOf } from '../../sandbox/host/restClient.mts';
import { CREATE_ORDER, itemsNode, lineOf, manualTrigger } from '../../sandbox/host/workflow.mts';
import { ControlClient } from '../../sandbox/controlClient.mts';
import { type Sandbox, startSandbox } from '../../sandbox/server.mts';

/** One workflow, two companies, one credential by expression: each row in its own company's ledger, in the real n8n. */

type Row = Record<string, string>;

describe.each(['legacy', 'vm'])('two companies in one list, with the expression engine %s', (engine) => {
	let environment: Environment;
	let sunset: Sandbox;
	let controls: ControlClient[];

	beforeAll(async () => {
		environment = await startEnvironment({ env: { N8N_EXPRESSION_ENGINE: engine } });
		sunset = await startSandbox({ port: 0, fastRsa: true, company: { partnerId: 'sunset-partner', sellerCode: 'CU2611-400500600' } });
		controls = [environment.control, new ControlClient(sunset)];
	}, START_WITHIN_MS);

	beforeEach(async () => {
		for (const control of controls) await control.reset();
	});

	afterAll(async () => {
		await environment?.stop();
		await sunset?.close();
	});

	/** An expression that gives one value to rows of the company "sunset", and the other to all others. */
	const either = (sunrise: string, other: string) => `={{ $json.company === 'sunset' ? ${JSON.stringify(other)} : ${JSON.stringify(sunrise)} }}`;

	async function run(name: string, type: 'kessPartner' | 'kessWebPay', parameters: Row, data: Record<string, string>, rows: Row[]): Promise<Execution> {
		const credentialType = `${type}Api`;
		const id = await environment.client.createCredential({ name, type: credentialType, data });
		const node = {
			name: 'KESS',
			type: `n8n-nodes-kesspay.${type}`,
			typeVersion: 1,
			parameters,
			credentials: { [credentialType]: { id, name } },
			onError: 'continueRegularOutput',
		};
		const { id: workflow } = await environment.client.createWorkflow(lineOf(name, [manualTrigger, itemsNode(rows), node]));
		await environment.client.execute(workflow);
		// Again: the login of the first execution must not be that of all.
		return await environment.client.execute(workflow);
	}

	const rows = Array.from({ length: 8 }, (_, index) => ({
		company: index % 2 === 0 ? 'sunrise' : 'sunset',
		no: `W-${Math.floor(index / 2)}`,
		amount: `${index + 1}`,
		title: 'Wage',
	}));
	const own = (company: string) => rows.filter((row) => row.company === company).map(({ no, amount }) => [no, Number(amount)]);

	it('pays each row from its own company', async () => {
		const keys = environment.sandbox.partnerKeys;
		const data = {
			...partnerCredential(environment.sandbox),
			baseUrl: either(environment.sandbox.url, sunset.url),
			partnerId: either('sandbox-partner', 'sunset-partner'),
			privateKey: either(keys.partnerPrivateKey, sunset.partnerKeys.partnerPrivateKey),
			kessPublicKey: either(keys.kessPublicKey, sunset.partnerKeys.kessPublicKey),
			userName: `={{ $json.no === 'W-3' && $json.company === 'sunset' ? 'somebody' : 'sandbox-partner-user' }}`,
		};
		const parameters = {
			resource: 'fundTransfer',
			operation: 'payOut',
			outTradeNo: '={{ $json.no }}',
			receiverId: '012000232',
			senderName: '={{ $json.company }}',
			amount: '={{ $json.amount }}',
			currency: 'USD',
			partnerTransactionId: '={{ $json.no }}',
		};
		const execution = await run('Pay out', 'kessPartner', parameters, data, rows);
		const items = outputOf(execution, 'KESS');
		expect(items.map(({ json }) => json.status ?? json.error)).toEqual([...Array.from({ length: 7 }, () => 'paid'), expect.stringContaining('KESS refuses the login')]);
		const [sunriseBooked, sunsetBooked] = await Promise.all(controls.map(async (control) => (await control.ledger()).entries));
		expect(sunriseBooked?.map(({ out_trade_no, amount }) => [out_trade_no, amount])).toEqual(own('sunrise'));
		expect(sunsetBooked?.map(({ out_trade_no, amount }) => [out_trade_no, amount])).toEqual(own('sunset').slice(0, 3));
		expect(sunsetBooked?.map(({ sender_name }) => sender_name)).toEqual(['sunset', 'sunset', 'sunset']);
		// One login for each account in the process, and one that is refused in each execution.
		expect(await controls[0]?.requests('partner-oauth')).toBe(1);
		expect(await controls[1]?.requests('partner-oauth')).toBeLessThanOrEqual(3);
	});

	it('makes each order at its own merchant', async () => {
		const data = {
			...webPayCredential(environment.sandbox, 'v2'),
			baseUrl: either(environment.sandbox.url, sunset.url),
			sellerCode: either('CU2611-100200300', 'CU2611-400500600'),
		};
		const execution = await run('Orders', 'kessWebPay', CREATE_ORDER, data, rows);
		expect(outputOf(execution, 'KESS').map(({ json }) => json.error)).toEqual(rows.map(() => undefined));
		for (const [index, company] of ['sunrise', 'sunset'].entries()) {
			const orders = (await controls[index]?.orders()) ?? [];
			expect(orders.map((order) => [order.out_trade_no, Number(order.total_amount)]).sort()).toEqual(own(company));
			expect(await controls[index]?.requests('oauth')).toBe(1);
		}
	});

	it('knows a credential without expressions for one: its login stays in n8n, for the next process too', async () => {
		const data = { ...webPayCredential(sunset, 'v2'), sellerCode: 'CU2611-400500600' };
		const run1 = await run('Fixed', 'kessWebPay', CREATE_ORDER, data, [rows[0] as Row, rows[2] as Row]);
		expect(outputOf(run1, 'KESS').map(({ json }) => json.error)).toEqual([undefined, undefined]);
		const logins = await controls[1]?.requests('oauth');
		await environment.restart();
		const workflow = (await environment.client.listWorkflows()).find(({ name }) => name === 'Fixed');
		const again = await environment.client.execute(workflow?.id ?? '');
		expect(outputOf(again, 'KESS').map(({ json }) => json.already_existed)).toEqual([true, true]);
		expect(await controls[1]?.requests('oauth')).toBe(logins);
	});
});
