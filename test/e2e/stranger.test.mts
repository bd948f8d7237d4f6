import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import axios, { type AxiosResponse } from 'axios';

import type { Credential } from '../../sandbox/host/restClient.mts';
import { cipherPublicKey } from '../../sandbox/webpay/cardCipher.mts';
import { newPair } from '../support/partnerSide.mts';
import { GatewayClient, until } from '../support/gatewayClient.mts';
import { type Asked, type StubAnswer, type StubGateway, startStubGateway } from '../support/stubGateway.mts';
import { echoingAnswers, leaksIn, partnerSecrets, SEARCHES, TOKEN, webPaySecrets } from '../support/markedSecrets.mts';
import { encryptedCard, serviceExamples } from '../support/webPayServices.mts';
import { type Environment, START_WITHIN_MS, startEnvironment } from '../../sandbox/host/environment.mts';
import { itemsNode, lineOf, manualTrigger } from '../../sandbox/host/workflow.mts';

/** What anybody on the internet, or a gateway that is none, can do to a real n8n. */

const http = axios.create({ proxy: false, validateStatus: () => true, maxBodyLength: Infinity, timeout: 60_000 });

const SIZE = 1_000_000;

const numbers = Array.from({ length: 50_000 }, (_, index) => index);

const multipart = (body: string) => `--b\r\ncontent-disposition: form-data; name="out_trade_no"\r\n\r\n${body}\r\n--b--\r\n`;

const FORM = 'application/x-www-form-urlencoded';
const JSON_TYPE = 'application/json';

/** By what it is: content type and body. n8n itself turns away what is no JSON and says that it is. */
const HOSTILE: Array<[name: string, type: string | undefined, body: string | Buffer]> = [
	['form, a name of zeros', FORM, `${'0'.repeat(SIZE - 20)}x=1&sign=x`],
	['form, a name of spaces', FORM, `${'+'.repeat(SIZE - 20)}x=1&sign=x`],
	['form, a name of digits', FORM, `${'1'.repeat(SIZE - 20)}.x=1&sign=x`],
	['form, 50,000 numbers', FORM, `${numbers.map((number) => `${number}=1`).join('&')}&sign=x`],
	['form, deep', FORM, `a${'[a]'.repeat(SIZE / 3 - 10)}=1&sign=x`],
	['form, nothing but &', FORM, '&'.repeat(SIZE)],
	['JSON, a name of zeros', JSON_TYPE, `{"${'0'.repeat(SIZE - 30)}x":1,"sign":"x"}`],
	['JSON, a name of spaces', JSON_TYPE, `{"${' '.repeat(SIZE - 30)}x":1,"sign":"x"}`],
	['JSON, a name of digits', JSON_TYPE, `{"${'1'.repeat(SIZE - 30)}.x":1,"sign":"x"}`],
	['JSON, 50,000 numbers', JSON_TYPE, `{${numbers.map((number) => `"${number}":1`).join()},"sign":"x"}`],
	['JSON, 50,000 numbers in data', JSON_TYPE, `{"data":{${numbers.map((number) => `"${number}.0":1`).join()}},"sign":"x"}`],
	['JSON, deep', JSON_TYPE, `{"sign":"x","a":${'['.repeat(SIZE / 2 - 20)}${']'.repeat(SIZE / 2 - 20)}}`],
	['JSON, a text of escapes', JSON_TYPE, `{"sign":"x","a":"${'\\u0020'.repeat(SIZE / 6 - 10)}"}`],
	['JSON null', JSON_TYPE, 'null'],
	['JSON list', JSON_TYPE, `[${'1,'.repeat(SIZE / 2 - 10)}1]`],
	['JSON text', JSON_TYPE, '"text"'],
	['multipart', 'multipart/form-data; boundary=b', multipart('x'.repeat(SIZE))],
	['multipart, control characters', 'multipart/form-data; boundary=b', multipart('\u0001'.repeat(SIZE))],
	['multipart cut off', 'multipart/form-data; boundary=b', multipart('x').slice(0, 40)],
	['octets', 'application/octet-stream', Buffer.alloc(SIZE, 0xff)],
	['text', 'text/plain', 'x'.repeat(SIZE)],
	['an unknown type', 'application/x-unknown', '{"status":"SUCCESS"'],
	['XML', 'application/xml', `<a>${'x'.repeat(SIZE - 10)}</a>`],
	['nothing', undefined, ''],
	['nothing, as JSON', JSON_TYPE, ''],
	['nothing, as a form', FORM, ''],
];

