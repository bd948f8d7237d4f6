import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import axios from 'axios';
import type { ICredentialType, INodeType } from 'n8n-workflow';

import { KessPartnerApi } from '../../credentials/KessPartnerApi.credentials.ts';
import { KessWebPayApi } from '../../credentials/KessWebPayApi.credentials.ts';
import { KessPartner } from '../../nodes/KessPartner/KessPartner.node.ts';
import { KessWebPay } from '../../nodes/KessWebPay/KessWebPay.node.ts';
import { partnerAccount, webPayAccount } from '../../sandbox/accounts.mts';
import { until } from '../support/gatewayClient.mts';
import { type Credentials, type NodeRun, runNode } from '../../sandbox/host/engine.mts';
import { KessSandbox } from '../support/kessSandbox.mts';
import { startStubGateway } from '../support/stubGateway.mts';
import { withStore } from '../support/withStore.mts';
import type { WorkerJob, WorkerResult } from '../support/workerProcess.mts';

/** How often a gateway is asked for a token. */

let sandbox: KessSandbox;

withStore();

beforeEach(async () => {
	// A gateway that this process has no token of yet.
	sandbox = await KessSandbox.start({ fastRsa: true });
});

afterEach(async () => {
	await sandbox.stop();
});

interface Gateway {
	login: string;
	/** The service of each row. */
	service: string;
	type: string;
	node(): INodeType;
	credentialType(): ICredentialType;
	parameters: Record<string, string>;
	credentials(): Promise<Credentials>;
	/** A token as another worker gets it. */
	otherLogin(): Promise<string>;
}

const GATEWAYS: Array<[string, Gateway]> = [
	[
		'WebPay',
		{
			login: 'oauth',
			service: 'webpay.acquire.createorder',
			type: 'kessWebPayApi',
			node: () => new KessWebPay(),
			credentialType: () => new KessWebPayApi(),
			parameters: { resource: 'order', operation: 'create', outTradeNo: '={{ $json.no }}', body: 'Iced coffee', totalAmount: '10.50', currency: 'USD' },
			credentials: async () => sandbox.webPayCredential('v2'),
			otherLogin: async () => {
				const { username, password, clientId, clientSecret } = webPayAccount;
				const body = { grant_type: 'password', client_id: clientId, client_secret: clientSecret, username, password };
				return (await axios.post(`${sandbox.url}/oauth/token`, body, { proxy: false })).data.access_token as string;
			},
		},
	],
	[
		'Partner',
		{
			login: 'partner-oauth',
			service: 'query.fundTransfer',
			type: 'kessPartnerApi',
			node: () => new KessPartner(),
			credentialType: () => new KessPartnerApi(),
			parameters: { resource: 'service', operation: 'call', service: 'create.unified.fundTransfer', parameters: '={{ JSON.stringify({ out_trade_no: $json.no, receiver_id: "012000232", sender_name: "Sunrise", amount: 1.25, currency: "USD" }) }}' },
			credentials: async () => sandbox.partnerCredential(),
			otherLogin: async () => {
				const { partnerId, partnerSecretKey, userName, password } = partnerAccount;
				const headers = { 'partner-id': partnerId, 'partner-secret-key': partnerSecretKey };
				return (await axios.post(`${sandbox.url}/partnerapi/v1/token`, { user_name: userName, password }, { headers, proxy: false })).data.access_token as string;
			},
		},
	],
];

