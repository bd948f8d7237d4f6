import { constants, generateKeyPairSync, publicEncrypt } from 'node:crypto';

import type { IDataObject } from 'n8n-workflow';

import { KessWebPay } from '../../../nodes/KessWebPay/KessWebPay.node.ts';
import type { NodeRun } from '../../../sandbox/host/engine.mts';
import { until } from '../../support/gatewayClient.mts';
import { withSandbox } from '../../support/kessSandbox.mts';
import { runWebPay, type WebPayRunOptions } from '../../support/webPayNode.mts';
import { withClock } from '../../support/withClock.mts';
import { withStore } from '../../support/withStore.mts';

const CODE = '134567890123456789';

const MINUTE = 60_000;

const sandbox = withSandbox();
const clock = withClock(sandbox);
withStore();
let kessPublicKey: string;

beforeAll(async () => {
	kessPublicKey = await sandbox.cardKey();
});

const COMMON: IDataObject = {
	outTradeNo: '={{ $json.no ?? "INV-1" }}',
	body: 'Iced coffee',
	totalAmount: '={{ $json.amount ?? "10.50" }}',
	currency: 'USD',
};

const CUSTOMER: IDataObject = { details: { firstName: 'ស្រី', lastName: 'Oun', email: 'a@b.example', phoneNumber: '012345678', city: '' } };

const encrypt = (value: object, publicKey = kessPublicKey) =>
	publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, Buffer.from(JSON.stringify(value))).toString('hex');

const card = (number = '5123456789012346') => encrypt({ number, securityCode: '123', expiry: { month: '05', year: '28' } });

type Operation = 'nativePay' | 'quickPay' | 'directPay';

const SERVICES: Record<Operation, string> = {
	nativePay: 'webpay.acquire.nativePay',
	quickPay: 'webpay.acquire.quickpay',
	directPay: 'webpay.acquire.directPay',
};

function own(operation: Operation): IDataObject {
	if (operation === 'nativePay') return { serviceCode: 'KHQR' };
	if (operation === 'quickPay') return { serviceCode: 'WECHAT', authCode: CODE };
	return { serviceCode: 'VISA_MASTER', card: card() };
}

async function pay(
	operation: Operation,
	change: IDataObject = {},
	{ credential, ...options }: WebPayRunOptions = {},
): Promise<NodeRun> {
	const parameters = { ...COMMON, ...own(operation), ...change };
	return await runWebPay(sandbox, 'payment', operation, parameters, { ...options, credential: { publicKey: kessPublicKey, ...credential } });
}

const requests = async (operation: Operation) => await sandbox.requests(SERVICES[operation]);

const OPERATIONS: Operation[] = ['nativePay', 'quickPay', 'directPay'];

describe('nativePay', () => {
	test('gives the QR text, the app link and the order', async () => {
		const { items, error } = await pay('nativePay', {
			serviceCode: 'ABAAKHPP',
			additionalFields: { descriptor: 'COFFEE', expiresIn: 300, isIosDevice: true, schemaUrl: 'myshop://paid', notifyUrl: 'http://127.0.0.1:9/n' },
		});
		expect(error).toBeUndefined();
		expect(items).toHaveLength(1);
		expect(items[0]).toMatchObject({
			json: {
				qrcode: expect.stringMatching(/^000201010212.*540410\.5.*6304[0-9A-F]{4}$/),
				deeplink: expect.stringContaining('/pay/'),
				service_code: 'ABAAKHPP',
				expires_in: 300,
				for_ios: true,
				order_info: { out_trade_no: 'INV-1', total_amount: 10.5, status: 'WAITING' },
			},
			pairedItem: { item: 0 },
		});
	});

	test('only the app link', async () => {
		const { items } = await pay('nativePay', { additionalFields: { onlyDeeplink: true } });
		expect(items[0]?.json).toMatchObject({ qrcode: null, for_ios: false, deeplink: expect.any(String) });
	});

	test.each(['lost-after-booking', 'error-500-after', 'html'] as const)('%s: one order, found again with its payment link', async (fault) => {
		await sandbox.fault(fault, { service: SERVICES.nativePay });
		const { items, error } = await pay('nativePay');
		expect(error).toBeUndefined();
		expect(items[0]?.json).toMatchObject({
			already_existed: true,
			order_info: { out_trade_no: 'INV-1', payment_link: expect.stringContaining('/pay/') },
		});
		expect(await sandbox.orders()).toHaveLength(1);
	});

	test('lost before booking: sent once more', async () => {
		await sandbox.fault('lost-before-booking', { service: SERVICES.nativePay });
		expect((await pay('nativePay')).items[0]?.json.qrcode).toBeTruthy();
		expect(await sandbox.orders()).toHaveLength(1);
	});

	test('a method that the merchant does not have: the reason of the gateway', async () => {
		expect((await pay('nativePay', { serviceCode: 'NOBANK' })).error?.message).toMatch(
			/^KESS refuses to create the order: .*invalid payment method bic.* \(order INV-1\) \[item 0\]$/,
		);
	});
});

