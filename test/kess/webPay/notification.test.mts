import { readWebPayNotification, type WebPayCall } from '../../../kess/webPay/notification.ts';
import type { PhpArray } from '../../../sandbox/phpInput.mts';
import { phpForm } from '../../../sandbox/webpay/notifications.mts';
import { type SignType, webPaySign } from '../../../sandbox/webpay/signature.mts';

const KEY = 'notification-tests';

const ORDER: PhpArray = {
	token: 'tok1',
	out_trade_no: 'INV-1',
	transaction_id: '900000000000000001',
	body: 'កាហ្វេ & "cake"/1',
	total_amount: 10.5,
	currency: 'USD',
	status: 'SUCCESS',
	settled_at: null,
	detail: [
		{ no: '1', name: 'A [b] & c', price: '4.00' },
		{ no: '2', name: 'D', price: '2.50' },
	],
	seller: { code: 'CU1', display_name: 'Shop' },
	refund_histories: [],
};

const CLOTHES = ['json', 'json with a byte order mark', 'form', 'multipart'] as const;

type Form = (typeof CLOTHES)[number];

const bytes = (text: string) => new TextEncoder().encode(text);

/** As n8n hands over a form: names with their brackets. */
function written(fields: PhpArray, form: Form): WebPayCall {
	switch (form) {
		case 'json':
			return bytes(JSON.stringify(fields));
		case 'json with a byte order mark':
			return bytes(`\uFEFF${JSON.stringify(fields)}`);
		case 'form':
			return bytes(phpForm(fields));
		case 'multipart':
			return [...new URLSearchParams(phpForm(fields))];
	}
}

const flat = (fields: PhpArray, signType: SignType = 'MD5', key = KEY): PhpArray => {
	const named: PhpArray = { ...fields, sign_type: signType };
	return { ...named, sign: webPaySign(named, signType, key) };
};

const read = (body: WebPayCall, signType = 'MD5', key = KEY) => readWebPayNotification(body, key, signType);

const fieldsOf = (body: WebPayCall, signType?: string) => {
	const result = read(body, signType);
	if (result.kind === 'refused') throw new Error(result.reason);
	return result.fields;
};

describe.each(CLOTHES)('as %s', (form) => {
	test.each<SignType>(['MD5', 'HMAC-SHA256'])('the signature may cover sign_type (%s)', (signType) => {
		const fields = fieldsOf(written(flat(ORDER, signType), form), signType);
		expect(fields).toMatchObject({ out_trade_no: 'INV-1', status: 'SUCCESS', body: ORDER.body, detail: ORDER.detail, seller: ORDER.seller });
		expect(fields).not.toHaveProperty('sign');
	});

	test('or leave it out', () => {
		const body = { ...ORDER, sign_type: 'MD5', sign: webPaySign(ORDER, 'MD5', KEY) };
		expect(fieldsOf(written(body, form))).toMatchObject({ out_trade_no: 'INV-1' });
		expect(fieldsOf(written({ ...ORDER, sign: body.sign }, form))).toMatchObject({ out_trade_no: 'INV-1' });
	});

	test('or belong to the data of an envelope', () => {
		const body = { data: ORDER, sign: webPaySign(ORDER, 'MD5', KEY), sign_type: 'MD5' };
		expect(fieldsOf(written(body, form))).toMatchObject({ out_trade_no: 'INV-1', detail: ORDER.detail });
	});

	test('hex in capitals is the same signature', () => {
		const body = flat(ORDER);
		expect(read(written({ ...body, sign: String(body.sign).toUpperCase() }, form)).kind).toBe('signed');
	});

	test.each(['out_trade_no', 'status', 'total_amount', 'currency', 'transaction_id', 'token', 'body'])('a changed %s is refused', (field) => {
		expect(read(written({ ...flat(ORDER), [field]: '99' }, form)).kind).toBe('refused');
		const { [field]: _gone, ...without } = flat(ORDER);
		expect(read(written(without, form)).kind).toBe('refused');
	});

	test('a field added is refused', () => {
		expect(read(written({ ...flat(ORDER), extra: 'x' }, form)).kind).toBe('refused');
	});

	test('a missing, empty or foreign signature is refused', () => {
		const body = flat(ORDER);
		for (const sign of [undefined, null, '', ' ', [body.sign], 'x', webPaySign(ORDER, 'MD5', 'another key')]) {
			const { sign: _sign, ...unsigned } = body;
			const changed = sign === undefined ? unsigned : { ...unsigned, sign };
			expect(read(written(changed as PhpArray, form)).kind).toBe('refused');
		}
	});

	test('only the sign type of the credential counts', () => {
		expect(read(written(flat(ORDER, 'MD5'), form), 'HMAC-SHA256').kind).toBe('refused');
		expect(read(written(flat(ORDER, 'HMAC-SHA256'), form), 'MD5').kind).toBe('refused');
		expect(read(written({ ...ORDER, sign_type: 'none', sign: webPaySign(ORDER, 'MD5', KEY) }, form)).kind).toBe('refused');
	});

	test('an empty secret verifies nothing', () => {
		expect(read(written(flat(ORDER, 'MD5', ''), form), 'MD5', '').kind).toBe('refused');
	});

	test('an unsigned data does not replace signed fields', () => {
		const forged = { ...ORDER, out_trade_no: 'INV-2' };
		expect(fieldsOf(written({ ...flat(ORDER), data: forged }, form))).toMatchObject({ out_trade_no: 'INV-1' });
	});

	test('a data that is a list proves nothing', () => {
		const sign = webPaySign([] as unknown as PhpArray, 'MD5', KEY);
		expect(read(written({ data: [ORDER], sign, sign_type: 'MD5' }, form)).kind).toBe('refused');
	});
});

