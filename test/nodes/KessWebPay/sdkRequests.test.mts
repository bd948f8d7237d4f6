import { createHash, createHmac } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';

import type { IDataObject } from 'n8n-workflow';
import forge from 'node-forge';

import { webPayAccount } from '../../../sandbox/accounts.mts';
import { table } from '../../../sandbox/host/table.mts';
import { cipherPublicKey } from '../../../sandbox/webpay/cardCipher.mts';
import { withSandbox } from '../../support/kessSandbox.mts';
import { type RequestBody, RequestRecorder } from '../../support/requestRecorder.mts';
import { runWebPay } from '../../support/webPayNode.mts';
import { encryptedCard, serviceExamples } from '../../support/webPayServices.mts';
import { withStore } from '../../support/withStore.mts';

const store = withStore();

type Type = 'string' | 'number' | 'flag' | 'hex' | 'list' | 'object';

/** Whether the SDK's types demand a field; of some fields docs/gateway.md does not say. */
type Need = 'required' | 'optional' | 'one of' | 'always here' | 'not stated';

interface SdkService {
	fields: Record<string, [Type, Need]>;
	/** What a user of the SDK gives for the input of the example. @param item the item of the example */
	input(item: IDataObject): RequestBody;
}

const card = encryptedCard(cipherPublicKey());
const CIPHER_TEXT = 'ab'.repeat(256);
const NOTIFY_URL = 'http://127.0.0.1:9/notify?shop=1';
const REDIRECT_URL = 'https://shop.example/thanks';
const DATES = { start_date: '2026-11-01', end_date: '2099-12-31' };

const TRANSACTION_FIELDS: SdkService['fields'] = {
	out_trade_no: ['string', 'required'],
	body: ['string', 'required'],
	total_amount: ['number', 'required'],
	currency: ['string', 'required'],
	notify_url: ['string', 'optional'],
	redirect_url: ['string', 'optional'],
	schema_url: ['string', 'optional'],
	expires_in: ['number', 'optional'],
};
const TRANSACTION: RequestBody = {
	out_trade_no: 'NEW-1',
	body: ' Iced coffee ',
	total_amount: 10.5,
	currency: 'USD',
	notify_url: NOTIFY_URL,
	redirect_url: REDIRECT_URL,
	schema_url: 'myshop://paid',
	expires_in: 600,
};
const ORDER_NUMBER: SdkService = { fields: { out_trade_no: ['string', 'required'] }, input: () => ({ out_trade_no: 'INV-1' }) };