describe('quickPay', () => {
	test('charges the buyer', async () => {
		const { items, error } = await pay('quickPay', { simplify: false });
		expect(error).toBeUndefined();
		expect(items[0]?.json).toMatchObject({
			out_trade_no: 'INV-1',
			status: 'SUCCESS',
			payment_detail: { payment_method_bic: 'WECHAT' },
		});
		expect(items[0]?.json.already_existed).toBeUndefined();
	});

	test('a code that has run out: the reason of the gateway, and no order', async () => {
		const { error } = await pay('quickPay', { authCode: '1345678901230000' });
		expect(error?.message).toMatch(/^KESS refuses to charge the buyer: The payment code has expired/);
		expect(await sandbox.orders()).toHaveLength(0);
	});

	test('a code that has lost digits is not sent', async () => {
		expect((await pay('quickPay', { authCode: '={{ 134567890123456789 }}' })).error?.message).toMatch(
			/^Payment Code \(authCode\) is a number that has been rounded/,
		);
		expect(await requests('quickPay')).toBe(0);
	});

	test('two rows with one order number charge once', async () => {
		const { items, error } = await pay('quickPay', {}, { items: [{}, {}] });
		expect(error).toBeUndefined();
		expect(items.map((item) => item.json.status)).toEqual(['SUCCESS', 'SUCCESS']);
		expect(items.filter((item) => item.json.already_existed === true)).toHaveLength(1);
		expect(await sandbox.orders()).toHaveLength(1);
	});

	test('a buyer who still has to confirm: the order WAITING, the same from later runs, and SUCCESS once paid', async () => {
		await sandbox.fault('buyer-typing', { service: SERVICES.quickPay, delayMs: MINUTE });
		const first = await pay('quickPay');
		expect(first.items[0]?.json).toMatchObject({ out_trade_no: 'INV-1', status: 'WAITING' });
		expect(first.items[0]?.json.already_existed).toBeUndefined();
		expect((await pay('quickPay')).items[0]?.json).toMatchObject({ status: 'WAITING', already_existed: true });
		const { run } = await pay('quickPay', {}, { items: [{}, {}] });
		expect(run.data.resultData.runData.Node?.at(-1)?.hints).toContainEqual({
			message: '0 rows done. 2 rows taken on by KESS and not done yet, see status: order INV-1.',
			type: 'warning',
			location: 'outputPane',
		});
		const { error } = await pay('quickPay', { outTradeNo: '={{ $json.no ?? "INV-1" }}', totalAmount: '={{ $json.amount ?? "10.50" }}' }, { items: [{}, { no: 'INV-2', amount: 'ten' }] });
		expect(error?.description).toContain('Taken on by KESS, and not done yet: order INV-1 [item 0].');
		await clock.forward(MINUTE);
		expect((await pay('quickPay')).items[0]?.json).toMatchObject({ status: 'SUCCESS', already_existed: true });
		expect((await sandbox.money()).bookings).toHaveLength(1);
		expect(await requests('quickPay')).toBe(1);
	});

	test('an order of this number that is not paid is returned, and not charged', async () => {
		await pay('nativePay');
		const { items } = await pay('quickPay');
		expect(items[0]?.json).toMatchObject({ status: 'WAITING', already_existed: true });
		expect(await requests('quickPay')).toBe(0);
	});
});

