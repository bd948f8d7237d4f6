import type { IDataObject, INode } from 'n8n-workflow';

import { KessPartnerApi } from '../../../credentials/KessPartnerApi.credentials.ts';
import { KessPartner } from '../../../nodes/KessPartner/KessPartner.node.ts';
import { partnerAccount } from '../../../sandbox/accounts.mts';
import { type NodeRun, runNode } from '../../../sandbox/host/engine.mts';
import { withSandbox } from '../../support/kessSandbox.mts';
import { type Cell, runCell } from '../../support/partnerCells.mts';
import { expectSchema } from '../../support/schemas.mts';
import { withClock } from '../../support/withClock.mts';
import { withStore } from '../../support/withStore.mts';

const sandbox = withSandbox({ fastRsa: true });
const clock = withClock(sandbox);
withStore();

const CONFIRM = 'confirm.fundTransfer';
const MINUTE = 60_000;

const CREATE: IDataObject = {
	outTradeNo: '={{ $json.no }}',
	receiverId: '={{ $json.receiver ?? "012000232" }}',
	senderName: '={{ $json.sender ?? "Sunrise Garments" }}',
	amount: '={{ $json.amount ?? "1.25" }}',
	currency: '={{ $json.currency ?? "USD" }}',
};

async function run(cell: Partial<Cell>, credential: Record<string, string> = {}): Promise<NodeRun> {
	return await runCell({ items: [{ no: 'T-1' }], ...cell }, sandbox.partnerCredential(credential));
}

const prepare = async (no: string) =>
	(await run({ operation: 'create', parameters: CREATE, items: [{ no }] })).items[0]?.json as IDataObject;

const confirmParameters = (prepared: IDataObject): IDataObject => ({
	outTradeNo: prepared.out_trade_no,
	preTransferId: prepared.pre_transfer_id,
	partnerTransactionId: 'BANK-1',
	additionalFields: { expiresAt: prepared.expires_at },
});

const confirm = async (prepared: IDataObject, cell: Partial<Cell> = {}) =>
	await run({ operation: 'confirm', parameters: confirmParameters(prepared), ...cell });

