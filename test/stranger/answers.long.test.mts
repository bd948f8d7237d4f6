import type { IDataObject } from 'n8n-workflow';

import { type Answer, type Body, no, ok, webPayRefusal, webPaySigned } from './gateway.mts';
import { confirm, create, DAY, directPay, forward, gateway, HOUR, khqrPay, MINUTE, PART, payOut, pause, quickPay, refund, run, setUp, subscribe } from './nodes.mts';

/** What a gateway may answer that nobody here has thought of, and what the nodes must not make of it. */
setUp();

const order = (status: string, extra: Body = {}) => ({ token: 't', out_trade_no: 'INV-1', transaction_id: 'T9', body: 'x', total_amount: 10.5, currency: 'USD', status, ...extra });

describe('refund: a status that nobody knows', () => {
	test.each(['DENIED', 'NOT_REFUNDED', 'ON_HOLD'])('%s is not done', async (status) => {
		gateway.orders.set('INV-1', order('SUCCESS'));
		// Nothing is booked: KESS has taken the request, and turns it down.
		gateway.on.v2refund = (body) => webPaySigned({ amount: body.partial_refund_amount, currency: 'USD', status, transaction_id: null, out_trade_no: body.out_trade_no, merchant_reference: body.merchant_reference });
		const first = await refund(PART);
		gateway.on.v2refund = (_b, honest) => honest();
		forward(3 * DAY);
		const again = await refund(PART);
		expect(gateway.paid('INV-1').length).toBe(0);
		expect({ first: first.text, again: again.text }).not.toMatchObject({ again: expect.stringContaining('already_existed') });
	});
});

test('refund: an order that shows REJECT_REFUNDED of an older refund, and lags', async () => {
	gateway.orders.set('INV-1', order('REJECT_REFUNDED'));
	gateway.lagMs = 10_000;
	gateway.on.v2refund = (_b, honest) => {
		honest();
		return 'cut';
	};
	const first = await refund();
	const again = await refund();
	expect(gateway.paid('INV-1').length).toBe(1);
	expect([first.says, again.says, again.text]).toEqual([['unknown'], ['unknown'], expect.anything()]);
});

describe('refund: as long as one of an order is open, no other is sent', () => {
	const made = (body: Body, status: string) => webPaySigned({ amount: body.partial_refund_amount, currency: 'USD', status, transaction_id: 'RF9', out_trade_no: 'INV-1', merchant_reference: body.merchant_reference });

	test.each<[string, (body: Body) => Answer]>([
		['pending', (body) => made(body, 'PENDING_REFUNDED')],
		['refused after it was booked', () => webPayRefusal(400, 'Insufficient balance')],
	])('%s, and the look-up is behind', async (_, answer) => {
		gateway.orders.set('INV-1', order('SUCCESS'));
		gateway.lagMs = HOUR;
		gateway.on.v2refund = (body, honest) => {
			honest();
			return answer(body);
		};
		let asked = 0;
		gateway.on.queryrefund = (_b, honest) => (asked++ === 0 ? honest() : 'cut');
		await refund(PART);
		delete gateway.on.v2refund;
		delete gateway.on.queryrefund;
		const full = await refund();
		expect([full.says, gateway.paid('INV-1').length]).toEqual([['unknown'], 1]);
		forward(2 * HOUR);
		expect((await refund(PART)).text).toContain('REF-1');
	});

	test('all of it was pending and is rejected: a part can be given back', async () => {
		gateway.orders.set('INV-1', order('SUCCESS'));
		gateway.on.v2refund = (body) => made({ ...body, partial_refund_amount: 10.5 }, 'PENDING_REFUNDED');
		await refund();
		delete gateway.on.v2refund;
		gateway.orders.set('INV-1', order('REJECT_REFUNDED'));
		forward(HOUR);
		expect((await refund()).text).toContain('A part of it can be refunded under a merchant reference');
		expect([(await refund(PART)).says, gateway.paid('INV-1').length]).toEqual([['REFUNDED'], 1]);
	});
});