describe('directPay', () => {
	test('over 3-D Secure: the HTML for the buyer, and the order unpaid', async () => {
		const { items, error } = await pay('directPay', {
			additionalFields: { customer: CUSTOMER, holderName: 'SREY OUN', ipAddress: '203.0.113.7', setting: '{"payment_type":"online"}' },
		});
		expect(error).toBeUndefined();
		expect(items[0]?.json).toMatchObject({
			required_3ds: true,
			pre_card_input: false,
			html_confirm_payment: expect.stringContaining('<form'),
			order_info: { out_trade_no: 'INV-1', status: 'WAITING' },
		});
	});

	test('without 3-D Secure: charged at once', async () => {
		const { items } = await pay('directPay', { card: card('5200000000000007') });
		expect(items[0]?.json).toMatchObject({
			required_3ds: false,
			html_confirm_payment: null,
			order_info: { status: 'SUCCESS', payment_detail: { payment_method_bic: 'VISA_MASTER' } },
		});
	});

	test('a declined card: the reason of the gateway', async () => {
		const { error } = await pay('directPay', { card: card('4000000000000002') });
		expect(error?.message).toMatch(/^KESS refuses to charge the buyer: The card was declined/);
	});

	test('encrypted with another key: the reason of the gateway', async () => {
		const another = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'pem' });
		const { error } = await pay('directPay', { card: encrypt({ number: '5123456789012346' }, another.toString()) });
		expect(error?.message).toContain('The card field cannot be decrypted');
	});

	test.each(['5123456789012346', '5123 4567 8901 2346', '{"number":"5123456789012346"}', 'ab'.repeat(100), 'x'.repeat(512)])(
		'%s instead of ciphertext is not sent and not repeated',
		async (value) => {
			const result = await pay('directPay', { card: value });
			expect(result.error?.message).toMatch(/^Encrypted Card \(card\) is not (encrypted|ciphertext in hexadecimal)/);
			expect(String(result.error?.message) + String(result.error?.description)).not.toContain(value);
			expect(await requests('directPay')).toBe(0);
		},
	);

	test('the panel says why card data has to be encrypted, and what to use instead', () => {
		const notice = new KessWebPay().description.properties.find(({ name }) => name === 'cardNotice');
		expect(notice).toMatchObject({ type: 'notice', displayOptions: { show: { operation: ['directPay'] } } });
		expect(notice?.displayName).toMatch(/n8n saves .*payment link,.*save a card/);
	});
});

describe.each(['quickPay', 'directPay'] as const)('%s charges once', (operation) => {
	const atOnce = (): IDataObject => (operation === 'directPay' ? { card: card('5200000000000007') } : {});
	const status = ({ items }: NodeRun) => ((items[0]?.json.order_info ?? items[0]?.json) as IDataObject).status;
	/** The numbers of all charges, in their order. */
	const charged = async () => (await sandbox.money()).bookings.map(({ kind, number }) => `${kind} ${number}`);

	test.each(['lost-after-booking', 'error-500-after', 'reset-mid-body', 'html', 'empty'] as const)('%s: looked up, not sent again', async (fault) => {
		await sandbox.fault(fault, { service: SERVICES[operation] });
		const result = await pay(operation, atOnce());
		expect(result.error).toBeUndefined();
		expect(result.items[0]?.json.already_existed).toBe(true);
		expect(status(result)).toBe('SUCCESS');
		expect(await requests(operation)).toBe(1);
	});

	test('lost before booking: says so, and the next run charges', async () => {
		await sandbox.fault('lost-before-booking', { service: SERVICES[operation] });
		const first = await pay(operation, atOnce());
		expect(first.error).toBeUndefined();
		expect(first.items[0]?.json).toEqual({
			out_trade_no: 'INV-1',
			status: 'unknown',
			reason: expect.any(String),
			next_step: expect.stringMatching(
				/^Do not charge the buyer in another way yet\. Run it again in this same workflow with the same order number, now or after \d{4}-.*: it is looked up first\.$/,
			),
		});
		expect(await requests(operation)).toBe(1);

		// For a day it may still be carried out: until then nothing is sent.
		await clock.forward(23 * 60 * MINUTE);
		const early = await pay(operation, atOnce());
		expect(early.items[0]?.json).toMatchObject({ status: 'unknown', reason: expect.stringContaining('an earlier run may have sent this to KESS') });
		expect([await charged(), await requests(operation)]).toEqual([[], 1]);
		await clock.passTime(early.items[0]?.json.next_step);
		expect(status(await pay(operation, atOnce()))).toBe('SUCCESS');
		expect(status(await pay(operation, atOnce()))).toBe('SUCCESS');
		expect([await charged(), await requests(operation)]).toEqual([['charge INV-1'], 2]);
	});

	test('Retry On Fail after a lost answer and lost look-ups: one order', async () => {
		await sandbox.fault('lost-after-booking', { service: SERVICES[operation] });
		await sandbox.fault('lost-before-booking', { service: 'webpay.acquire.queryorder', times: 2, outTradeNo: 'INV-1' });
		const result = await pay(operation, atOnce(), { settings: { retryOnFail: true, maxTries: 4, waitBetweenTries: 0 } });
		expect(result.error).toBeUndefined();
		expect(status(result)).toBe('SUCCESS');
		expect(await requests(operation)).toBe(1);
	});

	test('HTTP 401 to the charge: unknown, and not sent again', async () => {
		await sandbox.fault('expired-token', { service: SERVICES[operation] });
		const result = await pay(operation, atOnce(), { settings: { retryOnFail: true, maxTries: 3, waitBetweenTries: 0 } });
		expect(result.items[0]?.json).toMatchObject({ status: 'unknown', reason: expect.stringMatching(/^the login was refused: /) });
		expect([await charged(), await requests(operation)]).toEqual([[], 1]);
	});

	test('nobody says whether it is charged: unknown, and the next run finds the order', async () => {
		await sandbox.fault('slow', { service: SERVICES[operation], delayMs: 2000 });
		await sandbox.fault('lost-after-booking', { service: SERVICES[operation] });
		const running = pay(operation, atOnce());
		await until(async () => (await requests(operation)) === 1);
		await sandbox.fault('error-500-before', { service: 'webpay.acquire.queryorder', times: 4 });
		expect((await running).items[0]?.json).toMatchObject({
			status: 'unknown',
			next_step: expect.stringContaining('Do not charge the buyer in another way yet'),
		});
		const again = await pay(operation, atOnce());
		expect(again.items[0]?.json.already_existed).toBe(true);
		expect(status(again)).toBe('SUCCESS');
		expect(await requests(operation)).toBe(1);
	});

	test('nobody says whether the order exists: nothing is sent', async () => {
		await sandbox.fault('html', { service: 'webpay.acquire.queryorder' });
		const { error } = await pay(operation, atOnce());
		expect(error?.message).toMatch(/^KESS does not say what has become of this number before: KESS gave no clear answer when asked to show the order/);
		expect(error?.description).toContain('This run has moved no money');
		expect(await requests(operation)).toBe(0);
	});
});

