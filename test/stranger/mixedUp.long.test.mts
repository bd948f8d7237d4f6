import { type Answer, type Body, no, ok, webPayRefusal, webPaySigned } from './gateway.mts';
import { confirm, create, DAY, directPay, forward, gateway, HOUR, khqrPay, MINUTE, payOut, quickPay, refund, setUp, subscribe } from './nodes.mts';

/** What looks like the payment that is meant, and is another one. */
setUp();

const order = (status: string, extra: Body = {}) => ({ token: 't', out_trade_no: 'INV-1', transaction_id: 'T9', body: 'x', total_amount: 10.5, currency: 'USD', status, ...extra });
const twoOrders = () => {
	gateway.orders.set('INV-1', order('SUCCESS'));
	gateway.orders.set('INV-2', order('SUCCESS', { out_trade_no: 'INV-2' }));
};
const hideTransfers = () => {
	gateway.on['query.fundtransfer'] = () => no(400, 'NOTEXIST', 'Wrong pre transfer ID');
};

/** The first request for a service is lost on its way, and waits. @returns what delivers it after all */
function queueFirst(service: string): () => void {
	let queued: (() => Answer) | undefined;
	gateway.on[service] = (_b, honest, nth) => {
		if (nth > 1) return honest();
		queued = honest;
		return 'cut';
	};
	return () => queued?.();
}
const paid = () => gateway.ledger.map(({ amount, to }) => `${amount} -> ${to}`);

describe('a KESS user ID is not the phone number that has a zero more', () => {
	test.each([
		['12345678', '012345678'],
		['012345678', '12345678'],
	])('prepared for %s, and %s was approved: not paid', async (receiverId, expectedReceiver) => {
		const made = await create({ receiverId });
		const said = await confirm({ preTransferId: made.items[0]?.pre_transfer_id, additionalFields: { expectedReceiver, expectedAmount: '100' } });
		expect([said.says, said.text, paid()]).toEqual([['REFUSED'], expect.stringContaining('prepared for something else than was approved'), []]);
	});

	test('paid to the one, and then asked for the other: nobody says that that one has got it', async () => {
		await payOut({ receiverId: '12345678' });
		const again = await payOut({ receiverId: '012345678' });
		hideTransfers();
		const third = await payOut({ receiverId: '012345678' });
		expect([again.says, third.says, paid()]).toEqual([['REFUSED'], ['REFUSED'], ['100 USD -> 12345678']]);
	});
});

describe('Confirm of a transfer to Bopha, where its number has paid Dara', () => {
	const prepared = async () => {
		hideTransfers();
		gateway.on['create.unified.fundtransfer'] = (body, honest) => {
			const answer = honest() as { body: Body };
			return body.receiver_id === '098765432' ? ok({ ...answer.body.data, receiver_name: 'CHAN BOPHA' }) : (answer as Answer);
		};
		const made = await create({ receiverId: '098765432' });
		await payOut();
		delete gateway.on['query.fundtransfer'];
		return made.items[0]?.pre_transfer_id;
	};

	test.each([
		[{}],
		[{ expectedAmount: '100' }],
		[{ expectedReceiverName: 'Chan Bopha' }],
		[{ expectedAmount: '100', expectedReceiverName: 'Chan Bopha' }],
		[{ expectedAmount: '100', expectedReceiver: '098765432' }],
	])('approved: %j', async (additionalFields) => {
		const said = await confirm({ preTransferId: await prepared(), additionalFields });
		expect([said.says[0] === 'paid' ? said.text : '', paid()]).toEqual(['', ['100 USD -> 012345678']]);
	});

	test.each([
		['Confirm', async () => await confirm({ preTransferId: 'PRE1', additionalFields: { expectedReceiverName: 'Chan Bopha' } }, { workflowId: 'other' })],
		['Pay Out', async () => await payOut({ additionalFields: { expectedReceiverName: 'Chan Bopha' } }, { workflowId: 'other' })],
		['Create', async () => await create({ additionalFields: { expectedReceiverName: 'Chan Bopha' } }, { workflowId: 'other' })],
	])('%s in a workflow that remembers nothing', async (_name, go) => {
		await payOut();
		expect((await go()).text).toContain('the wallet belongs to \\"SOK DARA\\", not to \\"Chan Bopha\\"');
	});
});

