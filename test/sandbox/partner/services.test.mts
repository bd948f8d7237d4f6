import { withSandbox } from '../../support/kessSandbox.mts';
import { PartnerClient, transferFields } from '../../support/partnerClient.mts';

let now = Date.now();
const client = new PartnerClient(withSandbox({ now: () => now }));

// The token of the first test is for all of them.
beforeEach(() => {
	now = Date.now();
});

/** The outcome of a call: its HTTP status, code, and that KESS has signed it. */
const outcome = ({ status, json, verified }: Awaited<ReturnType<PartnerClient['send']>>) => [status, json.error_code ?? json.data?.result_code ?? 'OK', verified];

test('create, query, confirm, query: every field of the specification, every answer signed', async () => {
	const created = await client.create('T/1');
	expect(created).toMatchObject({ status: 200, verified: true, json: { success: true, code: 200, message: 'OK', sign_type: 'RSA2' } });
	expect(created.json.data).toEqual({
		out_trade_no: 'T/1',
		receiver_id: '012000117',
		amount: 10.5,
		currency: 'USD',
		pre_transfer_id: expect.stringMatching(/^[0-9a-f]{32}$/),
		receiver_name: 'សុខ ដារា',
		expire_in: 300,
	});
	const shown = { out_trade_no: 'T/1', receiver_id: '012000117', amount: 10.5, currency: 'USD', receiver_name: 'សុខ ដារា' };
	const pending = await client.query('T/1');
	expect([pending.verified, pending.json.data]).toEqual([true, { ...shown, result_code: 'PENDING' }]);
	expect(await client.paidOut()).toEqual([]);

	const preTransferId = String(created.json.data?.pre_transfer_id);
	const confirmed = await client.confirm(preTransferId, { partner_transaction_id: 'TRX/9' });
	expect(confirmed).toMatchObject({ status: 200, verified: true });
	expect(confirmed.json.data).toEqual({
		...shown,
		result_code: 'SUCCESS',
		fund_transfer_id: expect.stringMatching(/^FT\d+$/),
		pre_transfer_id: preTransferId,
	});
	const paid = await client.query('T/1');
	expect([paid.verified, paid.json.data]).toEqual([
		true,
		{ ...shown, result_code: 'SUCCESS', fund_transfer_id: confirmed.json.data?.fund_transfer_id },
	]);
});

