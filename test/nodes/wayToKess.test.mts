import type { IDataObject } from 'n8n-workflow';
import { CredentialTestContext } from 'n8n-core';

import { KessPartnerApi } from '../../credentials/KessPartnerApi.credentials.ts';
import { KessWebPayApi } from '../../credentials/KessWebPayApi.credentials.ts';
import { KessPartner } from '../../nodes/KessPartner/KessPartner.node.ts';
import { testPartnerCredential } from '../../nodes/KessPartner/methods/testCredential.ts';
import { KessWebPay } from '../../nodes/KessWebPay/KessWebPay.node.ts';
import { testWebPayCredential } from '../../nodes/KessWebPay/methods/testCredential.ts';
import { type NodeRun, runNode } from '../../sandbox/host/engine.mts';
import { newPair } from '../support/partnerSide.mts';
import { refused, type StubAnswer, type StubGateway, startStubGateway } from '../support/stubGateway.mts';
import { certificates, type Listening, rawServer, tlsServer } from '../support/tlsServers.mts';
import { withStore } from '../support/withStore.mts';

/** What stands between n8n and KESS, and what KESS says before it looks at a request: each is named as what it is. */

withStore();

const [own, kess] = [newPair(), newPair()];
let open: Array<{ stop(): void }> = [];
const environment = { ...process.env };

afterEach(() => {
	for (const server of open) server.stop();
	open = [];
	for (const name of ['HTTP_PROXY', 'HTTPS_PROXY']) {
		if (environment[name] === undefined) delete process.env[name];
		else process.env[name] = environment[name];
	}
});

async function keep<Server extends { stop(): void }>(server: Promise<Server>): Promise<Server> {
	open.push(await server);
	return await server;
}

const webPayFields = (baseUrl: string, changes: Record<string, string> = {}) => ({
	environment: 'custom',
	baseUrl,
	gatewayVersion: 'v2',
	username: 'shop',
	password: 'pass-word-1',
	clientId: 'client-id-1',
	clientSecret: 'client-secret-1',
	apiSecretKey: 'api-secret-1',
	signType: 'MD5',
	sellerCode: 'CU2611-1',
	accessToken: '',
	...changes,
});

const partnerFields = (baseUrl: string, changes: Record<string, string> = {}) => ({
	environment: 'custom',
	baseUrl,
	partnerId: 'partner-1',
	partnerSecretKey: 'partner-secret-1',
	userName: 'user',
	password: 'pass-word-1',
	privateKey: own.privateKey,
	kessPublicKey: kess.publicKey,
	accessToken: '',
	...changes,
});

const SECRETS = /pass-word-1|client-secret-1|api-secret-1|partner-secret-1/;

const TOKEN = { accessToken: 'a-token-that-is-good' };

async function webPay(parameters: IDataObject, baseUrl: string, changes?: Record<string, string>): Promise<NodeRun> {
	const run = await runNode({ node: new KessWebPay(), parameters, credentialTypes: [new KessWebPayApi()], credentials: { kessWebPayApi: webPayFields(baseUrl, changes) } });
	expect(JSON.stringify([run.error, run.items])).not.toMatch(SECRETS);
	return run;
}

async function partner(operation: string, baseUrl: string, changes?: Record<string, string>): Promise<NodeRun> {
	const transfer = { outTradeNo: 'WAGE-1', receiverId: '012345678', senderName: 'Shop', amount: '1', currency: 'USD', partnerTransactionId: 'T-1', preTransferId: 'P-1' };
	const run = await runNode({
		node: new KessPartner(),
		parameters: { resource: 'fundTransfer', operation, ...transfer },
		credentialTypes: [new KessPartnerApi()],
		credentials: { kessPartnerApi: partnerFields(baseUrl, changes) },
	});
	expect(JSON.stringify([run.error, run.items])).not.toMatch(SECRETS);
	return run;
}

