import type { JsonObject } from '../../../kess/jsonObject.ts';
import { cardEvent, isAboutCard, isBehind, orderEvent, shownEvents } from '../../../kess/webPay/event.ts';

const PAID: JsonObject = { out_trade_no: 'A', transaction_id: 'T1', total_amount: '10.5', currency: 'USD', status: 'SUCCESS', paid_at: '2026-11-01T00:00:00Z' };
const RENEWED: JsonObject = { ...PAID, transaction_id: 'T2', paid_at: '2026-12-01T00:00:00Z' };

const refund = (number: number, amount = 1, reference: string | null = null): JsonObject => ({
	transaction_id: `R${number}`,
	merchant_reference: reference,
	amount,
	status: 'PARTIAL_REFUNDED',
});

const refunded = (...refunds: JsonObject[]): JsonObject => ({ ...PAID, status: 'PARTIAL_REFUNDED', refund_histories: refunds });

const nobody = () => [];

/** What becomes of notifications one after the other: the event of each, or nothing for those that tell of one that has been told. */
function events(...told: Array<[JsonObject, JsonObject?]>): Array<string | undefined> {
	const handled = new Set<string>();
	const known = (beginning: string) => [...handled].filter((key) => key.startsWith(beginning));
	return told.map(([fields, shown]) => {
		const { name, key } = orderEvent(fields, shown, known);
		if (handled.has(key)) return undefined;
		handled.add(key);
		return name;
	});
}

describe('what has happened, in plain words', () => {
	test.each([
		['SUCCESS', 'paid'],
		['CLOSED', 'closed'],
		['REFUNDED', 'refunded'],
		['PARTIAL_REFUNDED', 'partiallyRefunded'],
		['PENDING_REFUNDED', 'other'],
		['REJECT_REFUNDED', 'other'],
		['FAILED', 'other'],
		['EXPIRED', 'other'],
		['A_NEW_WORD', 'other'],
	])('%s is %s', (status, event) => {
		const order = { ...PAID, status };
		expect(orderEvent(order, undefined, nobody).name).toBe(event);
		expect(orderEvent(order, order, nobody).name).toBe(event);
	});

	test.each([
		['SUCCESS', 'paid'],
		['CLOSED', 'closed'],
		['EXPIRED', 'other'],
	])('%s is %s, whatever the notification says', (status, event) => {
		for (const said of ['WAITING', 'SUCCESS', 'FAILED']) expect(orderEvent({ ...PAID, status: said }, { ...PAID, status }, nobody).name).toBe(event);
	});
});

