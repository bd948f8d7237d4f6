import { generateKeyPairSync } from 'node:crypto';

import { readPartnerAnswer } from '../../../kess/partner/answer.ts';
import { forgeSign, newPair, phpText, signedAnswer } from '../../support/partnerSide.mts';

const kess = newPair();
const attacker = newPair();

const read = (status: number, text: string) => readPartnerAnswer(status, text, kess.publicKey);

const paid = {
	success: true,
	code: 200,
	message: 'OK',
	data: { result_code: 'SUCCESS', fund_transfer_id: 'FT/1', out_trade_no: 'PO-1', amount: 0.5, receiver_name: 'សុខ ដារ៉ា' },
};
const refused = { success: false, error_code: 'NOTELIGIBLE', error_desc: 'Receiver is not eligible.' };

test('a signed success', () => {
	expect(read(200, signedAnswer(paid, kess.privateKey))).toEqual({ kind: 'success', data: paid.data });
});

test.each([
	[200, { ...paid, success: 1 }],
	[200, { ...paid, success: undefined }],
	[200, { ...paid, success: 'TRUE' }],
	[400, paid],
	[400, { ...paid, error_code: 'NEWCODE' }],
	[200, { success: false }],
	[408, { success: false }],
])('HTTP %d with %j, though signed, is neither paid nor refused', (status, body) => {
	expect(read(status, signedAnswer(body, kess.privateKey)).kind).toBe('unreadable');
});

test('a signed refusal keeps the words of KESS', () => {
	expect(read(400, signedAnswer(refused, kess.privateKey))).toEqual({
		kind: 'refused',
		code: 'NOTELIGIBLE',
		reason: 'Receiver is not eligible.',
	});
	expect(read(400, signedAnswer({ success: false, error_code: 'NEWCODE' }, kess.privateKey))).toMatchObject({
		kind: 'refused',
		code: 'NEWCODE',
	});
});

describe('an answer that KESS has not signed', () => {
	const sign = forgeSign(phpText(paid), kess.privateKey);
	const spaced = JSON.stringify(paid, null, 1);

	test.each<[string, number, string, string]>([
		['success without signature', 200, JSON.stringify(paid), 'no signature'],
		['null as signature', 200, JSON.stringify({ ...paid, sign: null }), 'no signature'],
		['signed by somebody else', 200, signedAnswer(paid, attacker.privateKey), 'is not signed with the key'],
		['amount changed', 200, JSON.stringify({ ...paid, data: { ...paid.data, amount: 5 }, sign }), 'is not signed'],
		['signature of another answer', 200, JSON.stringify({ ...paid, data: { ...paid.data, out_trade_no: 'PO-2' }, sign }), 'is not signed'],
		['signed over its fields in the order of the answer', 200, JSON.stringify({ ...paid, sign: forgeSign(Buffer.from(JSON.stringify(paid)).toString('latin1'), kess.privateKey) }), 'is not signed'],
		['signed over the text as it is sent', 200, `${spaced.slice(0, -1)},"sign":"${forgeSign(spaced, kess.privateKey)}"}`, 'is not signed'],
		['a field added', 200, JSON.stringify({ ...paid, extra: 1, sign }), 'is not signed'],
		['data replaced by a repeated key', 200, `{"data":${JSON.stringify(paid.data)},"data":{"result_code":"SUCCESS","out_trade_no":"PO-2"},"success":true,"code":200,"message":"OK","sign":"${sign}"}`, 'is not signed'],
		['a number as signature', 200, JSON.stringify({ ...paid, sign: 1 }), 'is not signed'],
		['a list as signature', 200, JSON.stringify({ ...paid, sign: [sign] }), 'is not signed'],
		['no base64', 200, JSON.stringify({ ...paid, sign: '%%%' }), 'is not signed'],
		['a number PHP cannot print', 200, `{"success":true,"data":{"amount":1e999},"sign":"${sign}"}`, 'is not signed'],
		['refusal without signature', 400, JSON.stringify(refused), 'says NOTELIGIBLE, but has no signature'],
		['refusal signed by somebody else', 400, signedAnswer(refused, attacker.privateKey), 'says NOTELIGIBLE, but is not signed'],
		['SYSTEMERROR with HTTP 400, unsigned', 400, JSON.stringify({ success: false, error_code: 'SYSTEMERROR' }), 'SYSTEMERROR'],
		['success that calls itself unauthenticated', 200, JSON.stringify({ ...paid, error_code: 'UNAUTHENTICATED' }), 'no signature'],
		['UNAUTHENTICATED with a wrong signature', 401, signedAnswer({ success: false, error_code: 'UNAUTHENTICATED' }, attacker.privateKey), 'UNAUTHENTICATED'],
	])('%s is not believed', (_name, status, text, reason) => {
		expect(read(status, text)).toEqual({ kind: 'untrusted', reason: expect.stringContaining(reason) });
	});

	test('its own words are not quoted where they could be about money', () => {
		const planted = { success: false, error_code: 'CALL +855 12 345 678', error_desc: 'send money to evil.example', message: 'evil.example' };
		for (const status of [200, 400, 401, 403, 407, 500, 503]) {
			const unsigned = status === 401 || status === 403 ? [] : [JSON.stringify(planted)];
			for (const text of [...unsigned, signedAnswer(planted, attacker.privateKey), `evil.example ${status}`]) expect(JSON.stringify(read(status, text))).not.toMatch(/evil|855/);
		}
	});

	test.each([
		[401, { success: false, error_code: 'UNAUTHENTICATED', error_desc: 'Your IP address is not allowed' }, { kind: 'unauthenticated', reason: 'Your IP address is not allowed' }],
		[401, { message: 'Unauthenticated.' }, { kind: 'unauthenticated', reason: 'Unauthenticated.' }],
		[401, { msg: 'Partner is suspended' }, { kind: 'unauthenticated', reason: 'Partner is suspended' }],
		[401, { error: 'Unauthorized' }, { kind: 'unauthenticated', reason: 'Unauthorized' }],
		[403, { message: 'Your IP address is not allowed' }, { kind: 'forbidden', code: '403', reason: 'Your IP address is not allowed' }],
		[403, { errors: { ip: ['The ip is not allowed.'] } }, { kind: 'forbidden', code: '403', reason: 'The ip is not allowed.' }],
	])('HTTP %d with %j: a refusal before the request was looked at says why, and is no proof', (status, body, answer) => {
		expect(read(status, JSON.stringify(body))).toMatchObject(answer);
	});

	test.each([
		[403, '<html>Blocked</html>', 'the answer is a web page instead of JSON, as a proxy or firewall between n8n and KESS sends it (HTTP 403)'],
		[407, '<html></html>', 'the answer is a web page instead of JSON: a proxy between n8n and KESS wants a login of its own (HTTP 407)'],
		[407, '{"error":"login"}', 'the answer is none of KESS: a proxy between n8n and KESS wants a login of its own (HTTP 407)'],
		[403, 'Forbidden', 'the answer is not JSON, as a proxy or firewall between n8n and KESS sends it (HTTP 403)'],
	])('HTTP %d with %j is that of something on the way', (status, text, reason) => {
		expect(read(status, text)).toEqual({ kind: 'unreadable', reason });
	});
});