describe('refund: an answer in the shape of the order says nothing of this refund', () => {
	test('that shows an older rejection', async () => {
		gateway.orders.set('INV-1', order('REJECT_REFUNDED'));
		gateway.lagMs = 3 * MINUTE;
		gateway.on.v2refund = (_b, honest) => {
			honest();
			return webPaySigned(order('REJECT_REFUNDED'));
		};
		gateway.on.queryorder = (_b, honest) => (gateway.lagMs > 0 ? webPaySigned(order('REJECT_REFUNDED')) : honest());
		const first = await refund();
		forward(2.5 * MINUTE);
		const again = await refund();
		expect([first.says, again.says, gateway.paid('INV-1').length]).toEqual([['unknown'], ['unknown'], 1]);
	});

	test.each<[string, Body]>([
		['without refunds', {}],
		['with another one', { refund_histories: [{ amount: 1, currency: 'USD', transaction_id: 'RF0', merchant_reference: 'REF-0' }] }],
	])('that shows an older part (%s)', async (_, histories) => {
		gateway.orders.set('INV-1', order('PARTIAL_REFUNDED'));
		gateway.on.v2refund = () => webPaySigned(order('PARTIAL_REFUNDED', histories));
		const first = await refund(PART);
		expect([first.says, gateway.paid('INV-1').length]).toEqual([['unknown'], 0]);
	});
});

test('refund: look-up says FAILED while KESS tries again, then REFUNDED', async () => {
	gateway.orders.set('INV-1', order('SUCCESS'));
	gateway.on.v2refund = (_b, honest) => {
		honest();
		return 'cut';
	};
	let failed = true;
	gateway.on.queryrefund = (_b, honest) => {
		const answer = honest() as { body: Body };
		if (!answer.body.success) return answer as Answer;
		return webPaySigned({ ...answer.body.data, status: failed ? 'FAILED' : 'REFUNDED' });
	};
	const first = await refund(PART);
	const again = await refund(PART);
	failed = false;
	expect([first.says, again.says, again.text]).toEqual([['unknown'], ['unknown'], expect.anything()]);
});

describe('subscription: a status that nobody knows', () => {
	test.each(['INACTIVE', 'ERROR', undefined])('%s is not done', async (status) => {
		gateway.on.subscription = () => webPaySigned({ code: 'SUB1', status, html_confirm_payment: '' });
		const first = await subscribe();
		const again = await subscribe();
		expect(gateway.ledger.length).toBe(0);
		expect([first.text, again.text]).not.toEqual([expect.anything(), expect.stringContaining('already_existed":true')]);
	});
});

describe('Pay Out: the query writes the very same transfer otherwise', () => {
	const ways: Array<[string, (data: Body) => Body]> = [
		['separators', (data) => ({ ...data, amount: '1,250.00' })],
		['no currency', ({ currency: _c, ...data }) => data],
		['no receiver', ({ receiver_id: _r, ...data }) => data],
		['amount with its currency', (data) => ({ ...data, amount: '1250.00 USD' })],
		['four decimals', (data) => ({ ...data, amount: '1250.0000' })],
		['float', (data) => ({ ...data, amount: '1250.0000000000002' })],
		['status in lower case', (data) => ({ ...data, result_code: 'success' })],
		['status Success', (data) => ({ ...data, result_code: 'Success' })],
		['masked receiver', (data) => ({ ...data, receiver_id: '01234***78' })],
		['receiver with spaces', (data) => ({ ...data, receiver_id: '+855 12 345 678' })],
		['receiver as number', (data) => ({ ...data, receiver_id: 12345678 })],
	];
	const look = (change: (data: Body) => Body) => (_b: Body, honest: () => Answer): Answer => {
		const answer = honest() as { status: number; body: Body };
		return answer.body.success ? ok(change(answer.body.data)) : (answer as Answer);
	};
	test.each(ways)('%s: another workflow, which knows nothing, does not call it unpaid', async (_way, change) => {
		await payOut({ amount: '1250' }, { workflowId: 'copy' });
		gateway.on['query.fundtransfer'] = look(change);
		const said = await payOut({ amount: '1250' });
		expect(gateway.paid('WAGE-1').length).toBe(1);
		expect([said.says, said.text]).not.toEqual([['REFUSED'], expect.anything()]);
	});
	test.each(ways)('%s: an unknown ends', async (_way, change) => {
		gateway.on['query.fundtransfer'] = look(change);
		gateway.on['confirm.fundtransfer'] = (_b, honest) => {
			honest();
			return 'cut';
		};
		await payOut({ amount: '1250' });
		forward(2 * DAY);
		const said = await payOut({ amount: '1250' });
		expect(gateway.paid('WAGE-1').length).toBe(1);
		expect([said.says, said.text]).toEqual([['paid'], expect.anything()]);
	});
});

