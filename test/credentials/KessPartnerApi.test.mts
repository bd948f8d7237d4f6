import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { ICredentialDataDecryptedObject, IDataObject, IExecuteFunctions, IHttpRequestOptions, INodeExecutionData, INodeType } from 'n8n-workflow';
import { runNode } from '../../sandbox/host/engine.mts';
import { CredentialTestContext } from 'n8n-core';

import { KessPartnerApi } from '../../credentials/KessPartnerApi.credentials.ts';
import { testPartnerCredential } from '../../nodes/KessPartner/methods/testCredential.ts';
import { forgeSign, forgeVerify, newPair, phpText, signedAnswer } from '../support/partnerSide.mts';

const own = newPair();
const kess = newPair();
const other = newPair();
const credential = new KessPartnerApi();

type Answer = { status?: number; text: string; location?: string };

/** A Partner gateway in a few lines, checking with node-forge. */
class Gateway {
	readonly requests: Array<{ path: string; body: Record<string, unknown>; authorization: string | undefined }> = [];
	private token = 0;
	/** What to answer instead of the usual. */
	login: () => Answer | undefined = () => undefined;
	gateway: (isSigned: boolean) => Answer | undefined = () => undefined;
	private readonly server: Server;

	private constructor() {
		this.server = createServer(async (request, response) => {
			const body = JSON.parse(await readBody(request)) as Record<string, unknown>;
			this.requests.push({ path: request.url ?? '', body, authorization: request.headers.authorization });
			const { status = 200, text, location } = request.url === '/partnerapi/v1/token' ? this.logIn(request, body) : this.answer(request, body);
			response.writeHead(status, { 'content-type': 'application/json', ...(location ? { location } : {}) }).end(text);
		});
	}

	static async start(): Promise<Gateway> {
		const gateway = new Gateway();
		await new Promise<void>((resolve) => gateway.server.listen(0, '127.0.0.1', resolve));
		return gateway;
	}

	async stop(): Promise<void> {
		await new Promise((resolve) => this.server.close(resolve));
	}

	get url(): string {
		return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
	}

	get logins(): number {
		return this.requests.filter(({ path }) => path.endsWith('/token')).length;
	}

	reset(): void {
		this.requests.length = 0;
		this.login = () => undefined;
		this.gateway = () => undefined;
	}

	private logIn({ headers }: IncomingMessage, body: Record<string, unknown>): Answer {
		const isKnown =
			headers['partner-id'] === 'P-1' &&
			headers['partner-secret-key'] === 'login-secret' &&
			body.user_name === 'api-user' &&
			body.password === 'login-password';
		return (
			this.login() ??
			(isKnown
				? { text: JSON.stringify({ success: true, data: { access_token: `token-${++this.token}`, expire_in: 600 } }) }
				: { status: 401, text: JSON.stringify({ success: false, error_code: 'UNAUTHENTICATED', error_desc: 'Unauthorized' }) })
		);
	}

	private answer({ headers }: IncomingMessage, body: Record<string, unknown>): Answer {
		const isSigned = forgeVerify(phpText(body), String(body.sign), own.publicKey);
		if (headers.authorization !== `Bearer token-${this.token}`) {
			return { status: 401, text: JSON.stringify({ success: false, error_code: 'UNAUTHENTICATED' }) };
		}
		return this.gateway(isSigned) ?? refusal(isSigned ? 'NOTEXIST' : 'VALIDATIONERROR');
	}
}

async function readBody(request: IncomingMessage): Promise<string> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	return Buffer.concat(chunks).toString();
}

function refusal(code: string, privateKey = kess.privateKey): Answer {
	return { status: 400, text: signedAnswer({ success: false, error_code: code, error_desc: `Words for ${code}` }, privateKey) };
}

let gateway: Gateway;

beforeAll(async () => {
	gateway = await Gateway.start();
});

beforeEach(() => gateway.reset());