describe('in two steps', () => {
	test('create names the receiver and when the transfer runs out, and moves no money', async () => {
		const before = Date.now();
		const prepared = await prepare('T-1');
		expect(prepared).toMatchObject({ out_trade_no: 'T-1', amount: 1.25, currency: 'USD' });
		expect(prepared.receiver_name).toBeTruthy();
		const life = Date.parse(String(prepared.expires_at)) - before;
		expect(life).toBeGreaterThanOrEqual(Number(prepared.expire_in) * 1000 - 1000);
		expect(await sandbox.paidOut()).toEqual([]);
	});

	test('what create has returned as paid, or as unknown, has no prepared transfer: confirm tells what became of the number', async () => {
		const CHAIN = { ...confirmParameters({}), outTradeNo: '={{ $json.out_trade_no }}', preTransferId: '={{ $json.pre_transfer_id }}', additionalFields: {} };
		const again = async (item: IDataObject) => await run({ operation: 'confirm', parameters: CHAIN, items: [item] });
		await confirm(await prepare('T-1'));
		const paid = await prepare('T-1');
		expect(paid).toMatchObject({ status: 'paid', already_confirmed: true });
		expect((await again(paid)).items[0]?.json).toMatchObject({ status: 'paid', already_confirmed: true, fund_transfer_id: expect.any(String) });

		await sandbox.fault('system-error', { service: 'query.fundTransfer', times: 10 });
		const unclear = (await again(paid)).items[0]?.json;
		expect(unclear).toMatchObject({ status: 'paid', warning: expect.stringContaining('KESS says otherwise now') });
		await sandbox.clearFaults();

		// By whichever ID KESS names the receiver: the number and the amount are those of the payment.
		await sandbox.settings({ receiverAsUserId: ['query'] });
		const named = await prepare('T-1');
		expect(named).toMatchObject({ status: 'paid', warning: expect.stringContaining('another kind of ID') });
		expect((await again(named)).items[0]?.json).toMatchObject({ status: 'paid' });

		// Nothing is known of it, and KESS knows nothing: that it is empty is what is wrong.
		const nothing = await again({ out_trade_no: 'T-9' });
		expect(nothing.error?.message).toMatch(/^Pre-Transfer ID \(preTransferId\) is empty/);
		expect(await sandbox.paidOut()).toEqual(['T-1']);
	});

	test('confirm pays it, and confirming again finds it paid', async () => {
		const prepared = await prepare('T-1');
		const first = await confirm(prepared);
		expect(first.items[0]?.json).toMatchObject({ status: 'paid', result_code: 'SUCCESS', out_trade_no: 'T-1' });
		expect(first.items[0]?.json).not.toHaveProperty('already_confirmed');
		const again = await confirm(prepared);
		expect(again.items[0]?.json).toMatchObject({
			status: 'paid',
			already_confirmed: true,
			fund_transfer_id: first.items[0]?.json.fund_transfer_id,
		});
		expect(await sandbox.paidOut()).toEqual(['T-1']);
	});

	test('query tells', async () => {
		const prepared = await prepare('T-1');
		const query = async () => (await run({ operation: 'query', parameters: { outTradeNo: 'T-1' } })).items[0]?.json;
		expect(await query()).not.toHaveProperty('status', 'paid');
		await confirm(prepared);
		expect(await query()).toMatchObject({ status: 'paid', result_code: 'SUCCESS' });
	});

	test('the fields that n8n offers before a run are those of a run', async () => {
		const prepared = await prepare('T-1');
		const confirmed = (await confirm(prepared)).items[0]?.json;
		expectSchema('KessPartner', 'fundTransfer', 'create', prepared);
		expectSchema('KessPartner', 'fundTransfer', 'confirm', confirmed);
		expectSchema('KessPartner', 'fundTransfer', 'query', (await run({ operation: 'query', parameters: { outTradeNo: 'T-1' } })).items[0]?.json);
		expectSchema('KessPartner', 'fundTransfer', 'payOut', (await run({ operation: 'payOut', parameters: { ...CREATE, partnerTransactionId: '' }, items: [{ no: 'T-2' }] })).items[0]?.json);
		expect(await sandbox.paidOut()).toEqual(['T-1', 'T-2']);
	});

	test('a number that has been paid is not prepared again', async () => {
		const paid = (await confirm(await prepare('T-1'))).items[0]?.json;
		const again = await prepare('T-1');
		expect(again).toMatchObject({ status: 'paid', already_confirmed: true, out_trade_no: 'T-1', fund_transfer_id: paid?.fund_transfer_id });
		expect(again).not.toHaveProperty('pre_transfer_id');
		expect((await run({ operation: 'create', parameters: CREATE, items: [{ no: 'T-1', amount: '9' }] })).error?.message).toMatch(/^This transfer number stands for another payment/);
		expect(await sandbox.requests('create.unified.fundTransfer')).toBe(1);
	});

	test('two pre-transfers of one number are paid once', async () => {
		await sandbox.settings({ secondCreate: 'open' });
		const one = await prepare('T-1');
		const other = await prepare('T-1');
		expect(other.pre_transfer_id).not.toBe(one.pre_transfer_id);
		const ends = await Promise.all([confirm(one), confirm(other)]);
		expect(ends.map(({ items }) => items[0]?.json.status)).toEqual(['paid', 'paid']);
		expect(await sandbox.paidOut()).toEqual(['T-1']);
	});

	test('what has run out is refused', async () => {
		await sandbox.settings({ preTransferLifeSeconds: 1 });
		const prepared = await prepare('T-1');
		await new Promise((resolve) => setTimeout(resolve, 1100));
		const result = await confirm(prepared);
		expect(result.error?.message).toContain('The prepared transfer was not confirmed in time');
		expect(result.error?.description).toBeTruthy();
		expect(await sandbox.paidOut()).toEqual([]);
	});

	// So answers KESS too when a confirmation arrives twice, and the first one has been carried out.
	test('an unknown pre-transfer is no proof that nothing was paid', async () => {
		const unknown = { out_trade_no: 'T-1', pre_transfer_id: 'nobody', expires_at: '' };
		const result = await confirm(unknown);
		expect(result.error).toBeUndefined();
		expect(result.items[0]?.json).toMatchObject({ out_trade_no: 'T-1', pre_transfer_id: 'nobody', status: 'unknown' });
		expect(String(result.items[0]?.json.reason)).toContain('KESS knows no prepared transfer with this pre-transfer ID');
		expect((await confirm(unknown)).items[0]?.json.status).toBe('unknown');
		expect(await sandbox.requests(CONFIRM)).toBe(1);
		expect(await sandbox.paidOut()).toEqual([]);
	});
});

