import type { IDataObject, INode } from 'n8n-workflow';

import type { NodeRun } from '../../sandbox/host/engine.mts';
import { withSandbox } from '../support/kessSandbox.mts';
import { PAY_OUT, runCell } from '../support/partnerCells.mts';
import { refused, startStubGateway } from '../support/stubGateway.mts';
import { runWebPay } from '../support/webPayNode.mts';
import { withStore } from '../support/withStore.mts';

/** Rows as people write them, through the nodes: what is read, what is said about it, and what a row that fails leaves behind. */

const sandbox = withSandbox({ fastRsa: true });
withStore();

const CREATE: IDataObject = { outTradeNo: '={{ $json.no }}', body: '={{ $json.title ?? "Coffee" }}', totalAmount: '={{ $json.amount ?? "10.50" }}', currency: 'USD' };

const create = async (items: IDataObject[], additionalFields: IDataObject = {}, settings: Partial<INode> = {}) =>
	await runWebPay(sandbox, 'order', 'create', { ...CREATE, additionalFields }, { items, settings });

const hintsOf = ({ run }: NodeRun) => run.data.resultData.runData.Node?.at(-1)?.hints?.map(({ message }) => message) ?? [];

test('what people see as one order number makes one order', async () => {
	const spellings = ['INV-1', '\u202AINV-1\u202C', 'INV\u200B-1', '\u2060INV-1', ' INV-1 ', 'INV\u00AD-1'];
	const { error, items } = await create(spellings.map((no) => ({ no })));
	expect(error).toBeUndefined();
	expect(new Set(items.map(({ json }) => json.payment_link)).size).toBe(1);
	expect(await sandbox.orders()).toHaveLength(1);
});

test.each(['few', 'many'] as const)('a title with invisible ends is signed as a Laravel that trims %s reads it', async (trims) => {
	await sandbox.settings({ trims });
	const ends = ['\u200C', '\u200D', '\u00AD', '\u2060', '\u200F', '\u17B4', '\u17B5', '\u200B', '\u3164'];
	const { error } = await create(ends.map((end, index) => ({ no: `T-${index}`, title: `កាហ្វេ${end}` })));
	expect(error).toBeUndefined();
	expect(await sandbox.orders()).toHaveLength(ends.length);
});

test.each(['Fish &', '& Chips', 'Rice & Fish &'])('the title %s is taken, and its signature is right', async (title) => {
	expect((await create([{ no: 'AND-1', title }])).items[0]?.json).toMatchObject({ body: title });
});

test('rows that a spreadsheet has destroyed fail, each with its own reason, and nothing is sent for them', async () => {
	const rows = [
		{ no: '#N/A' },
		{ no: 'INV-undefined' },
		{ no: '[object Object]' },
		{ no: '1001.0' },
		{ no: '1,001' },
		{ no: 'OK-1', title: '#REF!' },
		{ no: 'OK-2', title: 'undefined' },
		{ no: 'OK-3', amount: '#VALUE!' },
		{ no: 'OK-4', amount: [1] },
		{ no: 'GOOD-1', amount: '.5' },
		{ no: 'GOOD-2', amount: 0.1 + 0.2 },
		{ no: 'GOOD-3', amount: '១០.៥០' },
	];
	const { items } = await create(rows, {}, { onError: 'continueRegularOutput' });
	expect(items.slice(0, 9).every(({ json }) => typeof json.error === 'string')).toBe(true);
	expect(items.slice(9).map(({ json }) => json.total_amount)).toEqual([0.5, 0.3, 10.5]);
	expect(await sandbox.requests('webpay.acquire.createorder')).toBe(3);
});

test('what is said of many rows is said once, with the first of them', async () => {
	const result = await create(Array.from({ length: 60 }, (_, index) => ({ no: `INV/${index}` })));
	expect(hintsOf(result)).toEqual([
		'Order Number is longer than 32 characters, or has characters other than letters, digits and dashes. KESS takes it, some of its channels may not. [order INV/0; order INV/1; order INV/2 and 57 more]',
	]);
});

test('a row that fails keeps its own columns on the error output, and is the only one that Retry On Fail could repeat', async () => {
	const rows = [{ no: 'BAD-0', amount: '1e3', customer: 'Sok' }, { no: 'GOOD-1', customer: 'Dara' }, { no: '', customer: 'Bopha' }];
	const { run } = await create(rows, {}, { onError: 'continueErrorOutput', retryOnFail: true, maxTries: 3, waitBetweenTries: 0 });
	const [succeeded, failed] = run.data.resultData.runData.Node?.at(-1)?.data?.main ?? [];
	expect(succeeded?.map(({ json }) => json.out_trade_no)).toEqual(['GOOD-1']);
	expect(failed?.map(({ json }) => json)).toEqual([
		{ ...rows[0], error: expect.stringMatching(/^Total Amount \(totalAmount\) is "1e3"/) },
		{ ...rows[2], error: expect.stringMatching(/^Order Number \(outTradeNo\) is empty/) },
	]);
	expect(await sandbox.requests('webpay.acquire.createorder')).toBe(1);
});

