import { cipherPublicKey } from '../../sandbox/webpay/cardCipher.mts';
import { sandboxCredentials } from '../../sandbox/host/credentials.mts';
import { outputOf } from '../../sandbox/host/restClient.mts';
import { table } from '../../sandbox/host/table.mts';
import { KessSandbox } from '../support/kessSandbox.mts';
import { encryptedCard, serviceExamples } from '../support/webPayServices.mts';
import { withStore } from '../support/withStore.mts';
import { type Environment, START_WITHIN_MS, startEnvironment } from '../../sandbox/host/environment.mts';
import { itemsNode, lineOf, manualTrigger } from '../../sandbox/host/workflow.mts';

const CREDENTIAL = 'kessWebPayWithKey';

/** Waits for a payment: has an end-to-end test of its own. */
const ELSEWHERE = 'createAndWait';

describe('every WebPay operation in the real n8n', () => {
	// What the engine of this process prepares for them it remembers here.
	withStore();
	let environment: Environment;
	let sandbox: KessSandbox;
	let credentialId = '';
	const rows: string[][] = [['createorder', `order:${ELSEWHERE}`, 'createAndWait.test.mts', 'createAndWait.test.mts']];

	beforeAll(async () => {
		environment = await startEnvironment();
		sandbox = KessSandbox.of(environment.sandbox);
		const v2 = sandboxCredentials(environment.sandbox).find(({ id }) => id === 'kessWebPaySandbox');
		if (!v2) throw new Error('The credential of the sandbox is missing');
		const data = { ...v2.data, publicKey: cipherPublicKey() };
		credentialId = await environment.client.createCredential({ name: CREDENTIAL, type: v2.type, data });
	}, START_WITHIN_MS);

	beforeEach(async () => {
		await sandbox.reset();
	});

	afterAll(async () => {
		await environment?.stop();
		process.stdout.write(`\n${table(['service', 'operation', 'engine test', 'end-to-end test'], rows)}\n\n`);
	});

	const examples = serviceExamples(encryptedCard(cipherPublicKey()));

	it.each(
		examples.filter(({ operation }) => operation !== ELSEWHERE).map((example) => [`${example.resource}:${example.operation}`, example] as const),
	)('%s', async (name, { resource, operation, service, required, chosen, optional, files, prepare }) => {
		const item = (await prepare?.(sandbox)) ?? {};
		const parameters = { resource, operation, ...required, ...chosen, ...(optional && { additionalFields: optional }) };
		const node = {
			name: 'KESS',
			type: 'n8n-nodes-kesspay.kessWebPay',
			typeVersion: 1,
			parameters,
			credentials: { kessWebPayApi: { id: credentialId, name: CREDENTIAL } },
		};
		const { id } = await environment.client.createWorkflow(lineOf(name, [manualTrigger, itemsNode([item], files), node]));
		const execution = await environment.client.execute(id);
		expect(execution.data.resultData.error).toBeUndefined();
		expect(execution.status).toBe('success');
		expect(outputOf(execution, 'KESS').length).toBeGreaterThan(0);
		expect(outputOf(execution, 'KESS').every(({ json }) => json.error === undefined)).toBe(true);
		rows.push([service, name, 'services.test.mts', 'services.test.mts']);
	});
});