describe('the same person in another spelling', () => {
	const NAME = { additionalFields: { expectedReceiverName: 'Sok Dara' } };
	const lost = async () => {
		gateway.on['confirm.fundtransfer'] = (_b, honest) => {
			honest();
			return 'cut';
		};
		hideTransfers();
		expect((await payOut(NAME)).says).toEqual(['unknown']);
	};

	test.each(['MR SOK DARA', 'S*** D***', 'សុខ ដារ៉ា', 'SOK DARA (WALLET)', 'CHAN BOPHA'])('shown as %s under the same phone number: paid, in any workflow', async (receiver_name) => {
		await lost();
		gateway.on['query.fundtransfer'] = (_b, honest) => {
			const answer = honest() as { body: Body };
			return ok({ ...answer.body.data, receiver_name });
		};
		const others = { workflowId: 'other' };
		expect([(await payOut(NAME)).says, (await payOut(NAME, others)).says, (await create(NAME, others)).says, paid().length]).toEqual([['paid'], ['paid'], ['paid'], 1]);
	});
});

describe('a number that KESS takes once and does not show', () => {
	test('prepared for three days: nobody is told to take another while it may be confirmed', async () => {
		gateway.takesAgain = false;
		gateway.expireIn = 3 * 86_400;
		hideTransfers();
		await create();
		forward(26 * HOUR);
		expect((await create()).says).toEqual(['unknown']);
		forward(4 * DAY);
		expect((await create()).text).toContain('Nothing was paid under this transfer number');
	});

	test('prepared by another workflow: unknown', async () => {
		gateway.takesAgain = false;
		hideTransfers();
		await create({}, { workflowId: 'other' });
		await create();
		forward(26 * HOUR);
		expect((await create()).says).toEqual(['unknown']);
	});
});

test('Confirm knows without Expires At that what Create has prepared lives for three days', async () => {
	gateway.expireIn = 3 * 86_400;
	const carryOut = queueFirst('confirm.fundtransfer');
	const row = { outTradeNo: 'WAGE-DAYS' };
	const made = await create(row);
	expect((await confirm({ ...row, preTransferId: made.items[0]?.pre_transfer_id })).says).toEqual(['unknown']);
	forward(26 * HOUR);
	expect((await payOut(row)).says).toEqual(['unknown']);
	carryOut();
	expect([(await payOut(row)).says, paid().length]).toEqual([['paid'], 1]);
});

test('Direct Pay whose link lives for three days: FAILED is not the end of it after one', async () => {
	gateway.on.directpay = () => {
		gateway.orders.set('INV-1', order('WAITING'));
		return webPaySigned({ html_confirm_payment: '<form></form>', order_info: order('WAITING') });
	};
	const row = { additionalFields: { expiresIn: 3 * 86_400 } };
	await directPay(row);
	gateway.orders.set('INV-1', order('FAILED'));
	const says: string[] = [];
	for (const hours of [26, 24, 60]) {
		forward(hours * HOUR);
		says.push(...(await directPay(row)).says);
	}
	expect(says).toEqual(['unknown', 'unknown', 'REFUSED']);
});

test('a refused charge whose order shows as FAILED: nobody is told to take another number', async () => {
	gateway.on.quickpay = () => webPayRefusal(422, 'Insufficient balance');
	expect((await quickPay()).says).toEqual(['REFUSED']);
	gateway.orders.set('INV-1', order('FAILED'));
	forward(4 * MINUTE);
	expect((await quickPay()).says).toEqual(['unknown']);
});

test('one merchant reference for two orders in a list, of which an earlier run has refunded the second', async () => {
	twoOrders();
	const row = (n: string) => ({ n, r: 'REF-1' });
	const fields = { outTradeNo: '={{ $json.n }}', refundType: 'full', additionalFields: { merchantReference: '={{ $json.r }}' } };
	expect((await refund(fields, { items: [row('INV-1')] })).says).toEqual(['REFUNDED']);
	expect((await refund(fields, { items: [row('INV-2'), row('INV-1')] })).says[1]).not.toBe('REFUSED');
});

test('the limit of a credential holds for what was prepared with another', async () => {
	await payOut({ amount: '1000', additionalFields: { expectedReceiverName: 'SOK DARRA' } });
	const limited = { credential: { maxPaymentUsd: '10' } };
	const said = await payOut({ amount: '1000' }, limited);
	expect([said.text, paid()]).toEqual([expect.stringContaining('This transfer is for 1000 USD, and the KESS credential allows at most 10 USD'), []]);

	const made = await create({ outTradeNo: 'WAGE-2', amount: '1000' });
	const row = { outTradeNo: 'WAGE-2', preTransferId: made.items[0]?.pre_transfer_id, additionalFields: { expectedAmount: '1000' } };
	expect([(await confirm(row, limited)).says, (await confirm(row)).says]).toEqual([['REFUSED'], ['paid']]);
});