describe('a stranger and the real n8n', () => {
	let environment: Environment;
	let gateway: GatewayClient;
	let echoing: StubGateway;
	let answer: (asked: Asked) => StubAnswer = () => ({ status: 500, body: {} });
	let triggerId = '';
	let logFile = '';
	const TRIGGER = '/webhook/stranger/kess-webpay';

	beforeAll(async () => {
		echoing = await startStubGateway((service, asked) =>
			service === 'oauth' ? { status: 200, body: { access_token: TOKEN, expires_in: 1800, expire_in: 1800 } } : answer(asked),
		);
		environment = await startEnvironment({
			env: { N8N_LOG_LEVEL: 'debug', N8N_LOG_OUTPUT: 'console,file', N8N_LOG_FILE_LOCATION: 'debug.log' },
			credentials: markedCredentials(echoing.url),
		});
		gateway = new GatewayClient(environment.sandbox);
		logFile = join(environment.options.userFolder, '.n8n', 'debug.log');
		const trigger = {
			name: 'Paid',
			type: 'n8n-nodes-kesspay.kessWebPayTrigger',
			typeVersion: 1,
			webhookId: 'stranger',
			parameters: {},
			credentials: { kessWebPayApi: { id: 'kessWebPaySandbox', name: 'KESS WebPay sandbox (v2)' } },
		};
		const after = { name: 'Next', type: 'n8n-nodes-base.noOp', typeVersion: 1, parameters: {} };
		triggerId = (await environment.client.createWorkflow(lineOf('Trigger', [trigger, after]))).id;
		await environment.client.activateWorkflow(triggerId);
		await until(async () => (await http.post(environment.n8n.url + TRIGGER, { a: 1 })).status === 401);
	}, START_WITHIN_MS);

	afterAll(async () => {
		echoing?.stop();
		await environment?.stop();
	});

	const post = async (address: string, type: string | undefined, body: string | Buffer): Promise<AxiosResponse> =>
		await http.post(address, body, { headers: { 'content-type': type ?? '' }, transformRequest: [(data: unknown) => data] });

	/** The longest that n8n took to say that it is there, in milliseconds, while something else was done. */
	async function longestSilence(work: () => Promise<unknown>): Promise<number> {
		let longest = 0;
		let done = false;
		const looking = (async () => {
			while (!done) {
				const started = performance.now();
				await http.get(`${environment.n8n.url}/healthz`);
				longest = Math.max(longest, performance.now() - started);
				await new Promise((resolve) => setTimeout(resolve, 5));
			}
		})();
		await work();
		done = true;
		await looking;
		return longest;
	}

	test('1 MB of anything does not stop n8n, and starts nothing', async () => {
		const plain = `out_trade_no=A&body=${'x'.repeat(SIZE - 100)}&sign=x`;
		const sendPlain = async () => await post(environment.n8n.url + TRIGGER, FORM, plain);
		await sendPlain();
		const usual = await longestSilence(sendPlain);
		const silences: Array<[string, number]> = [];
		for (const [name, type, body] of HOSTILE) {
			let status = 0;
			const silence = await longestSilence(async () => ({ status } = await post(environment.n8n.url + TRIGGER, type, body)));
			expect({ name, refused: status >= 400 && status < 500 }).toEqual({ name, refused: true });
			silences.push([name, silence]);
		}
		const worst = silences.sort(([, a], [, b]) => b - a).slice(0, 5);
		process.stdout.write(
			`/healthz answers within ${Math.ceil(worst[0]?.[1] ?? 0)} ms while a hostile body of 1 MB arrives (a plain one: ${Math.ceil(usual)} ms); slowest: ${worst.map(([name, ms]) => `${name} ${Math.ceil(ms)}`).join(', ')}\n`,
		);
		expect((worst[0]?.[1] ?? 0) / Math.max(usual, 20)).toBeLessThan(20);
		expect(await environment.client.listExecutions(triggerId)).toEqual([]);
	});

	describe('a waiting execution', () => {
		let resumeAddress = '';
		let executionId = '';

		beforeAll(async () => {
			const pay = {
				name: 'Pay',
				type: 'n8n-nodes-kesspay.kessWebPay',
				typeVersion: 1,
				parameters: { resource: 'order', operation: 'createAndWait', outTradeNo: '={{ $json.no }}', body: 'Coffee', totalAmount: '2.50', currency: 'USD' },
				credentials: { kessWebPayApi: { id: 'kessWebPaySandbox', name: 'x' } },
			};
			const after = { name: 'After', type: 'n8n-nodes-base.noOp', typeVersion: 1, parameters: {} };
			const { id } = await environment.client.createWorkflow(lineOf('Waits', [manualTrigger, itemsNode([{ no: 'WAIT-1' }]), pay, after]));
			executionId = await environment.client.runWorkflow(id);
			await environment.client.waitForExecution(executionId, { until: ['waiting'] });
			resumeAddress = (await gateway.orders()).find((order) => order.out_trade_no === 'WAIT-1')?.notify_url ?? '';
		});

		const isWaiting = async () => (await environment.client.getExecution(executionId)).status === 'waiting';
		const questions = async () => await gateway.requests('webpay.acquire.queryorder');

		test.each(HOSTILE)('outlives %s', async (_, type, body) => {
			const { status } = await post(resumeAddress, type, body);
			expect(Math.floor(status / 100)).toBe(4);
			expect(await isWaiting()).toBe(true);
		});

		test('asks the gateway seldom, however often somebody calls', async () => {
			const before = await questions();
			const started = Date.now();
			const statuses = await Promise.all(
				Array.from({ length: 100 }, async (_, index) => (await http.post(resumeAddress, { status: 'SUCCESS', index })).status),
			);
			expect(new Set(statuses)).toEqual(new Set([503]));
			const asked = (await questions()) - before;
			process.stdout.write(`100 calls of a stranger to a resume address: ${asked} questions to the gateway\n`);
			// They say that it is paid, so it is looked at again twice: for all of them together, and never within three seconds.
			expect(asked).toBeLessThanOrEqual((Date.now() - started) / 3000 + 1);
			expect(await isWaiting()).toBe(true);
		});

		test('goes on when the order is paid', async () => {
			await gateway.pay('WAIT-1');
			const execution = await environment.client.waitForExecution(executionId);
			expect(execution.status).toBe('success');
			expect(execution.data.resultData.runData.After).toHaveLength(1);
		});
	});

	test("n8n's HTTP Request node does not take the login to a proxy", async () => {
		let calls = 0;
		const attacker = createServer((_, response) => {
			calls += 1;
			response.end('{}');
		});
		attacker.on('connect', () => (calls += 1));
		await new Promise<void>((resolve) => attacker.listen(0, '127.0.0.1', resolve));
		const request = (options: object) => ({
			name: 'Request',
			type: 'n8n-nodes-base.httpRequest',
			typeVersion: 4.2,
			parameters: {
				method: 'POST',
				url: `${environment.sandbox.url}/api/mch/v1/gateway`,
				authentication: 'predefinedCredentialType',
				nodeCredentialType: 'kessWebPayApi',
				sendBody: true,
				specifyBody: 'json',
				jsonBody: '{"service":"webpay.acquire.queryorder","out_trade_no":"A"}',
				options,
			},
			credentials: { kessWebPayApi: { id: 'kessWebPaySandboxV1', name: 'x' } },
		});
		const messageOf = async (options: object) => {
			const { id } = await environment.client.createWorkflow(lineOf('Proxy', [manualTrigger, request(options)]));
			const { error } = (await environment.client.execute(id)).data.resultData;
			return [error?.message, error?.description].join(' ');
		};
		const { port } = attacker.address() as AddressInfo;
		expect(await messageOf({ proxy: `http://127.0.0.1:${port}` })).toContain('The option Proxy cannot be used');
		expect(await messageOf({ allowUnauthorizedCerts: true })).toContain('The option Ignore SSL Issues cannot be used');
		expect(calls).toBe(0);
		expect(await messageOf({})).not.toContain('cannot be used');
		attacker.close();
	});

	test('secrets that a gateway sends back are nowhere', async () => {
		const card = encryptedCard(cipherPublicKey());
		const item = { token: 'a', qrcode: 'b', subscription_code: 'c', transaction_id: 'd' };
		const transfer = { outTradeNo: 'WAGE-1', receiverId: '012345678', senderName: 'Shop', amount: '1', currency: 'USD', partnerTransactionId: 'T-1', preTransferId: 'P-1' };
		const node = (name: string, type: string, credential: string, id: string, parameters: object) => ({
			name,
			type: `n8n-nodes-kesspay.${type}`,
			typeVersion: 1,
			parameters: { ...parameters, options: { timeout: 5000 } },
			credentials: { [credential]: { id, name: id } },
			onError: 'continueRegularOutput',
		});
		const webPay = ['markedV1', 'markedV2'].flatMap((id) =>
			serviceExamples(card).map(({ resource, operation, required, chosen, optional = {} }) =>
				node(`${id} ${resource} ${operation}`, 'kessWebPay', 'kessWebPayApi', id, { resource, operation, ...required, ...chosen, simplify: false, additionalFields: optional }),
			),
		);
		const partner = ['create', 'confirm', 'query', 'payOut'].map((operation) =>
			node(`partner ${operation}`, 'kessPartner', 'kessPartnerApi', 'markedPartner', { resource: 'fundTransfer', operation, ...transfer }),
		);
		let [runs, places] = [0, 0];
		const expectNone = (where: string, text: string) => {
			places += 1;
			expect({ where, leaks: leaksIn(text) }).toEqual({ where, leaks: [] });
		};
		// All operations of one kind of answer in one workflow, side by side; test/hostile.long.test.mts has the other kinds.
		const kinds = echoingAnswers.filter(([name]) => ['success', 'refusal', 'login refused', 'web page'].includes(name));
		for (const [name, say] of kinds) {
			answer = say;
			const nodes = [...webPay.filter(({ name: one }) => !one.includes('createAndWait')), ...partner];
			const workflow = lineOf(name, [manualTrigger, itemsNode([item]), ...nodes]);
			workflow.connections = {
				Start: { main: [[{ node: 'Items', type: 'main', index: 0 }]] },
				Items: { main: [nodes.map((one) => ({ node: one.name, type: 'main', index: 0 }))] },
			};
			const { id } = await environment.client.createWorkflow(workflow);
			const execution = await environment.client.execute(id, { timeoutMs: 120_000 });
			runs += Object.keys(execution.data.resultData.runData).length - 2;
			expectNone(`execution: ${name}`, JSON.stringify(execution));
			for (const { id: credential, type, name: credentialName, data } of markedCredentials(echoing.url)) {
				const tested = await environment.client.testCredential({ id: credential, name: credentialName, type, data });
				expectNone(`credential test: ${name}, ${credential}`, JSON.stringify(tested));
			}
		}
		expect(runs).toBe(kinds.length * (webPay.length - 2 + partner.length));
		expectNone('what n8n prints', environment.n8n.log());
		expect(readFileSync(logFile, 'utf8')).toContain('debug');
		for (const file of [logFile, ...['', '-wal'].map((end) => join(environment.options.userFolder, '.n8n', `database.sqlite${end}`))]) {
			if (existsSync(file)) expectNone(file, readFileSync(file, 'latin1'));
		}
		process.stdout.write(`marked secrets in n8n: ${runs} runs, ${places} places with ${SEARCHES} searches each, none found\n`);
	}, 300_000);
});

function markedCredentials(url: string): Array<Credential & { id: string }> {
	const [merchant, kess] = [newPair(2048), newPair(2048)];
	const webPay = (gatewayVersion: string) => ({
		environment: 'custom',
		baseUrl: url,
		gatewayVersion,
		username: 'shop',
		clientId: 'client',
		signType: 'MD5',
		publicKey: cipherPublicKey(),
		...webPaySecrets,
	});
	const partner = {
		environment: 'custom',
		baseUrl: url,
		partnerId: 'partner',
		userName: 'user',
		...partnerSecrets,
		privateKey: merchant.privateKey,
		kessPublicKey: kess.publicKey,
	};
	return [
		{ id: 'markedV1', name: 'markedV1', type: 'kessWebPayApi', data: webPay('v1') },
		{ id: 'markedV2', name: 'markedV2', type: 'kessWebPayApi', data: webPay('v2') },
		{ id: 'markedPartner', name: 'markedPartner', type: 'kessPartnerApi', data: partner },
	];
}
