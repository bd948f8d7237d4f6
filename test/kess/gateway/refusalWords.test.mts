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
])('%s "%s" is an honest refusal', (code, reason) => {
	expect(tellsOfUse({ code, reason })).toBe(false);
});

test.each([
	['NOT_FOUND', 'x'],
	['NOTEXIST', 'x'],
	['404', 'x'],
	['ORDER_NOT_FOUND', 'x'],
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
])('%s "%s" says nothing of it', (code, reason) => {
	expect(tellsOfNothing({ code, reason })).toBe(false);
});