afterAll(async () => {
	await gateway.stop();
});

function data(changes: ICredentialDataDecryptedObject = {}): ICredentialDataDecryptedObject {
	return {
		environment: 'custom',
		baseUrl: gateway.url,
		partnerId: 'P-1',
		partnerSecretKey: 'login-secret',
		userName: 'api-user',
		password: 'login-password',
		privateKey: own.privateKey,
		kessPublicKey: kess.publicKey,
		accessToken: '',
		...changes,
	};
}

async function authenticate(options: IHttpRequestOptions, changes: ICredentialDataDecryptedObject = {}): Promise<IHttpRequestOptions> {
	const sign = credential.authenticate as (fields: object, request: IHttpRequestOptions) => Promise<IHttpRequestOptions>;
	return await sign(data({ accessToken: 'current', ...changes }), options);
}

test('may be used by the nodes of this package only, and keeps its secrets masked', () => {
	expect(credential.restrictToSupportedNodes).toBe(true);
	const masked = credential.properties.filter(({ typeOptions }) => typeOptions?.password === true).map(({ name }) => name);
	expect(masked).toEqual(['partnerSecretKey', 'password', 'privateKey', 'passphrase', 'accessToken']);
	for (const name of ['privateKey', 'kessPublicKey']) {
		expect(credential.properties.find((property) => property.name === name)?.typeOptions?.rows).toBe(4);
	}
});

describe('authenticate', () => {
	const url = () => `${gateway.url}/partnerapi/v1/gateway`;

	test('signs what is sent, over whatever was there before', async () => {
		const body = { service: 'query.fundTransfer', out_trade_no: ' ស/1 ', sign: 'forged', sign_type: 'none' };
		const once = await authenticate({ method: 'POST', url: url(), body, headers: { authorization: 'Bearer old' } });
		expect(once.headers).toEqual({ Authorization: 'Bearer current', 'Content-Type': 'application/json' });
		const sent = JSON.parse(once.body as string) as Record<string, unknown>;
		expect(sent).toEqual({ service: 'query.fundTransfer', out_trade_no: 'ស/1', sign_type: 'RSA2', sign: expect.any(String) });
		expect(forgeVerify(phpText(sent), String(sent.sign), own.publicKey)).toBe(true);
		expect(await authenticate(once)).toEqual(once);
	});

	test.each(['https://evil.example/partnerapi/v1/gateway', 'http://127.0.0.1:1/', 'gateway', '//127.0.0.1.evil.example/x'])(
		'never signs for %s',
		async (elsewhere) => {
			await expect(authenticate({ method: 'POST', url: elsewhere, body: { a: 1 } })).rejects.toThrow(
				`does not go to ${gateway.url}, the gateway of this KESS credential`,
			);
		},
	);

	test('sends nothing whose answer could not be verified', async () => {
		const request = { method: 'POST', url: url(), body: { a: 1 } } as const;
		await expect(authenticate(request, { kessPublicKey: '' })).rejects.toThrow(/^KESS Public Key .*is empty/);
		await expect(authenticate(request, { kessPublicKey: own.publicKey })).rejects.toThrow('is your own public key');
	});
});