describe('a new transaction is a new event, a repetition is none', () => {
	test('a subscription that is charged for the same order again and again', () => {
		const third = { ...PAID, transaction_id: 'T3', paid_at: '2027-01-01T00:00:00Z' };
		expect(events([PAID], [PAID], [RENEWED], [RENEWED], [PAID], [third])).toEqual(['paid', undefined, 'renewed', undefined, undefined, 'renewed']);
		expect(events([PAID, PAID], [RENEWED, PAID], [RENEWED, PAID], [third, RENEWED])).toEqual(['paid', 'renewed', undefined, 'renewed']);
	});

	test('a renewal of which the first payment is not remembered, and one that was given back since', () => {
		expect(events([RENEWED, PAID])).toEqual(['renewed']);
		expect(events([RENEWED, refunded(refund(1))])).toEqual(['renewed']);
	});

	test.each([
		['without a time', { ...PAID, transaction_id: 'T9', paid_at: null }],
		['of the same time', { ...PAID, transaction_id: 'T9' }],
		['without a number', { ...PAID, transaction_id: null }],
	])('another transaction %s is no renewal by itself', (_name, told) => {
		expect(events([told, PAID])).toEqual(['paid']);
	});

	test('whatever the notification says, the same status of the same transaction counts once', () => {
		const waiting = { ...PAID, status: 'WAITING', transaction_id: null };
		expect(events([waiting, PAID], [PAID, PAID], [{ ...PAID, status: 'CLOSED' }, PAID])).toEqual(['paid', undefined, undefined]);
	});

	test.each(['FAILED', 'WAITING', 'PROCESSING', 'CLOSED', 'EXPIRED'])('%s of a transaction of its own is no charge, before the payment and after it', (status) => {
		const other = { ...PAID, status, transaction_id: 'T0', paid_at: '2026-10-31T00:00:00Z' };
		expect(events([PAID, PAID], [other, PAID], [RENEWED, PAID])).toEqual(['paid', undefined, 'renewed']);
		expect(events([other, PAID], [PAID, PAID], [PAID])).toEqual(['paid', undefined, undefined]);
		expect(events([PAID, PAID], [{ ...RENEWED, status }, PAID], [RENEWED, PAID])).toEqual(['paid', undefined, 'renewed']);
	});

	test('attempts that have failed are told apart where the order shows that it failed', () => {
		const failed = (transaction: string) => ({ ...PAID, status: 'FAILED', transaction_id: transaction });
		expect(events([failed('T1'), failed('T1')], [failed('T2'), failed('T2')], [failed('T1'), failed('T2')])).toEqual(['other', 'other', undefined]);
	});

	test.each([null, PAID.paid_at ?? null])('the same payment with and without its transaction is one (paid_at %s), and what follows is another', (paid_at) => {
		const without = { ...PAID, transaction_id: null, paid_at };
		expect(events([without], [PAID], [without])).toEqual(['paid', undefined, undefined]);
		expect(events([PAID], [{ ...without, paid_at: null }], [RENEWED])).toEqual(['paid', undefined, 'renewed']);
	});

	test('without a transaction its time tells two apart', () => {
		const [first, second] = [PAID, RENEWED].map((fields) => ({ ...fields, transaction_id: null }));
		expect(events([first ?? {}], [first ?? {}], [second ?? {}])).toEqual(['paid', undefined, 'renewed']);
	});

	test('an order that contains what joins two others is neither of them', () => {
		expect(events([PAID], [{ ...PAID, out_trade_no: 'A","T1' }], [{ ...PAID, out_trade_no: 'A:T1', transaction_id: '' }])).toEqual(['paid', 'paid', 'paid']);
	});
});

describe('an order that has moved on before its payment is told', () => {
	const later = ['PARTIAL_REFUNDED', 'PENDING_PARTIAL_REFUND', 'REJECT_REFUNDED'];

	test.each(['REFUNDED', 'PENDING_REFUNDED'])('%s: nobody is told to deliver', (status) => {
		const shown = { ...PAID, status };
		expect(events([PAID, shown])).not.toContain('paid');
		expect(shownEvents(shown, () => false).map(({ name }) => name)).not.toContain('paid');
	});

	test.each(later)('%s: it is paid, once', (status) => {
		const shown = { ...PAID, status };
		expect(events([PAID, shown], [PAID, PAID], [{ ...PAID, transaction_id: null }, PAID])).toEqual(['paid', undefined, undefined]);
		const [first, ...others] = events([{ ...PAID, status: 'WAITING', transaction_id: null }, shown], [PAID, shown], [{ ...PAID, transaction_id: null }, shown]);
		expect(first).toBe('paid');
		expect(others).not.toContain('paid');
		expect(others).not.toContain('renewed');
		expect(shownEvents(shown, () => false)[0]).toEqual({ name: 'paid', key: orderEvent(PAID, shown, nobody).key });
	});

	test.each(later)('%s: a notification of the refund does not make it paid again', (status) => {
		const shown = { ...PAID, status };
		const [first] = events([shown, shown]);
		expect(events([PAID, shown], [shown, shown])).toEqual(['paid', first]);
		expect(first).not.toBe('paid');
	});
});

