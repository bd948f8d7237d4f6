import { generateKeyPairSync, sign as signBytes } from 'node:crypto';
import { canonicalJson } from '../../../kess/phpJson.ts';
import { openKeys } from '../../../sandbox/partner/keys.mts';
import { forgeRsa2, opensslRsa2 } from '../../../sandbox/partner/rsa2.mts';
import { startSandbox } from '../../../sandbox/server.mts';
import { withSandbox } from '../../support/kessSandbox.mts';
import { type Body, PartnerClient, transferFields } from '../../support/partnerClient.mts';

const sandbox = withSandbox();
const client = new PartnerClient(sandbox);

const SERVICE = 'create.unified.fundTransfer';

function signOf(canonical: string): string {
	return signBytes('sha256', Buffer.from(canonical), sandbox.partnerKeys.partnerPrivateKey).toString('base64');
}

async function expectInvalid(body: unknown): Promise<void> {
	const { status, json, verified } = await client.send(body);
	expect([status, json.error_code, json.error_desc, verified]).toEqual([400, 'VALIDATIONERROR', 'Invalid signature', true]);
}

describe('is refused, and the refusal is signed:', () => {
	const request = (outTradeNo = 'A') => JSON.parse(client.signed({ service: SERVICE, ...transferFields(outTradeNo) })) as Record<string, unknown>;

	test('no signature', () => expectInvalid({ ...request(), sign: undefined }));
	test('an empty one', () => expectInvalid({ ...request(), sign: '' }));
	test('one that is no text', () => expectInvalid({ ...request(), sign: 7 }));
	test('one that is no base64', () => expectInvalid({ ...request(), sign: '*' }));
	test('one in hex', () => expectInvalid({ ...request(), sign: Buffer.from(String(request().sign), 'base64').toString('hex') }));
	test('one that is too short', () => expectInvalid({ ...request(), sign: 'AAAA' }));
	test('that of another request', () => expectInvalid({ ...request(), sign: request('B').sign }));
	test('a field changed later', () => expectInvalid({ ...request(), amount: 10.51 }));
	test('a field added later', () => expectInvalid({ ...request(), note: null }));
	test('over the text as it was sent', () => {
		const sent = { service: SERVICE, ...transferFields('T/1') };
		return expectInvalid({ ...sent, sign: signOf(JSON.stringify(sent)) });
	});
	test('with SHA-1', () => {
		const sent = { service: SERVICE, ...transferFields('A') };
		const sign = signBytes('sha1', Buffer.from(canonicalJson(JSON.stringify(sent))), sandbox.partnerKeys.partnerPrivateKey);
		return expectInvalid({ ...sent, sign: sign.toString('base64') });
	});
	test('with another key', () => {
		const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048, privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } });
		return expectInvalid(client.signed({ service: SERVICE, ...transferFields('A') }, privateKey));
	});
	test('over an untrimmed text, which Laravel trims first', () => expectInvalid(client.signed({ service: SERVICE, ...transferFields('A', { sender_name: ' Dara ' }) })));
	test('over an empty text, which Laravel turns into null', () => expectInvalid(client.signed({ service: SERVICE, ...transferFields('A'), note: '' })));
	test('a number that PHP cannot print', () => expectInvalid(`{"service":"${SERVICE}","amount":1e999,"sign":"AAAA"}`));
	test('another algorithm', async () => {
		const { json, verified } = await client.send(client.signed({ service: SERVICE, ...transferFields('A'), sign_type: 'MD5' }));
		expect([json.error_code, json.error_desc, verified]).toEqual(['VALIDATIONERROR', 'The sign_type field must be RSA2.', true]);
	});

	afterEach(async () => {
		expect((await client.query('A')).json.error_code).toBe('NOTEXIST');
	});
});

test('an untrimmed text is taken when what is left of it was signed', async () => {
	const fields: Body = { service: SERVICE, ...transferFields('A') };
	const body = JSON.parse(client.signed({ ...fields, note: null, list: [{ b: null, a: 'x' }] })) as Record<string, unknown>;
	const { json } = await client.send({ ...body, sender_name: ` ${fields.sender_name}\u200B\n`, note: ' ', list: [{ b: '', a: ' x' }] });
	expect(json.success).toBe(true);
});

test('sign_type may be left out; nested values, other fields and key order of PHP are covered', async () => {
	const body = { service: SERVICE, ...transferFields('A'), meta: { b: [1, {}, 'ក/"'], a: null }, '10': 'x', '9': 'y' };
	const { json } = await client.send({ ...body, sign: signOf(canonicalJson(JSON.stringify(body))) });
	expect(json.success).toBe(true);
});

test.each([
	['text/plain', '{}'],
	['application/json', '{"service":'],
	['application/json', '[]'],
	['application/json', ''],
	['application/json', Buffer.from('{"a":"\xff"}', 'latin1')],
	['application/json', '\ufeff{}'],
])('%s %p is refused and signed', async (type, body) => {
	const { status, json, verified } = await client.send(body, { 'content-type': type });
	expect([status, json.error_code, verified]).toEqual([400, 'VALIDATIONERROR', true]);
});

test('forge and OpenSSL sign the same and verify each other', async () => {
	const keys = (await openKeys(undefined))();
	const [forge, openssl] = [forgeRsa2(keys), opensslRsa2(keys)];
	const opposite = { ...keys, kessPrivateKey: keys.partnerPrivateKey };
	for (const text of ['', 'a', '{"a":"\\u1780"}', 'x'.repeat(5000)]) {
		expect(forge.sign(text)).toBe(openssl.sign(text));
		const sign = opensslRsa2(opposite).sign(text);
		expect([forge.verify(text, sign), openssl.verify(text, sign)]).toEqual([true, true]);
		for (const wrong of [openssl.sign(text), '', 'AAAA', `${sign}A`, sign.slice(4), sign.replace(/=+$/, ''), `${sign}\n`]) {
			expect([forge.verify(text, wrong), openssl.verify(text, wrong)]).toEqual([false, false]);
		}
	}
});

test('a fast sandbox answers the same', async () => {
	const fast = await startSandbox({ port: 0, fastRsa: true });
	try {
		expect(fast.partnerKeys).toEqual(sandbox.partnerKeys);
		const answer = await new PartnerClient(fast).query('A');
		expect(answer.verified).toBe(true);
		expect(answer.text).toBe((await client.query('A')).text);
	} finally {
		await fast.close();
	}
});
