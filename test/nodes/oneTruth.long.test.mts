import type { IDataObject } from 'n8n-workflow';

import { emvChecksum } from '../../sandbox/webpay/khqr.mts';
import { withSandbox } from '../support/kessSandbox.mts';
import { PAY_OUT, runCell } from '../support/partnerCells.mts';
import { refused, type StubAnswer, type StubGateway, startStubGateway } from '../support/stubGateway.mts';
import { createOrders, runWebPay } from '../support/webPayNode.mts';
import { withClock } from '../support/withClock.mts';
import { withStore } from '../support/withStore.mts';

/** Single cases in which a gateway that was made by somebody else has made the nodes pay twice, or say what is not so. */

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const CONTINUE = { onError: 'continueRegularOutput' } as const;

const ORDER = { outTradeNo: 'CASE-1', body: 'Iced coffee', totalAmount: '={{ $json.amount ?? "10.50" }}', currency: 'USD' };
const QUICK_PAY = { ...ORDER, authCode: '134567890123456789', serviceCode: 'WECHAT' };
const PART = { outTradeNo: 'CASE-1', reason: 'Damaged', refundType: 'partial', partialRefundAmount: '={{ $json.amount ?? "2.50" }}', partialRefundAmountCcy: 'USD', additionalFields: { merchantReference: 'REF-1' } };

const CODE = '00020101021129190015coffee_sok@wing5204599953038405802KH5910Coffee Sok6010Phnom Penh6304';
const KHQR = { qrcode: `${CODE}${emvChecksum(CODE)}`, amount: '10.50', currency: 'USD', senderId: '10023' };

const isLook = (service: string) => service.includes('query');

const sandbox = withSandbox({ fastRsa: true });
const clock = withClock(sandbox);
withStore();