describe('refunds in parts', () => {
	const [one, two, three] = [refunded(refund(1)), refunded(refund(1), refund(2)), refunded(refund(1), refund(2), refund(3))];

	test('each part once, as the notifications list them', () => {
		expect(events([one], [one], [two], [one], [three], [two])).toEqual(['partiallyRefunded', undefined, 'partiallyRefunded', undefined, 'partiallyRefunded', undefined]);
	});

	test('each part once, as the gateway lists them, also when it is asked later', () => {
		expect(events([one, one], [one, three], [two, three], [two, three], [three, three])).toEqual(['partiallyRefunded', undefined, 'partiallyRefunded', undefined, 'partiallyRefunded']);
	});

	test('a list that the gateway does not have counts for no more than its own', () => {
		const forged = refunded(refund(1), refund(77), refund(78), refund(79));
		expect(events([one, one], [forged, one], [refunded(refund(99)), one])).toEqual(['partiallyRefunded', undefined, undefined]);
	});

	test.each<[string, JsonObject, JsonObject]>([
		['reference', { merchant_reference: 'X1' }, { merchant_reference: 'X2' }],
		['amount', { amount: '1' }, { amount: '2' }],
		['amount under the same reference', { merchant_reference: 'X1', amount: '1' }, { merchant_reference: 'X1', amount: '2' }],
		['refund_amount', { refund_amount: '1' }, { refund_amount: '2' }],
		['refund_id', { refund_id: 'R1' }, { refund_id: 'R2' }],
		['transaction', { transaction_id: 'R1' }, { transaction_id: 'R2' }],
	])('another %s at the top level is another one', (_name, first, second) => {
		const told = (more: JsonObject) => ({ ...PAID, status: 'PARTIAL_REFUNDED', ...more });
		const expected = ['partiallyRefunded', undefined, 'partiallyRefunded', undefined];
		expect(events([told(first)], [told(first)], [told(second)], [told(second)])).toEqual(expected);
		const shown = { ...PAID, status: 'PARTIAL_REFUNDED' };
		expect(events([told(first), shown], [told(first), shown], [told(second), shown], [told(second), shown])).toEqual(expected);
	});

	test('one that is told in its own words and in those of the order is one', () => {
		const own = (number: number): JsonObject => ({ ...refund(number, 1, 'X'), out_trade_no: 'A', currency: 'USD' });
		const shown = refunded(refund(1, 1, 'X'), refund(2, 1, 'X'));
		expect(events([own(1), shown], [one, shown], [own(2), shown], [two, shown])).toEqual(['partiallyRefunded', undefined, 'partiallyRefunded', undefined]);
	});

	test('one that came to nothing is not taken for the payment of its order', () => {
		const rejected = { out_trade_no: 'A', status: 'REJECTED', amount: '1', currency: 'USD', transaction_id: 'R1' };
		expect(events([PAID, PAID], [rejected, PAID], [rejected, PAID])).toEqual(['paid', 'other', undefined]);
	});
});

describe('a gateway that is behind its own notification', () => {
	const shown = refunded(refund(1));

	test.each<[string, JsonObject, JsonObject]>([
		['still waits', { ...PAID, status: 'WAITING' }, PAID],
		['shows no refund', PAID, shown],
		['shows a refund less', shown, refunded(refund(1), refund(2))],
		['shows no refund that is told in its own words', PAID, { out_trade_no: 'A', status: 'SUCCESS', amount: '1', merchant_reference: 'X' }],
		['still waits, and the word is not known', { ...PAID, status: 'WAITING' }, { ...PAID, status: 'A_NEW_WORD' }],
	])('%s', (_name, order, told) => expect(isBehind(order, told)).toBe(true));

	test.each<[string, JsonObject, JsonObject]>([
		['what is told is that it waits', { ...PAID, status: 'WAITING' }, { ...PAID, status: 'WAITING' }],
		['an attempt has failed and the next may follow', { ...PAID, status: 'WAITING' }, { ...PAID, status: 'FAILED' }],
		['it shows what is told', PAID, PAID],
		['it shows more', refunded(refund(1), refund(2)), shown],
		['it shows no list of refunds', { ...PAID, status: 'PARTIAL_REFUNDED' }, shown],
		['the refund came to nothing', PAID, { ...PAID, status: 'REJECT_REFUNDED' }],
		['it shows a renewal only with its first charge', PAID, RENEWED],
	])('not when %s', (_name, order, told) => expect(isBehind(order, told)).toBe(false));
});