describe('the expected receiver', () => {
	const payTo = async (expectedReceiverName: string) => {
		// A number of its own: this process remembers what it has prepared and not paid.
		const parameters = { ...CREATE, partnerTransactionId: 'B', additionalFields: { expectedReceiverName } };
		return await run({ items: [{ no: 'NAME-1' }], parameters });
	};

	test('is compared without case, spacing and order of words', async () => {
		const { receiver_name } = await prepare('T-0');
		const shuffled = String(receiver_name).toUpperCase().split(' ').reverse().join('  ');
		expect((await payTo(shuffled)).items[0]?.json.status).toBe('paid');
	});

	test('somebody else is refused before any money moves', async () => {
		const result = await payTo('Somebody Else');
		expect(result.error?.message).toMatch(/^The wallet belongs to ".+", not to "Somebody Else" \(transfer NAME-1\) \[item 0\]$/);
		expect(result.error?.description).toContain('This run has paid nothing');
		expect(await sandbox.paidOut()).toEqual([]);
	});
});

describe('payOut', () => {
	test('pays a row once, however often it is run', async () => {
		const items = Array.from({ length: 10 }, (_, index) => ({ no: `W-${index}`, amount: `${index + 1}.05` }));
		const first = await run({ items });
		expect(first.items.map(({ json }) => [json.out_trade_no, json.status, json.amount])).toEqual(
			items.map(({ no, amount }) => [no, 'paid', Number(amount)]),
		);
		const second = await run({ items });
		expect(second.items.every(({ json }) => json.status === 'paid' && json.already_confirmed === true)).toBe(true);
		expect((await sandbox.paidOut()).sort()).toEqual(items.map(({ no }) => no).sort());
	});

	test('a number that was paid with another amount or to somebody else is not paid again', async () => {
		await run({});
		const amount = await run({ items: [{ no: 'T-1', amount: '2' }] });
		expect(amount.error?.message).toMatch(
			/^This transfer number stands for another payment: it has been paid, but not as asked now \(the answer has another amount .*\): 1\.25 USD, fund transfer FT/,
		);
		expect(amount.error?.description).toContain('This run has paid nothing');
		const receiver = await run({ items: [{ no: 'T-1', receiver: '010000240' }] });
		expect(receiver.error?.message).toContain('paid, but not as asked now (the answer has another receiver_id');
		expect(await sandbox.paidOut()).toEqual(['T-1']);
		expect(await sandbox.requests(CONFIRM)).toBe(1);
	});

	test('goes one after the other unless told otherwise', async () => {
		await run({ items: Array.from({ length: 5 }, (_, index) => ({ no: `W-${index}` })) });
		expect((await sandbox.requestLog()).maxInFlight).toBe(1);
	});

	test('a wrong password is one login, whatever n8n repeats', async () => {
		const items = Array.from({ length: 20 }, (_, index) => ({ no: `W-${index}` }));
		const settings: Partial<INode> = { retryOnFail: true, maxTries: 3, waitBetweenTries: 0, onError: 'continueRegularOutput' };
		const result = await run({ items, settings }, { password: 'wrong-one' });
		expect(result.items).toHaveLength(20);
		expect(String(result.items[0]?.json.error)).toContain('KESS refuses the login');
		expect(JSON.stringify(result.run.data)).not.toMatch(/wrong-one|PRIVATE KEY/);
		expect(await sandbox.requests('partner-oauth')).toBe(1);
	});

	test('tokens that expire in the middle cost one more login and no payment', async () => {
		await run({});
		const logins = await sandbox.requests('partner-oauth');
		await sandbox.fault('expired-token', { service: 'query.fundTransfer', outTradeNo: ['W-2'] });
		const items = Array.from({ length: 5 }, (_, index) => ({ no: `W-${index}` }));
		expect((await run({ items })).items.every(({ json }) => json.status === 'paid')).toBe(true);
		expect((await sandbox.paidOut()).length).toBe(6);
		expect(await sandbox.requests('partner-oauth')).toBe(logins + 1);
	});

	test('a confirmation that meets HTTP 401 is not sent again: its row is unknown until nothing can come of it', async () => {
		await sandbox.settings({ secondCreate: 'expired' });
		await sandbox.fault('expired-token', { service: CONFIRM, outTradeNo: ['W-1'] });
		const items = ['W-0', 'W-1', 'W-2'].map((no) => ({ no }));
		const settings: Partial<INode> = { retryOnFail: true, maxTries: 3, waitBetweenTries: 0 };
		const first = await run({ items, settings });
		expect(first.items.map(({ json }) => json.status)).toEqual(['paid', 'unknown', 'paid']);
		expect(first.items[1]?.json.reason).toMatch(/^the login was refused: /);
		expect([await sandbox.paidOut(), await sandbox.requests(CONFIRM)]).toEqual([['W-0', 'W-2'], 3]);
		await clock.passTime(first.items[1]?.json.next_step);
		expect((await run({ items, settings })).items.map(({ json }) => [json.status, json.already_confirmed ?? false])).toEqual([
			['paid', true],
			['paid', false],
			['paid', true],
		]);
		expect(await sandbox.paidOut()).toEqual(['W-0', 'W-2', 'W-1']);
	});
});