describe('at a gateway of its own', () => {
	let gateway: StubGateway;
	let looks: StubAnswer;
	let pays: StubAnswer;

	beforeEach(async () => {
		looks = refused(404, 'NOT_FOUND', 'Order not found');
		gateway = await startStubGateway((service) => (isLook(service) ? looks : pays));
	});

	afterEach(() => gateway.stop());

	const run = async (resource: string, operation: string, parameters: IDataObject, item: IDataObject = {}) => {
		const options = { credential: { baseUrl: gateway.url, accessToken: 'a token' }, items: [item] };
		return await runWebPay(sandbox, resource, operation, { ...parameters, options: { responseSignature: 'ifPresent' } }, options);
	};
	const sent = () => gateway.services.filter((service) => !isLook(service) && service !== 'oauth').length;

	describe.each([
		['payment', 'quickPay', QUICK_PAY],
		['refund', 'create', PART],
	])('%s %s', (resource, operation, parameters) => {
		test.each([
			[403, { message: 'Forbidden' }],
			[404, { success: false, message: 'order not found' }],
			[400, { success: false, error_des: 'There is no permission for this service' }],
		])('a look-up that is refused with %s %j says nothing: it stays unknown, and is sent once', async (status, body) => {
			pays = { status: 500, body: {} };
			const first = await run(resource, operation, parameters);
			expect(first.items[0]?.json.status).toBe('unknown');
			looks = { status, body };
			expect((await run(resource, operation, parameters)).items[0]?.json.status).toBe('unknown');
			await clock.forward(2 * DAY);
			expect((await run(resource, operation, parameters)).items[0]?.json.status).toBe('unknown');
			expect(sent()).toBe(1);
		});

		test('what KESS has refused is not sent with another amount before that is certain', async () => {
			pays = refused(422, 'PROCESS_FAILED', 'The limit of today is reached');
			expect((await run(resource, operation, parameters)).error?.message).toContain('The limit of today is reached');
			const other = await run(resource, operation, parameters, { amount: '2' });
			expect(other.error?.message).toMatch(/^KESS has refused this number a short while ago/);
			expect(sent()).toBe(1);
			await clock.passTime(other.error?.description);
			await run(resource, operation, parameters, { amount: '2' });
			expect(sent()).toBe(2);
		});

		test('a refusal because of what was done before is no proof', async () => {
			pays = { status: 422, body: { success: false, error_des: 'Bad request', error_code: 'DUPLICATE_ORDER' } };
			expect((await run(resource, operation, parameters)).items[0]?.json.status).toBe('unknown');
		});
	});

	test('an order that waits after a refusal may still be paid', async () => {
		gateway.stop();
		let isSent = false;
		gateway = await startStubGateway((service) => {
			if (!isLook(service)) {
				isSent = true;
				return refused(422, 'PROCESS_FAILED', 'The limit of today is reached');
			}
			const order = { out_trade_no: 'CASE-1', total_amount: 10.5, currency: 'USD', status: 'WAITING' };
			return isSent ? { status: 200, body: { success: true, data: order } } : refused(404, 'NOT_FOUND', 'Order not found');
		});
		const { error, items } = await run('payment', 'quickPay', QUICK_PAY);
		expect(error).toBeUndefined();
		expect(items[0]?.json).toMatchObject({ status: 'WAITING', already_existed: true });
	});

	test('a refund that KESS rejects is not remembered as made, nor is one that it has yet to decide on', async () => {
		gateway.stop();
		let status = 'PENDING_PARTIAL_REFUND';
		const answer = () => ({ status: 200, body: { success: true, data: { out_trade_no: 'CASE-1', merchant_reference: 'REF-1', amount: 2.5, currency: 'USD', status } } });
		let isThere = false;
		gateway = await startStubGateway((service) => {
			if (isLook(service) && !isThere) return refused(404, 'NOT_FOUND', 'There is no such refund');
			isThere = true;
			return answer();
		});
		expect((await run('refund', 'create', PART)).items[0]?.json).toMatchObject({ status: 'PENDING_PARTIAL_REFUND' });
		expect((await run('refund', 'create', PART)).items[0]?.json).toMatchObject({ status: 'PENDING_PARTIAL_REFUND', already_existed: true });
		status = 'REJECT_REFUNDED';
		const rejected = await run('refund', 'create', PART);
		expect(rejected.error?.message).toMatch(/^This merchant reference is used: the refund with it has the status REJECT_REFUNDED/);
		expect(sent()).toBe(1);
	});

	test.each<[string, IDataObject]>([
		['has no status', { amount: 2.5, currency: 'USD' }],
		['has that of the order', { total_amount: 10.5, currency: 'USD', status: 'SUCCESS' }],
		['has that of the order and an amount', { amount: 2.5, total_amount: 10.5, currency: 'USD', status: 'SUCCESS' }],
	])('a refund whose answer %s is not called done, and its rejection is told', async (_name, shown) => {
		gateway.stop();
		const told = (data: IDataObject) => ({ status: 200, body: { success: true, data: { out_trade_no: 'CASE-1', merchant_reference: 'REF-1', ...data } } });
		let seen: StubAnswer = refused(404, 'NOT_FOUND', 'There is no such refund');
		gateway = await startStubGateway((service) => {
			if (isLook(service)) return seen;
			seen = told(shown);
			return seen;
		});
		const refund = async () => await run('refund', 'create', PART);
		expect((await refund()).items[0]?.json).toMatchObject({ status: 'unknown', reason: 'its answer does not say whether the refund is made' });
		expect((await refund()).items[0]?.json).toMatchObject({ status: 'unknown', reason: expect.stringContaining('KESS does not say whether it is made') });
		seen = told({ amount: 2.5, currency: 'USD', status: 'REJECT_REFUNDED' });
		expect((await refund()).error?.message).toMatch(/^This merchant reference is used: the refund with it has the status REJECT_REFUNDED/);
		expect(sent()).toBe(1);
	});

	test('an answer of KHQR Pay with the reference of another payment is not believed', async () => {
		pays = { status: 200, body: { success: true, data: { status: 'SUCCEEDED', transaction_ref: 'KH-1' } } };
		const pay = async (outTradeNo: string) => (await run('khqr', 'pay', { ...KHQR, outTradeNo })).items[0]?.json;
		expect((await pay('CASE-1'))?.status).toBe('SUCCEEDED');
		expect(await pay('CASE-2')).toMatchObject({ status: 'unknown', reason: 'its answer has the transaction_ref of payment CASE-1' });
		expect((await pay('CASE-2'))?.status).toBe('unknown');
		expect(sent()).toBe(2);
	});

	test('a refund whose answer says that it was rejected is refused', async () => {
		gateway.stop();
		gateway = await startStubGateway((service) =>
			isLook(service)
				? refused(404, 'NOT_FOUND', 'There is no such refund')
				: { status: 200, body: { success: true, data: { out_trade_no: 'CASE-1', status: 'REJECT_REFUNDED' } } },
		);
		expect((await run('refund', 'create', PART)).error?.message).toMatch(/^KESS gives the refund the status REJECT_REFUNDED/);
	});
});