describe('product lines', () => {
	const lines = [{ no: '1', name: 'Coffee', price: '2.50', qty: 2 }, { no: '2', name: 'Cake', price: 5.5, qty: '1' }];

	test.each([
		['a list', '={{ $json.lines }}'],
		['JSON text', '={{ JSON.stringify($json.lines) }}'],
	])('come from an expression that gives %s', async (_name, detailJson) => {
		const result = await create([{ no: 'L-1', lines }], { detailJson });
		expect(result.error).toBeUndefined();
		expect((await sandbox.orders())[0]?.detail).toEqual([
			{ no: '1', name: 'Coffee', price: '2.5', qty: '2' },
			{ no: '2', name: 'Cake', price: '5.5', qty: '1' },
		]);
		expect(hintsOf(result)).toEqual([]);
	});

	test.each(['={{ "no list" }}', '={{ [1, 2] }}', '={{ 7 }}', '={{ { a: 1 } }}', '={{ null }}', '={{ $json.nothing }}'])('%s is none, and nothing is sent', async (detailJson) => {
		expect((await create([{ no: 'L-1' }], { detailJson })).error?.message).toMatch(/^Product Lines \(JSON\) \(additionalFields.detailJson\) is not a list of products/);
		expect(await sandbox.requests('webpay.acquire.createorder')).toBe(0);
	});

	test('stand in one place', async () => {
		const { error } = await create([{ no: 'L-1', lines }], { detail: { items: [lines[0]] }, detailJson: '={{ $json.lines }}' });
		expect(error?.message).toMatch(/^There are lines in Product Lines and in Product Lines \(JSON\)/);
	});

	test('that come to another sum are said', async () => {
		expect(hintsOf(await create([{ no: 'L-1', lines, amount: '5.00' }], { detailJson: '={{ $json.lines }}' }))).toEqual([
			'Product Lines (JSON) comes to another sum than the order. The buyer pays the Total Amount. [order L-1]',
		]);
	});
});

test('one number in several spellings is one order, and one for something else is said', async () => {
	const first = await create([{ no: 'WAGE\u20112026\u201111', title: 'Sofa for Dara' }]);
	expect(hintsOf(first)).toEqual(['Order Number had another dash than the one on the keyboard in it. What looks the same is sent in one spelling. [order WAGE-2026-11]']);
	expect(hintsOf(await create([{ no: 'WAGE-2026-11', title: 'Sofa for Dara' }]))).toEqual([]);
	const other = await create([{ no: 'WAGE-2026-11', title: 'Bed for Sok' }]);
	expect(other.items[0]?.json).toMatchObject({ already_existed: true, body: 'Sofa for Dara' });
	expect(hintsOf(other)).toEqual([
		'The order existed already, for "Sofa for Dara" and not for "Bed for Sok". Check that no other row has its number before you send the link to anybody. [order WAGE-2026-11]',
	]);
	expect(await sandbox.orders()).toHaveLength(1);
});

test.each([
	['gatewayVersion', 'V3', /^Gateway Version in the KESS WebPay credential is "V3"/],
	['signType', 'sha', /^Signature Type in the KESS WebPay credential is "sha"/],
	['environment', 'live', /^Environment in the KESS credential is "live"/],
])('a choice of the credential that is none is named, and nothing is sent: %s', async (field, value, message) => {
	const { error } = await runWebPay(sandbox, 'order', 'create', CREATE, { items: [{ no: 'C-1' }], credential: { [field]: value } });
	expect(error?.message).toMatch(message);
	expect(await sandbox.requests('webpay.acquire.createorder')).toBe(0);
});

test('a choice of the credential in other letters is the same choice', async () => {
	const { error } = await runWebPay(sandbox, 'order', 'create', CREATE, { items: [{ no: 'C-1' }], credential: { gatewayVersion: ' V2', signType: 'md5', environment: 'Custom' } });
	expect(error).toBeUndefined();
});

