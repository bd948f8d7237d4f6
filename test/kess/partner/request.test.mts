import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { signedPartnerBody } from '../../../kess/partner/request.ts';
import { canonicalJson } from '../../../kess/phpJson.ts';
import { verifyRsa2 } from '../../../kess/rsa2Signature.ts';
import { readPrivateKey } from '../../../kess/rsaKeys.ts';
import { forgeVerify, newPair, phpText } from '../../support/partnerSide.mts';

const partner = newPair();

const create = {
	service: 'create.unified.fundTransfer',
	out_trade_no: ' T/1 ',
	receiver_id: '855',
	sender_name: 'សុខ Ü "x"\u200B',
	amount: 0.5,
	currency: 'USD',
};

test('what is sent verifies on the other side, and sign is the last field', () => {
	const text = signedPartnerBody(create, partner.privateKey);
	const sent = JSON.parse(text) as Record<string, unknown>;
	expect(sent).toEqual({ ...create, out_trade_no: 'T/1', sender_name: 'សុខ Ü "x"', sign_type: 'RSA2', sign: expect.any(String) });
	expect(Object.keys(sent).at(-1)).toBe('sign');
	// docs/gateway.md §10, canonical text example.
	expect(phpText(sent)).toBe(
		'{"amount":0.5,"currency":"USD","out_trade_no":"T\\/1","receiver_id":"855","sender_name":"\\u179f\\u17bb\\u1781 \\u00dc \\"x\\"","service":"create.unified.fundTransfer"}',
	);
	expect(forgeVerify(phpText(sent), String(sent.sign), partner.publicKey)).toBe(true);
	expect(forgeVerify(phpText({ ...sent, amount: 0.51 }), String(sent.sign), partner.publicKey)).toBe(false);
	expect(forgeVerify(phpText(sent), String(sent.sign), newPair().publicKey)).toBe(false);
});

test('an earlier signature is overwritten, undefined and empty fields are not sent', () => {
	const first = signedPartnerBody(create, partner.privateKey);
	expect(signedPartnerBody({ ...(JSON.parse(first) as object), sign: 'old', sign_type: 'NONE' }, partner.privateKey)).toBe(first);
	expect(signedPartnerBody({ ...create, a: undefined, b: '', c: ' \u200B' }, partner.privateKey)).toBe(first);
	const more = JSON.parse(signedPartnerBody({ ...create, none: null, no: false, list: [' x '] }, partner.privateKey)) as object;
	expect(more).toMatchObject({ none: null, no: false, list: ['x'] });
});

test('the key may be open already', () => {
	expect(signedPartnerBody(create, readPrivateKey(partner.privateKey))).toBe(signedPartnerBody(create, partner.privateKey));
});

test('half of a character cannot be signed, and is not quoted', () => {
	expect(() => signedPartnerBody({ ...create, sender_name: 'secret \ud83d' }, partner.privateKey)).toThrow(
		/^has a value that KESS cannot read: (?!.*secret)/,
	);
});

test('the signature covers exactly the text that is sent, for the requests of the vectors', () => {
	const path = join(__dirname, '../../vectors/php-8.2.json');
	const vectors = JSON.parse(readFileSync(path, 'utf8')) as {
		private_key_pkcs8_base64: string;
		public_key_spki_base64: string;
		partner: Array<{ raw: string }>;
	};
	let signed = 0;
	for (const { raw } of vectors.partner) {
		const fields = JSON.parse(raw) as Record<string, never>;
		if (Array.isArray(fields)) continue;
		const text = signedPartnerBody(fields, vectors.private_key_pkcs8_base64);
		const { sign } = JSON.parse(text) as { sign: string };
		expect(verifyRsa2(canonicalJson(text), sign, vectors.public_key_spki_base64)).toBe(true);
		signed++;
	}
	expect(signed).toBeGreaterThan(150);
});