describe('unknown is data', () => {
	const hang = async (times = 10) => await sandbox.fault('lost-before-booking', { service: CONFIRM, times });

	test('with what to do next, and the row is paid when it is run again', async () => {
		await sandbox.settings({ secondCreate: 'expired' });
		await hang();
		const result = await run({});
		expect(result.items[0]?.json).toMatchObject({ out_trade_no: 'T-1', status: 'unknown', amount: 1.25, receiver_id: '012000232' });
		expect(result.run.data.resultData.runData.Node?.at(-1)?.hints).toEqual([
			{ message: expect.stringMatching(/^0 rows done\. 1 row UNKNOWN: transfer T-1\. /), type: 'warning', location: 'outputPane' },
		]);
		const nextStep = String(result.items[0]?.json.next_step);
		expect(nextStep).toMatch(/^Do not pay this transfer in another way yet\. Run it again .* with the same transfer number, now or after \d{4}-/);
		expect(await sandbox.requests(CONFIRM)).toBe(1);
		await sandbox.clearFaults();

		// While the confirmation can still be carried out, nothing is sent, and the row says until when.
		await clock.forward(4 * MINUTE);
		const early = (await run({})).items[0]?.json;
		expect(early).toMatchObject({ status: 'unknown', next_step: nextStep, reason: expect.stringContaining('an earlier run may have sent this to KESS') });
		expect([await sandbox.paidOut(), await sandbox.requests(CONFIRM)]).toEqual([[], 1]);

		await clock.passTime(nextStep);
		expect((await run({})).items[0]?.json).toMatchObject({ status: 'paid' });
		expect(await sandbox.paidOut()).toEqual(['T-1']);
		expect((await run({})).items[0]?.json).toMatchObject({ status: 'paid', already_confirmed: true });
		expect([await sandbox.paidOut(), await sandbox.requests(CONFIRM)]).toEqual([['T-1'], 2]);
	});

	test('where KESS takes no number again, a later run says that nothing was paid, and goes on saying it', async () => {
		await hang();
		const first = (await run({ items: [{ no: 'ONCE-1' }] })).items[0]?.json;
		await clock.passTime(first?.next_step);
		const retry: Partial<INode> = { retryOnFail: true, maxTries: 2, waitBetweenTries: 0 };
		const second = await run({ items: [{ no: 'ONCE-1' }] });
		expect(second.error?.message).toMatch(/^KESS does not accept what was sent: The out_trade_no has already been used \(transfer ONCE-1\) \[item 0\]$/);
		expect(second.error?.description).toBe('Nothing was paid under this transfer number, and KESS does not take it again. Pay with a new transfer number.');
		const third = await run({ items: [{ no: 'ONCE-1' }], settings: retry });
		expect(third.error?.message).toMatch(/^KESS has refused this number a short while ago/);
		await clock.passTime(third.error?.description);
		expect((await run({ items: [{ no: 'ONCE-1' }] })).error?.message).toBe(second.error?.message);
		expect([await sandbox.paidOut(), await sandbox.requests(CONFIRM)]).toEqual([[], 1]);
	});

	test('Stop at Unknown starts no further row, and none is lost', async () => {
		await sandbox.fault('lost-before-booking', { service: CONFIRM, times: 10, outTradeNo: ['W-1'] });
		const items = ['W-0', 'W-1', 'W-2', 'W-3'].map((no) => ({ no }));
		const result = await run({ items, options: { stopAtUnknown: true }, settings: { onError: 'continueRegularOutput' } });
		expect(result.items[0]?.json.status).toBe('paid');
		expect(result.items[1]?.json).toMatchObject({ out_trade_no: 'W-1', status: 'unknown', reason: expect.any(String), next_step: expect.any(String) });
		expect(result.items[1]?.json).not.toHaveProperty('error');
		for (const index of [2, 3]) {
			expect(String(result.items[index]?.json.error)).toBe(`Not started, because an earlier item has stopped the run (transfer W-${index}) [item ${index}]`);
		}
		expect(result.items).toHaveLength(4);
		expect(await sandbox.paidOut()).toEqual(['W-0']);
		expect(await sandbox.requests('query.fundTransfer')).toBe(1 + 1 + 4);
	});

	test('Stop at Unknown without Continue On Fail fails the run with what is not known', async () => {
		await sandbox.fault('lost-before-booking', { service: CONFIRM, times: 10, outTradeNo: ['W-1'] });
		const { error, items } = await run({ items: ['W-0', 'W-1', 'W-2'].map((no) => ({ no })), options: { stopAtUnknown: true } });
		expect(items).toEqual([]);
		expect(error?.message).toMatch(/^It is not known what became of it: .*\(transfer W-1\) \[item 1\]$/);
		expect(error?.description).toMatch(/^Do not pay this transfer in another way yet\. .*Already done in this run: items 0\./);
		expect([await sandbox.paidOut(), await sandbox.requests(CONFIRM)]).toEqual([['W-0'], 2]);
	});
});

