import type { IDataObject } from 'n8n-workflow';

import { webPayAccount } from '../../../sandbox/accounts.mts';
import type { NodeRun } from '../../../sandbox/host/engine.mts';
import { withSandbox } from '../../support/kessSandbox.mts';
import { RequestRecorder } from '../../support/requestRecorder.mts';
import { runWebPay, type WebPayRunOptions } from '../../support/webPayNode.mts';

const sandbox = withSandbox();

type Version = 'v1' | 'v2';

interface Options extends WebPayRunOptions {
	operation?: string;
	parameters?: IDataObject;
}

const CREATE: IDataObject = {
	outTradeNo: '={{ $json.no }}',
	body: '={{ $json.title ?? "Iced coffee" }}',
	totalAmount: '={{ $json.amount ?? "10.50" }}',
	currency: '={{ $json.currency ?? "USD" }}',
};

async function run({ operation = 'create', parameters = CREATE, ...options }: Options): Promise<NodeRun> {
	return await runWebPay(sandbox, 'order', operation, parameters, { items: [{ no: 'INV-1' }], ...options });
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => ({ no: `INV-${index}` }));

/** Everything about a run that could end in a log, an execution or a screen. */
function visible(result: NodeRun): string {
	const { error } = result;
	return JSON.stringify(result.run.data) + JSON.stringify(error) + String(error?.message) + String(error?.description);
}

function expectNoSecrets(result: NodeRun): void {
	const { password, clientSecret, apiSecretKey, username } = webPayAccount;
	const text = visible(result);
	for (const secret of [password, clientSecret, apiSecretKey, Buffer.from(`${username}:${password}`).toString('base64')]) {
		expect(text).not.toContain(secret);
	}
}

describe.each<Version>(['v1', 'v2'])('order on gateway %s', (version) => {
	test('create returns the order with its payment link', async () => {
		const result = await run({ version });
		expect(result.error).toBeUndefined();
		expect(result.items).toHaveLength(1);
		expect(result.items[0]).toMatchObject({
			json: { out_trade_no: 'INV-1', status: 'WAITING', currency: 'USD' },
			pairedItem: { item: 0 },
		});
		expect(result.items[0]?.json.payment_link).toContain(`${sandbox.url}/pay/`);
		expect(await sandbox.orders()).toHaveLength(1);
	});

	test('create sends every additional field', async () => {
		const result = await run({
			version,
			parameters: {
				...CREATE,
				totalAmount: '20.05',
				simplify: false,
				additionalFields: {
					detail: { items: [{ no: '03232', name: 'កាហ្វេទឹកដោះគោ', price: '10.05', qty: '2', discount: '0.025' }, {}] },
					loginType: 'ANONYMOUS',
					notifyUrl: 'http://127.0.0.1:9/notify?a=1&b=2',
					redirectUrl: 'https://shop.example/thanks',
					expiresIn: 3600,
				},
			},
		});
		expect(result.error).toBeUndefined();
		expect(result.items[0]?.json.detail).toMatchObject([{ no: '03232', name: 'កាហ្វេទឹកដោះគោ', price: '10.05', qty: '2' }]);
	});

	test('shows what matters, the link first, with times of Phnom Penh, or everything as it came', async () => {
		const parameters = { ...CREATE, linkValidFor: 2, linkValidUnit: 'hours' };
		const shown = (await run({ version, parameters })).items[0]?.json ?? {};
		expect(Object.keys(shown)).toEqual(
			['payment_link', 'status', 'out_trade_no', 'total_amount', 'currency', ...(version === 'v2' ? ['expired_at'] : []), 'body', 'token'],
		);
		const [order] = await sandbox.orders();
		expect(Date.parse(order?.expired_at ?? '') - Date.now()).toBeGreaterThan(7_000_000);
		if (version === 'v2') expect([shown.expired_at, Date.parse(String(shown.expired_at))]).toEqual([expect.stringMatching(/T\d\d:\d\d:\d\d\+07:00$/), Math.floor(Date.parse(order?.expired_at ?? '') / 1000) * 1000]);
		const raw = (await run({ version, operation: 'query', parameters: { outTradeNo: 'INV-1', simplify: false } })).items[0]?.json ?? {};
		expect(Object.keys(raw).length).toBeGreaterThan(15);
	});

	test('query says whether the order has been paid', async () => {
		await run({ version });
		const query = { operation: 'query', parameters: { outTradeNo: 'INV-1' } };
		expect((await run({ version, ...query })).items[0]?.json.status).toBe('WAITING');
		await sandbox.pay('INV-1');
		expect((await run({ version, ...query })).items[0]?.json.status).toBe('SUCCESS');
	});

	test('close closes the order', async () => {
		await run({ version });
		const result = await run({ version, operation: 'close', parameters: { outTradeNo: 'INV-1' } });
		expect(result.items[0]?.json.status).toBe('CLOSED');
	});

	test('the gateway’s own reason reaches the user', async () => {
		const result = await run({ version, operation: 'query', parameters: { outTradeNo: 'NOBODY' } });
		expect(result.error?.message).toMatch(/^KESS refuses to query the order: .+ \(order NOBODY\) \[item 0\]$/);
		expectNoSecrets(result);
	});

	test('a service is called by its name', async () => {
		await run({ version });
		const result = await runWebPay(sandbox, 'service', 'call', { service: 'webpay.acquire.queryorder', parameters: '{"out_trade_no":" INV-1 "}' }, { version });
		expect(result.error).toBeUndefined();
		expect(result.items[0]?.json).toMatchObject({ out_trade_no: 'INV-1' });
	});

	test.each(['MD5', 'HMAC-SHA256'])('signs with %s', async (signType) => {
		expect((await run({ version, credential: { signType } })).error).toBeUndefined();
	});
});

