import { partnerIdentity, readPartnerAccount } from '../../../kess/partner/account.ts';
import { partnerLoginKey, partnerLoginRequest, readPartnerLogin } from '../../../kess/partner/login.ts';
import { LoginRefusedError } from '../../../kess/gateway/loginErrors.ts';

const fields = {
	environment: 'sandbox',
	baseUrl: 'http://127.0.0.1:4010',
	partnerId: ' P-1\u200B ',
	partnerSecretKey: 'secret-key\n',
	userName: 'api-user ',
	password: ' pass word ',
	privateKey: 'private',
	kessPublicKey: 'public',
};
import { Redaction } from '../../../kess/gateway/redaction.ts';

const NOTHING_TO_HIDE = new Redaction({ secrets: [], names: [] });

const account = readPartnerAccount(fields);

test('reads the credential; a password keeps its spaces', () => {
	expect(account).toEqual({
		origin: 'https://clientdev.kesspay.io',
		senderName: '',
		partnerId: 'P-1',
		partnerSecretKey: 'secret-key',
		userName: 'api-user',
		password: ' pass word ',
		privateKey: 'private',
		passphrase: '',
		kessPublicKey: 'public',
		limits: new Map(),
	});
	expect(readPartnerAccount({ ...fields, environment: 'custom' }).origin).toBe('http://127.0.0.1:4010');
	expect(() => readPartnerAccount({ ...fields, environment: 'custom', baseUrl: '' })).toThrow('is empty');
	// No production host is published: it must not silently become the sandbox.
	expect(() => readPartnerAccount({ ...fields, environment: 'production', baseUrl: '' })).toThrow('Environment in the KESS credential is "production", which is none of its choices');
});

test('whose credential it is can be seen, whatever else is wrong with it', () => {
	expect(partnerIdentity(fields)).toBe('sandbox|P-1');
	for (const broken of [{ baseUrl: '' }, { baseUrl: 'not an address' }, { maxPaymentUsd: '1,000' }, { privateKey: '' }, { password: 'a\u200bb' }]) {
		expect(partnerIdentity({ ...fields, environment: 'custom', ...broken })).toBe('custom|P-1');
	}
	// A published gateway is the same under its address.
	expect(partnerIdentity({ ...fields, environment: 'custom', baseUrl: 'https://clientdev.kesspay.io' })).toBe('sandbox|P-1');
	expect(() => partnerIdentity({ ...fields, partnerId: 'P\u200b1' })).toThrow('Partner ID in the KESS Partner credential has a character in it');
});

test('the login carries the partner in headers and the user in the body', () => {
	expect(partnerLoginRequest(account)).toEqual({
		origin: 'https://clientdev.kesspay.io',
		path: '/partnerapi/v1/token',
		headers: { 'partner-id': 'P-1', 'partner-secret-key': 'secret-key' },
		body: { user_name: 'api-user', password: ' pass word ' },
	});
});

test.each([
	['Partner ID', { partnerId: '' }],
	['Partner Secret Key', { partnerSecretKey: '' }],
	['User Name', { userName: '' }],
	['Password', { password: '' }],
])('%s has to be there', (name, change) => {
	expect(() => partnerLoginRequest({ ...account, ...change })).toThrow(`${name} is empty in the KESS Partner credential`);
});

test('a value that would break a header is named, not quoted', () => {
	expect(() => partnerLoginRequest({ ...account, partnerId: 'P\r\nhost: evil' })).toThrow(/^Partner ID (?!.*evil)/);
	expect(() => partnerLoginRequest({ ...account, partnerSecretKey: 'ស្រី' })).toThrow(/^Partner Secret Key (?!.*ស្រី)/);
});

