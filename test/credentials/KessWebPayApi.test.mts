import type { ICredentialDataDecryptedObject, IHttpRequestHelper, IHttpRequestOptions } from 'n8n-workflow';
import '../../sandbox/host/engine.mts';
import { CredentialTestContext } from 'n8n-core';

import { KessWebPayApi } from '../../credentials/KessWebPayApi.credentials.ts';
import { webPaySignature } from '../../kess/webPaySignature.ts';
import { testWebPayCredential } from '../../nodes/KessWebPay/methods/testCredential.ts';
import { withSandbox } from '../support/kessSandbox.mts';

const credential = new KessWebPayApi();

const DATA: ICredentialDataDecryptedObject = {
	environment: 'custom',
	baseUrl: 'http://127.0.0.1:4010',
	gatewayVersion: 'v1',
	username: 'user',
	password: 'pass:word',
	apiSecretKey: 'abc123',
	signType: 'MD5',
	accessToken: '',
};

const GATEWAY = 'http://127.0.0.1:4010/api/mch/v1/gateway';

async function authenticate(options: IHttpRequestOptions, data: Partial<typeof DATA> = {}): Promise<IHttpRequestOptions> {
	return await (credential.authenticate as (d: object, o: IHttpRequestOptions) => Promise<IHttpRequestOptions>)({ ...DATA, ...data }, options);
}

describe('authenticate', () => {
	test('v1: Basic, and the body signed over what is sent', async () => {
		const body = { service: 'webpay.acquire.queryorder', out_trade_no: ' A ', sign: 'forged', sign_type: 'none' };
		const signed = await authenticate({ method: 'POST', url: GATEWAY, body });
		expect(signed.headers).toMatchObject({
			Authorization: `Basic ${Buffer.from('user:pass:word').toString('base64')}`,
			'Content-Type': 'application/json',
		});
		const sent = JSON.parse(signed.body as string) as Record<string, string>;
		expect(sent).toMatchObject({ out_trade_no: 'A', sign_type: 'MD5' });
		expect(sent.sign).toBe(webPaySignature(sent, 'abc123'));
	});

	test('is the same when n8n runs it again over its own result', async () => {
		const once = await authenticate({ method: 'POST', url: GATEWAY, body: { service: 's', a: 1 } });
		const twice = await authenticate(once);
		expect(JSON.parse(twice.body as string)).toEqual(JSON.parse(once.body as string));
		expect(twice.headers).toEqual(once.headers);
	});

	test('v2: Bearer, replacing an older one however it is written', async () => {
		const signed = await authenticate(
			{ method: 'POST', url: 'http://127.0.0.1:4010/api/mch/v2/gateway', body: { a: 1 }, headers: { authorization: 'Bearer old' } },
			{ gatewayVersion: 'v2', accessToken: 'new' },
		);
		expect(signed.headers).toEqual({ Authorization: 'Bearer new', 'Content-Type': 'application/json' });
	});

	test('takes the older form of request options that n8n’s HTTP Request node uses', async () => {
		const signed = await authenticate({ uri: GATEWAY, method: 'POST', body: '{"service":"s"}' } as never);
		expect(JSON.parse(signed.body as string)).toHaveProperty('sign');
	});

	test('a request without a body is not signed', async () => {
		const signed = await authenticate({ url: GATEWAY });
		expect(signed).toMatchObject({ url: GATEWAY, headers: { Authorization: expect.any(String) } });
		expect(signed).not.toHaveProperty('body');
	});

	test.each(['https://elsewhere.example/api/mch/v1/gateway', 'http://127.0.0.1:4011/', 'gateway', '//127.0.0.1.evil.example/x'])(
		'never logs in or signs for %s',
		async (url) => {
			await expect(authenticate({ method: 'POST', url, body: { a: 1 } })).rejects.toThrow(
				'does not go to http://127.0.0.1:4010, the gateway of this KESS credential',
			);
		},
	);

	test.each([['[1]'], [new URLSearchParams({ a: '1' })], [Buffer.from('{}')], ['a=1']])('refuses a body that is no JSON object: %p', async (body) => {
		await expect(authenticate({ method: 'POST', url: GATEWAY, body })).rejects.toThrow('The request is not a JSON object');
	});

	test('an unknown signature type never goes out', async () => {
		await expect(authenticate({ method: 'POST', url: GATEWAY, body: { a: 1 } }, { signType: 'SHA1' })).rejects.toThrow();
	});
});

test('no login on v1, although n8n asks for a token', async () => {
	const helpers = { httpRequest: async () => await Promise.reject(new Error('must not be called')) };
	expect(await credential.preAuthentication.call({ helpers } as unknown as IHttpRequestHelper, DATA)).toEqual({});
});

describe.each(['v1', 'v2'] as const)('the credential test on %s', (version) => {
	const sandbox = withSandbox();

	async function outcome(changes: Record<string, string> = {}): Promise<{ status: string; message: string }> {
		const data = sandbox.webPayCredential(version, changes).kessWebPayApi;
		const context = new CredentialTestContext({} as never);
		return await testWebPayCredential.call(context, { id: '1', name: 'test', type: 'kessWebPayApi', data });
	}

	test('accepts the right values and creates nothing', async () => {
		expect(await outcome()).toMatchObject({ status: 'OK' });
		expect(await sandbox.orders()).toHaveLength(0);
	});

	test.each<[string, Record<string, string>, RegExp]>([
		['host', { baseUrl: 'http://127.0.0.1:9' }, /^KESS cannot be reached at http:\/\/127.0.0.1:9/],
		['base URL', { baseUrl: 'nonsense' }, /^Base URL is not a web address/],
		['password', { password: 'wrong-one' }, version === 'v1' ? /user name or password/ : /refuses the user/],
		['API secret key', { apiSecretKey: 'wrong-one' }, /^KESS refuses the signature: .*API Secret Key/],
		['signature type', { signType: 'SHA1' }, /./],
		...(version === 'v2'
			? ([['client', { clientSecret: 'wrong-one' }, /does not know this client/]] as Array<[string, Record<string, string>, RegExp]>)
			: []),
	])('tells a wrong %s apart', async (_name, changes, message) => {
		const result = await outcome(changes);
		expect(result).toEqual({ status: 'Error', message: expect.stringMatching(message) });
		expect(result.message).not.toContain('wrong-one');
	});

	test('a page that is no gateway', async () => {
		await sandbox.fault('html', { times: 2, service: '*' });
		expect((await outcome()).message).toContain('does not answer like a KESS gateway');
		await sandbox.reset();
	});
});