test('the look of the payment page', async () => {
	const recorder = await RequestRecorder.start(sandbox.url);
	const look = { backgroundColor: '#004a8f', enabledPaymentMethods: '={{ "KHQR, ABAAKHPP" }}', setting: '{ "payment_type": "online" }' };
	await run({ parameters: { ...CREATE, additionalFields: look }, credential: { baseUrl: recorder.url } });
	expect(recorder.take().find(({ service }) => service === 'webpay.acquire.createorder')?.setting).toEqual({
		payment_type: 'online',
		background_color: '#004a8f',
		enabled_payment_methods: ['KHQR', 'ABAAKHPP'],
	});
	await recorder.stop();
});

test.each([['0'], ['={{ "soon" }}'], ['={{ $json.nothing }}']])('a link that is valid for %s is refused', async (linkValidFor) => {
	expect((await run({ parameters: { ...CREATE, linkValidFor } })).error?.message).toMatch(/^Link Valid For \(linkValidFor\) is (not a time between|"soon", which is not a plain number|empty)/);
	expect(await sandbox.requests('webpay.acquire.createorder')).toBe(0);
});

test('a list in the answer becomes one item for each entry', async () => {
	const result = await runWebPay(sandbox, 'service', 'call', { service: 'webpay.acquire.getpaymentmethods', parameters: '{}' });
	expect(result.items.length).toBeGreaterThan(1);
	expect(result.items.every((item) => item.json.bic !== undefined)).toBe(true);
});

