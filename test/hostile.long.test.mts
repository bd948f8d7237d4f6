import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';

import type { ICredentialType, IDataObject, IHttpRequestOptions, INode } from 'n8n-workflow';

import { KessPartnerApi } from '../credentials/KessPartnerApi.credentials.ts';
import { KessWebPayApi } from '../credentials/KessWebPayApi.credentials.ts';
import { plainHttpAdvice } from '../kess/gateway/address.ts';
import { Redaction } from '../kess/gateway/redaction.ts';
import { LIMITS } from '../kess/limits.ts';
import { parseMoney } from '../kess/money.ts';
import { partnerCredentialValues, readPartnerAccount } from '../kess/partner/account.ts';
import { requireTransferReference } from '../kess/partner/fields.ts';
import { isSamePerson } from '../kess/partner/receiverName.ts';
import { canonicalJson } from '../kess/phpJson.ts';
import { ksortKeys } from '../kess/phpKeyOrder.ts';
import { trimText } from '../kess/written/text.ts';
import { readWebPayAccount, webPayCredentialValues } from '../kess/webPay/account.ts';
import { requireOutTradeNo } from '../kess/webPay/fields.ts';
import { peekWebPayNotification, readWebPayNotification } from '../kess/webPay/notification.ts';
import { webPayDataSignatures } from '../kess/webPaySignature.ts';
import { KessPartner } from '../nodes/KessPartner/KessPartner.node.ts';
import { KessWebPay } from '../nodes/KessWebPay/KessWebPay.node.ts';
import { SharedQuestions } from '../nodes/KessWebPay/notifications/questions.ts';
import { newPair, signedAnswer } from './support/partnerSide.mts';
import { type NodeRun, runNode } from '../sandbox/host/engine.mts';
import { LINEAR, timesAsMuch } from './support/cpuTime.mts';
import { echo, echoingAnswers, leaksIn, partnerSecrets, SEARCHES, TOKEN, webPaySecrets } from './support/markedSecrets.mts';
import { type Asked, type StubAnswer, type StubGateway, startStubGateway } from './support/stubGateway.mts';
import { encryptedCard, serviceExamples } from './support/webPayServices.mts';
import { withStore } from './support/withStore.mts';
import { cipherPublicKey } from '../sandbox/webpay/cardCipher.mts';

/**
 * One hostile input for each kind of weakness that strangers have found, at gateways that no sandbox is. What n8n itself
 * has to do with is in test/e2e/stranger.test.mts.
 */

const SECRET = 'api-secret';

let gateway: StubGateway | undefined;

withStore();

afterEach(() => {
	gateway?.stop();
	gateway = undefined;
});

const bytes = (text: string) => Buffer.from(text);

/** A merchant at the gateway of a test. */
function webPayCredential(changes: Record<string, string> = {}) {
	return {
		kessWebPayApi: {
			environment: 'custom',
			baseUrl: gateway?.url ?? '',
			gatewayVersion: 'v2',
			username: 'shop',
			password: 'pass-word',
			clientId: 'client',
			clientSecret: 'client-secret',
			apiSecretKey: SECRET,
			signType: 'MD5',
			accessToken: '',
			sellerCode: 'CU2611-1',
			...changes,
		},
	};
}

async function run(parameters: IDataObject, changes: Record<string, string> = {}, settings: Partial<INode> = {}): Promise<NodeRun> {
	return await runNode({
		node: new KessWebPay(),
		parameters,
		credentialTypes: [new KessWebPayApi()],
		credentials: webPayCredential(changes),
		settings,
	});
}

const LOGIN: StubAnswer = { status: 200, body: { access_token: 'token-of-this-test', expires_in: 1800 } };

const signed = (data: object, sign = signature(data)): StubAnswer => ({
	status: 200,
	body: { success: true, data, sign, sign_type: 'MD5' },
});

const signature = (data: object, key = SECRET) => webPayDataSignatures(data, 'MD5', key)[0];

/** What the gateway signs every list with, so that everybody who has seen one knows it. */
const CONSTANT = createHash('md5').update(`&key=${SECRET}`).digest('hex');

const ORDER = { out_trade_no: 'INV-1', total_amount: 10.5, currency: 'USD', status: 'WAITING' };
const NEW_ORDER = { outTradeNo: 'INV-1', body: 'Iced coffee', totalAmount: '10.50', currency: 'USD' };
const QUERY = { resource: 'order', operation: 'query', outTradeNo: 'INV-1' };

/** A KHQR text over an amount in US dollars, with its checksum. */
function khqr(amount: string): string {
	const text = `00020101021230150011kess@bakong520459995303840540${amount.length}${amount}5802KH5904Shop6010Phnom Penh6304`;
	let crc = 0xffff;
	for (const byte of Buffer.from(text)) {
		crc ^= byte << 8;
		for (let bit = 0; bit < 8; bit++) crc = ((crc << 1) ^ (crc & 0x8000 ? 0x1021 : 0)) & 0xffff;
	}
	return text + crc.toString(16).toUpperCase().padStart(4, '0');
}