describe.each(OPERATIONS)('%s', (operation) => {
	test('needs gateway version 2', async () => {
		const { error } = await pay(operation, {}, { version: 'v1' });
		expect(error?.message).toMatch(/^This operation needs gateway version 2/);
		expect(error?.description).toContain('Gateway Version');
		expect(await requests(operation)).toBe(0);
	});

	test('a repeated order is returned and says so', async () => {
		await pay(operation);
		const { items, error } = await pay(operation);
		expect(error).toBeUndefined();
		expect(items[0]?.json.already_existed).toBe(true);
		expect(await sandbox.orders()).toHaveLength(1);
	});

	test('a repeated order over another amount is not', async () => {
		await pay(operation);
		const { error, items } = await pay(operation, {}, { items: [{ amount: '11' }] });
		if (operation === 'directPay') {
			// The buyer may still confirm the first one, so that it is not over yet.
			expect(items[0]?.json).toEqual({
				out_trade_no: 'INV-1',
				status: 'unknown',
				reason: expect.stringMatching(/^an earlier run may have sent something else to KESS .* an order over 10\.5 USD instead of 11 USD has it$/),
				next_step: expect.any(String),
			});
		} else if (operation === 'quickPay') {
			expect(error?.message).toBe('This order number is used: an order over 10.5 USD instead of 11 USD has it (order INV-1) [item 0]');
			expect(error?.description).toContain('This run has charged nothing');
		} else {
			expect(error?.message).toBe('An order with this number exists already, over 10.5 USD instead of 11 USD (order INV-1) [item 0]');
		}
		expect(await sandbox.orders()).toMatchObject([{ out_trade_no: 'INV-1', total_amount: 10.5 }]);
	});

	test.each([
		['wrong-order', 'The answer is about another order'],
		['wrong-amount', 'The answer names another amount than 10.5 USD'],
		['wrong-signature', 'The signature of the answer is wrong'],
	] as const)('%s is not believed', async (fault, message) => {
		await sandbox.fault(fault, { service: SERVICES[operation] });
		const { error, items } = await pay(operation);
		if (operation === 'nativePay') {
			expect(error?.message).toContain(message);
			return;
		}
		// The buyer may have been charged: what the answer does not prove, the order's look-up does.
		expect(error).toBeUndefined();
		// Direct Pay takes the order from the look-up in any case.
		if (operation === 'quickPay') expect(items[0]?.json.already_existed).toBe(true);
		expect(items[0]?.json.order_info ?? items[0]?.json).toMatchObject({ out_trade_no: 'INV-1', total_amount: 10.5, currency: 'USD' });
		expect(await requests(operation)).toBe(1);
	});

	test.each<[string, IDataObject, RegExp]>([
		['no order number', { outTradeNo: '={{ $json.nothing }}' }, /^Order Number \(outTradeNo\) is empty/],
		['amount in words', { totalAmount: 'ten' }, /^Total Amount \(totalAmount\) is "ten", which is not a plain number/],
		['euros', { currency: 'EUR' }, /^Currency \(currency\)/],
		['no method', { serviceCode: '={{ $json.nothing }}' }, /^Payment Method.* \(serviceCode\) is empty/],
		['no address', { additionalFields: { notifyUrl: 'shop.example' } }, /^Notify URL \(additionalFields.notifyUrl\) is not a web address/],
		['no app address', { additionalFields: { schemaUrl: 'myshop' } }, /^App Link \(additionalFields.schemaUrl\) is not an address/],
		['a field filled twice', { additionalFields: { extraFields: '{"total_amount":1}' } }, /^Extra Fields \(additionalFields.extraFields\) has a field total_amount/],
		['card data', { additionalFields: { extraFields: '{"card":"5123456789012346"}' } }, /^Extra Fields .* has a field card/],
	])('%s is refused before a request leaves', async (_name, change, message) => {
		const { error } = await pay(operation, change);
		expect(error?.message).toMatch(message);
		expect(error?.message).not.toContain('5123456789012346');
		expect(error?.description).toBeTruthy();
		expect(await requests(operation)).toBe(0);
	});

	test('extra fields are signed and sent', async () => {
		expect((await pay(operation, { additionalFields: { extraFields: '{"ip_addess":"203.0.113.7","detail":[]}' } })).error).toBeUndefined();
	});
});