describe('bad input is refused before a request leaves', () => {
	const refused: Array<[string, IDataObject, RegExp]> = [
		['empty order number', { outTradeNo: '={{ $json.nothing }}' }, /^Order Number \(outTradeNo\) is empty \[item 0\]$/],
		['long order number', { outTradeNo: 'x'.repeat(65) }, /^Order Number \(outTradeNo\) is 65 characters long/],
		['missing title', { body: '={{ $json.nothing }}' }, /^Title \(body\) is empty/],
		['long title', { body: 'x'.repeat(256) }, /^Title \(body\) is 256 characters long/],
		['amount 0', { totalAmount: '0' }, /^Total Amount \(totalAmount\) is "0", but has to be greater than 0/],
		['negative amount', { totalAmount: '-1' }, /greater than 0/],
		['amount in words', { totalAmount: 'abc' }, /^Total Amount \(totalAmount\) is "abc", which is not a plain number/],
		['amount with exponent', { totalAmount: '1e3' }, /"1e3", which is not a plain number/],
		['amount with three decimals', { totalAmount: '10.005' }, /more than two decimals/],
		['half a cent', { totalAmount: '={{ 10.505 }}' }, /more than two decimals/],
		['riel with decimals', { totalAmount: '100.5', currency: 'KHR' }, /KHR has no decimals/],
		['euros', { currency: 'EUR' }, /^Currency \(currency\) is "EUR", which KESS does not take/],
		['detail without name', { additionalFields: { detail: { items: [{ no: '1', price: '1', qty: '1' }] } } }, /^Product Lines \(additionalFields.detail\) has a product line 1 whose name is empty/],
		['no address', { additionalFields: { notifyUrl: 'shop.example' } }, /^Notify URL \(additionalFields.notifyUrl\) is not a web address/],
		['no address in this row', { additionalFields: { notifyUrl: '={{ $json.nothing }}' } }, /^Notify URL \(additionalFields.notifyUrl\) is empty/],
		['fraction of a second', { additionalFields: { expiresIn: 0.5 } }, /^Expires In \(Seconds\) \(additionalFields.expiresIn\) is not a whole number/],
		['title with half of an emoji', { body: '={{ "Coffee \ud83d\udef5".substring(0, 8) }}' }, /^Title \(body\) has half of a character in it/],
	];

	test.each(refused)('%s', async (_name, change, message) => {
		const result = await run({ parameters: { ...CREATE, outTradeNo: 'INV-1', ...change } });
		expect(result.status).toBe('error');
		expect(result.error?.message).toMatch(message);
		expect(result.error?.description).toBeTruthy();
		expect(await sandbox.requests('webpay.acquire.createorder')).toBe(0);
	});

	test.each(['[1]', '"x"', 'null', '{"a":', '5'])('parameters %s of a service call', async (parameters) => {
		const result = await runWebPay(sandbox, 'service', 'call', { service: 'webpay.acquire.queryorder', parameters });
		expect(result.error?.message).toMatch(/^Parameters \(parameters\) is not a JSON object .*\[item 0\]$/);
		expect(await sandbox.requests('webpay.acquire.queryorder')).toBe(0);
	});

	test('a secret among the parameters of a service call', async () => {
		const result = await runWebPay(sandbox, 'service', 'call', { service: 'x', parameters: '{"password":"hunter2"}' });
		expect(result.error?.message).toContain('has a field password');
		expect(result.error?.message).not.toContain('hunter2');
	});
});

describe('with Continue On Fail', () => {
	const mixed = [{ no: 'INV-0', amount: 'abc' }, { no: 'INV-1' }, { no: 'INV-2', currency: 'EUR' }, { no: 'INV-3' }];

	test('the other rows succeed and a failed one names its order', async () => {
		const result = await run({ items: mixed, settings: { onError: 'continueRegularOutput' } });
		expect(result.items.map((item) => item.pairedItem)).toEqual([0, 1, 2, 3].map((item) => ({ item })));
		expect(result.items[1]?.json.payment_link).toBeTruthy();
		expect(result.items[3]?.json.payment_link).toBeTruthy();
		expect(result.items[0]?.json.error).toMatch(/Total Amount.*\(order INV-0\) \[item 0\]/);
		expect(result.items[2]?.json.error).toMatch(/Currency.*\(order INV-2\) \[item 2\]/);
	});

	test('the output says what became of the rows, by their order numbers', async () => {
		const { run: result } = await run({ items: mixed, settings: { onError: 'continueRegularOutput' } });
		expect(result.data.resultData.runData.Node?.at(-1)?.hints).toEqual([
			{ message: '2 rows done. 2 rows refused: order INV-0; order INV-2.', type: 'warning', location: 'outputPane' },
		]);
	});

	test('a failed first row does not make Retry On Fail run all rows again', async () => {
		const result = await run({
			items: mixed,
			settings: { onError: 'continueRegularOutput', retryOnFail: true, maxTries: 3, waitBetweenTries: 0 },
		});
		expect(result.items).toHaveLength(4);
		expect(await sandbox.requests('webpay.acquire.createorder')).toBe(2);
	});
});

