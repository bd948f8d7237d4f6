import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { cli, startN8n, type N8nOptions, type RunningN8n } from '../../sandbox/host/host.mts';
import { owner } from '../../sandbox/host/owner.mts';
import { groupExists } from '../../sandbox/host/processTree.mts';
import { outputOf, RestClient, RestError } from '../../sandbox/host/restClient.mts';
import { START_WITHIN_MS } from '../../sandbox/host/environment.mts';
import { itemsNode, lineOf, manualTrigger } from '../../sandbox/host/workflow.mts';

const items = [
	{ out_trade_no: '0010', title: 'នំបញ្ចុក', amount: '10.50' },
	{ out_trade_no: '0011', nested: { same: 'text', list: [1, 'text', null, true] } },
];

describe('the n8n of the sandbox', () => {
	let folder: string;
	let options: N8nOptions;
	let n8n: RunningN8n;
	let client: RestClient;

	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), 'kesspay-host-'));
		options = { userFolder: join(folder, 'n8n'), filesFolder: folder };
		n8n = await startN8n(options);
		client = new RestClient(n8n.url);
		await client.signIn(owner);
	}, START_WITHIN_MS);

	afterAll(async () => {
		await n8n?.stop();
		await rm(folder, { recursive: true, force: true });
	});

	it('runs a workflow and hands its data back, by REST and by command line', async () => {
		const { id } = await client.createWorkflow(lineOf('Items', [manualTrigger, itemsNode(items)]));
		const execution = await client.execute(id);
		expect(execution.status).toBe('success');
		expect(outputOf(execution, 'Items').map(({ json }) => json)).toEqual(items);
		expect((await client.listExecutions(id)).map((run) => run.id)).toEqual([execution.id]);

		const run = await cli(options, ['execute', `--id=${id}`, '--rawOutput']);
		expect([0, null]).toContain(run.code);
		expect(run.stdout).toContain('នំបញ្ចុក');
	});

	it('says which node failed and why', async () => {
		const failing = {
			name: 'Fails',
			type: 'n8n-nodes-base.stopAndError',
			typeVersion: 1,
			parameters: { errorMessage: 'Not today' },
		};
		const { id } = await client.createWorkflow(lineOf('Fails', [manualTrigger, failing]));
		const { status, data } = await client.execute(id);
		expect(status).toBe('error');
		expect(data.resultData.lastNodeExecuted).toBe('Fails');
		expect(data.resultData.error?.message).toBe('Not today');
		// Now and then n8n's command line crashes while it ends, which is no success either.
		expect((await cli(options, ['execute', `--id=${id}`])).code).not.toBe(0);
	});

	it('keeps the owner, and refuses another password', async () => {
		await expect(new RestClient(n8n.url).signIn(owner)).resolves.toBeUndefined();
		const stranger = new RestClient(n8n.url).signIn({ ...owner, password: 'Something-else-1' });
		await expect(stranger).rejects.toThrow(RestError);
	});

	it('lets workflows read only below the folder of the files', async () => {
		const read = (fileSelector: string) => ({
			name: 'Read',
			type: 'n8n-nodes-base.readWriteFile',
			typeVersion: 1,
			parameters: { operation: 'read', fileSelector },
		});
		const { id } = await client.createWorkflow(lineOf('Outside', [manualTrigger, read('/etc/hostname')]));
		const { status, data } = await client.execute(id);
		expect(status).toBe('error');
		expect(data.resultData.error?.message).toContain('not allowed');
	});

	it('ends with everything it started, and only then is stopped', async () => {
		expect(groupExists(n8n.pid)).toBe(true);
		await n8n.stop();
		expect(groupExists(n8n.pid)).toBe(false);
		await expect(fetch(n8n.url)).rejects.toThrow();
		await expect(n8n.stop()).resolves.toBeUndefined();
	});

	it('reports a start that fails, with what n8n printed', async () => {
		const start = startN8n({ ...options, env: { N8N_ENCRYPTION_KEY: 'not the one of this folder' } });
		await expect(start).rejects.toThrow(/n8n ended at its start.*Mismatching encryption keys/s);
	});

	it('does not start on a port that is in use', async () => {
		const occupied = createServer();
		await new Promise<void>((resolve) => occupied.listen(0, '127.0.0.1', resolve));
		const { port } = occupied.address() as AddressInfo;
		await expect(startN8n({ ...options, port })).rejects.toThrow(`Port ${port} is in use`);
		occupied.close();
	});
});