test('what Extra Fields name otherwise than KESS does never stands beside what the operation sends', async () => {
	for (const name of ['Total_Amount', ' total_amount', 'total_amount\u200b', 'Card', 'out_trade_no ']) {
		const { error } = await create([{ no: 'E-1' }], { extraFields: JSON.stringify({ [name]: 1 }) });
		expect(error?.message).toMatch(/^Extra Fields \(additionalFields.extraFields\) has a field ".+", which is no name of the gateway/);
	}
	expect(await sandbox.requests('webpay.acquire.createorder')).toBe(0);
});

test('what was read otherwise than it was written is said, in whichever field', async () => {
	const said = async (resource: string, operation: string, parameters: IDataObject) => hintsOf(await runWebPay(sandbox, resource, operation, parameters, { settings: { onError: 'continueRegularOutput' } }));
	const orders = await said('order', 'queryByDateRange', { startDate: '46347', endDate: '46348' });
	expect(orders).toEqual(expect.arrayContaining([expect.stringMatching(/^Start Date is 46347/), expect.stringMatching(/^End Date is 46348/)]));
	for (const operation of ['getMany', 'getTransactions'])
		expect(await said('subscription', operation, { additionalFields: { endDate: '46348' } })).toEqual([expect.stringMatching(/^End Date is 46348/)]);
	expect(await said('subscription', 'cancel', { subscriptionCode: 'S\u200B-1' })).toEqual(expect.arrayContaining([expect.stringMatching(/^Subscription Code had a zero-width space/)]));
	const refund = { outTradeNo: 'R-1', refundType: 'partial', partialRefundAmount: '២.៥០', partialRefundAmountCcy: 'USD', reason: 'x', additionalFields: { merchantReference: 'CN\u20111' } };
	expect(await said('refund', 'create', refund)).toEqual(
		expect.arrayContaining([expect.stringMatching(/^Partial Refund Amount is read as 2.50/), expect.stringMatching(/^Merchant Reference had another dash/)]),
	);
});

test('so is a Partner Transaction ID in another spelling', async () => {
	const parameters = { ...PAY_OUT, partnerTransactionId: 'BANK\u20111' };
	expect(hintsOf(await runCell({ items: [{ no: 'W-1' }], parameters }, sandbox.partnerCredential()))).toEqual([expect.stringMatching(/^Partner Transaction ID had another dash/)]);
});

describe('an order that exists already and is closed', () => {
	beforeEach(async () => {
		await create([{ no: 'C-1' }]);
		await runWebPay(sandbox, 'order', 'close', { outTradeNo: 'C-1' });
	});

	test('comes with a hint, because nobody can pay by its link', async () => {
		const result = await create([{ no: 'C-1' }]);
		expect(result.items[0]?.json).toMatchObject({ already_existed: true, status: 'CLOSED' });
		expect(hintsOf(result)).toEqual(['The order existed already and has the status CLOSED: nobody can pay by its link any more. [order C-1]']);
	});

	test('so does one whose time is over, whatever its status', async () => {
		const order = { out_trade_no: 'L-1', total_amount: 10.5, currency: 'USD', status: 'WAITING', expired_at: '2026-01-01T08:00:00+07:00' };
		const gateway = await startStubGateway((service) =>
			service.endsWith('queryorder') ? { status: 200, body: { success: true, data: order } } : refused(400, 'VALIDATION_ERROR', 'The out trade no has already been taken.'),
		);
		const result = await runWebPay(sandbox, 'order', 'create', CREATE, { version: 'v1', items: [{ no: 'L-1' }], credential: { baseUrl: gateway.url } });
		gateway.stop();
		expect(hintsOf(result)).toEqual(['The order existed already and has expired: nobody can pay by its link any more. [order L-1]']);
	});

	test('fails where that is wanted, and one that was paid does not', async () => {
		await create([{ no: 'P-1' }]);
		await sandbox.pay('P-1');
		const { items } = await create([{ no: 'C-1' }, { no: 'P-1' }], { failIfClosed: true }, { onError: 'continueRegularOutput' });
		expect(String(items[0]?.json.error)).toMatch(/^The order existed already and has the status CLOSED/);
		expect(items[1]?.json).toMatchObject({ out_trade_no: 'P-1', status: 'SUCCESS', already_existed: true });
	});
});

test.each(['012 000 232', '+855 12 000 232', '012-000-232', '០១២ ០០០ ២៣២', '\u202A012000232\u202C', '00855 12 000 232'])(
	'the phone number %s gets its money, and how it was sent is said',
	async (receiver) => {
		const result = await runCell({ items: [{ no: 'W-1', receiver }] }, sandbox.partnerCredential());
		expect(result.items[0]?.json).toMatchObject({ status: 'paid' });
		expect(hintsOf(result)).toEqual([expect.stringMatching(/^Receiver ID is sent as (\+855|0)12000232\. \[transfer W-1\]$/)]);
	},
);
