import type { IDataObject } from 'n8n-workflow';

import { emvChecksum } from '../../sandbox/webpay/khqr.mts';
import { withSandbox } from '../support/kessSandbox.mts';
import { PAY_OUT, runCell } from '../support/partnerCells.mts';
import { createOrders, runWebPay } from '../support/webPayNode.mts';
import { cipherPublicKey } from '../../sandbox/webpay/cardCipher.mts';
import { encryptedCard } from '../support/webPayServices.mts';
import { withStore } from '../support/withStore.mts';

/** What KESS honestly refuses is said so in the same run and in its own words, by every operation that moves money: no row is unknown. */

const ROWS = 50;

const sandbox = withSandbox({ fastRsa: true });
withStore();

const numbers = Array.from({ length: ROWS }, (_, index) => `R-${index}`);
const items: IDataObject[] = numbers.map((no) => ({ no }));
const settings = { onError: 'continueRegularOutput' } as const;

const khqr = (() => {
	const text = '00020101021129190015coffee_sok@wing5204599953038405802KH5910Coffee Sok6010Phnom Penh6304';
	return `${text}${emvChecksum(text)}`;
})();

const TRANSACTION = { outTradeNo: '={{ $json.no }}', body: 'Coffee', totalAmount: '10.50', currency: 'USD' };

const CASES: Array<[name: string, resource: string, operation: string, parameters: IDataObject, says: RegExp, prepare?: () => Promise<unknown>]> = [
	['an expired payment code', 'payment', 'quickPay', { ...TRANSACTION, authCode: '1300000000000000000', serviceCode: 'WECHAT' }, /The payment code has expired/],
	[
		'a refund of an order that is not paid',
		'refund',
		'create',
		{ outTradeNo: '={{ $json.no }}', reason: 'Damaged', refundType: 'partial', partialRefundAmount: '1', partialRefundAmountCcy: 'USD', additionalFields: { merchantReference: '={{ "REF-" + $json.no }}' } },
		/is not paid/,
		async () => await createOrders(sandbox, numbers, false),
	],
	['a balance that is too low', 'khqr', 'pay', { qrcode: khqr, outTradeNo: '={{ $json.no }}', amount: '2000000', currency: 'USD', senderId: '10023' }, /The balance of the sender is too low/],
	[
		'a token of no order',
		'subscription',
		'create',
		{ preOrderToken: '={{ "token-" + $json.no }}', holderName: 'SREY OUN', card: encryptedCard(cipherPublicKey()), interval: 'monthly' },
		/names no order that can be paid/,
	],
];

test.each(CASES)('%s', async (...[, resource, operation, parameters, says, prepare]) => {
	await prepare?.();
	const { items: output } = await runWebPay(sandbox, resource, operation, parameters, { items, settings });
	expect(output).toHaveLength(ROWS);
	for (const { json } of output) expect(String(json.error)).toMatch(says);
});

test('a receiver that there is not', async () => {
	const { items: output } = await runCell({ items: items.map((item) => ({ ...item, receiver: '099999999' })), settings, parameters: PAY_OUT }, sandbox.partnerCredential());
	expect(output).toHaveLength(ROWS);
	for (const { json } of output) expect(String(json.error)).toMatch(/^KESS|receiver/i);
	expect(output.filter(({ json }) => json.status === 'unknown')).toEqual([]);
});