describe('a refund that comes back in its order', () => {
	let gateway: StubGateway;
	afterEach(() => gateway.stop());

	const ends = async (order: IDataObject, parameters: IDataObject = PART) => {
		let isMade = false;
		gateway = await startStubGateway((service) => {
			if (isLook(service)) return isMade ? { status: 200, body: { success: true, data: order } } : refused(404, 'NOT_FOUND', 'There is no such refund');
			isMade = true;
			return { status: 500, body: {} };
		});
		const { error, items } = await runWebPay(
			sandbox,
			'refund',
			'create',
			{ ...parameters, options: { responseSignature: 'ifPresent' } },
			{ credential: { baseUrl: gateway.url, accessToken: 'a token' } },
		);
		expect(error).toBeUndefined();
		return items[0]?.json;
	};
	const order = { out_trade_no: 'CASE-1', total_amount: 10.5, currency: 'USD', status: 'PARTIAL_REFUNDED' };

	test('is found by a reference that KESS writes as a number', async () => {
		const additionalFields = { ...PART.additionalFields, merchantReference: '1001' };
		const histories = [{ amount: 2.5, currency: 'USD', merchant_reference: 1001, status: 'SUCCESS' }];
		expect(await ends({ ...order, refund_histories: histories }, { ...PART, additionalFields })).toMatchObject({ already_existed: true });
	});

	test('has a state of its own, whatever became of another refund of the order', async () => {
		const histories = [
			{ amount: 2.5, currency: 'USD', merchant_reference: 'REF-1', status: 'SUCCESS' },
			{ amount: 3, currency: 'USD', merchant_reference: 'REF-2', status: 'REJECTED' },
		];
		expect(await ends({ ...order, status: 'REJECT_REFUNDED', refund_histories: histories })).toMatchObject({ already_existed: true });
	});
});

test('a charge over another amount than asked for is paid, with a warning', async () => {
	let isMade = false;
	const order = { out_trade_no: 'CASE-1', total_amount: 10.8, currency: 'USD', status: 'SUCCESS' };
	const gateway = await startStubGateway((service) => {
		if (isLook(service) && !isMade) return refused(404, 'NOT_FOUND', 'Order not found');
		isMade = true;
		return { status: 200, body: { success: true, data: order } };
	});
	const parameters = { ...QUICK_PAY, options: { responseSignature: 'ifPresent' } };
	const { items } = await runWebPay(sandbox, 'payment', 'quickPay', parameters, { credential: { baseUrl: gateway.url, accessToken: 'a token' } });
	gateway.stop();
	expect(items[0]?.json).toMatchObject({ status: 'SUCCESS', warning: 'KESS has charged 10.8 USD instead of 10.5 USD' });
});

describe('whose payment it is', () => {
	test('is the merchant, whichever API user charges', async () => {
		await sandbox.fault('lost-before-booking', { service: 'webpay.acquire.quickpay' });
		const pay = async (credential: Record<string, string>) => (await runWebPay(sandbox, 'payment', 'quickPay', QUICK_PAY, { credential })).items[0]?.json;
		expect((await pay({}))?.status).toBe('unknown');
		expect((await pay({ username: 'another', baseUrl: ` ${sandbox.url}/ ` }))?.status).toBe('unknown');
		expect(await sandbox.requests('webpay.acquire.quickpay')).toBe(1);
	});

	test('is not known without a seller code, so that nothing is sent', async () => {
		const { error } = await runWebPay(sandbox, 'payment', 'quickPay', QUICK_PAY, { credential: { sellerCode: '' } });
		expect(error?.message).toMatch(/^The credential has no Seller Code/);
		expect(await sandbox.requests('webpay.acquire.quickpay')).toBe(0);
	});
});

test('all of an order goes back once, with a merchant reference and without', async () => {
	await createOrders(sandbox, ['CASE-1'], true);
	await sandbox.settings({ orderLagMs: 10 * MINUTE, refundLagMs: 10 * MINUTE });
	await clock.forward(11 * MINUTE);
	await sandbox.fault('lost-after-booking', { service: 'webpay.acquire.v2Refund' });
	const refund = async (additionalFields: IDataObject) => (await runWebPay(sandbox, 'refund', 'create', { outTradeNo: 'CASE-1', reason: 'Damaged', additionalFields })).items[0]?.json;
	expect((await refund({}))?.status).toBe('unknown');
	expect((await refund({ merchantReference: 'REF-1' }))?.status).toBe('unknown');
	expect((await runWebPay(sandbox, 'refund', 'create', PART)).items[0]?.json.status).toBe('unknown');
	expect(await sandbox.requests('webpay.acquire.v2Refund')).toBe(1);
	await clock.forward(30 * MINUTE);
	expect(await refund({ merchantReference: 'REF-1' })).toMatchObject({ status: 'REFUNDED', already_existed: true });
});