describe('1: names that a regular expression would try in all ways', () => {
	const LONG = 100_000;
	const verify = (body: Buffer) => readWebPayNotification(body, SECRET, 'MD5');

	test.each([
		['zeros', '0'.repeat(LONG)],
		['spaces', ' '.repeat(LONG)],
		['digits', '1'.repeat(LONG)],
		['zeros behind a point', `.${'0'.repeat(LONG)}`],
	])('%s, in PHP key order', async (_, name) => {
		expect(await timesAsMuch(ksortKeys, [`${name}x`, 'a'], ['a'.repeat(name.length), 'b'])).toBeLessThan(LINEAR);
	});

	test('marks over letters, in a name', async () => {
		const marks = (count: number) => `a${'\u0301\u0316'.repeat(count)}`;
		expect(await timesAsMuch((name) => isSamePerson(name, name), marks(LONG), 'a'.repeat(LONG))).toBeLessThan(LINEAR);
	});

	test.each([
		['form', `${'0'.repeat(LONG)}x=1&sign=x`],
		['JSON', `{"${' '.repeat(LONG)}x":1,"sign":"x"}`],
		['brackets', `a${'['.repeat(LONG)}=1&sign=x`],
	])('a %s is refused for the length of its name', async (_, body) => {
		expect(verify(bytes(body))).toMatchObject({ kind: 'refused', reason: expect.stringContaining('longer than') });
		expect(await timesAsMuch(verify, bytes(body), bytes(`a=${'b'.repeat(LONG)}&sign=x`))).toBeLessThan(LINEAR);
	});
});

describe('2: more fields than any order has', () => {
	const numbers = (count: number) => Array.from({ length: count }, (_, index) => String(index));
	const object = (keys: string[]) => `{${keys.map((key) => `"${key}":1`).join(',')}}`;

	test('50,000 names like numbers are refused in a call, whatever its form', () => {
		const keys = numbers(50_000);
		for (const body of [object(keys), keys.map((key) => `${key}=1`).join('&'), `{"data":${object(keys)},"sign":"x"}`]) {
			expect(readWebPayNotification(bytes(body), SECRET, 'MD5')).toMatchObject({ kind: 'refused', reason: expect.stringContaining('more than') });
			expect(peekWebPayNotification(bytes(body))).toBeUndefined();
		}
	});

	test('and are sorted without the square of them', async () => {
		const keys = numbers(50_000);
		const words = keys.map((key) => `k${key}`);
		expect(await timesAsMuch(ksortKeys, keys, words)).toBeLessThan(LINEAR);
		expect(await timesAsMuch(ksortKeys, [...keys].reverse(), words)).toBeLessThan(LINEAR);
		expect(await timesAsMuch(ksortKeys, keys.map((key) => `${key}.0`), words)).toBeLessThan(LINEAR);
		// A word among the numbers leaves PHP's own steps: they are followed in place.
		expect(await timesAsMuch(ksortKeys, [...keys, '1a'], words)).toBeLessThan(LINEAR);
		expect(await timesAsMuch(canonicalJson, object(keys), object(words))).toBeLessThan(LINEAR);
	});

	test('an answer with too many is none of KESS', async () => {
		const data = { ...ORDER, ...Object.fromEntries(numbers(LIMITS.fields).map((key) => [key, 1])) };
		gateway = await startStubGateway((service) => (service === 'oauth' ? LOGIN : signed(data)));
		expect((await run(QUERY)).error?.message).toContain('the answer is not one of KESS: it has more than 200 fields');
	});

	test('nor is a request of a size that no order has', async () => {
		gateway = await startStubGateway(() => LOGIN);
		const setting = JSON.stringify(Object.fromEntries(numbers(50_000).map((key) => [key, 1])));
		const { error } = await run({ resource: 'order', operation: 'create', ...NEW_ORDER, additionalFields: { setting } });
		expect(error?.message).toContain(`has more than ${LIMITS.requestLength} characters`);
		expect(gateway.services.filter((service) => service !== 'oauth')).toEqual([]);
	});

	test('nor are such parameters sent, or those nested too deep', async () => {
		gateway = await startStubGateway(() => LOGIN);
		const call = (parameters: string) => ({ resource: 'service', operation: 'call', service: 'webpay.acquire.x', parameters });
		const { error } = await run(call(object(numbers(1000))));
		expect(error?.message).toContain('more than 200 fields');
		const deep = await run(call(`{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`));
		expect(deep.error?.message).toContain('nested more than 32 deep');
		expect(gateway.services.filter((service) => service !== 'oauth')).toEqual([]);
	});
});

describe('3: texts with nothing but space or zeros in them', () => {
	const space = ' '.repeat(300_000);

	test.each<[string, (text: string) => unknown, string]>([
		['a title', trimText, `a${space}b`],
		['an order number', requireOutTradeNo, `a${space}b`],
		['a transfer number', requireTransferReference, `\0${space}\u200b`],
		['an amount', (text) => parseMoney(text, 'USD'), `1.${'0'.repeat(300_000)}1`],
		['a whole amount', (text) => parseMoney(text, 'USD'), `${'0'.repeat(300_000)}x`],
	])('%s', async (_, read, text) => {
		expect(await timesAsMuch(read, text, 'a'.repeat(text.length))).toBeLessThan(LINEAR);
	});
});

