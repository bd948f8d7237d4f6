import { tellsOfNothing, tellsOfReason, tellsOfUse } from '../../../kess/gateway/refusalWords.ts';

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
	['400', 'The out_trade_no already exists.'],
	['400', 'out_trade_no is used'],
	['400', 'Order no already paid'],
	['OUT_TRADE_NO_USED', 'Bad request'],
	['OUT_TRADE_NO_EXISTS', 'Bad request'],
	['400', 'The out_trade_no is not unique'],
	['400', 'The trade no exists'],
	['400', 'Invalid request: the order is processing'],
])('%s "%s" may come from what was done before', (code, reason) => {
	expect(tellsOfUse({ code, reason })).toBe(true);
	expect(tellsOfReason({ code, reason })).toBe(false);
});

test.each([
	['NOTEXIST', 'There is none'],
	['NOTELIGIBLE', 'Not eligible'],
	['INSUFFICIENT_BALANCE', 'Bad request'],
	['422', 'Insufficient funds'],
	['422', 'The card was declined.'],
	['422', 'Your daily limit is 500 USD'],
	['400', 'The sender has no permission'],
	['400', 'Validation error | The sign field is invalid.'],
	['422', 'The order INV-1 is not paid.'],
	['422', 'The order has not been paid yet'],
	['422', 'Only 2.50 USD of the order INV-1 can be refunded.'],
	['422', 'Wallet is suspended'],
	['400', 'The receiver does not exist.'],
	['400', "Receiver doesn't exist"],
	['400', 'The wallet is not registered'],
	['422', 'The balance is too low.'],
	['422', 'The amount to be paid exceeds the balance'],
	['422', 'This payment method cannot be used'],
	['400', 'The selected currency is invalid.'],
	['422', 'auth_code is expired'],
	['422', 'Invalid auth code'],
	['422', 'There are no funds in this wallet'],
	['422', 'Only 0.50 USD of the order INV-1 can be refunded.'],
	['422', 'The refund amount is greater than the available balance'],
])('%s "%s" is an honest refusal', (code, reason) => {
	expect(tellsOfUse({ code, reason })).toBe(false);
	expect(tellsOfReason({ code, reason })).toBe(true);
});

test.each([
	['400', 'Bad request'],
	['422', 'Timeout'],
	['422', 'The payment was not successful'],
	['422', 'The bank did not answer'],
	['422', 'System busy, try again later'],
	['422', 'The order is under review'],
	['400', 'Request accepted, please query'],
	['USERPAYING', 'The user is paying, please query later'],
	['ORDERPAID', 'Bad request'],
	['422', 'Waiting for the buyer to confirm'],
	['422', 'Invalid order status'],
	['422', 'Order status is not valid for payment'],
	['INVALID_STATUS', 'Bad request'],
	['422', 'This order is not refundable'],
	['422', 'This order cannot be refunded'],
	['422', 'Refund amount exceeds the remaining amount'],
	['422', 'The amount is greater than what is left'],
	['422', 'Only 0.00 USD can be refunded'],
	['422', 'The funds were returned to the buyer'],
	['422', 'Not allowed: the payment was reversed'],
	['400', 'លេខបញ្ជាទិញនេះត្រូវបានប្រើរួចហើយ'],
	['400', '商户订单号重复'],
	['400', ''],
])('%s "%s" does not tell why nothing should have been carried out', (code, reason) => {
	expect(tellsOfReason({ code, reason })).toBe(false);
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
	['400', 'Order INV-1 not found.'],
	['400', 'No order found'],
	['400', 'The requested order does not exist'],
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
	['400', 'No data connection'],
	['400', 'There is no payment permission for this merchant'],
	['400', 'Order not found yet, please try later'],
	['400', 'Order not found in replica'],
	['400', 'Session data not found'],
	['400', 'Invalid order signature'],
	['400', 'Merchant data not found'],
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