describe('a well-signed copy of the answer before', () => {
	test('subscription', async () => {
		let first: Answer | undefined;
		gateway.on.subscription = (_b, honest) => (first ??= honest());
		const said = await subscribe({ preOrderToken: '={{ $json.t }}' }, { items: [{ t: 'TOKEN-1' }, { t: 'TOKEN-2' }] });
		expect([said.says, gateway.ledger.length]).toEqual([['ACTIVE', 'unknown'], 1]);
	});

	test('refund', async () => {
		twoOrders();
		let first: Answer | undefined;
		gateway.on.v2refund = (_b, honest) => {
			const nameless = () => {
				const { out_trade_no: _number, merchant_reference: _reference, ...rest } = (honest() as { body: Body }).body.data as Body;
				return webPaySigned(rest);
			};
			return (first ??= nameless());
		};
		const said = await refund({ outTradeNo: '={{ $json.n }}' }, { items: [{ n: 'INV-1' }, { n: 'INV-2' }], options: { batching: { batch: { batchSize: 1 } } } });
		expect([said.says, gateway.ledger.length]).toEqual([['REFUNDED', 'unknown'], 1]);
	});
});

test('a transfer that is prepared for three days is not prepared again while it lives, and then is', async () => {
	const long = { outTradeNo: 'WAGE-LONG' };
	gateway.expireIn = 3 * 86_400;
	const carryOut = queueFirst('confirm.fundtransfer');
	const first = await payOut(long);
	forward(25 * HOUR);
	const second = await payOut(long);
	forward(46 * HOUR);
	const third = await payOut(long);
	expect([first.says, second.says, third.says, paid()]).toEqual([['unknown'], ['unknown'], ['unknown'], []]);
	carryOut();
	expect([(await payOut(long)).says, paid().length]).toEqual([['paid'], 1]);

	gateway.on['confirm.fundtransfer'] = (_b, honest, nth) => (nth === 2 ? 'cut' : honest());
	const another = { outTradeNo: 'WAGE-2' };
	expect((await payOut(another)).says).toEqual(['unknown']);
	forward(5 * DAY);
	expect([(await payOut(another)).says, paid().length]).toEqual([['paid'], 2]);
	expect(String((await create({ outTradeNo: 'WAGE-3' })).items[0]?.expires_at).slice(0, 10)).toBe(new Date(Date.now() + 3 * DAY + 7 * HOUR).toISOString().slice(0, 10));
});

test.each(['full', 'partial'])('one merchant reference for two orders in a list, the second refund %s: an error that names the first', async (refundType) => {
	twoOrders();
	gateway.lagMs = MINUTE;
	const fields = { outTradeNo: '={{ $json.n }}', refundType: `={{ $itemIndex === 0 ? "full" : "${refundType}" }}`, partialRefundAmount: '2.50', partialRefundAmountCcy: 'USD', additionalFields: { merchantReference: 'REF-1' } };
	const said = await refund(fields, { items: [{ n: 'INV-1' }, { n: 'INV-2' }] });
	expect([said.says, said.text, gateway.ledger.length]).toEqual([['REFUNDED', 'REFUSED'], expect.stringContaining('Item 0 uses this merchant reference too'), 1]);
});

test('a full refund is not the part of somebody else that is rejected after it was sent', async () => {
	gateway.orders.set('INV-1', order('PENDING_PARTIAL_REFUND'));
	const carryOut = queueFirst('v2refund');
	const first = await refund();
	gateway.orders.set('INV-1', order('REJECT_REFUNDED'));
	const again = await refund();
	expect([first.says, again.says]).toEqual([['unknown'], ['unknown']]);
	carryOut();
	expect([(await refund()).says, gateway.ledger.length]).toEqual([['REFUNDED'], 1]);
});

describe('KHQR Pay', () => {
	test.each(['SUCCESS', 'PENDING', 'PROCESSING'])('a copy of the workflow, where KESS shows the payment as %s: nobody is told to take another number', async (status) => {
		gateway.on.queryorder = (body) => (gateway.ledger.length > 0 ? webPaySigned({ out_trade_no: body.out_trade_no, total_amount: 10.5, currency: 'USD', status }) : webPayRefusal(404, 'Order not found'));
		await khqrPay();
		const said = await khqrPay({}, { workflowId: 'copy' });
		expect([said.says, gateway.ledger.length]).toEqual([['unknown'], 1]);
	});

	test('with the money of another sender it is another payment', async () => {
		await khqrPay();
		expect([(await khqrPay({ senderId: '77777' })).says, gateway.ledger.length]).toEqual([['REFUSED'], 1]);
	});
});