/** The requests of the SDK (docs/gateway.md §3, requests). */
const SDK: Record<string, SdkService> = {
	createorder: {
		fields: {
			...TRANSACTION_FIELDS,
			expires_in: ['number', 'always here'],
			login_type: ['string', 'optional'],
			detail: ['list', 'optional'],
			setting: ['object', 'optional'],
			customer: ['hex', 'optional'],
			descriptor: ['string', 'optional'],
		},
		input: () => ({
			...TRANSACTION,
			login_type: 'ANONYMOUS',
			detail: [{ no: '03232', name: 'Iced coffee', price: '5.25', qty: '2', discount: 0.05 }],
			setting: { payment_type: 'online' },
			customer: CIPHER_TEXT,
			descriptor: 'COFFEE',
		}),
	},
	nativePay: {
		fields: {
			...TRANSACTION_FIELDS,
			service_code: ['string', 'required'],
			only_deeplink: ['flag', 'optional'],
			is_ios_device: ['flag', 'optional'],
			descriptor: ['string', 'optional'],
		},
		input: () => ({ ...TRANSACTION, service_code: 'ABAAKHPP', only_deeplink: true, is_ios_device: true, descriptor: 'COFFEE' }),
	},
	quickpay: {
		fields: { ...TRANSACTION_FIELDS, auth_code: ['string', 'required'], service_code: ['string', 'required'] },
		input: () => ({ ...TRANSACTION, auth_code: '134567890123456789', service_code: 'WECHAT' }),
	},
	directPay: {
		fields: {
			...TRANSACTION_FIELDS,
			card: ['hex', 'not stated'],
			customer: ['hex', 'not stated'],
			service_code: ['string', 'not stated'],
			ip_address: ['string', 'not stated'],
			ip_addess: ['string', 'not stated'],
			holder_name: ['string', 'not stated'],
			descriptor: ['string', 'not stated'],
			setting: ['object', 'not stated'],
		},
		input: () => ({
			...TRANSACTION,
			card,
			customer: CIPHER_TEXT,
			service_code: 'VISA_MASTER',
			ip_address: '203.0.113.7',
			ip_addess: '203.0.113.7',
			holder_name: 'SREY OUN',
			descriptor: 'COFFEE',
			setting: { payment_type: 'online' },
		}),
	},
	closeorder: ORDER_NUMBER,
	queryOrder: ORDER_NUMBER,
	queryRefund: {
		fields: { transaction_id: ['string', 'one of'], merchant_reference: ['string', 'one of'] },
		// Here by one of the two.
		input: ({ transaction_id }) => ({ transaction_id }),
	},
	queryorderbydaterange: {
		fields: {
			start_date: ['string', 'required'],
			end_date: ['string', 'required'],
			per_page: ['number', 'required'],
			page: ['number', 'required'],
		},
		input: () => ({ ...DATES, per_page: 100, page: 1 }),
	},
	v2Refund: {
		fields: {
			out_trade_no: ['string', 'required'],
			reason: ['string', 'required'],
			partial_refund_amount: ['number', 'optional'],
			partial_refund_amount_ccy: ['string', 'optional'],
			callback_url: ['string', 'optional'],
			merchant_reference: ['string', 'optional'],
		},
		input: () => ({
			out_trade_no: 'INV-1',
			reason: 'Returned',
			partial_refund_amount: 2.5,
			partial_refund_amount_ccy: 'USD',
			callback_url: NOTIFY_URL,
			merchant_reference: 'REF-1',
		}),
	},
	getpaymentmethods: { fields: {}, input: () => ({}) },
	saveCard: {
		fields: { notify_url: ['string', 'required'], redirect_url: ['string', 'optional'] },
		input: () => ({ notify_url: NOTIFY_URL, redirect_url: REDIRECT_URL }),
	},
	subscription: {
		fields: {
			pre_order_token: ['string', 'not stated'],
			holder_name: ['string', 'not stated'],
			card: ['hex', 'not stated'],
			interval: ['string', 'not stated'],
		},
		input: ({ token }) => ({ pre_order_token: token, holder_name: 'SREY OUN', card, interval: 'monthly' }),
	},
	generateSubscriptionLink: {
		fields: {
			total_amount: ['number', 'required'],
			currency: ['string', 'required'],
			interval: ['string', 'required'],
			notify_url: ['string', 'required'],
			out_trade_no: ['string', 'required'],
			redirect_url: ['string', 'optional'],
		},
		input: () => ({
			total_amount: 5,
			currency: 'USD',
			interval: 'daily',
			notify_url: NOTIFY_URL,
			out_trade_no: 'SUB-1',
			redirect_url: REDIRECT_URL,
		}),
	},
	cancelSubscription: { fields: { code: ['string', 'required'] }, input: ({ subscription_code: code }) => ({ code }) },
	reActiveSubscription: {
		fields: { subscription_code: ['string', 'required'] },
		input: ({ subscription_code }) => ({ subscription_code }),
	},
	getSubscriptions: { fields: { start_date: ['string', 'optional'], end_date: ['string', 'optional'] }, input: () => DATES },
	getSubscriptionTrxs: {
		fields: {
			subscription_code: ['string', 'optional'],
			out_trade_no: ['string', 'optional'],
			start_date: ['string', 'optional'],
			end_date: ['string', 'optional'],
		},
		input: ({ subscription_code }) => ({ ...DATES, subscription_code, out_trade_no: 'SUB-1' }),
	},
};