describe('4: answers that never end', () => {
	/** Sends a piece of an answer ten times a second until the connection is closed. */
	const drip = (first: string) => (response: ServerResponse) => {
		response.writeHead(200, { 'content-type': 'application/json' });
		response.write(first);
		const timer = setInterval(() => response.write(' '), 100);
		response.on('close', () => clearInterval(timer));
	};
	const parameters = { ...QUERY, options: { timeout: 400 } };

	async function untilClosed(): Promise<void> {
		for (let looks = 0; looks < 100 && (await gateway?.connections()) !== 0; looks++) await new Promise((resolve) => setTimeout(resolve, 50));
		expect(await gateway?.connections()).toBe(0);
	}

	test('the answer drips: the exchange ends, and so does the connection', async () => {
		gateway = await startStubGateway((service) => (service === 'oauth' ? LOGIN : drip('{')));
		expect((await run(parameters)).error?.message).toContain('no answer came in time');
		await untilClosed();
	});

	test.each([1500.5, 2 ** 31, 5e9, Infinity])('a timeout of %d is no reason to give up', async (timeout) => {
		gateway = await startStubGateway((service) => (service === 'oauth' ? LOGIN : signed(ORDER)));
		expect((await run({ ...QUERY, options: { timeout } })).error).toBeUndefined();
	});

	test('its headers never come', async () => {
		gateway = await startStubGateway((service) => (service === 'oauth' ? LOGIN : () => undefined));
		expect((await run(parameters)).error?.message).toContain('no answer came in time');
		await untilClosed();
	});

	test('the login drips: nothing is sent, not even later, and the next run is not held up', async () => {
		let answerLogin = (): void => undefined;
		let dripping = true;
		gateway = await startStubGateway((service) => {
			if (service !== 'oauth') return signed(ORDER);
			if (!dripping) return LOGIN;
			return (response) => {
				drip('{')(response);
				answerLogin = () => response.end('"access_token":"late","expires_in":1800}');
			};
		});
		const create = { resource: 'order', operation: 'create', ...NEW_ORDER, options: { timeout: 400 } };
		const { error } = await run(create, { password: 'drips' });
		expect(error?.message).toContain('KESS was not asked, because the login did not end in time');
		expect(error?.description).toContain('This request was not sent');
		answerLogin();
		await new Promise((resolve) => setTimeout(resolve, 300));
		expect(gateway.services).toEqual(['oauth']);
		dripping = false;
		const again = await run(create, { password: 'drips' });
		expect(again.error).toBeUndefined();
	});

	test('a login that hangs is left by those who no longer wait for it', async () => {
		let logins = 0;
		gateway = await startStubGateway((service) => {
			if (service !== 'oauth') return signed(ORDER);
			logins += 1;
			return logins === 1 ? drip('{') : LOGIN;
		});
		expect((await run(parameters, { password: 'left' })).error).toBeDefined();
		expect((await run(parameters, { password: 'left' })).error).toBeUndefined();
	});

	test('a login that hangs is not joined for ever', async () => {
		let logins = 0;
		gateway = await startStubGateway((service) => {
			if (service !== 'oauth') return signed(ORDER);
			logins += 1;
			return logins === 1 ? drip('{') : LOGIN;
		});
		const started = Date.now();
		const first = run({ ...QUERY, options: { timeout: 20_000 } }, { password: 'hangs' });
		await new Promise((resolve) => setTimeout(resolve, 5_500));
		expect((await run({ ...QUERY, options: { timeout: 5_000 } }, { password: 'hangs' })).error).toBeUndefined();
		expect(Date.now() - started).toBeLessThan(20_000);
		gateway.stop();
		await first;
	});

	test('a payout whose login drips has paid nothing', async () => {
		const [merchant, kess] = [newPair(2048), newPair(2048)];
		gateway = await startStubGateway(() => drip('{'));
		const { error, items } = await runNode({
			node: new KessPartner(),
			parameters: {
				resource: 'fundTransfer',
				operation: 'create',
				outTradeNo: 'WAGE-1',
				receiverId: '012345678',
				senderName: 'Shop',
				amount: '1',
				currency: 'USD',
				options: { timeout: 300 },
			},
			credentialTypes: [new KessPartnerApi()],
			credentials: {
				kessPartnerApi: {
					environment: 'custom',
					baseUrl: gateway.url,
					partnerId: 'partner',
					partnerSecretKey: 'partner-secret',
					userName: 'user',
					password: 'pass-word',
					privateKey: merchant.privateKey,
					kessPublicKey: kess.publicKey,
					accessToken: '',
			sellerCode: 'CU2611-1',
				},
			},
		});
		expect(items).toEqual([]);
		expect(error?.message).toContain('the login did not end in time');
		expect(gateway.services).not.toContain('create.unified.fundtransfer');
	});
});