describe.each(GATEWAYS)('%s, twenty rows at a time', (_name, gateway) => {
	const service = gateway.parameters.service ?? gateway.service;

	const run = async (
		rows: number,
		credentials: Credentials,
		{ batchSize = 20, timeout = 30_000, onError }: { batchSize?: number; timeout?: number; onError?: 'continueRegularOutput' } = {},
	): Promise<NodeRun> =>
		await runNode({
			node: gateway.node(),
			parameters: { ...gateway.parameters, options: { batching: { batch: { batchSize } }, timeout } },
			settings: { onError },
			items: Array.from({ length: rows }, (_, index) => ({ no: `R-${index}` })),
			credentialTypes: [gateway.credentialType()],
			credentials,
		});

	const expectAll = ({ items, error }: NodeRun, rows: number) => {
		expect(error).toBeUndefined();
		expect(items.map(({ json }) => json.out_trade_no)).toEqual(Array.from({ length: rows }, (_, index) => `R-${index}`));
	};

	/** Waits until so many rows have reached the gateway. */
	const reached = async (rows: number) => await until(async () => (await sandbox.requests(service)) >= rows);

	test('1,000 cold rows: one login', async () => {
		expectAll(await run(1000, await gateway.credentials()), 1000);
		expect(await sandbox.requests(gateway.login)).toBe(1);
	});

	test('a token that ends unannounced in the middle of 1,000 rows: one more', async () => {
		const running = run(1000, await gateway.credentials());
		await reached(400);
		await sandbox.expireTokens();
		expectAll(await running, 1000);
		expect(await sandbox.requests(gateway.login)).toBe(2);
	});

	test.each([30, 60, 90])('tokens that live %d s are used for half of that, not for one row', async (tokenLifeSeconds) => {
		await sandbox.settings({ tokenLifeSeconds });
		const before = Date.now();
		expectAll(await run(100, await gateway.credentials()), 100);
		expect(await sandbox.requests(gateway.login)).toBeLessThanOrEqual(1 + Math.floor((Date.now() - before) / (tokenLifeSeconds * 500)));
	});

	test('a token of three seconds is renewed before it ends, not after', async () => {
		await sandbox.settings({ tokenLifeSeconds: 3 });
		await sandbox.fault('slow', { service, delayMs: 100, times: 1000 });
		const before = Date.now();
		expectAll(await run(600, await gateway.credentials()), 600);
		// Twenty would be refused and sent again at each end; on a busy machine one or the other is late.
		expect(await sandbox.requests(service)).toBeLessThanOrEqual(610);
		const logins = await sandbox.requests(gateway.login);
		expect(logins).toBeGreaterThan(1);
		expect(logins).toBeLessThanOrEqual(1 + Math.floor((Date.now() - before) / 1500));
	});

	test.each(['oneLiveToken', 'several'])('%s: a token that another worker has stored is used instead of a login', async (mode) => {
		await sandbox.settings({ oneLiveToken: mode === 'oneLiveToken' });
		await sandbox.fault('slow', { service, delayMs: 20, times: 1000 });
		const credentials = await gateway.credentials();
		const running = run(200, credentials);
		await reached(60);
		if (mode === 'several') await sandbox.expireTokens();
		const accessToken = await gateway.otherLogin();
		credentials[gateway.type] = { ...credentials[gateway.type], accessToken, accessRenewAt: String(Date.now() + 1_000_000) };
		expectAll(await running, 200);
		expect(await sandbox.requests(gateway.login)).toBe(2);
		expect(credentials[gateway.type]?.accessToken).toBe(accessToken);
	});

	test('a login that another worker\'s has followed, whose token is not in the store, is followed by one more', async () => {
		await sandbox.fault('expired-token', { service, times: 2 });
		expectAll(await run(1, await gateway.credentials()), 1);
		expect(await sandbox.requests(gateway.login)).toBe(3);
	});

	test('a gateway that goes on refusing every token is asked less', async () => {
		await sandbox.fault('expired-token', { service, times: 1000 });
		const { items } = await run(4, await gateway.credentials(), { batchSize: 1, onError: 'continueRegularOutput' });
		expect(items.map(({ json }) => String(json.error))).toEqual(Array(4).fill(expect.stringContaining('KESS refuses the login')));
		// Three for the first, and two for each of the others.
		expect(await sandbox.requests(service)).toBe(3 + 3 * 2);
		expect(await sandbox.requests(gateway.login)).toBe(3 + 3);
	});

	test('why a token is refused is told where the time is up in the next login', async () => {
		await sandbox.fault('expired-token', { service, times: 1000 });
		await sandbox.fault('slow', { service: gateway.login, delayMs: 1500, times: 1000 });
		const { error } = await run(1, await gateway.credentials(), { timeout: 2500 });
		expect(error?.message).toContain('KESS refuses the login: ');
		expect(error?.message).not.toContain('time');
	});

	test('a gateway that refuses every token is not asked for one again and again', async () => {
		await sandbox.fault('expired-token', { service, times: 1000 });
		const { error } = await run(100, await gateway.credentials());
		expect(error?.message).toContain('KESS refuses the login');
		expect(await sandbox.requests(gateway.login)).toBeLessThanOrEqual(3);
		expect(await sandbox.requests(service)).toBeLessThanOrEqual(3 * 20);
	});
});