describe('what an earlier run has sent is not forgotten', () => {
	test('create says unknown for a number whose confirmation may still be carried out, and does not prepare it', async () => {
		const prepared = await prepare('T-1');
		await sandbox.fault('lost-before-booking', { service: 'confirm.fundTransfer' });
		expect((await confirm(prepared)).items[0]?.json.status).toBe('unknown');
		const before = await sandbox.requests('create.unified.fundTransfer');
		expect(await prepare('T-1')).toMatchObject({
			out_trade_no: 'T-1',
			status: 'unknown',
			reason: 'an earlier run may have sent this to KESS, and KESS shows it as PENDING',
			next_step: expect.stringContaining('Do not pay this transfer in another way yet'),
		});
		expect(await sandbox.requests('create.unified.fundTransfer')).toBe(before);
	});

	const approved = { expectedAmount: '1.25', expectedReceiver: '012000232' };
	test.each([
		['Pay Out', 'paid', async () => await run({})],
		['Confirm, which knew what was approved', 'paid', async () => await payConfirmed(approved)],
		['Confirm, which did not know what for', 'unknown', async () => await payConfirmed({})],
	])('create does not prepare a number again that was paid by %s, though KESS does not show it: %s', async (_by, status, pay) => {
		await pay();
		await sandbox.settings({ transferLagMs: 3_600_000, secondCreate: 'always' });
		expect(await prepare('T-1')).toMatchObject({ status, out_trade_no: 'T-1', receiver_id: '012000232', amount: 1.25, currency: 'USD' });
		expect(await sandbox.requests('create.unified.fundTransfer')).toBe(1);
	});

	async function payConfirmed(expected: IDataObject): Promise<void> {
		const prepared = await prepare('T-1');
		const { additionalFields, ...parameters } = confirmParameters(prepared);
		await run({ operation: 'confirm', parameters: { ...parameters, additionalFields: { ...(additionalFields as IDataObject), ...expected } } });
	}

	test('create does not prepare what Confirm would not ask for yet, because KESS has refused it a moment ago', async () => {
		await sandbox.settings({ secondCreate: 'open', queryOpen: 'notexist' });
		const prepared = await prepare('T-1');
		await sandbox.fault('refused-before', { service: CONFIRM, code: 'NOTELIGIBLE' });
		expect((await confirm(prepared)).error).toBeDefined();
		const early = await run({ operation: 'create', parameters: CREATE });
		expect(early.error?.message).toMatch(/^KESS has refused this number a short while ago/);
		await clock.passTime(early.error?.description);
		expect((await confirm(await prepare('T-1'))).items[0]?.json.status).toBe('paid');
	});

	test('a name that does not fit afterwards does not say that nothing was paid', async () => {
		await sandbox.settings({ secondCreate: 'open', queryOpen: 'notexist' });
		await sandbox.fault('lost-before-booking', { service: CONFIRM, times: 3 });
		const items = [{ no: 'SENT-1' }];
		expect((await run({ items })).items[0]?.json.status).toBe('unknown');
		const parameters = { ...CREATE, partnerTransactionId: 'B', additionalFields: { expectedReceiverName: 'Somebody Else' } };
		const second = await run({ items, parameters });
		expect(second.items[0]?.json.status).toBe('unknown');
		expect(String(second.items[0]?.json.reason)).toContain('an earlier run may have sent this to KESS');
		expect([await sandbox.paidOut(), await sandbox.requests(CONFIRM)]).toEqual([[], 1]);
	});

	test('a refusal of the same confirmation in a later run is not certain while the first may be under way', async () => {
		await sandbox.settings({ preTransferLifeSeconds: 6 });
		const prepared = await prepare('SENT-2');
		await sandbox.fault('lost-before-booking', { service: CONFIRM, times: 3 });
		expect((await confirm(prepared)).items[0]?.json.status).toBe('unknown');
		await sandbox.clearFaults();
		await new Promise((resolve) => setTimeout(resolve, 6000));
		const second = await confirm(prepared);
		expect(second.items[0]?.json.status).toBe('unknown');
		expect(await sandbox.requests(CONFIRM)).toBe(1);
		// Once nothing more can come of the first, it is asked again, and then a refusal holds.
		await clock.passTime(second.items[0]?.json.next_step);
		const third = await confirm(prepared);
		expect(third.error?.message).toContain('The prepared transfer was not confirmed in time');
		expect([await sandbox.paidOut(), await sandbox.requests(CONFIRM)]).toEqual([[], 2]);
	});

	test.each(['300', 'tomorrow', '2026-11-21', '2026-11-21T08:30:00'])('Expires At %s is no time', async (expiresAt) => {
		const parameters = { ...confirmParameters({ out_trade_no: 'T', pre_transfer_id: 'P' }), additionalFields: { expiresAt } };
		const result = await run({ operation: 'confirm', parameters });
		expect(result.error?.message).toMatch(/^Expires At \(additionalFields.expiresAt\) is not a time/);
	});

	test('a wrong amount for a number that was prepared and not paid says so', async () => {
		await sandbox.fault('lost-before-booking', { service: CONFIRM, outTradeNo: ['SENT-3'], times: 1 });
		const mismatched = { ...CREATE, partnerTransactionId: 'B', additionalFields: { expectedReceiverName: 'Nobody' } };
		await run({ items: [{ no: 'SENT-3' }], parameters: mismatched });
		const result = await run({ items: [{ no: 'SENT-3', amount: '9' }] });
		expect(result.error?.message).toContain('has been prepared for another amount or receiver and not paid');
		expect(await sandbox.paidOut()).toEqual([]);
	});
});