describe('a transfer number', () => {
	const CONFIRM = 'confirm.fundTransfer';
	const run = async (items: IDataObject[], cell: { operation?: string; parameters?: IDataObject; options?: IDataObject } = {}) =>
		await runCell({ items, settings: CONTINUE, ...cell }, sandbox.partnerCredential());
	const { partnerTransactionId, ...transfer } = PAY_OUT;
	const confirm = { outTradeNo: 'W-1', preTransferId: 'PRE-1', partnerTransactionId, additionalFields: {} };

	test('that was paid to somebody else is not called paid, where KESS names people by their IDs', async () => {
		await sandbox.settings({ receiverAsUserId: ['create', 'confirm', 'query'] });
		expect((await run([{ no: 'W-1', receiver: '012000232' }])).items[0]?.json.status).toBe('paid');
		const other = await run([{ no: 'W-1', receiver: '012000333' }]);
		expect(String(other.items[0]?.json.error)).toMatch(/^This transfer number stands for another payment/);
		expect((await run([{ no: 'W-1', receiver: '+855 12 000 232' }])).items[0]?.json).toMatchObject({ status: 'paid', already_confirmed: true });
		expect(await sandbox.paidOut()).toEqual(['W-1']);
	});

	test('that one operation has paid is not called unpaid by the other, while KESS does not show it', async () => {
		await sandbox.settings({ transferLagMs: 10 * MINUTE });
		await clock.forward(11 * MINUTE);
		expect((await run([{ no: 'W-1' }])).items[0]?.json.status).toBe('paid');
		const confirmed = await run([{ no: 'W-1' }], { operation: 'confirm', parameters: confirm });
		expect(confirmed.items[0]?.json).toMatchObject({ out_trade_no: 'W-1', status: 'unknown', reason: expect.stringContaining('an earlier run has paid something under this number') });
		await clock.forward(30 * MINUTE);
		expect((await run([{ no: 'W-1' }], { operation: 'confirm', parameters: confirm })).items[0]?.json).toMatchObject({ status: 'paid', already_confirmed: true });
	});

	test('that Confirm has paid is not called spent, where KESS names the receiver by an ID, so that nobody can tell for whom', async () => {
		await sandbox.settings({ receiverAsUserId: ['query'] });
		const prepared = (await run([{ no: 'W-1' }], { operation: 'create', parameters: transfer })).items[0]?.json;
		const parameters = { ...confirm, preTransferId: prepared?.pre_transfer_id };
		expect((await run([{ no: 'W-1' }], { operation: 'confirm', parameters })).items[0]?.json.status).toBe('paid');
		for (const again of [await run([{ no: 'W-1' }], { operation: 'create', parameters: transfer }), await run([{ no: 'W-1' }])]) {
			expect(again.items[0]?.json).toMatchObject({ status: 'paid', warning: expect.stringContaining('another kind of ID') });
		}
		expect(await sandbox.paidOut()).toEqual(['W-1']);
	});

	test('that was prepared for one person is not confirmed for another, though KESS names both by their IDs', async () => {
		await sandbox.settings({ receiverAsUserId: ['create', 'confirm', 'query'] });
		const parameters = { ...PAY_OUT, additionalFields: { expectedReceiverName: '={{ $json.name }}' } };
		const wrong = await run([{ no: 'W-1', receiver: '012000232', name: 'SOMEBODY ELSE' }], { parameters });
		expect(String(wrong.items[0]?.json.error)).toMatch(/^The wallet belongs to/);
		const other = await run([{ no: 'W-1', receiver: '012000333' }]);
		expect(String(other.items[0]?.json.error)).toMatch(/^This transfer number has been prepared for another amount or receiver and not paid/);
		expect(await sandbox.paidOut()).toEqual([]);
	});

	test('of which nothing came is prepared again, and nobody says that it was paid', async () => {
		await sandbox.settings({ secondCreate: 'expired', queryExpired: 'notexist' });
		await sandbox.fault('lost-before-booking', { service: CONFIRM });
		const first = (await run([{ no: 'W-1' }])).items[0]?.json;
		expect(first?.status).toBe('unknown');
		await clock.passTime(first?.next_step);
		expect((await run([{ no: 'W-1' }], { operation: 'create', parameters: transfer })).items[0]?.json).toMatchObject({ out_trade_no: 'W-1', pre_transfer_id: expect.any(String) });
	});

	test('whose row cannot be read any more is not failed when it may have been paid', async () => {
		await sandbox.fault('lost-before-booking', { service: CONFIRM, outTradeNo: ['W-1'] });
		await run([{ no: 'W-1' }]);
		const rows = [{ no: 'W-1', amount: ' ' }, { no: 'W-2', amount: ' ' }];
		const { items } = await run(rows);
		expect(items[0]?.json).toMatchObject({
			out_trade_no: 'W-1',
			status: 'unknown',
			reason: expect.stringMatching(/^an earlier run of this workflow has asked KESS to pay something under this number, and this run has not looked it up: Amount \(amount\) /),
		});
		expect(String(items[1]?.json.error)).toMatch(/^Amount \(amount\) is empty/);
	});

	test.each([
		['a limit that is no amount', { maxPaymentUsd: '1,000' }],
		['a damaged key', { privateKey: 'x' }],
		['a Base URL that is none', { baseUrl: '127.0.0.1:4010' }],
		['an expression that gives nothing', { partnerSecretKey: '={{ $json.secret }}' }],
	])('is not failed when it may have been paid, and the credential cannot be used any more: %s', async (_name, changes) => {
		await sandbox.fault('lost-after-booking', { service: CONFIRM, outTradeNo: ['W-1'] });
		await sandbox.settings({ transferLagMs: 10 * MINUTE });
		await clock.forward(11 * MINUTE);
		expect((await run([{ no: 'W-1' }])).items[0]?.json.status).toBe('unknown');
		const { items } = await runCell({ items: [{ no: 'W-1' }, { no: 'W-2' }], settings: CONTINUE }, sandbox.partnerCredential(changes));
		expect(items[0]?.json).toMatchObject({
			out_trade_no: 'W-1',
			status: 'unknown',
			reason: expect.stringMatching(/^an earlier run of this workflow has asked KESS to pay something under this number, and this run has not looked it up: /),
		});
		expect(items[1]?.error?.message).toMatch(/ in the KESS | of the credential .*\(transfer W-2\)/);
		expect(await sandbox.paidOut()).toEqual(['W-1']);
	});

	test('is paid where this workflow has seen that, though the credential cannot be used any more', async () => {
		await run([{ no: 'W-1' }]);
		const { items } = await runCell({ items: [{ no: 'W-1' }, { no: 'W-1', amount: '2' }, { no: 'W-2' }], settings: CONTINUE }, sandbox.partnerCredential({ privateKey: 'x' }));
		expect(items.map(({ json }) => json.status)).toEqual(['paid', 'unknown', undefined]);
		expect(items[0]?.json.already_confirmed).toBe(true);
	});

	test('in a row behind one that has stopped the run is not failed when it may have been paid', async () => {
		await run([{ no: 'W-2', amount: '3' }]);
		await sandbox.fault('lost-before-booking', { service: CONFIRM, outTradeNo: ['W-1'] });
		const { items } = await run([{ no: 'W-1' }, { no: 'W-2' }, { no: 'W-3' }], { options: { stopAtUnknown: true } });
		expect(items.map(({ json }) => json.status)).toEqual(['unknown', 'unknown', undefined]);
		expect(items[1]?.json.reason).toMatch(/^an earlier run of this workflow has paid something under this number/);
		expect(String(items[2]?.json.error)).toMatch(/^Not started/);
	});

	test('whose confirmation came to nothing is refused once it has run out, where KESS takes no second one and shows no payment', async () => {
		await sandbox.settings({ secondCreate: 'expired', queryExpired: 'notexist' });
		const prepared = (await run([{ no: 'W-1' }], { operation: 'create', parameters: transfer })).items[0]?.json;
		await sandbox.fault('not-final', { service: CONFIRM, code: 'FAILED', booked: false });
		const parameters = { ...confirm, preTransferId: prepared?.pre_transfer_id };
		const confirmed = async () => (await run([{ no: 'W-1' }], { operation: 'confirm', parameters })).items[0]?.json;
		const first = await confirmed();
		expect(first).toMatchObject({ status: 'unknown', reason: expect.stringContaining('FAILED') });
		await clock.passTime(first?.next_step);
		expect(String((await confirmed())?.error)).toMatch(/^An earlier confirmation of this transfer came to nothing/);
		expect([await sandbox.requests(CONFIRM), await sandbox.paidOut()]).toEqual([2, []]);
	});

	test('with a pre-transfer that there never was comes to an end', async () => {
		const wrong = async () => (await run([{ no: 'W-1' }], { operation: 'confirm', parameters: confirm })).items[0]?.json;
		const first = await wrong();
		expect(first?.status).toBe('unknown');
		await clock.passTime(first?.next_step);
		expect(String((await wrong())?.error)).toMatch(/^KESS/);
		expect(await sandbox.paidOut()).toEqual([]);
	});
});
