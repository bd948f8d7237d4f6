import type { IDataObject, INode } from 'n8n-workflow';

import type { NodeRun } from '../../../sandbox/host/engine.mts';
import { withSandbox } from '../../support/kessSandbox.mts';
import { type Cell, runCell } from '../../support/partnerCells.mts';
import { withStore } from '../../support/withStore.mts';

/** What somebody approved is what is paid, and what is expected of a row is never nothing. */

const sandbox = withSandbox({ fastRsa: true });
const store = withStore();

const CONFIRM = 'confirm.fundTransfer';
const CREATE = 'create.unified.fundTransfer';
const CONTINUE: Partial<INode> = { onError: 'continueRegularOutput' };

const TRANSFER: IDataObject = {
	outTradeNo: '={{ $json.no ?? "T-1" }}',
	receiverId: '={{ $json.receiver ?? "012000232" }}',
	senderName: 'Sunrise Garments',
	amount: '={{ $json.amount ?? "10" }}',
	currency: 'USD',
};

async function run(cell: Partial<Cell>): Promise<NodeRun> {
	return await runCell({ items: [{}], ...cell }, sandbox.partnerCredential());
}

async function prepare(item: IDataObject = {}): Promise<IDataObject> {
	const { items, error } = await run({ operation: 'create', parameters: TRANSFER, items: [item] });
	if (error !== undefined) throw new Error(error.message);
	return items[0]?.json as IDataObject;
}

async function confirm(prepared: IDataObject, approved: IDataObject, cell: Partial<Cell> = {}): Promise<NodeRun> {
	const parameters = {
		outTradeNo: prepared.out_trade_no,
		preTransferId: prepared.pre_transfer_id,
		partnerTransactionId: 'BANK-1',
		additionalFields: { expiresAt: prepared.expires_at, ...approved },
	};
	return await run({ operation: 'confirm', parameters, ...cell });
}

/** What was booked, with its amount. */
const booked = async () => (await sandbox.ledger()).entries.map(({ out_trade_no, amount }) => [out_trade_no, amount]);