describe('in n8n’s engine', () => {
	/** Calls the gateway once for each item, as n8n's HTTP helper does it. */
	class Caller implements INodeType {
		description = {
			displayName: 'Caller',
			name: 'caller',
			group: ['transform' as const],
			version: 1,
			description: '',
			defaults: {},
			inputs: ['main' as const],
			outputs: ['main' as const],
			credentials: [{ name: 'kessPartnerApi', required: true }],
			properties: [],
		};

		async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
			const call = async (): Promise<INodeExecutionData> => {
				try {
					const body = { service: 'query.fundTransfer', out_trade_no: 'PO-1' };
					const options: IHttpRequestOptions = { method: 'POST', url: `${gateway.url}/partnerapi/v1/gateway`, body, ignoreHttpStatusErrors: { ignore: true, except: [401] } };
					return { json: (await this.helpers.httpRequestWithAuthentication.call(this, 'kessPartnerApi', options)) as IDataObject };
				} catch (error) {
					return { json: { message: (error as Error).message } };
				}
			};
			return [await Promise.all(this.getInputData().map(call))];
		}
	}

	const run = async (changes: ICredentialDataDecryptedObject, items: number) =>
		await runNode({
			node: new Caller(),
			parameters: {},
			items: Array.from({ length: items }, () => ({})),
			credentialTypes: [credential],
			credentials: { kessPartnerApi: data(changes) },
		});

	test('many items share one login, whose token is stored with its end', async () => {
		const { items, credentials } = await run({}, 10);
		expect(items.map(({ json }) => json.error_code)).toEqual(Array.from({ length: 10 }, () => 'NOTEXIST'));
		expect(gateway.logins).toBe(1);
		expect(credentials.kessPartnerApi).toMatchObject({ accessToken: expect.stringMatching(/^token-\d+$/) });
		expect(Number(credentials.kessPartnerApi?.accessRenewAt)).toBeGreaterThan(Date.now() + 500_000);
	});

	test('a refused token is renewed once, and the request signed again', async () => {
		const { items } = await run({ accessToken: 'too old', accessRenewAt: '' }, 1);
		expect(items.map(({ json }) => json.error_code)).toEqual(['NOTEXIST']);
		expect(gateway.requests.filter(({ path }) => path.endsWith('/gateway'))).toHaveLength(2);
	});

	test('a refused login costs one login however many items there are, and tells no secret', async () => {
		const { items } = await run({ password: 'not-the-password' }, 10);
		expect(gateway.logins).toBe(1);
		expect(gateway.requests).toHaveLength(1);
		expect(items).toHaveLength(10);
		expect(JSON.stringify(items)).toContain('KESS refuses the login');
		expect(JSON.stringify(items)).not.toMatch(/not-the-password|login-secret/);
	});

	test('an unusable key costs no login', async () => {
		const { items } = await run({ privateKey: own.publicKey, userName: 'somebody' }, 3);
		expect(gateway.requests).toHaveLength(0);
		expect(JSON.stringify(items)).toContain('Private Key in the KESS Partner credential cannot be used');
	});
});