describe('an error says what became of the other rows', () => {
	test('unknown ones are not called done', async () => {
		await sandbox.fault('lost-before-booking', { service: CONFIRM, times: 10, outTradeNo: ['O-1'] });
		const items = [{ no: 'O-0' }, { no: 'O-1' }, { no: 'O-2', amount: 'abc' }];
		const { error } = await run({ items });
		expect(error?.message).toContain('(transfer O-2) [item 2]');
		expect(error?.description).toContain('Already done in this run: items 0.');
		expect(error?.description).toContain('Not known whether done: transfer O-1 [item 1].');
	});

	test('with Continue On Fail no row passes as it came when the keys cannot be read', async () => {
		const items = [{ no: 'X-0', status: 'paid' }, { no: 'X-1', status: 'paid' }];
		const result = await run({ items, settings: { onError: 'continueRegularOutput' } }, { privateKey: 'nonsense' });
		expect(result.items).toHaveLength(2);
		for (const { json } of result.items) expect(json).toEqual({ error: expect.stringContaining('Private Key') });
	});
});

describe('without a sender of its own', () => {
	const nobody = [{ no: 'T-1', sender: '' }];

	test.each(['payOut', 'create'])('%s names the one of the credential', async (operation) => {
		const { error } = await run({ items: nobody, ...(operation === 'create' && { operation, parameters: CREATE }) }, { senderName: ' ហាង ស្រីអូន ' });
		expect(error).toBeUndefined();
		if (operation === 'payOut') expect((await sandbox.ledger()).entries).toMatchObject([{ sender_name: 'ហាង ស្រីអូន' }]);
	});

	test('a row fails when the credential names nobody either', async () => {
		const { error } = await run({ items: nobody }, { senderName: '' });
		expect(error?.message).toMatch(/^Sender Name \(senderName\) is empty/);
		expect(await sandbox.paidOut()).toEqual([]);
	});
});

