import { tellsOfNothing, tellsOfUse } from '../../../kess/gateway/refusalWords.ts';

/** Words of refusals, of KESS, its siblings, Laravel and payment gateways in general. */

test.each([
	['USED', 'The pre transfer id has been confirmed'],
	['400', 'The out trade no has already been taken.'],
	['400', 'The out_trade_no must be unique.'],
	['400', 'out_trade_no duplicated'],
	['DUPLICATE_ORDER', 'Bad request'],
	['DUPLICATED', ''],
	['ORDER_PAID', 'Bad request'],
	['400', 'Order is paid'],
	['400', 'This order has been paid'],
	['422', 'The auth code was used before'],
	['422', 'Auth code already used.'],
	['422', 'Order exists'],
	['422', 'Another payment is in progress'],
	['422', 'The transaction is being processed'],
	['422', 'The refund was submitted already'],
	['409', 'CONFLICT'],
	['VALIDATIONERROR', 'The partner transaction id has already been taken'],
	['ALREADYCONFIRMED', 'No'],
	['PROCESSING', 'No'],
	['422', 'Transaction completed'],
	['422', 'The order is SUCCESS'],
	['422', 'Payment is done'],
	['422', 'The refund amount exceeds the refundable amount'],
])('%s "%s" may come from what was done before', (code, reason) => {
	expect(tellsOfUse({ code, reason })).toBe(true);
});

test.each([
	['NOTEXIST', 'There is none'],
	['NOTELIGIBLE', 'Not eligible'],
	['400', 'The receiver does not exist.'],
	['400', "Receiver doesn't exist"],
	['400', 'The wallet is not registered'],
	['422', 'The balance is too low.'],
	['422', 'The amount to be paid exceeds the balance'],
	['422', 'This payment method cannot be used'],
	['400', 'The selected currency is invalid.'],
	['422', 'The payment was not successful'],
	['422', 'auth_code is expired'],
])('%s "%s" is an honest refusal', (code, reason) => {
	expect(tellsOfUse({ code, reason })).toBe(false);
});

test.each([
	['NOT_FOUND', 'Not found'],
	['404', 'not found.'],
	['NOT_FOUND', 'no reason given (HTTP 404)'],
	['NOTEXIST', ''],
	['ORDER_NOT_FOUND', ''],
	['NOT_FOUND', 'There is no order with the out_trade_no INV-1.'],
	['400', 'Order not found'],
	['400', 'The order could not be found'],
	['400', 'Record not found.'],
	['400', 'There is no such refund.'],
	['400', 'The merchant reference does not exist'],
	['400', 'The selected out trade no is invalid.'],
	['400', 'The selected out_trade_no is invalid.'],
	['400', 'No data'],
	['400', 'Invalid order number'],
])('%s "%s" says that there is nothing', (code, reason) => {
	expect(tellsOfNothing({ code, reason })).toBe(true);
});

test.each([
	['400', 'Seller not found'],
	['400', 'Session does not exist'],
	['400', 'The selected seller code is invalid.'],
	['400', 'Service not found'],
	['400', 'Invalid sign'],
	['422', 'Too many requests'],
	['403', 'No such permission'],
	['422', 'There is no room for more requests.'],
	['400', 'Invalid data'],
	['404', 'Service not found'],
	['NOT_FOUND', 'Seller not found'],
	['404', 'Transaction failed: seller does not exist'],
	['404', 'Refund query: user not found'],
	['404', ''],
	['NOT_FOUND', 'The merchant was not found'],
])('%s "%s" says nothing of it', (code, reason) => {
	expect(tellsOfNothing({ code, reason })).toBe(false);
});

test('of several things that are said, each has to tell of nothing', () => {
	const says = (reason: string) => tellsOfNothing({ code: '400', reason });
	expect(says('The order was not found. | The selected out trade no is invalid.')).toBe(true);
	expect(says('The order was not found. | The seller is unknown.')).toBe(false);
	expect(says('Validation error of the order | The seller was not found.')).toBe(false);
	expect(tellsOfUse({ code: '422', reason: 'Validation error | The out trade no has already been taken.' })).toBe(true);
});