test('a token that was refused long ago is kept out of an error like the last one', async () => {
	const given: string[] = [];
	const stub = await startStubGateway((name) => {
		if (name !== 'oauth') return { status: 401, body: { success: false, error_des: `revoked: ${given[0]}`, status_code: 401 } };
		given.push(randomBytes(24).toString('hex'));
		return { status: 200, body: { access_token: given.at(-1), expires_in: 1800 } };
	});
	try {
		const { items } = await runNode({
			node: new KessWebPay(),
			parameters: { resource: 'order', operation: 'query', outTradeNo: '={{ $json.no }}', options: { batching: { batch: { batchSize: 1 } } } },
			items: Array.from({ length: 8 }, (_, index) => ({ no: `R-${index}` })),
			credentialTypes: [new KessWebPayApi()],
			credentials: sandbox.webPayCredential('v2', { baseUrl: stub.url }),
			settings: { onError: 'continueRegularOutput' },
		});
		expect(items.map(({ json }) => String(json.error))).toEqual(Array(8).fill(expect.stringContaining('KESS refuses the login: revoked: ***')));
		expect(given.length).toBeGreaterThan(5);
	} finally {
		stub.stop();
	}
});

test('two workers with one stored credential, at a gateway that keeps one token alive, do not knock each other out for ever', async () => {
	await sandbox.settings({ oneLiveToken: true });
	await sandbox.fault('slow', { service: 'webpay.acquire.createorder', delayMs: 20, times: 10_000 });
	const folder = mkdtempSync(join(tmpdir(), 'kesspay-workers-'));
	const children: ChildProcess[] = [];
	try {
		const credentialsFile = join(folder, 'credentials.json');
		writeFileSync(credentialsFile, JSON.stringify(sandbox.webPayCredential('v2').kessWebPayApi));
		const workers = await Promise.all(['A', 'B'].map(async (name) => {
			const file = join(folder, `${name}.json`);
			const numbers = Array.from({ length: 600 }, (_, index) => `${name}-${index}`);
			writeFileSync(file, JSON.stringify({ credentialsFile, numbers, batchSize: 20 } satisfies WorkerJob));
			const child = spawn(process.execPath, ['--import', 'tsx', join(__dirname, '../support/workerProcess.mts'), file], { stdio: ['pipe', 'pipe', 'inherit'] });
			children.push(child);
			let output = '';
			child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
			const ended = new Promise((resolve) => child.once('close', resolve));
			await until(() => output.startsWith('ready') || child.exitCode !== null);
			return { child, ended, result: () => JSON.parse(output.split('\n')[1] ?? '') as WorkerResult };
		}));
		for (const { child } of workers) child.stdin.write('\n');
		await until(async () => (await sandbox.requests('webpay.acquire.createorder')) > 400);
		await sandbox.expireTokens();
		await Promise.all(workers.map(async ({ ended }) => await ended));
		expect(workers.map(({ result }) => result())).toEqual([{ links: 600, errors: [] }, { links: 600, errors: [] }]);
		expect(await sandbox.orders()).toHaveLength(1200);
		const logins = await sandbox.requests('oauth');
		console.log(`Two workers, 1,200 orders, one live token, ended once: ${logins} logins`);
		expect(logins).toBeLessThanOrEqual(8);
	} finally {
		for (const child of children) child.kill('SIGKILL');
		rmSync(folder, { recursive: true, force: true });
	}
});