describe('false and 0', () => {
	const FLAGS = { ...ORDER, settled: false };
	const signed = (text: string | undefined) => {
		const order: PhpArray = { ...ORDER, sign_type: 'MD5' };
		// Signed by hand, because the sandbox knows one way only: `settled` comes between `sign_type` and `status`.
		const parts = Object.entries(order)
			.filter(([, value]) => value !== null && typeof value !== 'object')
			.map(([name, value]) => `${name}=${String(value)}`);
		if (text !== undefined) parts.push(`settled=${text}`);
		const sign = webPaySign({ [parts.sort()[0]?.split('=')[0] ?? '']: parts.join('&').replace(/^[^=]*=/, '') }, 'MD5', KEY);
		return { ...FLAGS, sign_type: 'MD5', sign };
	};

	test.each([
		['left out', undefined],
		['written as nothing', ''],
		['written as 0', '0'],
	])('a false that the signature has %s', (_name, text) => {
		for (const form of CLOTHES) expect(read(written(signed(text), form)).kind).toBe('signed');
		expect(read(written({ ...signed(text), settled: true }, 'form')).kind).toBe('refused');
	});

	test('a number 0 that old PHP has dropped', () => {
		const body = { ...flat(ORDER), discount: 0 };
		expect(read(written(body, 'json')).kind).toBe('signed');
		expect(read(written({ ...flat(ORDER), discount: 1 }, 'json')).kind).toBe('refused');
	});
});

describe('numbers', () => {
	test.each([
		['10.00', '10'],
		['10.50', '10.5'],
		['42000', '42000'],
		['"10.50"', '10.50'],
	])('%s in JSON is signed as PHP prints it', (literal, text) => {
		const sign = webPaySign({ out_trade_no: 'A', total_amount: text }, 'MD5', KEY);
		expect(read(bytes(`{"out_trade_no":"A","total_amount":${literal},"sign":"${sign}"}`)).kind).toBe('signed');
	});

	test('long whole numbers keep their digits', () => {
		const sign = webPaySign({ out_trade_no: 'A', id: '9007199254740993' }, 'MD5', KEY);
		expect(fieldsOf(bytes(`{"out_trade_no":"A","id":9007199254740993,"sign":"${sign}"}`)).id).toBe('9007199254740993');
	});
});