describe('an answer signed in another form of json_encode', () => {
	/** Written by PHP 8.2: `json_encode` with JSON_UNESCAPED_SLASHES, JSON_UNESCAPED_UNICODE, both, with line terminators and zeros. */
	const body = { data: { amount: 0.5, fund_transfer_id: 'FT/1', out_trade_no: 'PO-1', receiver_name: 'សុខ \u2028/ "ដារ៉ា"', result_code: 'SUCCESS' }, success: true };
	const escaped = (text: string) => text.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
	const plain = JSON.stringify(body);
	const answer = (canonical: string, changes = {}) => JSON.stringify({ ...body, ...changes, sign_type: 'RSA2', sign: forgeSign(Buffer.from(canonical).toString('latin1'), kess.privateKey) });

	test.each([
		['as usual', escaped(plain).replaceAll('/', '\\/')],
		['unescaped slashes', escaped(plain)],
		['unescaped Unicode', plain.replaceAll('/', '\\/').replaceAll('\u2028', '\\u2028')],
		['both', plain.replaceAll('\u2028', '\\u2028')],
		['both, and line terminators', plain],
	])('%s', (_, canonical) => {
		expect(read(200, answer(canonical))).toEqual({ kind: 'success', data: body.data });
		expect(read(200, answer(canonical, { data: { ...body.data, amount: 5 } })).kind).toBe('untrusted');
	});

	test('whole numbers as floats, with their zero', () => {
		const text = '{"data":{"amount":10.0,"url":"a/b"},"success":true}';
		const sign = forgeSign(text, kess.privateKey);
		expect(read(200, `${text.slice(0, -1)},"sign":"${sign}"}`)).toMatchObject({ kind: 'success', data: { amount: 10 } });
	});

	test('a form that PHP does not have is not believed', () => {
		expect(read(200, answer(plain.replaceAll(':', ': '))).kind).toBe('untrusted');
		expect(read(200, answer(escaped(plain).toUpperCase())).kind).toBe('untrusted');
	});
});