describe('cards', () => {
	const CARD: JsonObject = { card_token: 'C1', status: 'SUCCESS', sign_type: 'MD5' };

	test.each<JsonObject>([CARD, { card_info: { card_token: 'C1' } }, { tokenize_id: 5, status: 'SUCCESS' }, { token: 'C1', holder_name: 'SOK' }, { ...CARD, out_trade_no: '' }])(
		'%j tells of a card',
		(told) => expect(isAboutCard(told)).toBe(true),
	);

	test.each<JsonObject>([{ ...CARD, out_trade_no: 'A' }, { ...PAID, out_trade_no: '' }, { ...PAID, out_trade_no: '', token: 't' }, { status: 'SUCCESS' }, {}])(
		'%j does not',
		(told) => expect(isAboutCard(told)).toBe(false),
	);

	test('each card is an event, also where nothing that is signed differs', () => {
		const cards = [CARD, { ...CARD, card_token: 'C2' }, { ...CARD, card_info: { account_number: '1' } }, { ...CARD, card_info: { account_number: '2' } }];
		expect(new Set(cards.map((told) => cardEvent(told).key)).size).toBe(cards.length);
		expect(cardEvent({ ...CARD })).toEqual(cardEvent(CARD));
	});

	test.each<[string, JsonObject]>([
		['cardSaved', CARD],
		['cardSaved', { token: 'C1' }],
		['other', { ...CARD, status: 'FAILED' }],
		['other', { ...CARD, status: 'DECLINED' }],
		['other', { ...CARD, success: false }],
	])('%s: %j', (event, told) => expect(cardEvent(told).name).toBe(event));
});

describe('what an order shows, asked again and again', () => {
	const eventsOf = (order: JsonObject, isKnown = false) => shownEvents(order, () => isKnown);
	const keyOf = (order: JsonObject) => eventsOf(order).at(-1)?.key;

	test('the key changes with every payment and refund, and with nothing else', () => {
		const states = [PAID, RENEWED, refunded(refund(1)), refunded(refund(1), refund(2)), { ...PAID, status: 'CLOSED' }, { ...PAID, out_trade_no: 'B' }];
		expect(new Set(states.map(keyOf)).size).toBe(states.length);
		expect(keyOf({ ...PAID, paid_at: '2026-11-01 07:00', settled_at: 'now' })).toBe(keyOf(PAID));
		expect(keyOf(refunded(refund(2), refund(1)))).toBe(keyOf(refunded(refund(1), refund(2))));
		expect(keyOf({ ...PAID, status: 'CLOSED', transaction_id: null })).toBe(keyOf({ ...PAID, status: 'CLOSED' }));
	});

	test('that it was paid comes before what became of it, unless it is known; another payment is a renewal', () => {
		const names = (isKnown: boolean) => [PAID, refunded(refund(1)), { ...PAID, status: 'REJECT_REFUNDED' }, { ...PAID, status: 'CLOSED' }].map((order) => eventsOf(order, isKnown).map(({ name }) => name));
		expect(names(false)).toEqual([['paid'], ['paid', 'partiallyRefunded'], ['paid', 'other'], ['closed']]);
		expect(names(true)).toEqual([['renewed'], ['partiallyRefunded'], ['other'], ['closed']]);
		expect(eventsOf(refunded(refund(1)))[0]).toEqual(eventsOf(PAID)[0]);
	});
});