describe('5: a signature that signs nothing', () => {
	const forged = (data: object) => startStubGateway((service) => (service === 'oauth' ? LOGIN : signed(data, CONSTANT)));

	test.each<[string, object]>([
		['the order number in a list', { out_trade_no: ['INV-1'], status: ['SUCCESS'], total_amount: [10.5], currency: ['USD'] }],
		['a list in place of an order', [{ ...ORDER, status: 'SUCCESS' }]],
		['an order with nothing in it', {}],
	])('%s is not believed', async (_, data) => {
		gateway = await forged(data);
		expect((await run(QUERY)).error?.message).toContain('The signature of the answer covers nothing in it');
		// Nor when unsigned answers are: it is not the order that was asked for.
		const lenient = await run({ ...QUERY, options: { responseSignature: 'ifPresent' } });
		expect(lenient.error?.message).toContain('The answer is about another order');
	});

	test.each(['auto', 'ifPresent'])('an empty list is no proof that there is no refund (%s)', async (responseSignature) => {
		gateway = await forged([]);
		const parameters = {
			resource: 'refund',
			operation: 'create',
			outTradeNo: 'INV-1',
			reason: 'Returned',
			refundType: 'partial', partialRefundAmount: '1', partialRefundAmountCcy: 'USD',
			additionalFields: { merchantReference: 'REF-1' },
			options: { responseSignature },
		};
		expect((await run(parameters)).error).toBeDefined();
		expect(gateway.services).not.toContain('webpay.acquire.v2refund');
	});

	test('what a card payment says in lists is not handed on', async () => {
		let charged = false;
		gateway = await startStubGateway((service) => {
			if (service === 'oauth') return LOGIN;
			if (service.endsWith('queryorder')) return charged ? signed(ORDER) : { status: 404, body: { success: false, error_des: 'Not found', code: 'NOT_FOUND' } };
			charged = true;
			return signed({ required_3ds: false, html_confirm_payment: ['<form action="https://evil.example">'], order_info: ORDER }, CONSTANT);
		});
		const { items } = await run({ resource: 'payment', operation: 'directPay', ...NEW_ORDER, serviceCode: 'VISA_MASTER', card: 'ab'.repeat(256) });
		expect(items[0]?.json).toMatchObject({ required_3ds: false, order_info: { status: 'WAITING' } });
		expect(items[0]?.json).not.toHaveProperty('html_confirm_payment');
	});

	test('a name of Object.prototype does not come through', async () => {
		gateway = await startStubGateway((service) => {
			if (service === 'oauth') return LOGIN;
			const text = JSON.stringify({ success: true, data: { ...ORDER, x: {} }, sign: signature(ORDER) });
			return (response) => void response.end(text.replace('"x":{}', '"__proto__":{"status":"SUCCESS"}'));
		});
		const { items } = await run(QUERY);
		expect(Object.assign({}, items[0]?.json)).toMatchObject({ status: 'WAITING' });
		expect(Object.keys(items[0]?.json ?? {})).not.toContain('__proto__');
	});

	test('lists that decide nothing still come through', async () => {
		gateway = await forged([{ bic: 'KHQR', title: 'KHQR' }]);
		const { items } = await run({ resource: 'paymentMethod', operation: 'getMany', returnAll: true });
		expect(items.map(({ json }) => json)).toEqual([{ bic: 'KHQR', title: 'KHQR' }]);
	});
});

describe('6: answers of another order', () => {
	const native = { resource: 'payment', operation: 'nativePay', ...NEW_ORDER, serviceCode: 'KHQR' };

	test.each<[string, object, string | undefined]>([
		['its own', { qrcode: khqr('10.5'), order_info: ORDER }, undefined],
		['another in order_info', { qrcode: khqr('10.5'), order_info: { ...ORDER, out_trade_no: 'INV-2' } }, 'another order'],
		['none in order_info', { qrcode: khqr('10.5') }, 'another order'],
		['order_info changed, QR code of another', { qrcode: khqr('99'), order_info: ORDER }, 'does not ask for 10.5 USD'],
		['QR code cut off', { qrcode: khqr('10.5').slice(0, 40), order_info: ORDER }, 'does not ask for 10.5 USD'],
	])('native pay, %s', async (_, data, says) => {
		gateway = await startStubGateway((service) => (service === 'oauth' ? LOGIN : signed(data)));
		const { error } = await run(native);
		if (says === undefined) expect(error).toBeUndefined();
		else expect(error?.message).toContain(says);
	});

	test('the status of a card payment is that of the order, not what stands unsigned beside it', async () => {
		let charged = false;
		gateway = await startStubGateway((service) => {
			if (service === 'oauth') return LOGIN;
			if (service.endsWith('queryorder')) {
				return charged ? signed(ORDER) : { status: 404, body: { success: false, error_des: 'Not found', code: 'NOT_FOUND' } };
			}
			charged = true;
			return signed({ required_3ds: false, pre_card_input: false, order_info: { ...ORDER, status: 'SUCCESS' } });
		});
		const { items } = await run({ resource: 'payment', operation: 'directPay', ...NEW_ORDER, serviceCode: 'VISA_MASTER', card: 'ab'.repeat(256) });
		expect(items[0]?.json.order_info).toMatchObject({ out_trade_no: 'INV-1', status: 'WAITING' });
	});
});