describe('a transfer that KESS calls SUCCESS and does not name', () => {
	test.each([0, '0', 'null'])('fund_transfer_id %j is not paid', async (fund_transfer_id) => {
		const unnamed = (_b: Body, honest: () => Answer): Answer => {
			const { status, body } = honest() as { status: number; body: Body };
			return body.success ? ok({ ...body.data, fund_transfer_id }) : { status, body };
		};
		Object.assign(gateway.on, { 'query.fundtransfer': unnamed, 'confirm.fundtransfer': unnamed });
		const prepared = (await create()).items[0];
		expect((await confirm({ preTransferId: prepared?.pre_transfer_id })).says).toEqual(['unknown']);
		const queried = await run('partner', 'fundTransfer', 'query', { outTradeNo: 'WAGE-1' });
		expect(queried.items).toEqual([expect.objectContaining({ result_code: 'SUCCESS', fund_transfer_id })]);
		expect([queried.says, (await payOut()).says, (await payOut({}, { workflowId: 'copy' })).says]).toEqual([['undefined'], ['unknown'], ['unknown']]);
		expect(gateway.paid('WAGE-1').length).toBe(1);
	});
});

describe('Pay Out: an end in KESS’s words that the node does not know', () => {
	test.each(['EXPIRED', 'failed', 'CANCELLED'])('result code %s ends an unknown', async (code) => {
		let made = false;
		gateway.on['query.fundtransfer'] = (body, honest) => (made && gateway.paid('WAGE-1').length === 0 ? ok({ result_code: code, out_trade_no: body.out_trade_no, amount: 100, currency: 'USD', receiver_id: '012345678' }) : honest());
		gateway.on['confirm.fundtransfer'] = (_b, honest, nth) => {
			made = true;
			return nth === 1 ? 'cut' : honest();
		};
		const first = await payOut();
		forward(3 * DAY);
		const again = await payOut();
		forward(3 * DAY);
		const third = await payOut();
		expect([first.says[0], again.says[0], third.says[0], gateway.ledger.length, third.text.slice(0, 300)]).not.toEqual(['unknown', 'unknown', 'unknown', 0, expect.anything()]);
	});
});

test.each(['FAILED', 'Declined'])('Quick Pay: the answer is a charge with status %s', async (status) => {
	gateway.on.quickpay = (body) => {
		gateway.orders.set('INV-1', order(status));
		return webPaySigned({ ...order(status), total_amount: body.total_amount });
	};
	// Another attempt may follow, so it is neither paid nor refused.
	expect((await quickPay()).says).toEqual(['unknown']);
	forward(25 * HOUR);
	const over = await quickPay();
	expect([over.says, over.text]).toEqual([['REFUSED'], expect.stringContaining(`the order has the status ${status}`)]);
});

test('Direct Pay: the buyer fails 3-D Secure', async () => {
	gateway.on.directpay = () => {
		gateway.orders.set('INV-1', order('WAITING'));
		return webPaySigned({ html_confirm_payment: '<form></form>', order_info: order('WAITING') });
	};
	const first = await directPay();
	expect(first.items).toMatchObject([{ html_confirm_payment: '<form></form>', order_info: { status: 'WAITING' } }]);
	gateway.orders.set('INV-1', order('FAILED'));
	const again = await directPay();
	forward(25 * HOUR);
	const over = await directPay();
	expect([again.says, over.says]).toEqual([['unknown'], ['REFUSED']]);
});