test('the wire text is what PHP prints, so that serialising it again gives another text', async () => {
	const { text } = await client.create('T/1');
	expect(text).toMatch(/^\{"success":true,"code":200,"message":"OK","data":\{"out_trade_no":"T\\\/1",.*,"sign_type":"RSA2","sign":".*"\}$/);
	expect(text).toContain('\\u179f\\u17bb\\u1781 \\u178a\\u17b6\\u179a\\u17b6');
	expect(JSON.stringify(JSON.parse(text))).not.toBe(text);
});

test('a whole amount comes back as a whole number', async () => {
	const { text, verified } = await client.create('A', { amount: 20 });
	expect([verified, text.includes('"amount":20,')]).toEqual([true, true]);
});

describe('create', () => {
	const wrong: Array<[string, Record<string, unknown>]> = [
		['no out_trade_no', { out_trade_no: undefined }],
		['an empty out_trade_no', { out_trade_no: null }],
		['a long out_trade_no', { out_trade_no: 'x'.repeat(65) }],
		['a number as out_trade_no', { out_trade_no: 17 }],
		['no receiver_id', { receiver_id: undefined }],
		['a long receiver_id', { receiver_id: '1'.repeat(26) }],
		['a number as receiver_id', { receiver_id: 12000117 }],
		['no sender_name', { sender_name: undefined }],
		['a long sender_name', { sender_name: 'ក'.repeat(97) }],
		['no amount', { amount: undefined }],
		['an amount in text', { amount: '10.50' }],
		['nothing', { amount: 0 }],
		['a negative amount', { amount: -1 }],
		['three decimals', { amount: 1.005 }],
		['a sum of floats', { amount: 0.1 + 0.2 }],
		['an amount beyond all money', { amount: 1e25 }],
		['a list as amount', { amount: [1] }],
		['no currency', { currency: undefined }],
		['riel', { currency: 'KHR' }],
		['lower case', { currency: 'usd' }],
	];
	test.each(wrong)('%s is refused', async (_what, fields) => {
		const answer = await client.create('A', fields);
		expect(outcome(answer)).toEqual([400, 'VALIDATIONERROR', true]);
		expect(answer.json.error_desc).toContain(`The ${Object.keys(fields)[0]} field`);
		expect(outcome(await client.query('A'))).toEqual([400, 'NOTEXIST', true]);
	});

	test('the longest fields and the smallest amount are taken', async () => {
		const answer = await client.create('x'.repeat(64), { sender_name: 'ក'.repeat(96), amount: 0.01 });
		expect(outcome(answer)).toEqual([200, 'OK', true]);
	});

	test.each(['800100000017', '012000117', '85512000117', '+85512000117'])('%s is the same receiver', async (receiverId) => {
		const { json } = await client.create('A', { receiver_id: receiverId });
		expect(json.data).toMatchObject({ receiver_id: receiverId, receiver_name: 'សុខ ដារា' });
	});

	test.each(['12000117', '012 000 117', '800100000272', '010000380', 'nobody'])('%s is not eligible, and the number stays free', async (receiverId) => {
		expect(outcome(await client.create('A', { receiver_id: receiverId }))).toEqual([400, 'NOTELIGIBLE', true]);
		expect(outcome(await client.create('A'))).toEqual([200, 'OK', true]);
	});
});

describe('confirm', () => {
	test.each([
		['NOTEXIST', { pre_transfer_id: 'unknown' }],
		['VALIDATIONERROR', { pre_transfer_id: undefined }],
		['VALIDATIONERROR', { pre_transfer_id: 'x'.repeat(65) }],
		['VALIDATIONERROR', { partner_transaction_id: undefined }],
		['VALIDATIONERROR', { partner_transaction_id: 'x'.repeat(65) }],
		['VALIDATIONERROR', { partner_transaction_id: 1 }],
	])('%s for %j', async (code, fields) => {
		expect(outcome(await client.confirm(await client.prepare('A'), fields))).toEqual([400, code, true]);
		expect(await client.paidOut()).toEqual([]);
	});

	test('a pre-transfer pays once, also when asked many times at once', async () => {
		const preTransferId = await client.prepare('A');
		const answers = await Promise.all(Array.from({ length: 5 }, () => client.confirm(preTransferId)));
		expect(answers.map(outcome).sort()).toEqual([[200, 'SUCCESS', true], ...Array.from({ length: 4 }, () => [400, 'USED', true])]);
		expect(await client.paidOut()).toEqual(['A']);
		now += 301_000;
		expect(outcome(await client.confirm(preTransferId))).toEqual([400, 'USED', true]);
	});

	test('it runs out at its time and not before', async () => {
		await client.settings({ preTransferLifeSeconds: 60 });
		const [early, late] = [await client.prepare('A'), await client.prepare('B')];
		now += 59_999;
		expect(outcome(await client.confirm(early))).toEqual([200, 'SUCCESS', true]);
		now += 1;
		expect(outcome(await client.confirm(late))).toEqual([400, 'EXPIRED', true]);
		expect(await client.paidOut()).toEqual(['A']);
		expect(outcome(await client.query('B'))).toEqual([400, 'EXPIRED', true]);
		expect(outcome(await client.query('A'))).toEqual([200, 'SUCCESS', true]);
	});
});

test.each([{}, { out_trade_no: 'x'.repeat(65) }, { out_trade_no: 5 }])('query refuses %j', async (fields) => {
	expect(outcome(await client.call('query.fundTransfer', fields))).toEqual([400, 'VALIDATIONERROR', true]);
});

test('queryOpen notexist: what is only prepared is not told', async () => {
	await client.settings({ queryOpen: 'notexist', preTransferLifeSeconds: 60 });
	const preTransferId = await client.prepare('A');
	expect(outcome(await client.query('A'))).toEqual([400, 'NOTEXIST', true]);
	await client.confirm(preTransferId);
	expect(outcome(await client.query('A'))).toEqual([200, 'SUCCESS', true]);
	await client.prepare('B');
	now += 60_000;
	expect(outcome(await client.query('B'))).toEqual([400, 'EXPIRED', true]);
});

describe('a second create under one number', () => {
	const again = ['open', 'expired', 'paid'] as const;

	async function bring(state: (typeof again)[number]): Promise<void> {
		const preTransferId = await client.prepare('A');
		if (state === 'expired') now += 300_000;
		if (state === 'paid') await client.confirm(preTransferId);
	}

	test.each(again)('is refused by default when the first is %s', async (state) => {
		await bring(state);
		const answer = await client.create('A');
		expect(outcome(answer)).toEqual([400, 'VALIDATIONERROR', true]);
		expect(answer.json.error_desc).toBe('The out_trade_no has already been used.');
	});

	test.each([
		['open', 200],
		['expired', 200],
		['paid', 400],
	] as const)('with secondCreate open, after %s: HTTP %i', async (state, status) => {
		await client.settings({ secondCreate: 'open' });
		await bring(state);
		expect((await client.create('A')).status).toBe(status);
	});

	test.each([
		['expired', 'open', [400, 'VALIDATIONERROR']],
		['expired', 'expired', [200, 'OK']],
		['expired', 'paid', [400, 'VALIDATIONERROR']],
		['always', 'open', [200, 'OK']],
		['always', 'expired', [200, 'OK']],
		['always', 'paid', [200, 'OK']],
		['used', 'open', [400, 'USED']],
		['used', 'expired', [400, 'USED']],
		['used', 'paid', [400, 'USED']],
	] as const)('with secondCreate %s, after %s: %j', async (secondCreate, state, expected) => {
		await client.settings({ secondCreate });
		await bring(state);
		expect(outcome(await client.create('A'))).toEqual([...expected, true]);
	});

	test('with secondCreate always, a paid number is paid again', async () => {
		await client.settings({ secondCreate: 'always' });
		await bring('paid');
		await client.confirm(await client.prepare('A'));
		expect((await client.ledger()).doublePayments).toEqual(['A']);
	});

	test('a number that is never taken again although no query knows it', async () => {
		for (const state of again.slice(0, 2)) {
			await client.reset();
			await client.settings({ secondCreate: 'used', queryOpen: 'notexist', queryExpired: 'notexist' });
			await bring(state);
			expect(outcome(await client.query('A'))).toEqual([400, 'NOTEXIST', true]);
			expect(outcome(await client.create('A'))).toEqual([400, 'USED', true]);
		}
	});

	test('with secondCreate open, both pre-transfers pay, and the ledger says so', async () => {
		await client.settings({ secondCreate: 'open' });
		const first = await client.prepare('A');
		const second = await client.prepare('A', { receiver_id: '800100000132', amount: 0.25 });
		await client.confirm(await client.prepare('B', { amount: 0.1 }), { partner_transaction_id: 'TRX-B' });
		expect(outcome(await client.confirm(first))).toEqual([200, 'SUCCESS', true]);
		expect(outcome(await client.confirm(second))).toEqual([200, 'SUCCESS', true]);
		const ledger = await client.ledger();
		expect(ledger).toMatchObject({ totalsByCurrency: { USD: '10.85' }, doublePayments: ['A'] });
		expect(ledger.entries).toEqual([
			expect.objectContaining({ out_trade_no: 'B', amount: 0.1, partner_transaction_id: 'TRX-B' }),
			{
				time: new Date(now).toISOString(),
				out_trade_no: 'A',
				pre_transfer_id: first,
				fund_transfer_id: expect.stringMatching(/^FT/),
				partner_transaction_id: 'TRX-1',
				receiver_id: '012000117',
				receiver_user_id: '800100000017',
				receiver_name: 'សុខ ដារា',
				sender_name: 'ហាង ស្រីអូន',
				amount: 10.5,
				currency: 'USD',
			},
			expect.objectContaining({ out_trade_no: 'A', pre_transfer_id: second, receiver_id: '800100000132', receiver_name: 'SOK DARA' }),
		]);
		expect(new Set(ledger.entries.map((entry) => entry.fund_transfer_id)).size).toBe(3);
		expect((await client.query('A')).json.data).toMatchObject({ amount: 10.5, fund_transfer_id: ledger.entries[1]?.fund_transfer_id });
	});

	test('with secondCreate open, one live pre-transfer makes the number open again', async () => {
		await client.settings({ secondCreate: 'open' });
		await bring('expired');
		await client.prepare('A', { amount: 3 });
		expect((await client.query('A')).json.data).toMatchObject({ result_code: 'PENDING', amount: 3 });
	});
});

test('totals are exact to the cent', async () => {
	for (const [outTradeNo, amount] of [['A', 0.1], ['B', 0.2], ['C', 9007199254740.99]] as const) {
		await client.confirm(await client.prepare(outTradeNo, { amount }));
	}
	expect((await client.ledger()).totalsByCurrency).toEqual({ USD: '9007199254741.29' });
});

test('a service that does not exist', async () => {
	for (const service of [undefined, 'create.unified.fundtransfer', 'webpay.acquire.createorder', 'x'.repeat(65)]) {
		expect(outcome(await client.send(client.signed({ service, ...transferFields('A') })))).toEqual([400, 'VALIDATIONERROR', true]);
	}
});