test('without it the message says which rows were done', async () => {
	const items = [{ no: 'INV-0' }, { no: 'INV-1' }, { no: 'INV-2', amount: 'abc' }, { no: 'INV-3' }];
	const result = await run({ items, parameters: { ...CREATE, options: { batching: { batch: { batchSize: 1 } } } } });
	expect(result.error?.message).toContain('(order INV-2) [item 2]');
	expect(result.error?.description).toContain('Already done in this run: items 0 to 1.');
	expect((await sandbox.orderNumbers()).sort()).toEqual(['INV-0', 'INV-1']);
});

describe('nothing is created twice and no link is lost', () => {
	const lost = ['lost-before-booking', 'lost-after-booking', 'error-500-before', 'error-500-after', 'reset-mid-body', 'html', 'empty'] as const;

	test.each(lost)('%s: one order, one link', async (fault) => {
		await sandbox.fault(fault, { service: 'webpay.acquire.createorder' });
		const result = await run({});
		expect(result.error).toBeUndefined();
		expect(result.items[0]?.json.payment_link).toBeTruthy();
		expect(await sandbox.orders()).toHaveLength(1);
	});

	test('hang-after: the answer is not waited for longer than the timeout', async () => {
		await sandbox.fault('hang-after', { service: 'webpay.acquire.createorder' });
		const result = await run({ parameters: { ...CREATE, options: { timeout: 300 } } });
		expect(result.items[0]?.json).toMatchObject({ out_trade_no: 'INV-1', already_existed: true });
	});

	test('answers lost after booking for 10 of 50 rows, with Retry On Fail: 50 orders, 50 links', async () => {
		const items = numbers(50);
		const outTradeNo = items.filter((_, index) => index % 5 === 2).map((item) => item.no);
		await sandbox.fault('lost-after-booking', { service: 'webpay.acquire.createorder', outTradeNo });
		const result = await run({ items, settings: { retryOnFail: true, maxTries: 3, waitBetweenTries: 0 } });
		const links = new Set(result.items.map((item) => item.json.payment_link));
		expect(result.items.map((item) => item.json.out_trade_no)).toEqual(items.map((item) => item.no));
		expect(links.size).toBe(50);
		expect(result.items.filter((item) => item.json.already_existed === true)).toHaveLength(10);
		expect(await sandbox.orders()).toHaveLength(50);
	});

	test('even when nothing is answered for a while, Retry On Fail finds the orders again', async () => {
		const items = numbers(20);
		await sandbox.fault('lost-after-booking', { service: 'webpay.acquire.createorder', times: 20 });
		await sandbox.fault('lost-before-booking', { service: 'webpay.acquire.queryorder', times: 12 });
		const result = await run({ items, settings: { retryOnFail: true, maxTries: 5, waitBetweenTries: 0 } });
		expect(result.error).toBeUndefined();
		expect(new Set(result.items.map((item) => item.json.payment_link)).size).toBe(20);
		expect(await sandbox.orders()).toHaveLength(20);
	});

	test('a repeated order is returned and says so', async () => {
		const first = await run({});
		const second = await run({});
		expect(second.items[0]?.json).toMatchObject({ payment_link: first.items[0]?.json.payment_link, already_existed: true });
		expect(await sandbox.orders()).toHaveLength(1);
	});

	test('a repeated order over another amount is not', async () => {
		await run({});
		const result = await run({ items: [{ no: 'INV-1', amount: '11' }] });
		expect(result.error?.message).toBe(
			'An order with this number exists already, over 10.5 USD instead of 11 USD (order INV-1) [item 0]',
		);
	});
});