describe('a look-up that cannot look', () => {
	test.each(['No data connection', 'Order not found yet, please try later'])('"%s" does not mean that there is nothing', async (words) => {
		gateway.on.quickpay = (_b, honest, nth) => {
			const answer = honest();
			return nth === 1 ? 'cut' : answer;
		};
		gateway.on.queryorder = (_b, honest) => (gateway.ledger.length === 0 ? honest() : webPayRefusal(400, words));
		const first = await quickPay();
		forward(25 * HOUR);
		const again = await quickPay();
		expect([first.says, gateway.paid('INV-1').length, again.text.slice(0, 300)]).toEqual([['unknown'], 1, expect.anything()]);
	});
	test('refund too', async () => {
		gateway.orders.set('INV-1', order('SUCCESS'));
		gateway.on.v2refund = (_b, honest, nth) => {
			const answer = honest();
			return nth === 1 ? 'cut' : answer;
		};
		gateway.on.queryrefund = (_b, honest) => (gateway.ledger.length === 0 ? honest() : webPayRefusal(400, 'No data connection'));
		await refund(PART);
		forward(25 * HOUR);
		const again = await refund(PART);
		expect([gateway.paid('INV-1').length, again.text.slice(0, 200)]).toEqual([1, expect.anything()]);
	});
});

test('Create of a number that KESS has used and never shows: unknown, and in the end that nothing was paid under it', async () => {
	gateway.on['query.fundtransfer'] = () => no(400, 'NOTEXIST', 'Wrong pre transfer ID');
	gateway.takesAgain = false;
	await create();
	const [first, again] = [await create(), await create()];
	expect([first.says, again.text]).toEqual([['unknown'], first.text]);
	forward(25 * HOUR);
	const over = await create();
	expect([over.says, over.text]).toEqual([['REFUSED'], expect.stringContaining('Nothing was paid under this transfer number')]);
});

test('Confirm of another transfer that this workflow has prepared, after Pay Out has paid the number', async () => {
	gateway.on['query.fundtransfer'] = () => no(400, 'NOTEXIST', 'Wrong pre transfer ID');
	const made = await create({ receiverId: '098765432', amount: '50' });
	await payOut();
	delete gateway.on['query.fundtransfer'];
	const said = await confirm({ preTransferId: made.items[0]?.pre_transfer_id });
	expect(gateway.ledger.map(({ amount }) => amount)).toEqual(['100 USD']);
	expect(said.says).not.toEqual(['paid']);
});

describe('an honest refusal with HTTP 200 is said', () => {
	const refuse = () => ({ status: 200, body: { success: false, error_des: 'Insufficient balance', status_code: 422 } });
	test.each([['khqr', 'paykhqr', khqrPay], ['quick', 'quickpay', quickPay], ['subscription', 'subscription', subscribe]] as const)('%s', async (_n, key, go) => {
		gateway.on[key] = refuse;
		const said = await go();
		expect(said.says).toEqual(['REFUSED']);
	});
});

describe('a buyer who still types the password, and an order that shows late', () => {
	test.each(['USERPAYING', 'System busy, try again later'])('%s', async (words) => {
		let paid = false;
		gateway.on.quickpay = () => webPayRefusal(400, words);
		gateway.on.queryorder = (_b, honest) => (paid ? honest() : webPayRefusal(404, 'Order not found'));
		const first = await quickPay();
		gateway.on.quickpay = (_b, honest) => honest();
		gateway.book('charge', 'INV-1', '10.5 USD', '', '', order('SUCCESS'));
		paid = true;
		expect([first.says[0], gateway.ledger.length, first.text.slice(0, 250)]).not.toEqual(['REFUSED', 1, expect.anything()]);
	});
});

test('clock: was ahead by three days, is set back', async () => {
	gateway.lagMs = 5 * DAY;
	forward(3 * DAY);
	gateway.on['confirm.fundtransfer'] = (_b, honest, nth) => {
		const answer = honest();
		return nth === 1 ? 'cut' : answer;
	};
	const first = await payOut();
	forward(-3 * DAY);
	await pause(50);
	const again = await payOut();
	expect([first.says[0], again.says[0], gateway.paid('WAGE-1').length]).toEqual(['unknown', 'unknown', 1]);
});

test('clock: refund, was ahead by three days, is set back', async () => {
	gateway.orders.set('INV-1', order('SUCCESS'));
	gateway.lagMs = 5 * DAY;
	forward(3 * DAY);
	gateway.on.v2refund = (_b, honest, nth) => {
		const answer = honest();
		return nth === 1 ? 'cut' : answer;
	};
	const first = await refund(PART);
	forward(-3 * DAY);
	const again = await refund(PART);
	expect([first.says[0], again.says[0], gateway.paid('INV-1').length]).toEqual(['unknown', 'unknown', 1]);
});