describe('what is no notification', () => {
	const text = JSON.stringify(flat(ORDER));
	const form = phpForm(flat(ORDER));

	test('cut off anywhere, it is refused', () => {
		for (let length = 0; length < text.length; length += 1) expect(read(bytes(text.slice(0, length))).kind).toBe('refused');
		// A form that ends behind its last field is whole; the signature stands there.
		for (let length = 0; length < form.length; length += 1) expect(read(bytes(form.slice(0, length))).kind).toBe('refused');
		expect(read(bytes(form)).kind).toBe('signed');
	});

	test.each(['', '[]', 'null', '"text"', '12', '{', '{"a":', '<xml/>', '=', '&&&', '[0]=1', 'sign=x'])('%j', (body) => {
		expect(read(bytes(body)).kind).toBe('refused');
	});

	test('bytes that are no UTF-8', () => {
		expect(read(new Uint8Array([0x7b, 0xff, 0x7d])).kind).toBe('refused');
		expect(read(new Uint8Array([0xff, 0xfe, ...Buffer.from(text, 'utf16le')])).kind).toBe('refused');
	});

	test.each([
		['before a form', `\uFEFF${form}`, 'signed'],
		['and space before JSON', `\uFEFF\r\n ${text}`, 'signed'],
		['twice', `\uFEFF\uFEFF${text}`, 'refused'],
		['behind a space', ` \uFEFF${text}`, 'refused'],
		['behind the JSON', `${text}\uFEFF`, 'refused'],
		['and nothing else', '\uFEFF', 'refused'],
	])('a byte order mark %s', (_name, body, kind) => {
		expect(read(bytes(body)).kind).toBe(kind);
	});

	test('forms and JSON too deep or with too many fields', () => {
		expect(read(bytes(`${form}&x${'[a]'.repeat(65)}=1`)).kind).toBe('refused');
		expect(read(bytes(`${form}${'&x[]=1'.repeat(10_001)}`)).kind).toBe('refused');
		expect(read(bytes(`{"a":${'['.repeat(5000)}`)).kind).toBe('refused');
	});

	test('multipart forms too deep, with too many fields or too large', () => {
		const fields = [...new URLSearchParams(form)] as Array<[string, string]>;
		expect(read(fields).kind).toBe('signed');
		expect(read([...fields, [`x${'[a]'.repeat(65)}`, '1']]).kind).toBe('refused');
		expect(read([...fields, ...Array.from({ length: 10_001 }, (): [string, string] => ['x[]', '1'])]).kind).toBe('refused');
		expect(read([...fields, ['x[]', 'é'.repeat(125_000)]]).kind).toBe('refused');
		expect(read([...fields, ['x'.repeat(129), '']]).kind).toBe('refused');
		expect(read([]).kind).toBe('refused');
	});

	test('1,000 forged ones', () => {
		let taken = 0;
		for (let index = 0; index < 1000; index += 1) {
			const forged = flat({ ...ORDER, out_trade_no: `INV-${index}` }, 'MD5', `guess ${index}`);
			if (read(written(forged, CLOTHES[index % CLOTHES.length] ?? 'json')).kind !== 'refused') taken += 1;
		}
		expect(taken).toBe(0);
	});
});

describe('tricks', () => {
	test('of a repeated field the last one counts, for the signature too', () => {
		const form = phpForm(flat(ORDER));
		expect(read(bytes(`${form}&status=CLOSED`)).kind).toBe('refused');
		expect(fieldsOf(bytes(`status=CLOSED&${form}`)).status).toBe('SUCCESS');
		const json = JSON.stringify(flat(ORDER));
		expect(read(bytes(json.replace(/}$/, ',"status":"CLOSED"}'))).kind).toBe('refused');
	});

	test('a signed field cannot be hidden behind a list of the same name', () => {
		expect(read(bytes(`${phpForm(flat(ORDER))}&status[]=SUCCESS`)).kind).toBe('refused');
	});

	test('fields that could be cut from the text of another are reported', () => {
		const genuine = flat({ body: 'x&out_trade_no=INV-9&status=SUCCESS&t=', out_trade_no: 'INV-1', status: 'WAITING' });
		expect(read(written(genuine, 'json'))).toMatchObject({ kind: 'signed', isAmbiguous: true });
		const { sign } = genuine;
		const recut = { body: 'x', out_trade_no: 'INV-9', status: 'SUCCESS', t: '&out_trade_no=INV-1&sign_type=MD5&status=WAITING', sign };
		expect(read(written(recut as PhpArray, 'json'))).toMatchObject({ kind: 'signed', isAmbiguous: true });
		expect(read(written(flat(ORDER), 'json'))).toMatchObject({ isAmbiguous: false });
	});

	test('names of Object.prototype are ordinary fields', () => {
		const body = `{"out_trade_no":"A","__proto__":{"status":"SUCCESS"},"sign":"${webPaySign({ out_trade_no: 'A' }, 'MD5', KEY)}"}`;
		const fields = fieldsOf(bytes(body));
		expect(fields.status).toBeUndefined();
		expect(Object.prototype).not.toHaveProperty('status');
		expect(read(bytes('__proto__[status]=SUCCESS&sign=x')).kind).toBe('refused');
	});
});
