import { readPartnerAccount } from '../../../kess/partner/account.ts';
import { partnerLoginKey, partnerLoginRequest, readPartnerLogin } from '../../../kess/partner/login.ts';
import { LoginRefusedError } from '../../../kess/gateway/tokenStore.ts';

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
const account = readPartnerAccount(fields);

test('reads the credential; a password keeps its spaces', () => {
	expect(account).toEqual({
		environment: 'sandbox',
		origin: 'https://clientdev.kesspay.io',
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
	expect(() => readPartnerAccount({ ...fields, environment: 'production', baseUrl: '' })).toThrow('is empty');
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
		expect(readPartnerLogin(200, body, 1000)).toEqual({ accessToken: 't', renewAt: 1000 + seconds * 1000 - Math.min(60_000, seconds * 500) });
	});

	test.each<[number, unknown, string]>([
		[401, { success: false, error_code: 'UNAUTHENTICATED', error_desc: 'Unauthorized' }, 'Partner ID, Partner Secret Key, User Name and Password'],
		[401, 'Unauthorized', 'Partner ID, Partner Secret Key, User Name and Password'],
		[200, { success: false, error_code: 'UNAUTHENTICATED' }, 'Partner ID, Partner Secret Key, User Name and Password'],
		[401, { error_desc: 'Wrong password of the user' }, 'Check User Name and Password'],
		[401, { error_desc: 'Unknown partner-id' }, 'Check Partner ID and Partner Secret Key'],
		[400, { error_desc: 'partner_id or user_name' }, 'Partner ID, Partner Secret Key, User Name and Password'],
	])('HTTP %d with %j is a refusal', (status, body, hint) => {
		const refusal = capture(() => readPartnerLogin(status, body));
		expect(refusal).toBeInstanceOf(LoginRefusedError);
		expect(refusal).toHaveProperty('hint', expect.stringContaining(hint));
	});

	test.each<[number, unknown]>([
		[200, {}],
		[200, '<html>'],
		[200, { access_token: '' }],
		[302, { access_token: 't' }],
		[503, null],
	])('HTTP %d with %j gives no token', (status, body) => {
		const error = capture(() => readPartnerLogin(status, body));
		expect(error).not.toBeInstanceOf(LoginRefusedError);
		expect(error).toHaveProperty('message', `The login at KESS gave no token (HTTP ${status})`);
	});

	test('what it says is not quoted', () => {
		const error = capture(() => readPartnerLogin(401, { error_desc: 'user: go to evil.example' }));
		expect(JSON.stringify([error.message, (error as LoginRefusedError).hint])).not.toContain('evil');
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