describe('7: one signed text with two readings', () => {
	const title = 'x&currency=USD&out_trade_no=INV-1&status=SUCCESS&t=';
	const genuine = { ...ORDER, body: title };
	const recut = {
		body: 'x',
		currency: 'USD',
		out_trade_no: 'INV-1',
		status: 'SUCCESS',
		t: '&currency=USD&out_trade_no=INV-1&status=WAITING&total_amount=10.5',
	};

	test('is not believed, neither as it was nor cut anew', async () => {
		const sign = signature(genuine);
		expect(signature(recut)).toBe(sign);
		for (const data of [genuine, recut]) {
			gateway?.stop();
			gateway = await startStubGateway((service) => (service === 'oauth' ? LOGIN : signed(data, sign)));
			expect((await run(QUERY)).error?.message).toContain('fits other fields too');
		}
	});

	const REFUNDED = { currency: 'USD', out_trade_no: 'INV-1', settled_at: '2026', status: 'REFUNDED', token: 'T1', total_amount: 10 };

	test.each<[string, object]>([
		['hidden in the field before', { currency: 'USD', out_trade_no: 'INV-1', settled_at: '2026&status=REFUNDED&token=T1&total_amount=10' }],
		['with the next field in it', { currency: 'USD', out_trade_no: 'INV-1', settled_at: '2026', status: 'REFUNDED&token=T1', total_amount: 10 }],
	])('a refund is not made again for a status %s', async (_, data) => {
		expect(signature(data)).toBe(signature(REFUNDED));
		gateway = await startStubGateway((service) => (service === 'oauth' ? LOGIN : signed(data)));
		expect((await run({ resource: 'refund', operation: 'create', outTradeNo: 'INV-1', reason: 'Returned' })).error).toBeDefined();
		expect(gateway.services).not.toContain('webpay.acquire.v2refund');
	});

	const PARTIAL = { refundType: 'partial', partialRefundAmount: '2.50', partialRefundAmountCcy: 'USD', additionalFields: { merchantReference: 'REF-1' } };
	const refundPart = { resource: 'refund', operation: 'create', outTradeNo: 'INV-1', reason: 'Returned', ...PARTIAL };
	const PAID = { ...ORDER, status: 'SUCCESS' };

	test('refunds that somebody has written into an order prove nothing', async () => {
		const invented = [{ merchant_reference: 'REF-1', amount: 2.5, currency: 'USD', status: 'SUCCESS' }];
		gateway = await startStubGateway((service) => (service === 'oauth' ? LOGIN : signed({ ...PAID, refund_histories: invented })));
		expect((await run(refundPart)).error?.message).toContain('KESS shows an order that has not been refunded');
		expect(gateway.services).not.toContain('webpay.acquire.v2refund');
	});

	test('an order is no answer to a refund', async () => {
		const none: StubAnswer = { status: 404, body: { success: false, error_des: 'There is no such refund', code: 'NOT_FOUND' } };
		gateway = await startStubGateway((service) => (service === 'oauth' ? LOGIN : service.endsWith('queryrefund') ? none : signed(PAID)));
		const { error, items } = await run(refundPart);
		expect(error).toBeUndefined();
		expect(items.map(({ json }) => [json.status, json.reason])).toEqual([['unknown', 'its answer tells of no refund']]);
		expect(items[0]?.json).not.toHaveProperty('amount');
	});

	test.each(['seller.unknown', 'SELLER UNKNOWN', 'x'.repeat(41)])('a code %s decides nothing by its HTTP status', async (code) => {
		const refusal: StubAnswer = { status: 404, body: { success: false, error_code: code, error_des: 'Unknown seller' } };
		gateway = await startStubGateway((service) => (service === 'oauth' ? LOGIN : service.endsWith('queryrefund') ? refusal : signed(PAID)));
		expect((await run(refundPart)).error?.message).toContain('(HTTP_404)');
		expect(gateway.services).not.toContain('webpay.acquire.v2refund');
	});

	test.each(['transfer.in_progress', 'PROCESS FAILED', 'not_found'])('nor pays a KHQR code twice for a refusal %s', async (code) => {
		gateway = await startStubGateway((service) => {
			if (service === 'oauth') return LOGIN;
			if (service.endsWith('queryorder')) return { status: 404, body: { success: false, error_des: 'Not found', code: 'NOT_FOUND' } };
			return { status: 400, body: { success: false, error_code: code, error_des: 'It is being processed' } };
		});
		const pay = { resource: 'khqr', operation: 'pay', qrcode: khqr('10.5'), outTradeNo: `PAY-${code}`, amount: '10.50', currency: 'USD', senderId: '1' };
		for (let runs = 0; runs < 2; runs++) expect((await run(pay)).items[0]?.json.status).toBe('unknown');
		expect(gateway.services.filter((service) => service.endsWith('paykhqr'))).toHaveLength(1);
	});

	test('nor for an order of which KESS tells no status that is known', async () => {
		gateway = await startStubGateway((service) => (service === 'oauth' ? LOGIN : signed({ ...REFUNDED, status: 'GIVEN_BACK' })));
		const { error } = await run({ resource: 'refund', operation: 'create', outTradeNo: 'INV-1', reason: 'Returned' });
		expect(error?.message).toContain('the status GIVEN_BACK, so this node cannot tell whether it has been refunded');
		expect(gateway.services).not.toContain('webpay.acquire.v2refund');
	});

	test('an address may have whatever it wants in its query', async () => {
		let sent: unknown;
		gateway = await startStubGateway((service, { body }) => {
			if (service === 'oauth') return LOGIN;
			sent = body.redirect_url;
			return signed(ORDER);
		});
		const redirectUrl = 'https://shop.example/thanks?id=1&status=paid&amount=10';
		const { error } = await run({ resource: 'order', operation: 'create', ...NEW_ORDER, additionalFields: { redirectUrl } });
		expect(error).toBeUndefined();
		expect(Object.fromEntries(new URL(String(sent)).searchParams)).toEqual({ id: '1', status: 'paid', amount: '10' });
		expect(sent).not.toContain('&status=');
	});

	test('is not sent', async () => {
		gateway = await startStubGateway((service) => (service === 'oauth' ? LOGIN : signed(ORDER)));
		const { error } = await run({ resource: 'order', operation: 'create', ...NEW_ORDER, body: title });
		expect(error?.message).toContain('a field body with text that KESS would read as another field');
		expect(gateway.services).not.toContain('webpay.acquire.createorder');
		const plain = { ...NEW_ORDER, body: 'Tom & Jerry=friends, 2 & 3', additionalFields: { redirectUrl: 'https://shop.example/?status=ok&id=1' } };
		expect((await run({ resource: 'order', operation: 'create', ...plain })).error).toBeUndefined();
	});
});