/** Sent with every service. */
const COMMON_FIELDS: SdkService['fields'] = {
	service: ['string', 'required'],
	sign_type: ['string', 'required'],
	seller_code: ['string', 'required'],
};

/** The SDK sends flags as 1 and 0, and text as it was given. */
function sdkBody(service: string, input: RequestBody): RequestBody {
	const fields = Object.entries(input).map(([name, value]) => [name, typeof value === 'boolean' ? Number(value) : value]);
	return { service: `webpay.acquire.${service}`, sign_type: 'MD5', seller_code: webPayAccount.sellerCode, ...Object.fromEntries(fields) };
}

/** The SDK's signature of a body: nothing nested, empty or blank; text trimmed (docs/gateway.md §5). */
function sdkSign(body: RequestBody, signType: 'MD5' | 'HMAC-SHA256' = 'MD5', key: string = webPayAccount.apiSecretKey): string {
	const text = Object.keys(body)
		.sort()
		.flatMap((name) => {
			const value = body[name];
			if (name === 'sign' || value === null || value === undefined || typeof value === 'object') return [];
			const part = String(typeof value === 'boolean' ? Number(value) : value).trim();
			return part === '' ? [] : [`${name}=${part}`];
		})
		.concat(`key=${key}`)
		.join('&');
	return signType === 'MD5' ? createHash('md5').update(text).digest('hex') : createHmac('sha256', key).update(text).digest('hex');
}

const IS_TYPE: Record<Type, (value: unknown) => boolean> = {
	string: (value) => typeof value === 'string',
	number: (value) => typeof value === 'number',
	flag: (value) => value === 1,
	hex: (value) => typeof value === 'string' && /^([0-9a-f]{2})+$/.test(value),
	list: Array.isArray,
	object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};

const DIFFERENT = 'DIFFERENT';

/** How our field compares with the SDK's; the numbers are those of docs/gateway.md §11. */
function compare(name: string, type: Type, theirs: unknown, ours: unknown): string {
	if (isDeepStrictEqual(theirs, ours)) return 'same';
	if (name === 'ip_addess' && ours === undefined) return '13: misspelt name not sent';
	if (theirs === 0 && ours === undefined) return '3: no flag 0';
	if (typeof theirs === 'string' && theirs.trim() === ours) return '4: trimmed before sending';
	// The padding is random: two ciphertexts of one text are never the same.
	if (type === 'hex' && IS_TYPE.hex(ours) && String(ours).length === String(theirs).length) return 'same, other padding';
	return DIFFERENT;
}

const shown = (value: unknown): string => {
	const text = value === undefined ? '-' : typeof value === 'string' ? value : JSON.stringify(value);
	return text.length > 60 ? `${text.slice(0, 12)}… (${text.length})` : text;
};