test('a repeated key counts as PHP counts it: the last one, and the signature covers that', () => {
	const sign = forgeSign(phpText(paid), kess.privateKey);
	const text = `{"data":{"out_trade_no":"PO-2"},"success":true,"code":200,"message":"OK","data":${JSON.stringify(paid.data)},"sign":"${sign}"}`;
	expect(read(200, text)).toEqual({ kind: 'success', data: paid.data });
});

test.each([
	['HTTP 401', 401, JSON.stringify({ success: false, error_code: 'UNAUTHENTICATED', error_desc: 'Unauthorized' })],
	['the code with HTTP 200', 200, JSON.stringify({ success: false, error_code: 'UNAUTHENTICATED' })],
	['HTTP 401 with a web page', 401, '<html></html>'],
	['HTTP 401 without a body', 401, ''],
])('%s asks for a login, though unsigned', (_name, status, text) => {
	expect(read(status, text).kind).toBe('unauthenticated');
});

test.each<[string, number, string, { code: string; reason: string }]>([
	['signed', 500, signedAnswer({ success: false, error_code: 'SYSTEMERROR', error_desc: 'Busy' }, kess.privateKey), { code: 'SYSTEMERROR', reason: 'Busy' }],
	['signed, with HTTP 400', 400, signedAnswer({ success: false, error_code: 'SYSTEMERROR', error_desc: 'Busy' }, kess.privateKey), { code: 'SYSTEMERROR', reason: 'Busy' }],
	['unsigned', 500, JSON.stringify({ success: false, error_code: 'SYSTEMERROR', error_desc: 'Busy' }), { code: 'SYSTEMERROR', reason: 'no signed reason given (HTTP 500)' }],
	['a success', 500, signedAnswer(paid, kess.privateKey), { code: '500', reason: 'OK' }],
	['a proxy', 502, '<html>Bad Gateway</html>', { code: '502', reason: 'the answer is a web page instead of JSON (HTTP 502)' }],
	['empty', 504, '', { code: '504', reason: 'the answer is empty (HTTP 504)' }],
])('%s: the gateway broke off', (_name, status, text, expected) => {
	expect(read(status, text)).toEqual({ kind: 'failed', ...expected });
});

test.each([
	['signed', 429, signedAnswer(refused, kess.privateKey)],
	['signed success', 429, signedAnswer(paid, kess.privateKey)],
	['unsigned', 503, JSON.stringify(refused)],
	['signed by somebody else', 503, signedAnswer(paid, attacker.privateKey)],
	['a proxy', 503, '<html>Service Unavailable</html>'],
	['empty', 429, ''],
])('%s, HTTP %d: the gateway is busy', (_name, status, text) => {
	expect(read(status, text)).toEqual({ kind: 'busy', code: String(status) });
});

test.each([
	[200, '', 'empty'],
	[200, ' \n', 'empty'],
	[200, '<!DOCTYPE html><html></html>', 'web page'],
	[200, '{"success":tr', 'not JSON'],
	[200, "{'success':true}", 'not JSON'],
	[200, '\uFEFF{}', 'not JSON'],
	[200, '{"a":"\\ud800"}', 'not JSON'],
	[200, '[1]', 'not a JSON object'],
	[200, 'null', 'not a JSON object'],
	[302, signedAnswer(paid, kess.privateKey), 'redirects'],
	[200, signedAnswer({ success: true }, kess.privateKey), 'no data'],
	[200, signedAnswer({ success: true, data: [] }, kess.privateKey), 'no data'],
	[200, signedAnswer({ success: true, data: 'x' }, kess.privateKey), 'no data'],
])('HTTP %d with %j is unreadable: %s', (status, text, reason) => {
	expect(read(status, text)).toEqual({ kind: 'unreadable', reason: expect.stringContaining(reason) });
});

test('whole numbers that JavaScript would round become text', () => {
	const canonical = '{"data":{"big":9007199254740993,"list":[-9007199254740993],"safe":9007199254740991},"success":true}';
	const text = `${canonical.slice(0, -1)},"sign":"${forgeSign(canonical, kess.privateKey)}"}`;
	expect(read(200, text)).toEqual({
		kind: 'success',
		data: { big: '9007199254740993', list: ['-9007199254740993'], safe: 9007199254740991 },
	});
});

test('a key that is too short or of another kind verifies nothing', () => {
	const text = signedAnswer(paid, kess.privateKey);
	expect(() => readPartnerAnswer(200, text, newPair(1024).publicKey)).toThrow('too short');
	const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'pem' });
	expect(() => readPartnerAnswer(200, text, String(ec))).toThrow('RSA');
	expect(() => readPartnerAnswer(200, text, kess.privateKey)).toThrow('public key is needed');
});
