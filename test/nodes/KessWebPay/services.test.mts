import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { IBinaryKeyData, IDataObject, INodePropertyOptions } from 'n8n-workflow';

import { KessWebPay } from '../../../nodes/KessWebPay/KessWebPay.node.ts';
import { cipherPublicKey } from '../../../sandbox/webpay/cardCipher.mts';
import { table } from '../../../sandbox/host/table.mts';
import { withSandbox } from '../../support/kessSandbox.mts';
import { expectSchema } from '../../support/schemas.mts';
import { RequestRecorder } from '../../support/requestRecorder.mts';
import { runWebPay } from '../../support/webPayNode.mts';
import { encryptedCard, type ServiceExample, serviceExamples } from '../../support/webPayServices.mts';
import { withStore } from '../../support/withStore.mts';

const PREFIX = 'webpay.acquire.';

/** Every service of the gateway that a merchant has (docs/gateway.md §3), in the spelling of the SDK. */
const SERVICES = [
	'createorder',
	'nativePay',
	'quickpay',
	'directPay',
	'closeorder',
	'queryOrder',
	'queryRefund',
	'queryorderbydaterange',
	'v2Refund',
	'getpaymentmethods',
	'getbakongmembers',
	'saveCard',
	'subscription',
	'generateSubscriptionLink',
	'cancelSubscription',
	'reActiveSubscription',
	'getSubscriptions',
	'getSubscriptionTrxs',
	'decodeKhqr',
	'payKhqr',
	'userprofile',
	'adduserundermerchant',
	'uploadUserKyc',
];

/** Has no operation of its own: a service is called by its name. */
const BY_NAME = 'someNewService';

/** Additional Fields that stand for no field of the gateway, for a part of one, or for any. */
const NOT_OF_THE_GATEWAY = ['backgroundColor', 'detailJson', 'enabledPaymentMethods', 'extraFields', 'failIfClosed', 'qrCode', 'qrCodeProperty'];

/** Parameters that stand for no field of the gateway, or have a default that is right for most. */
const OF_THE_PANEL = ['additionalFields', 'limit', 'limitWaitTime', 'linkValidFor', 'linkValidUnit', 'simplify'];

/** In every request. */
const COMMON = ['service', 'sign', 'sign_type', 'seller_code'];

const { properties } = new KessWebPay().description;

const servicesFolder = join(__dirname, '..', '..', '..', 'sandbox', 'webpay', 'services');

/** The sandbox's file of each service, by the service's name. */
const sandboxFiles = new Map(
	readdirSync(servicesFolder).flatMap((file) => {
		const name = /name: 'webpay\.acquire\.(\w+)'/.exec(readFileSync(join(servicesFolder, file), 'utf8'))?.[1];
		return name === undefined ? [] : [[name, file] as const];
	}),
);

/** All pairs that the panel offers, as `resource:operation`. */
function offered(): string[] {
	return properties
		.filter(({ name }) => name === 'operation')
		.flatMap(({ displayOptions, options }) =>
			(options as INodePropertyOptions[]).map(({ value }) => `${String(displayOptions?.show?.resource?.[0])}:${String(value)}`),
		);
}

/** What the panel shows for an operation: parameters, and the fields of its Additional Fields. */
function panelOf({ resource, operation }: ServiceExample): { names: string[]; additional: string[] } {
	const shown = properties.filter(({ displayOptions, name, type }) => {
		const { show = {} } = displayOptions ?? {};
		return type !== 'notice' && name !== 'operation' && show.resource?.includes(resource) && show.operation?.includes(operation);
	});
	return {
		names: shown.map(({ name }) => name),
		additional: shown.find(({ name }) => name === 'additionalFields')?.options?.map(({ name }) => name) ?? [],
	};
}

const examples = serviceExamples(encryptedCard(cipherPublicKey()));
const nameOf = ({ resource, operation }: ServiceExample) => `${resource}:${operation}`;