async function testOf(type: 'webPay' | 'partner', baseUrl: string, changes?: Record<string, string>): Promise<string> {
	const context = new CredentialTestContext({} as never);
	const named = (name: string, data: IDataObject) => ({ id: '1', name: 'test', type: name, data: data as never });
	const { message } =
		type === 'webPay'
			? await testWebPayCredential.call(context, named('kessWebPayApi', webPayFields(baseUrl, changes)))
			: await testPartnerCredential.call(context, named('kessPartnerApi', partnerFields(baseUrl, changes)));
	expect(message).not.toMatch(SECRETS);
	return message;
}

const QUERY = { resource: 'order', operation: 'query', outTradeNo: 'INV-1' };
const CREATE = { resource: 'order', operation: 'create', outTradeNo: 'INV-1', body: 'Iced coffee', totalAmount: '10.50', currency: 'USD' };
const QUICK_PAY = { ...CREATE, resource: 'payment', operation: 'quickPay', authCode: '134567890123456789', serviceCode: 'WECHAT' };
const REFUND = { resource: 'refund', operation: 'create', outTradeNo: 'INV-1', reason: 'Damaged' };

const words = ({ error }: NodeRun) => `${error?.message} ${error?.description}`;

describe('TLS that fails before anything could leave', () => {
	test.each<[string, () => Promise<Listening>, RegExp]>([
		['self-signed, 1.3', async () => await tlsServer(certificates.selfSigned, 'TLSv1.3'), /its certificate is self-signed.*NODE_EXTRA_CA_CERTS/s],
		['an unknown issuer, 1.2', async () => await tlsServer(certificates.good, 'TLSv1.2'), /does not know its issuer.*NODE_EXTRA_CA_CERTS/s],
		['http', async () => await rawServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')), /does not speak https.*http:\/\/ instead of https:\/\//s],
		['no cipher', async () => await rawServer((socket) => socket.end(Buffer.from([21, 3, 3, 0, 2, 2, 40]))), /encrypted connection \(TLS\) could not be set up.*handshake failure/s],
		['the end of the connection', async () => await rawServer((socket) => socket.end()), /\(TLS\) was ended before it stood/],
	])('%s: nothing was sent, whatever was asked', async (_, start, says) => {
		const server = await keep(start());
		const url = `https://127.0.0.1:${server.port}`;
		for (const token of [TOKEN, {}]) {
			const runs = [
				...(await Promise.all([QUERY, CREATE, QUICK_PAY, REFUND].map(async (parameters) => await webPay(parameters, url, token)))),
				...(await Promise.all(['query', 'create', 'payOut'].map(async (operation) => await partner(operation, url, token)))),
			];
			for (const run of runs) {
				expect(words(run)).toMatch(says);
				expect(words(run)).toMatch(/Nothing was sent by this run|This run has paid nothing|has sent nothing/);
				expect(words(run)).not.toMatch(/may exist|Username|Password/);
			}
		}
		for (const type of ['webPay', 'partner'] as const) expect(await testOf(type, url)).toMatch(says);
		expect(server.received()).not.toMatch(/INV-1|WAGE-1|Bearer/);
	});
});

describe('a proxy that n8n is started with', () => {
	/** @param status with which it answers whatever it is asked, also for a connection */
	const proxy = async (status: number) =>
		await keep(
			rawServer((socket) => {
				const page = '<html><h1>Blocked</h1></html>';
				socket.end(`HTTP/1.1 ${status} No\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length: ${page.length}\r\n\r\n${page}`);
			}),
		);

	const through = (url: string) => {
		process.env.HTTP_PROXY = url;
		process.env.HTTPS_PROXY = url;
	};

	const GATEWAYS = ['http://gateway.example:4010', 'https://gateway.example'];

	test.each([
		['at a dead port', 'http://127.0.0.1:9', /the proxy that n8n is started with \(HTTP_PROXY, HTTPS_PROXY\) cannot be reached at 127\.0\.0\.1:9: nothing listens there/],
		['whose name is wrong', 'http://no-such-proxy.invalid:3128', /the proxy that n8n is started with \(HTTP_PROXY, HTTPS_PROXY\) cannot be reached at no-such-proxy\.invalid/],
	])('%s is named, and nothing was sent', async (_, url, says) => {
		through(url);
		for (const gateway of GATEWAYS) {
			for (const run of [await webPay(QUERY, gateway), await webPay(QUICK_PAY, gateway, TOKEN), await partner('payOut', gateway, TOKEN)]) expect(words(run)).toMatch(says);
			for (const type of ['webPay', 'partner'] as const) expect(await testOf(type, gateway)).toMatch(says);
		}
	});

	test('that gives no connection is named, and nothing was sent', async () => {
		through(`http://127.0.0.1:${(await keep(rawServer((socket) => socket.end()))).port}`);
		const says = /the proxy that n8n is started with \(HTTP_PROXY, HTTPS_PROXY\) gave no connection to https:\/\/gateway\.example/;
		expect(words(await webPay(CREATE, 'https://gateway.example', TOKEN))).toMatch(says);
		expect(await testOf('partner', 'https://gateway.example')).toMatch(says);
	});

	test.each([
		[403, /web page.*proxy or firewall between n8n and KESS/s],
		[407, /a proxy between n8n and KESS wants a login of its own/],
		[404, /web page.*proxy or firewall between n8n and KESS/s],
	])('that answers %d with a page: no refusal of KESS, and no password is blamed', async (status, says) => {
		through(`http://127.0.0.1:${(await proxy(status)).port}`);
		for (const gateway of GATEWAYS) {
			const runs = [await webPay(QUERY, gateway), await webPay(QUERY, gateway, TOKEN), await webPay(CREATE, gateway, TOKEN), await partner('query', gateway), await partner('query', gateway, TOKEN)];
			for (const run of runs) {
				expect(words(run)).toMatch(says);
				expect(words(run)).not.toMatch(/KESS refuses|Check Username|Password|Secret/);
			}
			for (const type of ['webPay', 'partner'] as const) {
				const message = await testOf(type, gateway);
				expect(message).toMatch(says);
				expect(message).not.toMatch(/KESS refuses|Check Username|Password|Secret/);
			}
		}
	});
});

const LOGIN: StubAnswer = { status: 200, body: { access_token: 'token-of-this-test', expires_in: 1800, expire_in: 1800 } };

describe('KESS refuses before it looks at the request', () => {
	const gatewayThat = async (answer: StubAnswer, login = LOGIN): Promise<StubGateway> => await keep(startStubGateway((service) => (service === 'oauth' ? login : answer)));

	const CAUSES: Array<[string, RegExp]> = [
		['Your IP address is not allowed', /IP addresses that it knows of a merchant/],
		['IP 203.0.113.7 is not in the whitelist', /IP addresses that it knows of a merchant/],
		['merchant is suspended', /account itself that KESS refuses/],
		['This merchant has been deactivated', /account itself that KESS refuses/],
	];
	const BLAMES = /API Secret Key|Signature Type|Check Username|Check Partner|Private Key|Public Key/;

	test.each(CAUSES.flatMap(([reason, says]) => [403, 401, 400].map((status): [number, string, RegExp] => [status, reason, says])))('%d "%s" at the gateway', async (status, reason, says) => {
		const { url } = await gatewayThat(refused(status, status === 403 ? 'FORBIDDEN' : String(status), reason));
		for (const version of ['v1', 'v2']) {
			const run = await webPay(QUERY, url, { gatewayVersion: version });
			expect(run.error?.message).toContain(reason);
			expect(run.error?.description).toMatch(says);
			const message = await testOf('webPay', url, { gatewayVersion: version });
			expect(message).toContain(`${reason}`);
			expect(message).toMatch(says);
			for (const text of [words(run), message]) expect(text).not.toMatch(BLAMES);
		}
	});

	test.each(CAUSES.flatMap(([reason, says]) => [403, 401, 400].map((status): [number, string, RegExp] => [status, reason, says])))('%d "%s" at the login', async (status, reason, says) => {
		const { url } = await gatewayThat(LOGIN, { status, body: { message: reason, error_desc: reason } });
		for (const run of [await webPay(QUERY, url), await partner('query', url)]) {
			expect(run.error?.message).toContain(`KESS refuses the login: ${reason} (HTTP ${status})`);
			expect(run.error?.description).toMatch(says);
			expect(words(run)).not.toMatch(BLAMES);
		}
		for (const type of ['webPay', 'partner'] as const) {
			const message = await testOf(type, url);
			expect(message).toContain(`KESS refuses the login: ${reason} (HTTP ${status})`);
			expect(message).toMatch(says);
			expect(message).not.toMatch(BLAMES);
		}
	});

	test.each([401, 403])('%d at the Partner gateway, unsigned as such refusals are: its words are shown, and pay nothing back', async (status) => {
		const reason = 'Your IP address is not allowed';
		const { url } = await gatewayThat({ status, body: { success: false, error_desc: reason } });
		const asked = await partner('query', url);
		expect(asked.error?.message).toContain(reason);
		expect(asked.error?.description).toMatch(/IP addresses that it knows/);
		expect(await testOf('partner', url)).toMatch(/Your IP address is not allowed.*IP addresses that it knows/);
		const confirmed = await partner('confirm', url);
		expect(words(confirmed)).not.toMatch(/nothing was sent/i);
	});

	test('the same words to every signature are shown, and the signature is only one cause', async () => {
		const { url } = await gatewayThat(refused(400, 'VALIDATION_ERROR', 'The seller code field is required.'));
		expect(await testOf('webPay', url)).toMatch(/^KESS refuses to answer: The seller code field is required \(400\)\. It says the same to a signature that is certainly wrong, so that it may be the signature\. Check API Secret Key/);
	});

	test.each([
		[403, { success: false, error_des: 'Your IP address is not allowed', status_code: 403 }],
		[401, { message: 'Your IP address is not allowed' }],
		[403, { message: 'merchant is suspended' }],
		[422, { message: 'The given data was invalid.', errors: { auth_code: ['The auth code is invalid.'] } }],
		[405, { msg: 'Method not allowed' }],
		[403, '<html>Blocked</html>'],
		[407, '<html>Blocked</html>'],
	])('%d %j to a payment proves nothing: it stays open', async (status, body) => {
		const gateway = await keep(
			startStubGateway((service) => {
				if (service === 'oauth') return LOGIN;
				if (service.includes('query')) return refused(404, 'NOT_FOUND', 'Not found');
				return (response) => response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
			}),
		);
		const { error, items } = await webPay(QUICK_PAY, gateway.url);
		expect(error).toBeUndefined();
		expect(items[0]?.json).toMatchObject({ status: 'unknown' });
		expect(gateway.services.filter((service) => service.includes('pay') && !service.includes('query'))).toHaveLength(1);
	});
});

describe('secrets as they were pasted', () => {
	test('what is invisible at the ends leaves before the login, and inside it is named before anything is sent', async () => {
		const seen: IDataObject[] = [];
		const gateway = await keep(
			startStubGateway((service, { body }) => {
				seen.push(body as IDataObject);
				return service === 'oauth' ? LOGIN : refused(404, 'NOT_FOUND', 'Not found');
			}),
		);
		await webPay(QUERY, gateway.url, { password: '\u200bpass-word-1\u00a0', clientSecret: '\ufeffclient-secret-1\u202c', username: '\u200e shop' });
		expect(seen[0]).toMatchObject({ password: 'pass-word-1', client_secret: 'client-secret-1', username: 'shop' });
		const before = seen.length;
		for (const [field, name] of [['apiSecretKey', 'API Secret Key'], ['password', 'Password'], ['clientId', 'Client ID']] as const) {
			const run = await webPay(QUERY, gateway.url, { [field]: 'some\u200bthing' });
			expect(run.error?.message).toContain(`${name} in the KESS WebPay credential has a character in it that cannot be seen: a zero-width space`);
			expect(await testOf('webPay', gateway.url, { [field]: 'some\u00a0thing' })).toContain(`${name} in the KESS WebPay credential has a character in it that cannot be seen: a no-break space`);
		}
		expect((await partner('query', gateway.url, { partnerSecretKey: 'some\ufeffthing' })).error?.message).toContain('a byte order mark');
		expect(seen).toHaveLength(before);
	});
});
