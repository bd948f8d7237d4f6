import { parseMoney } from '../../../kess/money.ts';
import { CONFIRM_TRANSFER, CREATE_TRANSFER, QUERY_TRANSFER } from '../../../kess/partner/services.ts';
import { expiresAt, isPaid, matchTransfer, personOf, receiverNote } from '../../../kess/partner/transfer.ts';

const asked = { outTradeNo: 'PO-1', preTransferId: 'PRE-1', money: parseMoney('10.50', 'USD'), receiverId: '012 345 678' };
const data = {
	out_trade_no: 'PO-1',
	pre_transfer_id: 'PRE-1',
	receiver_id: '+85512345678',
	amount: 10.5,
	currency: 'USD',
	receiver_name: 'SOK DARA',
	result_code: 'SUCCESS',
	fund_transfer_id: 'FT-1',
};

describe('matchTransfer', () => {
	test('everything agrees', () => {
		for (const service of [CREATE_TRANSFER, CONFIRM_TRANSFER, QUERY_TRANSFER, 'another']) {
			expect(matchTransfer(asked, data, service)).toBeUndefined();
		}
		expect(matchTransfer({ outTradeNo: 'PO-1' }, { out_trade_no: 'PO-1' }, CONFIRM_TRANSFER)).toBeUndefined();
	});

	test.each([
		['out_trade_no', 'PO-10'],
		['out_trade_no', 'po-1'],
		['pre_transfer_id', 'PRE-2'],
		['receiver_id', '+85512345679'],
		['receiver_id', '+66123456789'],
		['currency', 'KHR'],
		['amount', 10.51],
		['amount', '1050'],
		['amount', { value: 10.5 }],
	])('another %s (%j) is named, without its value', (field, value) => {
		for (const service of [CREATE_TRANSFER, CONFIRM_TRANSFER, QUERY_TRANSFER, 'another']) {
			expect(matchTransfer(asked, { ...data, [field]: value }, service)).toBe(`the answer has another ${field} than the one asked for`);
		}
	});

	test('what the specification promises has to be there', () => {
		const without = (field: string) => ({ ...data, [field]: undefined });
		for (const field of ['out_trade_no', 'receiver_id', 'amount', 'currency']) {
			expect(matchTransfer(asked, without(field), QUERY_TRANSFER)).toBe(`the answer has no ${field}`);
		}
		expect(matchTransfer(asked, without('pre_transfer_id'), CONFIRM_TRANSFER)).toBe('the answer has no pre_transfer_id');
		expect(matchTransfer(asked, without('pre_transfer_id'), QUERY_TRANSFER)).toBeUndefined();
		expect(matchTransfer(asked, without('amount'), 'another')).toBeUndefined();
		expect(matchTransfer(asked, {}, 'another')).toBe('the answer has no out_trade_no');
	});

	test.each(['10.5', '10.50', 10.5])('the amount may be written %j', (amount) => {
		expect(matchTransfer(asked, { ...data, amount }, CONFIRM_TRANSFER)).toBeUndefined();
	});

	test.each(['012345678', '012-345-678', '855 12 345 678', '85512345678', '+855 (12) 345 678'])('%s is the same phone number', (receiver) => {
		expect(matchTransfer(asked, { ...data, receiver_id: receiver }, QUERY_TRANSFER)).toBeUndefined();
	});

	test.each(['+855012345678', '+66123456789', '012345679'])('%s is another one', (receiver) => {
		expect(matchTransfer(asked, { ...data, receiver_id: receiver }, QUERY_TRANSFER)).toContain('another receiver_id');
	});

	test.each(['12345678', 'KESS-01', 1001])('%s is a KESS user ID, which is not compared with a phone number but told', (receiver) => {
		const answer = { ...data, receiver_id: receiver };
		expect(matchTransfer(asked, answer, QUERY_TRANSFER)).toBeUndefined();
		expect(receiverNote(asked, answer)).toMatch(/^KESS names the receiver by another kind of ID than the one asked for/);
		// The other way round too.
		const byId = { outTradeNo: 'PO-1', receiverId: String(receiver) };
		expect(matchTransfer(byId, data, QUERY_TRANSFER)).toBeUndefined();
		expect(receiverNote(byId, data)).toBeDefined();
	});

	test('where both are named the same way there is nothing to tell', () => {
		expect(receiverNote(asked, data)).toBeUndefined();
		expect(receiverNote({ outTradeNo: 'PO-1', receiverId: '1001' }, { ...data, receiver_id: '1001' })).toBeUndefined();
		expect(receiverNote({ outTradeNo: 'PO-1' }, data)).toBeUndefined();
	});

	test('all spellings of a phone number are one receiver', () => {
		const spellings = ['012345678', '+85512345678', '855 12 345 678', '+855 (12) 345 678'];
		expect(new Set(spellings.map(personOf))).toEqual(new Set(['+85512345678']));
		expect(personOf('12345678')).toBe('12345678');
	});

	test('user IDs compare as text', () => {
		const byId = { outTradeNo: 'PO-1', receiverId: 'KESS-01' };
		expect(matchTransfer(byId, { ...data, receiver_id: 'KESS-01' }, QUERY_TRANSFER)).toBeUndefined();
		expect(matchTransfer(byId, { ...data, receiver_id: 'KESS01' }, QUERY_TRANSFER)).toContain('receiver_id');
		expect(matchTransfer({ ...byId, receiverId: '1001' }, { ...data, receiver_id: 1001 }, QUERY_TRANSFER)).toBeUndefined();
	});
});

test('paid means SUCCESS with a transfer ID', () => {
	expect(isPaid(data)).toBe(true);
	for (const result_code of [' SUCCESS ', 'success', 'Success']) expect(isPaid({ ...data, result_code })).toBe(true);
	for (const result_code of ['PROCESSING', 'SUCCESSFUL', '', undefined, true]) expect(isPaid({ ...data, result_code })).toBe(false);
	for (const fund_transfer_id of ['', null, undefined, {}, 0, '0', '000', 'null', 'NULL']) expect(isPaid({ ...data, fund_transfer_id })).toBe(false);
});

test('the end of a prepared transfer', () => {
	const now = Date.UTC(2026, 0, 1);
	expect(expiresAt(300, now)).toBe('2026-01-01T00:05:00.000Z');
	expect(expiresAt(' 60 ', now)).toBe('2026-01-01T00:01:00.000Z');
	for (const value of [undefined, null, '', 'soon', -1, 1.5, 1e20, {}]) expect(expiresAt(value, now)).toBeUndefined();
});