describe('Confirm', () => {
	test('pays what was approved', async () => {
		const prepared = await prepare();
		const { items, error } = await confirm(prepared, { expectedAmount: '10.00', expectedReceiver: '+855 12 000 232' });
		expect(error).toBeUndefined();
		expect(items[0]?.json).toMatchObject({ status: 'paid', out_trade_no: 'T-1' });
		expect(items[0]?.json).not.toHaveProperty('warning');
		expect(await booked()).toEqual([['T-1', 10]]);
	});

	test('of two prepared transfers of one number only the approved one is paid', async () => {
		await sandbox.settings({ secondCreate: 'open' });
		const [large, small] = [await prepare({ amount: '100' }), await prepare({ amount: '10' })];
		const refused = await confirm(large, { expectedAmount: '10' });
		expect(refused.error?.message).toBe(
			'This transfer was prepared for something else than was approved: Expected Amount is 10 USD, and that is not what it was prepared for (transfer T-1) [item 0]',
		);
		expect(refused.error?.description).toContain('This run has paid nothing.');
		expect([await sandbox.requests(CONFIRM), await booked()]).toEqual([0, []]);
		expect((await confirm(small, { expectedAmount: '10' })).items[0]?.json.status).toBe('paid');
		expect(await booked()).toEqual([['T-1', 10]]);
	});

	test.each([{}, { expectedAmount: '10', expectedReceiver: '012000232' }])('takes no prepared transfer for another number, though both are the same otherwise, with %j', async (approved) => {
		const [one, other] = [await prepare({ no: 'T-1' }), await prepare({ no: 'T-2' })];
		for (const mixedUp of [{ ...one, pre_transfer_id: other.pre_transfer_id }, { ...other, pre_transfer_id: one.pre_transfer_id }]) {
			const { error } = await confirm(mixedUp, approved);
			expect(error?.message).toMatch(/^This Pre-Transfer ID belongs to another transfer number than T-\d/);
			expect(error?.description).toContain('This run has paid nothing.');
		}
		expect([await sandbox.requests(CONFIRM), await booked()]).toEqual([0, []]);
		expect((await confirm(one, approved)).items[0]?.json.status).toBe('paid');
		// What nobody remembers is taken as it is said, where nothing is expected of it.
		store.clear();
		expect((await confirm(other, {})).items[0]?.json.status).toBe('paid');
	});

	test('of two receivers of one number only the approved one is paid', async () => {
		await sandbox.settings({ secondCreate: 'open' });
		const [other, own] = [await prepare({ receiver: '012000117' }), await prepare()];
		const refused = await confirm(other, { expectedReceiver: '012000232', expectedAmount: '10' });
		expect(refused.error?.message).toContain('Expected Receiver is 012000232, and that is not');
		expect(refused.error?.message).not.toContain('Expected Amount');
		expect((await confirm(own, { expectedReceiver: '012000232', expectedAmount: '10' })).items[0]?.json.status).toBe('paid');
		expect((await sandbox.ledger()).entries.map(({ receiver_id }) => receiver_id)).toEqual(['012000232']);
	});

	test('of two wallets of one number only that of the expected name is paid', async () => {
		await sandbox.settings({ secondCreate: 'open' });
		const [other, own] = [await prepare({ receiver: '012000117' }), await prepare()];
		const expectedReceiverName = String(own.receiver_name).split(' ').reverse().join('  ').toLowerCase();
		expect((await confirm(other, { expectedReceiverName })).error?.message).toContain(`Expected Receiver Name is ${expectedReceiverName}, and that is not`);
		expect((await confirm(own, { expectedReceiverName: '-' })).error?.message).toContain('Expected Receiver Name is -, and that is not');
		expect(await sandbox.requests(CONFIRM)).toBe(0);
		expect((await confirm(own, { expectedReceiverName })).items[0]?.json.status).toBe('paid');
	});

	test('takes the receiver as Create was given it and as KESS named it', async () => {
		await sandbox.settings({ receiverAsUserId: ['create', 'confirm', 'query'] });
		const again: IDataObject[] = [];
		for (const [index, spelling] of ['012000232', '+85512000232', undefined].entries()) {
			const prepared = await prepare({ no: `T-${index}` });
			expect(prepared.receiver_id).not.toBe('012000232');
			const { items, error } = await confirm(prepared, { expectedAmount: '10', expectedReceiver: spelling ?? prepared.receiver_id });
			expect(error).toBeUndefined();
			expect(items[0]?.json.status).toBe('paid');
			again.push(await prepare({ no: `T-${index}` }));
		}
		expect(again.map(({ status }) => status)).toEqual(['paid', 'paid', 'paid']);
		// Number and amount are those of the payment, and whose ID it is that KESS shows cannot be told here.
		expect(again[2]?.warning).toContain('another kind of ID');
		const other = await confirm(await prepare({ no: 'T-3' }), { expectedReceiver: 'somebody-else' });
		expect(other.error?.message).toContain('Expected Receiver is somebody-else');
		expect(await sandbox.paidOut()).toEqual(['T-0', 'T-1', 'T-2']);
	});

	test.each([{ expectedAmount: '10' }, { expectedReceiver: '012000232' }, { expectedReceiverName: 'Sok Dara' }])('refuses what this workflow did not prepare, with %j', async (approved) => {
		const prepared = await prepare();
		store.clear();
		const { error } = await confirm(prepared, approved);
		expect(error?.message).toContain('Nobody can tell whether this prepared transfer is the one that was approved: this workflow did not prepare it, or no longer knows of it');
		expect(error?.description).toContain('This run has paid nothing.');
		expect(await sandbox.requests(CONFIRM)).toBe(0);
		expect((await confirm(prepared, {})).items[0]?.json.status).toBe('paid');
	});

	test('run again it is found paid, also when nobody knows any more what was prepared', async () => {
		const prepared = await prepare();
		await confirm(prepared, { expectedAmount: '10' });
		store.clear();
		expect((await confirm(prepared, { expectedAmount: '10' })).items[0]?.json).toMatchObject({ status: 'paid', already_confirmed: true });
		expect((await confirm(prepared, { expectedAmount: '100' })).items[0]?.json).toMatchObject({
			status: 'paid',
			warning: expect.stringContaining('it has been paid, but not as asked now'),
		});
		store.clear();
		const other = await confirm(prepared, { expectedAmount: '100' });
		expect(other.error?.message).toContain('it has been paid, but not as asked now');
		expect(await booked()).toEqual([['T-1', 10]]);
	});

	test('in a list each row is looked at by itself', async () => {
		const prepared = [await prepare({ no: 'T-1', amount: '1' }), await prepare({ no: 'T-2', amount: '2' }), await prepare({ no: 'T-3', amount: '3' })];
		const { items } = await run({
			operation: 'confirm',
			parameters: {
				outTradeNo: '={{ $json.out_trade_no }}',
				preTransferId: '={{ $json.pre_transfer_id }}',
				partnerTransactionId: 'BANK-1',
				additionalFields: { expectedAmount: '={{ $json.approved }}' },
			},
			items: prepared.map((transfer, index) => ({ ...transfer, approved: index === 1 ? '20' : String(index + 1) })),
			settings: CONTINUE,
		});
		expect(items.map(({ json, error }) => json.status ?? error?.message.slice(0, 58))).toEqual([
			'paid',
			'This transfer was prepared for something else than was app',
			'paid',
		]);
		expect(await booked()).toEqual([['T-1', 1], ['T-3', 3]]);
	});
});