describe('the requests of the SDK and ours', () => {
	const sandbox = withSandbox();
	let recorder: RequestRecorder;
	const rows: string[][] = [];

	beforeAll(async () => {
		recorder = await RequestRecorder.start(sandbox.url);
	});

	beforeEach(async () => {
		recorder.take();
	});

	afterAll(async () => {
		await recorder.stop();
		const heads = ['service', 'field', 'type', 'SDK', 'ours', 'SDK sends', 'we send', 'comparison (number in docs/gateway.md §11)'];
		process.stdout.write(`\n${table(heads, rows, 30)}\n\n`);
	});

	const examples = serviceExamples(card);
	const exampleOf = (service: string) => {
		const found = examples.find((example) => example.service === service);
		if (found === undefined) throw new Error(`There is no example of ${service}`);
		return found;
	};

	/** Our request to a service, as it came over the wire. */
	async function ours(service: string, additionalFields: IDataObject | undefined, item: IDataObject, credential = {}): Promise<RequestBody> {
		const { resource, operation, required, chosen } = exampleOf(service);
		await runWebPay(sandbox, resource, operation, { ...required, ...(additionalFields && { ...chosen, additionalFields }) }, {
			items: [item],
			credential: { baseUrl: recorder.url, publicKey: cipherPublicKey(), ...credential },
		});
		const body = recorder.take().find((sent) => sent.service === `webpay.acquire.${service}`);
		if (body === undefined) throw new Error(`Nothing was sent to ${service}`);
		return body;
	}

	test('there are 17 services', () => {
		expect(Object.keys(SDK)).toHaveLength(17);
	});

	test("the signature here is the SDK's: its published values", () => {
		const body = { service: 'webpay.acquire.queryOrder', sign_type: 'MD5', seller_code: 'SELLER', out_trade_no: 'ORDER-1' };
		expect(sdkSign(body, 'MD5', 'abc123')).toBe('cfe72b9f39febd2fd45b82bb31e6452e');
		expect(sdkSign({ ...body, sign_type: 'HMAC-SHA256' }, 'HMAC-SHA256', 'abc123')).toBe(
			'3577bc4baa1eb1a11e94fc22db2b12f7dbe420a80c121d9b6a1a81b391c79788',
		);
	});

	test.each(Object.entries(SDK))('%s', async (service, { fields, input }) => {
		const { prepare, optional } = exampleOf(service);
		const item = (await prepare?.(sandbox)) ?? {};
		const minimal = await ours(service, undefined, item);
		await sandbox.reset();
		store.clear();
		const again = (await prepare?.(sandbox)) ?? {};
		const full = await ours(service, optional ?? {}, again);

		const theirs = sdkBody(service, input(again));
		const all = { ...COMMON_FIELDS, ...fields };
		const verdicts = Object.entries(all).map(([name, [type, need]]) => {
			const verdict = compare(name, type, theirs[name], full[name]);
			const ourNeed = need === 'one of' || need === 'always here' ? need : name in minimal ? 'required' : 'optional';
			rows.push([service, name, type, need, ourNeed, shown(theirs[name]), shown(full[name]), verdict]);
			if (full[name] !== undefined) expect([name, IS_TYPE[type](full[name])]).toEqual([name, true]);
			return [name, verdict];
		});
		expect(verdicts.filter(([, verdict]) => verdict === DIFFERENT)).toEqual([]);
		expect(Object.keys(full).filter((name) => name !== 'sign' && !(name in all))).toEqual([]);

		const known = Object.entries(all).filter(([, [, need]]) => need === 'required' || need === 'optional');
		expect(known.filter(([, [, need]]) => need === 'required').map(([name]) => name)).toEqual(known.map(([name]) => name).filter((name) => name in minimal));

		for (const body of [minimal, full]) expect(body.sign).toBe(sdkSign(body));
		// With the same ciphertext and without the misspelt name both sign the same.
		const { ip_addess: _misspelt, ...right } = theirs;
		expect(full.sign).toBe(sdkSign('customer' in right ? { ...right, customer: full.customer } : right));
	});

	test('flags that are off: 0 at the SDK, left out by us', async () => {
		const body = await ours('nativePay', { onlyDeeplink: false, isIosDevice: false }, {});
		const theirs = sdkBody('nativePay', { only_deeplink: false, is_ios_device: false });
		for (const name of ['only_deeplink', 'is_ios_device']) {
			const verdict = compare(name, 'flag', theirs[name], body[name]);
			rows.push(['nativePay', `${name} off`, 'flag', 'optional', 'optional', shown(theirs[name]), shown(body[name]), verdict]);
			expect(verdict).toBe('3: no flag 0');
		}
	});

	test('the customer in the ciphertext has the fields of the SDK', async () => {
		const { publicKey, privateKey } = forge.pki.rsa.generateKeyPair(2048);
		const { optional } = exampleOf('createorder');
		const { customer } = await ours('createorder', optional, {}, { publicKey: forge.pki.publicKeyToPem(publicKey) });
		const text = privateKey.decrypt(forge.util.hexToBytes(String(customer)), 'RSAES-PKCS1-V1_5');
		expect(JSON.parse(forge.util.decodeUtf8(text))).toEqual({
			first_name: 'ស្រី',
			last_name: 'Oun',
			email: 'oun@shop.example',
			phone_number: '012345678',
			city: 'Phnom Penh',
		});
	});
});