/** A request is delivered twice (a proxy sends it again): the first is carried out, the second is refused as used. */
const twice = (reason: string, status = 400) => (_: Body, honest: () => Answer) => {
	honest();
	return webPayRefusal(status, reason);
};
const PHRASES = ['The out_trade_no already exists.', 'លេខបញ្ជាទិញនេះត្រូវបានប្រើរួចហើយ'];
const OPS: Array<[string, string, () => Promise<{ says: string[]; text: string }>, string]> = [
	['Quick Pay', 'quickpay', quickPay, 'INV-1'],
	['Direct Pay', 'directpay', directPay, 'INV-1'],
	['KHQR Pay', 'paykhqr', khqrPay, 'PAY-1'],
	['Refund part', 'v2refund', async () => await refund(PART), 'INV-1'],
];

describe.each(OPS)('%s', (_name, key, go, number) => {
	test.each(PHRASES)('re-sent, the second refused with: %s', async (reason) => {
		gateway.lagMs = 4000;
		gateway.orders.set('INV-9', {});
		if (key === 'v2refund') gateway.orders.set('INV-1', { out_trade_no: 'INV-1', total_amount: 10.5, currency: 'USD', status: 'SUCCESS' });
		gateway.on[key] = twice(reason);
		const said = await go();
		const booked = gateway.paid(number).length;
		expect(booked).toBe(1);
		// Nothing called refused that was paid.
		expect({ says: said.says, text: said.text.slice(0, 300) }).not.toMatchObject({ says: ['REFUSED'] });
	});
});

test('KHQR Pay: refused, then 2 minutes later the same row pays again, at a gateway whose check of numbers is only against a resend', async () => {
	gateway.on.paykhqr = (_body: IDataObject, honest: () => Answer, nth: number) => {
		const answer = honest();
		return nth === 1 ? webPayRefusal(400, 'The out_trade_no already exists.') : answer;
	};
	const first = await khqrPay();
	forward(3 * MINUTE);
	const second = await khqrPay();
	expect([first.says, second.says, gateway.paid('PAY-1').length]).toEqual([['unknown'], ['unknown'], 1]);
});

test('Pay Out: a number that another workflow has just used is refused with "out_trade_no already exists", while its look-up lags', async () => {
	gateway.lagMs = 3000;
	await payOut({}, { workflowId: 'copy' });
	gateway.on['create.unified.fundtransfer'] = () => no(400, 'VALIDATIONERROR', 'The out_trade_no already exists.');
	const said = await payOut();
	expect(gateway.paid('WAGE-1').length).toBe(1);
	expect(said.says).not.toEqual(['REFUSED']);
});

describe('pay out: KESS has signed that it carries it out, and shows nothing of it afterwards', () => {
	const confirmed = (change: Body) => (_b: Body, honest: () => Answer): Answer => ok({ ...(honest() as { status: number; body: Body }).body.data, ...change });

	test.each<[string, Body]>([
		['SUCCESS with the ID 0', { fund_transfer_id: '0' }],
		['SUCCESS without an ID', { fund_transfer_id: null }],
		['PROCESSING', { result_code: 'PROCESSING', fund_transfer_id: null }],
	])('%s: never sent again, whatever the time', async (_, change) => {
		gateway.on['confirm.fundtransfer'] = confirmed(change);
		gateway.on['query.fundtransfer'] = () => no(400, 'NOTEXIST', 'Wrong pre transfer ID, or invalid string.');
		const first = await payOut();
		forward(3 * HOUR);
		const second = await payOut();
		forward(40 * DAY);
		const third = await payOut();
		expect([first.says, second.says, third.says, gateway.ledger.length]).toEqual([['unknown'], ['unknown'], ['unknown'], 1]);
		expect(third.text).toContain('Ask KESS whether it was done: KESS has taken it on, and shows nothing of it');
		delete gateway.on['query.fundtransfer'];
		expect([(await payOut()).says, gateway.ledger.length]).toEqual([['paid'], 1]);
	});

	test.each(['N/A', '-', 'none'])('SUCCESS with the ID "%s" is paid', async (fund_transfer_id) => {
		gateway.on['confirm.fundtransfer'] = confirmed({ fund_transfer_id });
		expect([(await payOut()).says, gateway.ledger.length]).toEqual([['paid'], 1]);
	});
});