describe('an answer is verified before it is believed', () => {
	test('wrong signature', async () => {
		await sandbox.fault('wrong-signature', { service: 'webpay.acquire.createorder' });
		const result = await run({});
		expect(result.error?.message).toMatch(/^The signature of the answer is wrong.* \(order INV-1\) \[item 0\]$/);
	});

	test('another order', async () => {
		await run({ items: numbers(2) });
		await sandbox.fault('wrong-order', { service: 'webpay.acquire.queryorder' });
		const result = await run({ operation: 'query', parameters: { outTradeNo: 'INV-0' } });
		expect(result.error?.message).toContain('The answer is about another order');
	});

	test('another amount', async () => {
		await sandbox.fault('wrong-amount', { service: 'webpay.acquire.createorder' });
		expect((await run({})).error?.message).toContain('The answer names another amount than 10.5 USD');
	});

	test('no signature: believed on v1 unless the user requires one', async () => {
		const required = { ...CREATE, options: { responseSignature: 'required' } };
		const result = await run({ version: 'v1', parameters: required });
		expect(result.error?.message).toContain('The answer has no signature');
		await sandbox.settings({ signV1: true });
		expect((await run({ version: 'v1', parameters: required, items: [{ no: 'INV-2' }] })).error).toBeUndefined();
	});

	test.each(['Required', ' REQUIRED '])('a rule that an expression gives as "%s" is the one it means', async (responseSignature) => {
		const result = await run({ version: 'v1', parameters: { ...CREATE, options: { responseSignature } } });
		expect(result.error?.message).toContain('The answer has no signature');
	});

	test.each([
		['', 'Response Signature is empty'],
		['none', 'Response Signature is "none", which is none of its choices'],
	])('a rule that there is not ("%s") stands for no weaker one: nothing is sent', async (responseSignature, reason) => {
		const result = await run({ parameters: { ...CREATE, options: { responseSignature } } });
		expect(result.error?.message).toContain(reason);
		expect(await sandbox.requests('webpay.acquire.createorder')).toBe(0);
	});

	test('an API secret key that is not KESS’s', async () => {
		const result = await run({ credential: { apiSecretKey: 'another' } });
		expect(result.error?.message).toMatch(/^KESS refuses to create the order/);
		expect(result.error?.description).toMatch(/^Check API Secret Key and Signature Type/);
		expectNoSecrets(result);
	});
});

describe('each way to get no order has its own words', () => {
	test.each([
		['html', 'the answer is a web page instead of JSON'],
		['empty', 'the answer is empty'],
		['redirect', 'the gateway redirects to another address'],
		['error-500-after', '(HTTP 500)'],
	] as const)('%s, whatever is asked', async (fault, reason) => {
		await sandbox.fault(fault, { times: 10 });
		const result = await run({});
		expect(result.error?.message).toContain(reason);
		expect(result.error?.message).toContain('(order INV-1) [item 0]');
		expect(result.error?.description).toContain('Run the item again with the same order number');
		expectNoSecrets(result);
	});

	test('200 with success: false', async () => {
		await sandbox.fault('success-false-200', { service: 'webpay.acquire.queryorder' });
		await run({});
		const result = await run({ operation: 'query', parameters: { outTradeNo: 'INV-1' } });
		expect(result.error?.message).toMatch(/^KESS refuses to query the order: /);
	});

	test('a refused connection', async () => {
		const result = await run({ credential: { baseUrl: 'http://127.0.0.1:9' } });
		expect(result.error?.message).toBe(
			'KESS cannot be reached at http://127.0.0.1:9: nothing listens there (connection refused) (order INV-1) [item 0]',
		);
		expectNoSecrets(result);
	});

	test.each([
		['/api', 'a path'],
		['/api?x=1', 'a path'],
		['/?x=1', 'a question mark'],
		['?token=abc', 'a question mark'],
		['/#/login', 'a #'],
	])('a base URL with %s', async (behind, named) => {
		const result = await run({ credential: { baseUrl: sandbox.url + behind } });
		expect(result.error?.message).toBe(`The Base URL of the credential has ${named} after the host [item 0]`);
		expect(result.error?.description).toContain(`Enter only ${sandbox.url};`);
		expect(JSON.stringify(result.error)).not.toContain('abc');
	});
});

