import { NotSentError } from '../../../kess/errors.ts';
import { plainLines, readPasted, withoutInvisibleEnds } from '../../../kess/written/pasted.ts';
import { nameOfInvisible } from '../../../kess/written/invisible.ts';
import { readPartnerAccount } from '../../../kess/partner/account.ts';
import { readWebPayAccount } from '../../../kess/webPay/account.ts';

const ZERO_WIDTH = '\u200b';

test.each([
	['\u200b', 'a zero-width space'],
	['\ufeff', 'a byte order mark'],
	['\u00a0', 'a no-break space'],
	['\u202e', 'a right-to-left override'],
	['\u{e0041}', 'an invisible character (U+E0041)'],
	['\u0007', 'an invisible character (U+0007)'],
])('%j is called %s', (character, name) => {
	expect(nameOfInvisible(character)).toBe(name);
});

test.each([
	['\u200bsecret\u200b', 'secret'],
	['\ufeffsecret\r\n', 'secret'],
	['\u202asecret\u202c\u00a0', 'secret'],
	['\u{e0041}secret\u2060', 'secret'],
	[' secret ', ' secret '],
	['\u200b secret \u200b\u00a0 ', ' secret  '],
	['se cret', 'se cret'],
	['\u200b', ''],
	['', ''],
])('invisible characters leave the ends of %j', (text, clean) => {
	expect(withoutInvisibleEnds(text)).toBe(clean);
	expect(readPasted(text, 'Password')).toBe(clean);
});

test('whatever is no text of its own has none', () => {
	expect(plainLines('BEGIN\u00a0RSA\u200b KEY\n\tA\u2060B\u{e0041}\ufeff')).toBe('BEGIN RSA KEY\n\tAB');
});

test.each([
	['sec\u200bret', 'a zero-width space, as its character 4'],
	['s\u00a0ecret', 'a no-break space, as its character 2'],
	['secre\ufefft', 'a byte order mark, as its character 6'],
	['se\u202ecret', 'a right-to-left override, as its character 3'],
	['😀\u{e0041}x', 'an invisible character (U+E0041), as its character 2'],
])('in %j it is named, and nothing else of the secret', (text, words) => {
	const read = () => readPasted(text, 'Password in the credential');
	expect(read).toThrow(NotSentError);
	expect(read).toThrow(`Password in the credential has a character in it that cannot be seen: ${words}`);
	expect(read).not.toThrow(/sec|cret/);
});

const WEBPAY = { username: 'Username', password: 'Password', clientId: 'Client ID', clientSecret: 'Client Secret', apiSecretKey: 'API Secret Key', sellerCode: 'Seller Code' };
const PARTNER = { partnerId: 'Partner ID', partnerSecretKey: 'Partner Secret Key', userName: 'User Name', password: 'Password', passphrase: 'Passphrase' };

test.each([
	...Object.entries(WEBPAY).map(([field, name]) => ['KESS WebPay', field, name, readWebPayAccount] as const),
	...Object.entries(PARTNER).map(([field, name]) => ['KESS Partner', field, name, readPartnerAccount] as const),
])('%s, %s', (credential, field, name, readAccount) => {
	const read = (value: string) => (readAccount({ environment: 'sandbox', [field]: value }) as unknown as Record<string, unknown>)[field];
	expect(read(`${ZERO_WIDTH}my-value\u00a0\u202c`)).toBe('my-value');
	expect(() => read(`my${ZERO_WIDTH}-value`)).toThrow(`${name} in the ${credential} credential has a character in it that cannot be seen: a zero-width space`);
});

test.each([
	['environment', ['Sandbox', ' SANDBOX ', 'sandbox\u200b'], 'Environment'],
	['gatewayVersion', ['V2', ' v2', 'v 2'], 'Gateway Version'],
	['signType', ['hmac-sha256', 'HMAC-SHA256 '], 'Signature Type'],
])('the choice %s is read without regard to case and space, and nothing else stands for one', (field, spellings, name) => {
	const read = (value: unknown) => readWebPayAccount({ environment: 'sandbox', [field]: value });
	const [first, ...others] = spellings.map(read);
	for (const other of others) expect(other).toEqual(first);
	expect(first).toMatchObject({ origin: expect.stringMatching(/^https/), ...(field === 'gatewayVersion' && { version: 'v2' }), ...(field === 'signType' && { signType: 'HMAC-SHA256' }) });
	for (const [value, words] of [['x2', 'is "x2", which is none of its choices'], [2, 'is "2"'], ['', 'is empty'], [null, 'is "null"']]) {
		expect(() => read(value)).toThrow(NotSentError);
		expect(() => read(value)).toThrow(new RegExp(`^${name} in the KESS (WebPay )?credential ${String(words)}`));
	}
});

test('a password keeps the spaces at its ends, an ID does not', () => {
	expect(readWebPayAccount({ environment: 'sandbox', password: ' a ', username: ' a ', apiSecretKey: '\u200b a \ufeff' })).toMatchObject({ password: ' a ', username: 'a', apiSecretKey: 'a' });
	expect(readPartnerAccount({ environment: 'sandbox', password: ' a ', partnerId: '\u00a0 a' })).toMatchObject({ password: ' a ', partnerId: 'a' });
});