describe('the answer to a login', () => {
	test.each([
		[{ access_token: 't', expire_in: 600 }, 600],
		[{ data: { access_token: 't', expire_in: '600' } }, 600],
		[{ success: true, code: 200, data: { access_token: 't' } }, 1800],
		[{ access_token: 't', expire_in: 0 }, 1800],
	])('%j', (body, seconds) => {
		expect(readPartnerLogin(200, body, NOTHING_TO_HIDE, 1000)).toEqual({ accessToken: 't', renewAt: 1000 + seconds * 1000 - Math.min(60_000, seconds * 500) });
	});

	test.each<[number, unknown, string]>([
		[401, { success: false, error_code: 'UNAUTHENTICATED', error_desc: 'Unauthorized' }, 'Partner ID, Partner Secret Key, User Name and Password'],
		[401, 'Unauthorized', 'Partner ID, Partner Secret Key, User Name and Password'],
		[200, { success: false, error_code: 'UNAUTHENTICATED' }, 'Partner ID, Partner Secret Key, User Name and Password'],
		[401, { error_desc: 'Wrong password of the user' }, 'Check User Name and Password'],
		[401, { error_desc: 'Unknown partner-id' }, 'Check Partner ID and Partner Secret Key'],
		[400, { error_desc: 'partner_id or user_name' }, 'Partner ID, Partner Secret Key, User Name and Password'],
	])('HTTP %d with %j is a refusal', (status, body, hint) => {
		const refusal = capture(() => readPartnerLogin(status, body, NOTHING_TO_HIDE));
		expect(refusal).toBeInstanceOf(LoginRefusedError);
		expect(refusal).toHaveProperty('hint', expect.stringContaining(hint));
	});

	test.each<[number, unknown, string]>([
		[200, {}, 'The login at KESS gave no token (HTTP 200)'],
		[200, '<html>', 'The login at KESS gave no token (HTTP 200)'],
		[200, { access_token: '' }, 'The login at KESS gave no token (HTTP 200)'],
		[302, { access_token: 't' }, 'The login at KESS gave no token (HTTP 302)'],
		[503, null, 'The login at KESS gave no token (HTTP 503)'],
		[405, { msg: 'Method not allowed.' }, 'The login at KESS gave no token (HTTP 405): Method not allowed'],
		[500, { message: 'Server Error' }, 'The login at KESS gave no token (HTTP 500): Server Error'],
		[403, '<html>Blocked</html>', 'The login at KESS gave no token, but a web page, as a proxy or firewall between n8n and KESS sends it (HTTP 403)'],
		[401, '<html>Blocked</html>', 'The login at KESS gave no token, but a web page, as a proxy or firewall between n8n and KESS sends it (HTTP 401)'],
		[403, 'Access denied', 'The login at KESS gave no token, but an answer that is none of KESS, as a proxy or firewall between n8n and KESS sends it (HTTP 403)'],
		[407, '<html>', 'The login did not get to KESS: a proxy between n8n and KESS wants a login of its own (HTTP 407)'],
		[407, { message: 'Proxy login' }, 'The login did not get to KESS: a proxy between n8n and KESS wants a login of its own (HTTP 407)'],
	])('HTTP %d with %j gives no token, and blames no value of the credential', (status, body, message) => {
		const error = capture(() => readPartnerLogin(status, body, NOTHING_TO_HIDE));
		expect(error).not.toBeInstanceOf(LoginRefusedError);
		expect(error.message).toBe(message);
		expect((error as LoginRefusedError).hint).not.toMatch(/User Name|Password|Secret/);
	});

	test.each<[unknown, string]>([
		[{ message: 'Wrong password of the user.' }, 'KESS refuses the user: Wrong password of the user (HTTP 401)'],
		[{ msg: 'No' }, 'KESS refuses the login: No (HTTP 401)'],
		[{ error: 'Unauthorized' }, 'KESS refuses the login: Unauthorized (HTTP 401)'],
		[{ errors: { user_name: ['The user name field is required.'] } }, 'KESS refuses the user: The user name field is required (HTTP 401)'],
		[{}, 'KESS refuses the login without a reason (HTTP 401)'],
	])('%j: the words of KESS come first', (body, message) => {
		expect(capture(() => readPartnerLogin(401, body, NOTHING_TO_HIDE)).message).toBe(message);
	});

	test.each<[number, unknown, RegExp]>([
		[403, { error_desc: 'Your IP address is not allowed' }, /IP addresses that it knows/],
		[401, { message: 'IP 203.0.113.7 not whitelisted' }, /IP addresses that it knows/],
		[400, { error_desc: 'Partner is suspended' }, /account itself/],
		[401, { msg: 'This user is disabled' }, /account itself/],
		[403, { message: 'Forbidden' }, /IP address of this n8n/],
	])('HTTP %d with %j is not blamed on a password', (status, body, hint) => {
		const refusal = capture(() => readPartnerLogin(status, body, NOTHING_TO_HIDE));
		expect(refusal.message).toMatch(/^KESS refuses the login: /);
		expect(refusal).toHaveProperty('hint', expect.stringMatching(hint));
		expect((refusal as LoginRefusedError).hint).not.toMatch(/Password|Secret/);
	});

	test('what repeats the login is masked', () => {
		const redaction = new Redaction({ secrets: ['pass-word-1'], names: [] });
		expect(capture(() => readPartnerLogin(401, { message: 'pass-word-1 is wrong' }, redaction)).message).toBe('KESS refuses the login: *** is wrong (HTTP 401)');
	});
});

test('every login value makes another key', () => {
	const changes = [{}, { origin: 'x' }, { partnerId: 'x' }, { partnerSecretKey: 'x' }, { userName: 'x' }, { password: 'x' }];
	expect(new Set(changes.map((change) => partnerLoginKey({ ...account, ...change }))).size).toBe(changes.length);
});

function capture(action: () => unknown): Error {
	try {
		action();
	} catch (error) {
		return error as Error;
	}
	throw new Error('nothing was thrown');
}
