import { partnerAccount } from '../../../sandbox/accounts.mts';
import { GatewayClient } from '../../support/gatewayClient.mts';
import { withSandbox } from '../../support/kessSandbox.mts';
import { PartnerClient } from '../../support/partnerClient.mts';

let now = Date.now();
const sandbox = withSandbox({ now: () => now, fastRsa: true });
let client: PartnerClient;

beforeEach(() => {
	client = new PartnerClient(sandbox);
});

const UNAUTHENTICATED = '{"success":false,"error_code":"UNAUTHENTICATED","error_desc":"Unauthorized"}';

test('a login gives a token of some hundred characters, good for half an hour', async () => {
	const { status, text } = await client.login();
	const { access_token: token, ...rest } = JSON.parse(text) as { access_token: string };
	expect([status, rest]).toEqual([200, { expire_in: 1800 }]);
	expect(token).toMatch(/^eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+$/);
	expect(token.length).toBeGreaterThan(500);
	expect(token.length).toBeLessThanOrEqual(1200);
	await client.authorization();
	now += 1_799_999;
	expect((await client.query('A')).status).toBe(400);
	now += 1;
	expect((await client.query('A')).text).toBe(UNAUTHENTICATED);
});

test('the token may be wrapped in data', async () => {
	await client.settings({ partnerTokenInData: true, tokenLifeSeconds: 60 });
	expect((await client.login()).json).toEqual({ success: true, code: 200, message: 'OK', data: { access_token: expect.any(String), expire_in: 60 } });
});

test.each<[string, Record<string, string>, Record<string, unknown>]>([
	['another partner', { 'partner-id': 'other' }, {}],
	['no partner', { 'partner-id': '' }, {}],
	['another secret', { 'partner-secret-key': `${partnerAccount.partnerSecretKey}x` }, {}],
	['another user', {}, { user_name: 'other' }],
	['another password', {}, { password: 'other' }],
	['no password', {}, { password: undefined }],
	['a password that is no text', {}, { password: [partnerAccount.password] }],
])('%s is refused without a signature', async (_what, headers, fields) => {
	const { status, text } = await client.login(headers, fields);
	expect([status, text]).toEqual([401, UNAUTHENTICATED]);
});

test('a body that is no JSON is refused', async () => {
	const { status, text } = await client.post('/partnerapi/v1/token', 'user_name=x', { 'partner-id': partnerAccount.partnerId });
	expect([status, text]).toEqual([401, UNAUTHENTICATED]);
});

test.each(['', 'Bearer', 'Bearer nonsense', 'Basic eDp5'])('the authorization %p is refused without a signature', async (authorization) => {
	const { status, text } = await client.send(client.signed({ service: 'query.fundTransfer', out_trade_no: 'A' }), { authorization });
	expect([status, text]).toEqual([401, UNAUTHENTICATED]);
});

test('tokens of one gateway open nothing at the other, and all end together', async () => {
	const shop = new GatewayClient(sandbox);
	const [ours, theirs] = [await client.authorization(), await shop.authorization('v2')];
	expect((await client.send('{}', { authorization: theirs })).status).toBe(401);
	expect((await shop.send('v2', {}, { authorization: ours })).status).toBe(401);
	await client.expireTokens();
	expect((await client.query('A')).status).toBe(401);
	expect((await shop.query('v2', 'A')).status).toBe(401);
});

test('a reset keeps tokens and keys', async () => {
	const keys = sandbox.partnerKeys;
	await client.authorization();
	await client.reset();
	expect((await client.query('A')).status).toBe(400);
	expect(sandbox.partnerKeys).toEqual(keys);
});