describe('bad input is refused before a request leaves', () => {
	const refused: Array<[string, IDataObject, RegExp]> = [
		['no transfer number', { no: '' }, /^Transfer Number \(outTradeNo\) is empty/],
		['long transfer number', { no: 'x'.repeat(65) }, /65 characters/],
		['long receiver', { receiver: '1'.repeat(26) }, /^Receiver ID \(receiverId\) is 26 characters/],
		['receiver in exponent form', { receiver: '8.55123E+10' }, /^Receiver ID \(receiverId\) is a number that a spreadsheet has shortened/],
		['amount 0', { amount: '0' }, /^Amount \(amount\) is "0"/],
		['negative amount', { amount: '-5' }, /greater than 0/],
		['three decimals', { amount: '1.005' }, /more than two decimals/],
		['riel', { currency: 'KHR' }, /KESS Partner transfers take USD only/],
		['long sender', { sender: 'x'.repeat(97) }, /^Sender Name \(senderName\) is 97 characters/],
	];

	test.each(refused)('%s', async (_name, change, message) => {
		const result = await run({ items: [{ no: 'T-1', ...change }] });
		expect(result.error?.message).toMatch(message);
		expect(result.error?.message).toMatch(/\[item 0\]$/);
		expect(result.error?.description).toBeTruthy();
		expect(await sandbox.requests('query.fundTransfer')).toBe(0);
	});

	test.each(['confirm.fundTransfer', 'Confirm.FundTransfer'])('the operation Call does not run %s', async (service) => {
		const result = await run({ operation: 'call', parameters: { resource: 'service', service, parameters: '{}' } });
		expect(result.error?.message).toContain('which moves money');
	});

	test.each([
		['privateKey', 'not a key', /Private Key in the KESS Partner credential cannot be used/],
		['kessPublicKey', '', /KESS Public Key in the KESS Partner credential cannot be used/],
	])('an unreadable %s', async (field, value, message) => {
		const result = await run({}, { [field]: value });
		expect(result.error?.message).toMatch(message);
		expect(await sandbox.requests('partner-oauth')).toBe(0);
	});
});

test('the operation Call runs other services', async () => {
	await run({});
	const result = await runNode({
		node: new KessPartner(),
		parameters: { resource: 'service', operation: 'call', service: 'query.fundTransfer', parameters: '{"out_trade_no":"T-1"}' },
		credentialTypes: [new KessPartnerApi()],
		credentials: sandbox.partnerCredential(),
	});
	expect(result.items[0]?.json).toMatchObject({ out_trade_no: 'T-1', result_code: 'SUCCESS' });
});

test('no secret of the credential is in what a run leaves behind', async () => {
	await sandbox.fault('wrong-signature', { service: 'create.unified.fundTransfer', times: 5 });
	const result = await run({});
	const text = JSON.stringify(result.run.data) + String(result.error?.message);
	expect(text).not.toContain(partnerAccount.password);
	expect(text).not.toContain(partnerAccount.partnerSecretKey);
	expect(text).not.toContain('PRIVATE KEY');
});
