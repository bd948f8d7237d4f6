import { readWebPayAnswer } from '../../../kess/webPay/answer.ts';
import { webPayDataSignatures } from '../../../kess/webPaySignature.ts';

const account = { apiSecretKey: 'k', signType: 'MD5' };

const read = (status: number, body: unknown) =>
	readWebPayAnswer(status, typeof body === 'string' ? body : JSON.stringify(body), account);

test.each([true, 'true'])('success is %p', (success) => {
	const data = { out_trade_no: 'A' };
	expect(read(200, { success, data })).toEqual({ kind: 'success', data, signature: 'unsigned' });
	const [sign] = webPayDataSignatures(data, 'MD5', 'k');
	expect(read(200, { success, data, sign })).toEqual({ kind: 'success', data, signature: 'valid' });
	expect(read(200, { success, data, sign: 'x' })).toEqual({ kind: 'success', data, signature: 'invalid' });
});

test('whole numbers too large for JavaScript stay as they were written', () => {
	const text = '{"success":true,"data":{"transaction_id":9007199254740993,"info":{"id":9007199254740992},"list":[1,9007199254740991]}}';
	expect(read(200, text)).toMatchObject({
		data: { transaction_id: '9007199254740993', info: { id: '9007199254740992' }, list: [1, 9007199254740991] },
	});
});

test.each([
	[200, { success: 'false', data: { a: 1 } }],
	[200, { success: 1, data: { a: 1 } }],
	[200, { data: { a: 1 } }],
	[400, { success: true, data: { a: 1 } }],
])('HTTP %d with %j is no success', (status, body) => {
	expect(read(status, body).kind).not.toBe('success');
});

test('takes the reason and the code from the first field that has one', () => {
	expect(read(400, { success: false, error_des: '', message: ' wrong amount ', status_code: 400 })).toEqual({
		kind: 'refused',
		reason: 'wrong amount',
		code: '400',
		status: 400,
		isOwnShape: false,
	});
	expect(read(409, { success: false })).toEqual({ kind: 'refused', reason: 'no reason given (HTTP 409)', code: '409', isOwnShape: false, status: 409 });
});

test.each([
	[422, { success: false, error_des: 'The balance is too low.', status_code: 422, code: 'PROCESS_FAILED' }],
	[400, { success: 'false', msg: 'wrong amount', status_code: '400' }],
	[400, { success: false, error_des: 'wrong amount' }],
	[404, { success: false, error_des: 'Not found', status_code: 404 }],
	[200, { success: false, error_des: 'wrong amount', status_code: 422 }],
	[404, { success: false, error_des: 'Order not found', status_code: 'NOT_FOUND' }],
])('HTTP %d with %j is how KESS itself refuses', (status, body) => {
	expect(read(status, body)).toMatchObject({ kind: 'refused', isOwnShape: true });
});

test.each([
	[403, { success: false, error_des: 'Forbidden', status_code: 403 }],
	[404, { message: 'Not found' }],
	[200, { success: false, error_des: 'wrong amount' }],
	[200, { success: false, error_des: 'Forbidden', status_code: 403 }],
	[400, { success: false, error_des: 'wrong amount', status_code: 422 }],
	[400, { success: false, error_des: '' }],
	[400, { success: false, message: 'Bad request' }],
	[400, { success: false }],
	[400, { error_des: 'wrong amount' }],
	[422, { success: true, error_des: 'wrong amount' }],
	[419, { message: 'Page Expired' }],
])('HTTP %d with %j may come from anything on the way', (status, body) => {
	expect(read(status, body)).toMatchObject({ kind: 'refused', isOwnShape: false });
});

test.each([
	[401, { success: false, error_des: 'Unauthenticated.' }],
	[200, { success: false, error_des: 'Token expired', status_code: 401 }],
	[200, { success: false, error_code: 'UNAUTHENTICATED' }],
	[401, 'Unauthorized'],
])('HTTP %d with %j asks for a login', (status, body) => {
	expect(read(status, body).kind).toBe('unauthenticated');
});

test.each([
	[500, { success: false, message: 'Server Error' }],
	[200, { success: false, error_des: 'busy', status_code: 500 }],
	[200, { success: false, code: 'SYSTEM_ERROR' }],
])('HTTP %d with %j leaves open what happened', (status, body) => {
	expect(read(status, body).kind).toBe('failed');
});