test.each(['203.0.113', '300.1.1.1', 'localhost', '203.0.113.7:80', '::g'])('%s is no IP address', async (ipAddress) => {
	const { error } = await pay('directPay', { additionalFields: { ipAddress } });
	expect(error?.message).toMatch(/^IP Address \(additionalFields.ipAddress\) is not an IP address/);
});

test.each(['203.0.113.7', '2001:db8::7', '::1'])('%s is one', async (ipAddress) => {
	expect((await pay('directPay', { additionalFields: { ipAddress } })).error).toBeUndefined();
});

describe('the customer of an order', () => {
	const create = async (customer: IDataObject, publicKey: string, version: 'v1' | 'v2' = 'v2') =>
		await runWebPay(sandbox, 'order', 'create', { ...COMMON, additionalFields: { customer } }, { version, credential: { publicKey } });
	const created = async () => await sandbox.requests('webpay.acquire.createorder');

	test('is sent so that KESS can decrypt it', async () => {
		expect((await create(CUSTOMER, kessPublicKey)).error).toBeUndefined();
		expect(await created()).toBe(1);
	});

	test('with all fields empty needs neither a key nor version 2', async () => {
		expect((await create({ details: { firstName: ' ', city: '' } }, '')).error).toBeUndefined();
		expect((await create({ details: {} }, '', 'v1')).error).toBeUndefined();
	});

	test.each<[string, IDataObject, () => string, RegExp]>([
		['without a last name', { details: { firstName: 'Srey' } }, () => kessPublicKey, /^Customer \(additionalFields.customer\) has a last_name that is empty/],
		[
			'too long for one block',
			{ details: { ...(CUSTOMER.details as IDataObject), address: 'ក'.repeat(70) } },
			() => kessPublicKey,
			/^Customer \(additionalFields.customer\) takes \d+ bytes, but only 245 can be encrypted/,
		],
		['without a key', CUSTOMER, () => '', /^The customer cannot be encrypted with the RSA Public Key of the credential: The key is empty/],
		['with no key', CUSTOMER, () => 'sandbox-public.key', /^The customer cannot be encrypted with the RSA Public Key/],
	])('%s is refused before a request leaves', async (_name, customer, publicKey, message) => {
		const { error } = await create(customer, publicKey());
		expect(error?.message).toMatch(message);
		expect(error?.description).toBeTruthy();
		expect(await created()).toBe(0);
	});

	test('encrypted with another key than that of KESS: the reason of the gateway', async () => {
		const another = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ type: 'spki', format: 'pem' });
		const { error } = await create({ details: { ...(CUSTOMER.details as IDataObject), email: 'a@b.c' } }, another.toString());
		expect(error?.message).toMatch(/^KESS refuses to create the order: The customer field cannot be decrypted/);
	});

	test('needs gateway version 2', async () => {
		expect((await create(CUSTOMER, kessPublicKey, 'v1')).error?.message).toMatch(/^Customer needs gateway version 2/);
		expect(await created()).toBe(0);
	});
});