describe('login', () => {
	test('v1 never logs in', async () => {
		await run({ version: 'v1', items: numbers(3) });
		expect(await sandbox.requests('oauth')).toBe(0);
	});

	test('v2 logs in once for many items and keeps the token', async () => {
		// A gateway that this process has no token of yet.
		await sandbox.restart();
		const { credentials } = await run({ items: numbers(30) });
		expect(await sandbox.requests('oauth')).toBe(1);
		const stored = credentials.kessWebPayApi as Record<string, string>;
		expect(stored.accessToken).toBeTruthy();
		expect(Number(stored.accessRenewAt)).toBeGreaterThan(Date.now());
		await run({ items: [{ no: 'LATER' }], credential: stored });
		expect(await sandbox.requests('oauth')).toBe(1);
	});

	test.each(['expired-token', 'token-expired-200'] as const)('%s: one more login, every order created', async (fault) => {
		const { credentials } = await run({ items: [{ no: 'FIRST' }] });
		await sandbox.fault(fault, { service: 'webpay.acquire.createorder' });
		const result = await run({ items: numbers(20), credential: credentials.kessWebPayApi as Record<string, string> });
		expect(result.error).toBeUndefined();
		expect(await sandbox.orders()).toHaveLength(21);
		expect(await sandbox.requests('oauth')).toBeLessThanOrEqual(2);
	});

	test('all tokens expire in the middle: one more login', async () => {
		const { credentials } = await run({ items: [{ no: 'FIRST' }] });
		await sandbox.expireTokens();
		const result = await run({ items: numbers(20), credential: credentials.kessWebPayApi as Record<string, string> });
		expect(result.error).toBeUndefined();
		expect(await sandbox.requests('oauth')).toBeLessThanOrEqual(2);
	});

	test.each<[Version, Record<string, string>, string]>([
		['v1', { password: 'wrong-one' }, 'KESS refuses the user name or password'],
		['v2', { password: 'wrong-one' }, 'KESS refuses the user'],
		['v2', { clientSecret: 'wrong-one' }, 'KESS does not know this client'],
	])('%s with %j: one clear answer and no login loop', async (version, credential, message) => {
		const result = await run({
			version,
			credential,
			items: numbers(10),
			settings: { retryOnFail: true, maxTries: 3, waitBetweenTries: 0 },
		});
		expect(result.error?.message).toContain(message);
		expect(await sandbox.requests('oauth')).toBe(version === 'v1' ? 0 : 1);
		expect(visible(result)).not.toContain('wrong-one');
		expectNoSecrets(result);
	});
});

test('redirects are not followed with credentials', async () => {
	await sandbox.fault('redirect', { times: 5 });
	await run({});
	expect(await sandbox.requests('redirected')).toBe(0);
});

test('items under way at the same time are bounded, the output keeps the order of the input', async () => {
	await sandbox.fault('slow', { service: 'webpay.acquire.createorder', outTradeNo: ['INV-0', 'INV-7'], delayMs: 300 });
	const items = numbers(30);
	const result = await run({ items, parameters: { ...CREATE, options: { batching: { batch: { batchSize: 4 } } } } });
	expect(result.items.map((item) => item.json.out_trade_no)).toEqual(items.map((item) => item.no));
	expect(result.items.map((item) => item.pairedItem)).toEqual(items.map((_, item) => ({ item })));
});