test.each([
	[429, { success: false, error_des: 'Too many requests', status_code: 429 }, '429'],
	[429, { success: true, data: { out_trade_no: 'A' } }, '429'],
	[429, '<html></html>', '429'],
	[429, '', '429'],
	[503, { message: 'Service Unavailable' }, '503'],
	[503, 'Unavailable', '503'],
	[200, { success: false, status_code: 429 }, '429'],
	[400, { success: false, code: 'TOO_MANY_REQUESTS' }, 'TOO_MANY_REQUESTS'],
])('HTTP %d with %j: the gateway is busy', (status, body, code) => {
	expect(read(status, body)).toEqual({ kind: 'busy', code });
});

test.each([
	[200, '', 'empty'],
	[200, '<!DOCTYPE html><html></html>', 'web page'],
	[200, '{"success":tr', 'not JSON'],
	[200, '{"success":true,"data":{"a":"\\ud83d"},"sign":""}', 'not JSON'],
	[200, '[1]', 'not a JSON object'],
	[200, 'null', 'not a JSON object'],
	[200, { success: true }, 'no data'],
	[302, '', 'redirects'],
	[500, '<html>', 'web page'],
])('HTTP %d with %j is unreadable: %s', (status, body, reason) => {
	const answer = read(status, body);
	expect(answer.kind).toBe('unreadable');
	expect(answer).toHaveProperty('reason', expect.stringContaining(reason));
});

test.each([
	[401, { message: 'Unauthenticated.' }, 'Unauthenticated.'],
	[401, { error: 'Unauthorized' }, 'Unauthorized'],
	[401, { msg: 'Token is invalid' }, 'Token is invalid'],
	[405, { msg: 'Method not allowed' }, 'Method not allowed'],
	[422, { message: 'The given data was invalid.', errors: { out_trade_no: ['The out trade no has already been taken.'] } }, 'The out trade no has already been taken.'],
	[422, { errors: { body: ['The body field is required.'], currency: 'The currency is invalid.' } }, 'The body field is required. | The currency is invalid.'],
	[422, { errors: ['first', 'second', 'first'] }, 'first | second'],
	[400, { success: false, error_des: 'Validation error', errors: { total_amount: ['The total amount must be a number.'] } }, 'Validation error | The total amount must be a number.'],
	[422, { message: 'The given data was invalid.', errors: {} }, 'The given data was invalid.'],
	[422, { success: false, error_des: ['The balance is too low.', 'Top it up.'] }, 'The balance is too low. | Top it up.'],
	[422, { success: false, error_des: { amount: ['The amount is too high.'] }, msg: 'Failed' }, 'The amount is too high.'],
])('HTTP %d with %j says why', (status, body, reason) => {
	expect(read(status, body)).toMatchObject({ reason });
});

test('that Laravel says it makes nothing a refusal of KESS itself', () => {
	const errors = { out_trade_no: ['The selected out trade no is invalid.'] };
	expect(read(422, { success: false, message: 'Invalid', errors })).toMatchObject({ kind: 'refused', isOwnShape: false });
});

test.each([
	[403, '<html>Blocked</html>', 'the answer is a web page instead of JSON, as a proxy or firewall between n8n and KESS sends it (HTTP 403)'],
	[407, '<html></html>', 'the answer is a web page instead of JSON: a proxy between n8n and KESS wants a login of its own (HTTP 407)'],
	[407, { success: false, error_des: 'login', status_code: 407 }, 'the answer is none of KESS: a proxy between n8n and KESS wants a login of its own (HTTP 407)'],
	[404, 'not here', 'the answer is not JSON, as a proxy or firewall between n8n and KESS sends it (HTTP 404)'],
])('HTTP %d with %j is no refusal of KESS', (status, body, reason) => {
	expect(read(status, body)).toEqual({ kind: 'unreadable', reason });
});

test('whether a 401 is in words of KESS', () => {
	expect(read(401, { message: 'Unauthenticated.' })).toMatchObject({ isOwnWords: true });
	for (const body of ['<html></html>', '', {}]) expect(read(401, body)).toMatchObject({ kind: 'unauthenticated', isOwnWords: false });
});
