import { canonicalJson, decodeUtf8, parsePhpJson, type PhpMap, PhpJsonError, type PhpValue } from '../../kess/phpJson.ts';
import { signRsa2, verifyRsa2 } from '../../kess/rsa2Signature.ts';
import { verifyWebPayAnswer, webPaySignature, webPayString } from '../../kess/webPaySignature.ts';
import vectors from '../vectors/php-8.2.json';

const { webpay, partner, invalid, private_key_pkcs8_base64: privateKey, public_key_spki_base64: publicKey } = vectors;

const lines: string[] = [];
// Jest's own console wraps each call in a stack trace.
afterAll(() => process.stdout.write(`vectors of PHP ${vectors.php}: ${lines.join(', ')}\n`));

function count<T>(name: string, cases: readonly T[], passes: (one: T) => boolean): void {
	const passed = cases.filter(passes).length;
	lines.push(`${name} ${passed}/${cases.length}`);
	expect(passed).toBe(cases.length);
}

function parseFields(text: string, signType: string): PhpMap {
	const fields = parsePhpJson(text);
	if (!(fields instanceof Map)) throw new Error('not an object');
	return fields.set('sign_type', signType);
}

/**
 * Whether JSON.parse keeps what PHP prints for this value (interface.md): an int within 2^53, a float of which 14
 * digits do not show whether it was written as a whole number.
 */
function survivesJsonParse(value: PhpValue): boolean {
	if (typeof value === 'bigint') return Number.isSafeInteger(Number(value));
	return typeof value !== 'number' || (Math.abs(value) < 1e14 && !Object.is(value, -0));
}

const carried = webpay.filter(({ params, sign_type }) =>
	[...parseFields(params, sign_type).values()].every(survivesJsonParse),
);

describe('the vectors of PHP 8.2', () => {
	it('are all there', () => {
		expect([webpay.length, partner.length, invalid.length]).toEqual([200, 200, 22]);
		expect(carried.length).toBeGreaterThanOrEqual(160);
	});

	it('webpay, by JSON.parse', () => {
		count('webpay by JSON.parse', carried, ({ params, sign_type, key, string, sign }) => {
			const fields = { ...JSON.parse(params), sign_type };
			return webPayString(fields) === string && webPaySignature(fields, key) === sign;
		});
		const lost = webpay.length - carried.length;
		lines.push(`${lost} more hold numbers that JSON.parse cannot carry`);
	});

	it('webpay, by text', () => {
		count('webpay by text', webpay, ({ params, sign_type, key, string, sign }) => {
			const fields = parseFields(params, sign_type);
			return webPayString(fields) === string && webPaySignature(fields, key) === sign;
		});
	});

	it('webpay, as the data of an answer', () => {
		count('webpay as an answer', webpay, ({ params, sign_type, key, sign }) => {
			// The vector signs sign_type as a field; the last value of a repeated key counts.
			const data = params.replace(/\}\s*$/, (end) => `${/\{\s*\}\s*$/.test(params) ? '' : ','}"sign_type":"${sign_type}"${end}`);
			const answer = (signed: string) => `{"sign":"${signed}","data":${data},"sign_type":"${sign_type}"}`;
			const changed = sign.replace(/^./, (digit) => (digit === '0' ? '1' : '0'));
			const verdict = (text: string) => verifyWebPayAnswer(parsePhpJson(text) as PhpMap, key, sign_type);
			// Some have names that no gateway has, in which another reading could hide: their signature is right all the same.
			return ['valid', 'ambiguous'].includes(verdict(answer(sign))) && verdict(answer(changed)) === 'invalid';
		});
	});

	it('partner', () => {
		count('partner canonical', partner, ({ raw, canonical }) => canonicalJson(raw) === canonical);
		count('signed', partner, ({ raw, sign }) => signRsa2(canonicalJson(raw), privateKey) === sign);
		count('verified', partner, ({ raw, sign }) => verifyRsa2(canonicalJson(raw), sign, publicKey));
	});

	it('invalid', () => {
		count('invalid', invalid, ({ raw_base64, valid, canonical }) => {
			try {
				const printed = canonicalJson(decodeUtf8(Buffer.from(raw_base64, 'base64')));
				return valid && printed === canonical;
			} catch (error) {
				return !valid && error instanceof PhpJsonError;
			}
		});
	});
});