/** What an expression may give where nobody sees that there is nothing. */
const NOTHING: Array<[string, string]> = [
	['a column that is not there', '={{ $json.renamed }}'],
	['undefined', '={{ undefined }}'],
	['null', '={{ null }}'],
	['an empty text', ''],
	['spaces', '={{ "   " }}'],
	['a space that does not break', '={{ "\\u00a0\\u2003" }}'],
	['zero-width spaces', '={{ "\\u200b\\u200d\\u2060" }}'],
	['a soft hyphen', '={{ "\\u00ad" }}'],
	['a filler', '={{ "\\u3164" }}'],
	['a byte order mark', '={{ "\\ufeff" }}'],
];

const GUARDS = [
	['payOut', 'expectedReceiverName', 'Expected Receiver Name'],
	['create', 'expectedReceiverName', 'Expected Receiver Name'],
	['confirm', 'expectedAmount', 'Expected Amount'],
	['confirm', 'expectedReceiver', 'Expected Receiver'],
	['confirm', 'expectedReceiverName', 'Expected Receiver Name'],
] as const;

describe.each(GUARDS)('%s with %s', (operation, field, name) => {
	test.each(NOTHING)('fails the row when it is %s', async (_, value) => {
		const prepared = operation === 'confirm' ? await prepare() : {};
		const requests = (await sandbox.requestLog()).recent.length;
		const additionalFields = { [field]: value };
		const { error } =
			operation === 'confirm'
				? await confirm(prepared, additionalFields)
				: await run({ operation, parameters: { ...TRANSFER, partnerTransactionId: 'B', additionalFields } });
		expect(error?.message).toContain(`${name} (additionalFields.${field}) is empty in this row, and an empty one would check nothing`);
		expect(error?.description).toContain('Nothing was sent.');
		expect((await sandbox.requestLog()).recent).toHaveLength(requests);
	});
});

test('a row without its guard fails alone, and a guard that was not added is none', async () => {
	const parameters = { ...TRANSFER, partnerTransactionId: 'B', additionalFields: { expectedReceiverName: '={{ $json.worker }}' } };
	const worker = (await prepare({ no: 'T-0' })).receiver_name;
	const { items } = await run({ parameters, items: [{ no: 'T-1', worker }, { no: 'T-2' }, { no: 'T-3', worker }], settings: CONTINUE });
	expect(items.map(({ json, error }) => json.status ?? error?.message.split(' (')[0])).toEqual(['paid', 'Expected Receiver Name', 'paid']);
	await run({ parameters: { ...parameters, additionalFields: {} }, items: [{ no: 'T-4' }] });
	expect(await sandbox.paidOut()).toEqual(['T-1', 'T-3', 'T-4']);
	expect(await sandbox.requests(CREATE)).toBe(4);
});
