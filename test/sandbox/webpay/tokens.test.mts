import axios from 'axios';
import { webPayAccount } from '../../../sandbox/accounts.mts';
import { GatewayClient, sign, type Body } from '../../support/gatewayClient.mts';
import { withSandbox } from '../../support/kessSandbox.mts';

let now = Date.now();
const client = new GatewayClient(withSandbox({ now: () => now }));

/** The HTTP status of a gateway call with this token: 404 is the gateway's answer to somebody it knows. */
async function tryToken(token: string): Promise<number> {
	const body = sign({ service: 'webpay.acquire.queryOrder', sign_type: 'MD5', out_trade_no: 'NONE' });
	return (await client.send('v2', body, { authorization: `Bearer ${token}` })).status;
}

test('a login answers without an envelope', async () => {
	const { status, data } = await client.login();
	expect(status).toBe(200);
	expect(data).toEqual({ token_type: 'Bearer', expires_in: '1800', access_token: expect.any(String), refresh_token: expect.any(String) });
	expect(await tryToken(data.access_token)).toBe(404);
	expect(await tryToken(data.refresh_token)).toBe(401);
});

test('a login may be a form', async () => {
	const { username, password, clientId, clientSecret } = webPayAccount;
	const form = new URLSearchParams({ grant_type: 'password', client_id: clientId, client_secret: clientSecret, username, password });
	const { data } = await axios.post(`${client.url}/oauth/token`, form, { proxy: false });
	expect(await tryToken(data.access_token)).toBe(404);
});

test('the refresh grant replaces both tokens, once, and needs no user', async () => {
	const first = (await client.login()).data;
	const refresh = () => client.login({ grant_type: 'refresh_token', refresh_token: first.refresh_token, username: undefined, password: undefined });
	const second = (await refresh()).data;
	expect(await tryToken(first.access_token)).toBe(401);
	expect(await tryToken(second.access_token)).toBe(404);
	const again = await refresh();
	expect([again.status, again.data.error]).toEqual([401, 'invalid_request']);
});

test.each<[string, Body, number, string]>([
	['another grant', { grant_type: 'client_credentials' }, 400, 'unsupported_grant_type'],
	['no grant', { grant_type: undefined }, 400, 'unsupported_grant_type'],
	['no user name', { username: undefined }, 400, 'invalid_request'],
	['no client', { client_id: undefined }, 400, 'invalid_request'],
	['no refresh token', { grant_type: 'refresh_token' }, 400, 'invalid_request'],
	['another client', { client_id: 'x' }, 401, 'invalid_client'],
	['another client secret', { client_secret: 'x' }, 401, 'invalid_client'],
	['another user', { username: 'x' }, 400, 'invalid_grant'],
	['another password', { password: 'x' }, 400, 'invalid_grant'],
	['a made-up refresh token', { grant_type: 'refresh_token', refresh_token: 'x' }, 401, 'invalid_request'],
])('a login with %s is refused', async (_what, fields, status, error) => {
	const answer = await client.login(fields);
	expect(answer.status).toBe(status);
	expect(answer.data).toEqual({ error, error_description: expect.any(String), message: expect.any(String) });
});

test('tokens expire by time, and all at once on demand', async () => {
	await client.settings({ tokenLifeSeconds: 60 });
	const { data } = await client.login();
	expect(data.expires_in).toBe('60');
	now += 59_000;
	expect(await tryToken(data.access_token)).toBe(404);
	now += 1000;
	expect(await tryToken(data.access_token)).toBe(401);
	const second = (await client.login()).data;
	expect(await client.expireTokens()).toBeGreaterThanOrEqual(1);
	expect(await client.expireTokens()).toBe(0);
	expect(await tryToken(second.access_token)).toBe(401);
});

test('tokens outlive a reset', async () => {
	const { data } = await client.login();
	await client.reset();
	expect(await tryToken(data.access_token)).toBe(404);
});