describe('8: a gateway that repeats what it was sent', () => {
	/** Everything of a run that n8n keeps, shows or writes down. */
	function visible(result: NodeRun): string {
		const errors = [result.error, result.run.data.resultData.error, ...result.items.map(({ error }) => error)] as Array<Error | undefined>;
		const inErrors = errors.map((error) => [error?.message, error?.stack, String(error?.cause), JSON.stringify(error)].join(' '));
		return JSON.stringify(result.run) + JSON.stringify(result.items) + inErrors.join(' ');
	}

	const seen = { runs: 0, masked: 0, searches: 0 };
	afterAll(() =>
		process.stdout.write(`marked secrets: ${seen.runs} runs, ${seen.searches} searches, none found; masked in ${seen.masked} runs\n`),
	);

	function expectNoSecrets(result: NodeRun): void {
		const text = visible(result);
		seen.runs += 1;
		seen.searches += SEARCHES;
		if (text.includes('***')) seen.masked += 1;
		expect(leaksIn(text)).toEqual([]);
	}

	const examples = serviceExamples(encryptedCard(cipherPublicKey()));

	test.each(echoingAnswers)('KESS WebPay, %s', async (name, answer) => {
		const { masked } = seen;
		const item = { token: 'a', qrcode: 'b', subscription_code: 'c', transaction_id: 'd' };
		for (const gatewayVersion of ['v1', 'v2']) {
			gateway?.stop();
			gateway = await startStubGateway((service, asked) =>
				service === 'oauth' ? { status: 200, body: { access_token: TOKEN, expires_in: 1800 } } : answer(asked),
			);
			const credentials = webPayCredential({ ...webPaySecrets, gatewayVersion, publicKey: cipherPublicKey() });
			const results = await Promise.all(
				examples.map(
					async ({ resource, operation, required, chosen, optional = {}, files }) =>
						await runNode({
							node: new KessWebPay(),
							parameters: { resource, operation, ...required, ...chosen, simplify: false, additionalFields: optional, options: { timeout: 5000 } },
							items: [item],
							files,
							credentialTypes: [new KessWebPayApi()],
							credentials,
							settings: { onError: 'continueRegularOutput' },
						}),
				),
			);
			results.forEach(expectNoSecrets);
		}
		if (['success', 'refusal', 'failure'].includes(name)) expect(seen.masked - masked).toBeGreaterThan(examples.length / 2);
	});

	test('the login itself', async () => {
		for (const status of [200, 400, 401, 403, 422, 500]) {
			gateway?.stop();
			gateway = await startStubGateway((_, asked) => ({ status, body: { message: echo(asked), error: echo(asked), error_desc: echo(asked) } }));
			expectNoSecrets(await run(QUERY, webPaySecrets));
			expectNoSecrets(await partner(gateway.url, 'query', { outTradeNo: 'WAGE-1' }));
		}
	});

	const [merchant, kess] = [newPair(2048), newPair(2048)];

	async function partner(url: string, operation: string, parameters: IDataObject): Promise<NodeRun> {
		return await runNode({
			node: new KessPartner(),
			parameters: { resource: 'fundTransfer', operation, ...parameters, options: { timeout: 5000 } },
			credentialTypes: [new KessPartnerApi()],
			credentials: {
				kessPartnerApi: {
					environment: 'custom',
					baseUrl: url,
					partnerId: 'partner',
					userName: 'user',
					...partnerSecrets,
					privateKey: merchant.privateKey,
					kessPublicKey: kess.publicKey,
					accessToken: '',
			sellerCode: 'CU2611-1',
				},
			},
			settings: { onError: 'continueRegularOutput' },
		});
	}

	/** A transfer that KESS has signed, with the request in the receiver's name. */
	const signedTransfer = (asked: Asked): StubAnswer => {
		const transfer = { out_trade_no: asked.body.out_trade_no ?? 'WAGE-confirm', receiver_id: '012345678', amount: 1, currency: 'USD', pre_transfer_id: 'P-1' };
		const data = { ...transfer, receiver_name: echo(asked), result_code: 'PENDING', expire_in: 300 };
		return (response) => void response.end(signedAnswer({ success: true, code: 200, message: 'ok', data }, kess.privateKey));
	};

	test('KESS Partner, each of them', async () => {
		const { masked } = seen;
		const transfer = { receiverId: '012345678', senderName: 'Shop', amount: '1', currency: 'USD', partnerTransactionId: 'T-1', preTransferId: 'P-1' };
		// All at the same time, because the node pauses before it asks again.
		const ask = async (answer: (asked: Asked) => StubAnswer) => {
			const own = await startStubGateway((service, asked) =>
				service === 'oauth' ? { status: 200, body: { access_token: TOKEN, expire_in: 1800 } } : answer(asked),
			);
			const operations = ['create', 'confirm', 'query', 'payOut'];
			const results = await Promise.all(operations.map(async (operation) => await partner(own.url, operation, { ...transfer, outTradeNo: `WAGE-${operation}` })));
			own.stop();
			results.forEach(expectNoSecrets);
		};
		await Promise.all([...echoingAnswers.map(([, answer]) => answer), signedTransfer].map(ask));
		expect(seen.masked - masked).toBeGreaterThanOrEqual(2);
	});

	test.each([25_000, 3_000])('a token of %d characters, and an answer full of it', async (length) => {
		const token = `${'x'.repeat(length / 2)}b${'x'.repeat(length / 2)}`;
		const runWith = async (accessToken: string) => {
			const data = { ...ORDER, list: ['x'.repeat(2_000_000), token] };
			gateway = await startStubGateway((service) =>
				service === 'oauth'
					? { status: 200, body: { access_token: accessToken, expires_in: 1800 } }
					: signed(data, signature(data, webPaySecrets.apiSecretKey)),
			);
			const result = await run(QUERY, webPaySecrets);
			gateway.stop();
			return result;
		};
		const result = await runWith(token);
		expectNoSecrets(result);
		if (length > LIMITS.tokenLength) expect(result.error?.message).toContain('gave no token');
		else {
			expect(result.error).toBeUndefined();
			expect(JSON.stringify(result.items)).not.toContain(token);
			expect(await timesAsMuch(runWith, token, 'another')).toBeLessThan(LINEAR);
		}
	});

	test.each(['REFUNDED', 'merchant_reference', 'INV-1'])('a token %s changes nothing that is decided', async (token) => {
		const data = { ...ORDER, status: 'REFUNDED' };
		gateway = await startStubGateway((service) =>
			service === 'oauth' ? { status: 200, body: { access_token: token, expires_in: 1800 } } : signed(data),
		);
		const { items } = await run({ resource: 'refund', operation: 'create', outTradeNo: 'INV-1', reason: 'Returned' });
		expect(items[0]?.json.already_existed).toBe(true);
		expect(gateway.services).not.toContain('webpay.acquire.v2refund');
	});

	test.each(['inv-1', 'INV-1-2026', '20251126', 'WAITING1'])('a password %s leaves order numbers alone', async (password) => {
		const data = { ...ORDER, out_trade_no: 'INV-1-2026-001', transaction_id: 2025112600042 };
		gateway = await startStubGateway((service) => (service === 'oauth' ? LOGIN : signed(data)));
		const { items } = await run({ ...QUERY, outTradeNo: 'INV-1-2026-001' }, { password });
		expect(items[0]?.json).toMatchObject({ out_trade_no: 'INV-1-2026-001', transaction_id: 2025112600042, status: 'WAITING' });
	});

	test('spellings of the languages that gateways are written in', () => {
		const secret = 'SPass/+&"‹é \'!(*x\\9%~`';
		const redaction = new Redaction({ secrets: [secret, '123456789012345'], names: [] });
		const php = (text: string) => JSON.stringify(text).replaceAll('/', '\\/').replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
		const written = [
			secret,
			JSON.stringify(secret),
			JSON.stringify(JSON.stringify({ password: secret })),
			php(secret),
			php(php(secret).slice(1, -1)),
			php(secret).replace(/[<>&']/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16).toUpperCase()}`).replaceAll('\\"', '\\u0022'),
			encodeURIComponent(secret),
			encodeURIComponent(secret).replace(/[!'()*~]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`),
			String(new URLSearchParams({ password: secret })),
			secret.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll("'", '&#039;'),
			...[0, 1, 2].map((lead) => Buffer.from(`${'{'.repeat(lead)}{"password":${JSON.stringify(secret)}}`).toString('base64')),
			Buffer.from(secret).toString('hex'),
		];
		for (const text of written) expect(redaction.data({ text })).toEqual({ text: expect.stringContaining('***') });
		expect(redaction.data([123456789012345, 12345, null, true])).toEqual(['***', 12345, null, true]);
		expect(redaction.words(`wrong password ${secret}`)).toBe('wrong password ***');
		// Gateways cut their messages, and a part of a login is enough to guess the rest.
		expect(redaction.words(`wrong password ${secret.slice(0, 12)}`)).toBe('wrong password ***');
		expect(redaction.words('got Authorization: Basic c2hvcDpwYXNz, cut off')).toBe('got Authorization: Basic ***, cut off');
	});

	test('a token that has been replaced', async () => {
		let logins = 0;
		gateway = await startStubGateway((service) => {
			if (service === 'oauth') return { status: 200, body: { access_token: `token-number-${++logins}`, expires_in: 1800 } };
			return logins === 1 ? { status: 401, body: { message: 'expired' } } : signed({ ...ORDER, echo: 'token-number-1 token-number-2' });
		});
		expect((await run({ ...QUERY, simplify: false }, { password: 'replaced' })).items[0]?.json.echo).toBe('*** ***');
	});

	test('what is said is short, on one line, and has a code that is one', async () => {
		const long = `line 1\r\nline 2\u0000\u202e${'x'.repeat(4_000_000)}`;
		gateway = await startStubGateway((service) =>
			service === 'oauth' ? LOGIN : { status: 400, body: { success: false, error_des: long, code: 'a code with spaces' } },
		);
		const { error } = await run(QUERY);
		expect(error?.message).toMatch(/^KESS refuses to query the order: line 1 line 2 x+… \(HTTP_400\)/);
		expect(error?.message.length).toBeLessThan(500);
	});

	test('every secret field of the credentials is known to be one', () => {
		const values = (type: ICredentialType, read: (fields: Record<string, unknown>) => readonly string[]) => {
			const secret = type.properties.filter(({ typeOptions }) => typeOptions?.password === true).map(({ name }) => name);
			const fields = Object.fromEntries(type.properties.map(({ name }) => [name, `value of ${name}`]));
			const known = read({ ...fields, environment: 'custom', baseUrl: 'http://127.0.0.1:1', gatewayVersion: 'v2', signType: 'MD5', maxPaymentUsd: '', maxPaymentKhr: '' });
			return secret.filter((name) => !known.includes(`value of ${name}`));
		};
		expect(values(new KessWebPayApi(), (fields) => webPayCredentialValues(readWebPayAccount(fields), [String(fields.accessToken)]).secrets)).toEqual([]);
		expect(values(new KessPartnerApi(), (fields) => partnerCredentialValues(readPartnerAccount(fields), [String(fields.accessToken)]).secrets)).toEqual([]);
	});
});

describe("10: the credential in n8n's HTTP Request node", () => {
	const url = 'http://127.0.0.1:4010/api/mch/v1/gateway';
	const authenticate = async (options: object) => {
		const credential = webPayCredential({ baseUrl: 'http://127.0.0.1:4010', gatewayVersion: 'v1' }).kessWebPayApi;
		return await (new KessWebPayApi().authenticate as (fields: object, options: IHttpRequestOptions) => Promise<object>)(credential, options as IHttpRequestOptions);
	};

	test.each([
		[{ url, proxy: 'http://attacker.example:8080' }, 'Proxy'],
		[{ url, proxy: { host: 'attacker.example', port: 8080 } }, 'Proxy'],
		[{ uri: url, rejectUnauthorized: false }, 'Ignore SSL Issues'],
		[{ url, skipSslCertificateValidation: true }, 'Ignore SSL Issues'],
		[{ url, agentOptions: { ca: 'of the attacker' } }, 'SSL Certificates'],
	])('%j is refused', async (options, name) => {
		await expect(authenticate(options)).rejects.toThrow(`The option ${name} cannot be used with a KESS credential`);
	});

	test.each([
		[{ url: 'http://attacker.example/', uri: url }],
		[{ url, uri: 'http://attacker.example/' }],
		[{ url: '//attacker.example/', baseURL: url }],
		[{ url: '/x', baseURL: 'http://attacker.example/' }],
		[{}],
	])('%j does not go to the gateway alone', async (options) => {
		await expect(authenticate(options)).rejects.toThrow('does not go to http://127.0.0.1:4010');
	});

	test('a redirect is not followed, nor a host of one\'s own taken along', async () => {
		const options = { url, followRedirect: true, followAllRedirects: true, maxRedirects: 5, headers: { Host: 'attacker.example', 'X-Own': '1' } };
		const signed = (await authenticate(options)) as { headers: object };
		expect(signed).toMatchObject({ disableFollowRedirect: true, followRedirect: false, followAllRedirects: false, maxRedirects: 0 });
		expect(Object.keys(signed.headers).sort()).toEqual(['Authorization', 'X-Own']);
	});

	test('what does not lead anywhere else stays allowed', async () => {
		const options = { url, proxy: '', rejectUnauthorized: true, agentOptions: {}, skipSslCertificateValidation: false };
		expect(await authenticate(options)).toMatchObject({ headers: { Authorization: expect.stringMatching(/^Basic /) } });
	});
});

describe('11: questions that calls from outside bring about', () => {
	test('a hundred at once are two, and the second comes later', async () => {
		const questions = new SharedQuestions(200);
		const asked: number[] = [];
		const ask = async () =>
			await questions.ask('order', async () => {
				asked.push(Date.now());
				await new Promise((resolve) => setTimeout(resolve, 10));
				return asked.length;
			});
		const answers = await Promise.all(Array.from({ length: 100 }, ask));
		expect(answers).toEqual([1, ...Array.from({ length: 99 }, () => 2)]);
		expect((asked[1] ?? 0) - (asked[0] ?? 0)).toBeGreaterThanOrEqual(195);
		expect(await questions.ask('another order', async () => 'at once')).toBe('at once');
	});

	test('one that fails does not keep the next from being asked', async () => {
		const questions = new SharedQuestions(50);
		await expect(questions.ask('order', async () => await Promise.reject(new Error('gone')))).rejects.toThrow('gone');
		expect(await questions.ask('order', async () => 'there')).toBe('there');
	});
});

test('12: a number too large for JavaScript keeps its digits', async () => {
	gateway = await startStubGateway((service) => {
		if (service === 'oauth') return LOGIN;
		const fields = { ...ORDER, transaction_id: '9007199254740993' };
		const sign = signature(fields);
		const data = JSON.stringify(fields).replace('"9007199254740993"', '9007199254740993');
		return (response) => void response.end(`{"success":true,"data":${data},"sign":"${sign}"}`);
	});
	expect((await run(QUERY)).items[0]?.json.transaction_id).toBe('9007199254740993');
});

test.each(['answer', 'login'])('13: a packed %s of 300 MB is not unpacked', async (which) => {
	const packed = gzipSync(Buffer.alloc(300_000_000, ' '));
	const bomb: StubAnswer = (response) => {
		response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
		response.end(packed);
	};
	gateway = await startStubGateway((service) => (service === 'oauth' && which === 'answer' ? LOGIN : bomb));
	const before = process.memoryUsage().rss;
	const { error } = await run(QUERY, { password: `bomb in the ${which}` });
	expect(error?.message).toContain(`more than ${LIMITS.answerBytes} bytes`);
	expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000);
});

describe('14: small things', () => {
	test.each(['https://gateway.example', 'http://127.0.0.1:4010', 'http://localhost', 'http://[::1]:1'])('%s needs no warning', (origin) => {
		expect(plainHttpAdvice(origin)).toBeUndefined();
	});

	test.each(['http://gateway.example', 'http://10.0.0.1:4010', 'http://127.0.0.1.evil.example'])('%s gets one', (origin) => {
		expect(plainHttpAdvice(origin)).toContain('use https');
	});

	test.each([
		['a line break', 'INV-1\nX'],
		['a null character', 'INV-\u00001'],
	])('%s in a reference is refused by its name', (name, text) => {
		expect(() => requireOutTradeNo(text)).toThrow(`has ${name} behind`);
		expect(() => requireTransferReference(text)).toThrow(`has ${name} behind`);
	});

	test.each(['INV-\u202e1', 'INV-\u200b1'])('%j is the reference that it looks like', (text) => {
		expect([requireOutTradeNo(text), requireTransferReference(text)]).toEqual(['INV-1', 'INV-1']);
	});
});
