import { Redaction } from '../../../kess/gateway/redaction.ts';
import { LoginRefusedError } from '../../../kess/gateway/loginErrors.ts';
import { readWebPayLogin } from '../../../kess/webPay/login.ts';

const NOTHING_TO_HIDE = new Redaction({ secrets: [], names: [] });

function errorOf(status: number, body: unknown, redaction = NOTHING_TO_HIDE): LoginRefusedError {
	try {
		readWebPayLogin(status, body, redaction);
	} catch (error) {
		return error as LoginRefusedError;
	}
	throw new Error('no error');
}

test.each<[number, unknown, string, RegExp]>([
	[401, { error: 'invalid_client', error_description: 'Client authentication failed', message: 'Client authentication failed' }, 'KESS does not know this client: Client authentication failed (HTTP 401)', /^Check Client ID/],
	[400, { error: 'invalid_grant', error_description: 'The user credentials were incorrect.' }, 'KESS refuses the user: The user credentials were incorrect (HTTP 400)', /^Check Username/],
	[400, { error: 'invalid_grant' }, 'KESS refuses the user without a reason (HTTP 400)', /^Check Username/],
	[401, { message: 'Unauthenticated.' }, 'KESS refuses the login: Unauthenticated (HTTP 401)', /^Check Username/],
	[401, { msg: 'No' }, 'KESS refuses the login: No (HTTP 401)', /^Check Username/],
	[401, { error: 'Unauthorized' }, 'KESS refuses the login: Unauthorized (HTTP 401)', /^Check Username/],
	[422, { message: 'The given data was invalid.', errors: { username: ['The username field is required.'] } }, 'KESS refuses the login: The username field is required (HTTP 422)', /^Check Username/],
	[401, 'Unauthorized', 'KESS refuses the login without a reason (HTTP 401)', /^Check Username/],
	[403, { message: 'Your IP address is not allowed' }, 'KESS refuses the login: Your IP address is not allowed (HTTP 403)', /IP addresses that it knows/],
	[401, { error: 'invalid_client', error_description: 'IP 203.0.113.7 is not in the whitelist' }, 'KESS refuses the login: IP 203.0.113.7 is not in the whitelist (HTTP 401)', /IP addresses that it knows/],
	[400, { error: 'invalid_grant', error_description: 'merchant is suspended' }, 'KESS refuses the login: merchant is suspended (HTTP 400)', /account itself/],
])('HTTP %d with %j is a refusal, in words of KESS', (status, body, message, hint) => {
	const error = errorOf(status, body);
	expect(error).toBeInstanceOf(LoginRefusedError);
	expect(error).toMatchObject({ message, hint: expect.stringMatching(hint) });
});

test.each<[number, unknown, string]>([
	[403, '<html>Blocked</html>', 'The login at KESS gave no token, but a web page, as a proxy or firewall between n8n and KESS sends it (HTTP 403)'],
	[403, 'Access denied', 'The login at KESS gave no token, but an answer that is none of KESS, as a proxy or firewall between n8n and KESS sends it (HTTP 403)'],
	[407, '', 'The login did not get to KESS: a proxy between n8n and KESS wants a login of its own (HTTP 407)'],
	[405, { msg: 'Method not allowed' }, 'The login at KESS gave no token (HTTP 405): Method not allowed'],
	[200, '<html>', 'The login at KESS gave no token (HTTP 200)'],
])('HTTP %d with %j blames no value of the credential', (status, body, message) => {
	const error = errorOf(status, body);
	expect(error).not.toBeInstanceOf(LoginRefusedError);
	expect(error.message).toBe(message);
	expect(error.hint).not.toMatch(/Username|Password|Secret/);
});

test('what repeats the login is masked', () => {
	const redaction = new Redaction({ secrets: ['pass-word-1'], names: ['merchant-9'] });
	expect(errorOf(401, { message: 'merchant-9 with pass-word-1' }, redaction).message).toBe('KESS refuses the login: *** with *** (HTTP 401)');
});
