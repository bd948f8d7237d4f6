import { adviceOn, causeOf } from '../../../kess/gateway/refusalCause.ts';

test.each([
	['403', 'Your IP address is not allowed', 'address'],
	['FORBIDDEN', 'ip not in whitelist', 'address'],
	['400', 'Request from unknown IP 203.0.113.7', 'address'],
	['IP_NOT_ALLOWED', 'Refused', 'address'],
	['403', 'merchant is suspended', 'account'],
	['400', 'Merchant has been deactivated.', 'account'],
	['422', 'The seller is not active', 'account'],
	['401', 'User is disabled', 'account'],
	['403', 'Account locked', 'account'],
	['403', 'Forbidden', 'permission'],
	['401', 'You have no permission for this service', 'permission'],
	['FORBIDDEN', 'no reason given (HTTP 403)', 'permission'],
	['400', 'Invalid sign', 'signature'],
	['INVALID_SIGNATURE', 'Refused', 'signature'],
	['VALIDATIONERROR', 'RSA2 signature mismatch', 'signature'],
	['400', 'The signature of the merchant is blocked', 'signature'],
])('%s "%s" is likely about: %s', (code, reason, cause) => {
	expect(causeOf({ code, reason })).toBe(cause);
	expect(adviceOn({ code, reason }) === undefined).toBe(cause === 'signature');
});

test.each([
	['422', 'Refund is not allowed after 7 days'],
	['400', 'The receiver account is closed'],
	['422', 'The card of this user is blocked'],
	['401', 'Unauthenticated.'],
	['401', 'The user token has expired'],
	['400', 'Please sign in'],
	['400', 'The shipping address is required'],
	['422', 'Insufficient balance'],
])('%s "%s" tells of no cause', (code, reason) => {
	expect(adviceOn({ code, reason })).toBeUndefined();
	expect(causeOf({ code, reason })).toBeUndefined();
});

test('who has not said a word may be a proxy as well', () => {
	expect(adviceOn({ code: '403', reason: 'no reason given (HTTP 403)' })).toMatch(/^If KESS itself has said it.*A proxy or firewall/);
});