describe('service by service', () => {
	const sandbox = withSandbox();
	let recorder: RequestRecorder;
	const rows: string[][] = [];

	const store = withStore();

	beforeAll(async () => {
		recorder = await RequestRecorder.start(sandbox.url);
	});

	beforeEach(async () => {
		recorder.take();
	});

	afterAll(async () => {
		await recorder.stop();
		process.stdout.write(`\n${table(['service', 'operation', 'sandbox', 'fields sent'], rows)}\n\n`);
	});

	async function run(resource: string, operation: string, parameters: IDataObject, item = {}, files?: IBinaryKeyData) {
		const credential = { baseUrl: recorder.url, publicKey: cipherPublicKey() };
		return await runWebPay(sandbox, resource, operation, parameters, { items: [item], files, credential });
	}

	/** Services that have reached the sandbox, in lower case, oldest first. */
	async function reached(): Promise<string[]> {
		return (await sandbox.requestLog()).recent.map(({ service }) => service).filter((service) => service !== 'oauth');
	}

	test('every service has an operation and an answer in the sandbox, and every operation has a service', () => {
		expect([...new Set(examples.map(({ service }) => service))].sort()).toEqual([...SERVICES].sort());
		expect([...sandboxFiles.keys()].sort()).toEqual([...SERVICES].sort());
		expect([...examples.map(nameOf), 'service:call'].sort()).toEqual(offered().sort());
	});

	test('the panel says which operations need gateway version 2, and the canvas names them as the panel does', () => {
		const lists = properties.filter(({ name }) => name === 'operation');
		const without = lists.flatMap(({ displayOptions, options }) =>
			(options as INodePropertyOptions[]).filter(({ description }) => !description?.endsWith(' (version 2)')).map(({ value }) => `${String(displayOptions?.show?.resource?.[0])}:${String(value)}`),
		);
		expect(without.sort()).toEqual(['order:close', 'order:create', 'order:createAndWait', 'order:query', 'service:call']);
		expect(new KessWebPay().description.subtitle).toContain('"order:createAndWait":"Create and Wait: Order"');
	});

	test.each(examples.map((example) => [nameOf(example), example] as const))('%s', async (name, example) => {
		const { resource, operation, service, before = [], after = [], required, chosen, optional, files, prepare } = example;
		const item = (await prepare?.(sandbox)) ?? {};
		const already = (await reached()).length;
		const { error, items } = await run(resource, operation, { ...required, ...chosen, ...(optional && { additionalFields: optional }) }, item, files);
		expect(error).toBeUndefined();
		const asked = [...before, service, ...after].map((asked) => PREFIX + asked);
		const sent = recorder.take();
		expect(sent.map((body) => body.service)).toEqual(asked);
		expect((await reached()).slice(already)).toEqual(asked.map((asked) => asked.toLowerCase()));
		const fields = Object.keys(sent[before.length] ?? {}).filter((field) => !COMMON.includes(field));
		rows.push([service, name, sandboxFiles.get(service) ?? '', fields.join(' ')]);

		const { names, additional } = panelOf(example);
		expect(names.filter((parameter) => !OF_THE_PANEL.includes(parameter)).sort()).toEqual(
			Object.keys({ ...required, ...chosen }).sort(),
		);
		// What goes on after Create and Wait is the order as it is paid, and only a buyer makes it so.
		if (operation !== 'createAndWait') expectSchema('KessWebPay', resource, operation, items[0]?.json);
		if (name === 'order:query') expectSchema('KessWebPay', 'order', 'createAndWait', items[0]?.json);
		expect(additional.filter((field) => !NOT_OF_THE_GATEWAY.includes(field)).sort()).toEqual(Object.keys(optional ?? {}).sort());
	});

	test.each(examples.map((example) => [nameOf(example), example] as const))('%s sends Extra Fields, and none in place of its own', async (_name, example) => {
		const { resource, operation, service, required, chosen, optional, files, prepare } = example;
		const withExtra = async (extraFields: IDataObject) => {
			await sandbox.reset();
			store.clear();
			const item = (await prepare?.(sandbox)) ?? {};
			const additionalFields = { ...optional, extraFields: JSON.stringify(extraFields) };
			return await run(resource, operation, { ...required, ...chosen, additionalFields }, item, files);
		};
		await withExtra({ invoke_reuse: 1, tip: 'none' });
		const sent = recorder.take().filter((body) => body.service === PREFIX + service);
		// All that a form has in it is text.
		expect([String(sent[0]?.invoke_reuse), sent[0]?.tip]).toEqual(['1', 'none']);
		const own = Object.keys(sent[0] ?? {}).find((field) => ![...COMMON, 'invoke_reuse', 'tip'].includes(field));
		if (own === undefined) return;
		const { error } = await withExtra({ [own]: 'x' });
		expect(error?.message).toMatch(own === 'card' ? /^Extra Fields .* has a field card, which does not belong here/ : new RegExp(`^Extra Fields .* has a field ${own}, which this operation fills itself`));
		expect(recorder.take().filter((body) => body.service === PREFIX + service)).toEqual([]);
	});

	test('a service that there is no operation for is called by its name', async () => {
		await run('service', 'call', { service: PREFIX + BY_NAME, parameters: '{"user_id":"1"}' });
		const [sent] = recorder.take();
		expect(sent).toMatchObject({ service: PREFIX + BY_NAME, user_id: '1', sign: expect.stringMatching(/^[0-9a-f]{32}$/) });
		rows.push([BY_NAME, 'service:call', '', 'as given']);
	});
});