describe('the credential test', () => {
	async function outcome(changes: ICredentialDataDecryptedObject = {}): Promise<{ status: string; message: string }> {
		const context = new CredentialTestContext({} as never);
		const result = await testPartnerCredential.call(context, { id: '1', name: 'test', type: 'kessPartnerApi', data: data(changes) });
		expect(result.message).not.toMatch(/login-secret|login-password|token-|wrong-one/);
		for (const key of [own, kess, other].flatMap(({ privateKey, publicKey }) => [privateKey, publicKey])) {
			expect(result.message).not.toContain(key.split('\n')[2]);
		}
		return result;
	}

	test('accepts the right values, asking once for a transfer that nobody has', async () => {
		expect(await outcome()).toEqual({
			status: 'OK',
			message: 'Connected. KESS accepts the login and your signature, and its own signature is valid.',
		});
		expect(gateway.requests.map(({ body }) => body.service)).toEqual([undefined, 'query.fundTransfer']);
	});

	test.each<[string, ICredentialDataDecryptedObject, RegExp]>([
		['private key, pasted from the public one', { privateKey: own.publicKey }, /^Private Key .*is a public key/],
		['private key, too short', { privateKey: newPair(1024).privateKey }, /^Private Key .*1024-bit/],
		['KESS public key, the own one', { kessPublicKey: own.publicKey }, /^KESS Public Key .*is your own public key/],
		['KESS public key, a private one', { kessPublicKey: own.privateKey }, /^KESS Public Key .*is a private key/],
		['KESS public key, missing', { kessPublicKey: '' }, /^KESS Public Key .*is empty/],
		['partner ID, missing', { partnerId: '' }, /^Partner ID is empty/],
		['base URL', { baseUrl: 'nonsense' }, /^Base URL is not a web address/],
	])('finds a wrong %s before it sends anything', async (_name, changes, message) => {
		expect(await outcome(changes)).toEqual({ status: 'Error', message: expect.stringMatching(message) });
		expect(gateway.requests).toHaveLength(0);
	});

	test.each<[string, ICredentialDataDecryptedObject, RegExp]>([
		['host', { baseUrl: 'http://127.0.0.1:9' }, /^KESS cannot be reached at http:\/\/127.0.0.1:9/],
		['partner', { partnerSecretKey: 'wrong-one' }, /^KESS refuses the login/],
		['user', { password: 'wrong-one' }, /^KESS refuses the login/],
		['private key, of another pair', { privateKey: other.privateKey }, /^KESS refuses to answer: Words for VALIDATIONERROR .* it may be the signature\. Give KESS the public key/],
		['KESS public key, of another pair', { kessPublicKey: other.publicKey }, /is not signed with the key .* Check KESS Public Key/],
	])('tells a wrong %s apart', async (_name, changes, message) => {
		expect(await outcome(changes)).toEqual({ status: 'Error', message: expect.stringMatching(message) });
	});

	const found = { success: true, data: { out_trade_no: 'n8n-credential-test' } };

	test.each<[string, (isSigned: boolean) => Answer, RegExp]>([
		['an unsigned success', () => ({ text: JSON.stringify(found) }), /has no signature/],
		['an unsigned refusal', () => ({ status: 400, text: '{"success":false,"error_code":"NOTEXIST"}' }), /says NOTEXIST, but has no signature/],
		['a success signed by somebody else', () => ({ text: signedAnswer(found, other.privateKey) }), /is not signed with the key/],
		['the signature of another text', () => ({ text: JSON.stringify({ ...found, sign: forgeSign('{}', kess.privateKey) }) }), /is not signed with the key/],
		['a web page', () => ({ text: '<html></html>' }), /^This address does not answer like a KESS Partner gateway: .*web page/],
		['a redirect', () => ({ status: 302, text: '', location: 'http://127.0.0.1:9/' }), /redirects/],
		['a gateway that breaks off', () => ({ status: 500, text: signedAnswer({ success: false, error_code: 'SYSTEMERROR', error_desc: 'Busy' }, kess.privateKey) }), /broke off on its side: Busy \(SYSTEMERROR\)/],
		['a token the gateway does not take', () => ({ status: 401, text: '{"success":false,"error_code":"UNAUTHENTICATED"}' }), /refuses the token/],
		['a gateway that refuses every signature alike', () => refusal('VALIDATIONERROR'), /^KESS refuses to answer: Words for VALIDATIONERROR .* it may be the signature/],
	])('%s does not pass', async (_name, answer, message) => {
		gateway.gateway = answer;
		expect(await outcome()).toEqual({ status: 'Error', message: expect.stringMatching(message) });
	});

	test.each(['EXPIRED', 'USED', 'NOTEXIST'])('%s means that the signature was taken', async (code) => {
		gateway.gateway = () => refusal(code);
		expect(await outcome()).toMatchObject({ status: 'OK' });
		expect(gateway.requests).toHaveLength(2);
	});

	test('another refusal passes when a wrong signature is answered differently', async () => {
		gateway.gateway = (isSigned) => refusal(isSigned ? 'NOTELIGIBLE' : 'VALIDATIONERROR');
		expect(await outcome()).toMatchObject({ status: 'OK' });
		expect(gateway.requests).toHaveLength(3);
	});

	test('a login without a token', async () => {
		gateway.login = () => ({ text: '<html></html>' });
		expect(await outcome()).toEqual({ status: 'Error', message: expect.stringContaining('gave no token (HTTP 200)') });
	});
});
