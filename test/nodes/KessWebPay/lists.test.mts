import { KessWebPayApi } from '../../../credentials/KessWebPayApi.credentials.ts';
import { KessWebPay } from '../../../nodes/KessWebPay/KessWebPay.node.ts';
import { loadOptions, type NodeRunOptions, runNode } from '../../../sandbox/host/engine.mts';
import { withSandbox } from '../../support/kessSandbox.mts';

const sandbox = withSandbox();

function options(parameters: NodeRunOptions['parameters'], version: 'v1' | 'v2' = 'v2'): NodeRunOptions {
	return {
		node: new KessWebPay(),
		parameters,
		credentialTypes: [new KessWebPayApi()],
		credentials: sandbox.webPayCredential(version),
	};
}

describe.each([
	['paymentMethod', 'webpay.acquire.getpaymentmethods', { bic: 'KHQR', title: 'KHQR' }],
	['bakongMember', 'webpay.acquire.getbakongmembers', { bic: 'ABAAKHPP', name: 'ABA Bank' }],
])('%s: getMany', (resource, service, first) => {
	const list = async (parameters: NodeRunOptions['parameters'], version: 'v1' | 'v2' = 'v2') =>
		await runNode(options({ resource, operation: 'getMany', ...parameters }, version));

	test('all, linked to the item that asked', async () => {
		const { items, error } = await list({ returnAll: true });
		expect(error).toBeUndefined();
		expect(items.length).toBeGreaterThan(3);
		expect(items[0]).toMatchObject({ json: first, pairedItem: { item: 0 } });
	});

	test('up to the limit', async () => {
		expect((await list({ limit: 2 })).items).toHaveLength(2);
	});

	test.each([0, -1, 1.5, '={{ "many" }}'])('limit %p is refused', async (limit) => {
		expect((await list({ limit })).error?.message).toMatch(/^Limit \(limit\) is not a whole number greater than 0/);
		expect(await sandbox.requests(service)).toBe(0);
	});

	test('needs gateway version 2', async () => {
		expect((await list({ returnAll: true }, 'v1')).error?.message).toMatch(/^This operation needs gateway version 2/);
		expect(await sandbox.requests(service)).toBe(0);
	});

	test('a lost answer is a failure that says that it may be asked again', async () => {
		await sandbox.fault('html', { service });
		expect((await list({ returnAll: true })).error?.description).toBe('Looking changes nothing: run the item again.');
	});
});

describe('the list of payment methods in the panel', () => {
	test('has the merchant’s codes, sorted by name', async () => {
		const list = await loadOptions(options({}), 'getPaymentMethods');
		expect(list).toContainEqual({ name: 'ABA PAY (ABAAKHPP)', value: 'ABAAKHPP' });
		expect(list).toContainEqual({ name: 'KHQR', value: 'KHQR' });
		expect(list.map(({ name }) => name)).toEqual(list.map(({ name }) => name).sort((a, b) => a.localeCompare(b)));
	});

	test('feeds the service code of nativePay', () => {
		const codes = new KessWebPay().description.properties.filter(({ name }) => name === 'serviceCode');
		expect(codes.filter(({ typeOptions }) => typeOptions?.loadOptionsMethod === 'getPaymentMethods')).toHaveLength(1);
	});

	test('on gateway version 1 says what is needed, in the place of the list', async () => {
		expect(await loadOptions(options({}, 'v1'), 'getPaymentMethods')).toEqual([
			{ name: expect.stringMatching(/needs gateway version 2/), value: '', description: expect.stringMatching(/^Set Gateway Version/) },
		]);
	});

	test('an unsigned answer is believed only when the node’s option says so', async () => {
		await sandbox.fault('wrong-signature', { service: 'webpay.acquire.getpaymentmethods' });
		const [none, ...others] = await loadOptions(options({ options: { responseSignature: 'ifPresent' } }), 'getPaymentMethods');
		expect([none?.name, none?.value, others]).toEqual([expect.stringMatching(/signature of the answer is wrong/), '', []]);
	});
});
