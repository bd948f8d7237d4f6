import { explainPartnerCode, PARTNER_CODES } from '../../../kess/partner/codes.ts';
import { CONFIRM_TRANSFER, CREATE_TRANSFER, QUERY_TRANSFER } from '../../../kess/partner/services.ts';

/** docs/gateway.md §13, the tables "Error code review" and "Response fail" of each service. */
const SPECIFIED: Array<[service: string, codes: string[]]> = [
	[CREATE_TRANSFER, ['UNAUTHENTICATED', 'NOTELIGIBLE', 'VALIDATIONERROR', 'SYSTEMERROR']],
	[CONFIRM_TRANSFER, ['UNAUTHENTICATED', 'USED', 'NOTEXIST', 'EXPIRED', 'VALIDATIONERROR', 'SYSTEMERROR']],
	[QUERY_TRANSFER, ['UNAUTHENTICATED', 'USED', 'NOTEXIST', 'EXPIRED', 'VALIDATIONERROR', 'SYSTEMERROR']],
	['another.service', ['UNAUTHENTICATED', 'NOTELIGIBLE', 'USED', 'NOTEXIST', 'EXPIRED', 'VALIDATIONERROR', 'SYSTEMERROR']],
];

const cases = SPECIFIED.flatMap(([service, codes]) => codes.map((code) => [service, code] as const));

test('the specification has seven codes', () => {
	expect([...PARTNER_CODES].sort()).toEqual([...new Set(SPECIFIED.flatMap(([, codes]) => codes))].sort());
});

test.each(cases)('%s %s says what happened and what to do, in plain words', (service, code) => {
	const { message, hint } = explainPartnerCode(code, service, '');
	expect(message).toMatch(/^[A-Z].{15,}[^.]$/);
	expect(message).not.toContain(code);
	expect(hint).toMatch(/^[A-Z].{15,}\.$/);
	expect(`${message} ${hint}`).not.toMatch(/error|problem|failure|mistake|undefined/i);
	expect(explainPartnerCode(code, service, 'Their words.')).toEqual({ message: `${message}: Their words`, hint });
});

test('the services have words of their own', () => {
	for (const code of ['EXPIRED', 'NOTEXIST', 'USED', 'SYSTEMERROR']) {
		const messages = [CONFIRM_TRANSFER, QUERY_TRANSFER, 'another'].map((service) => explainPartnerCode(code, service, '').message);
		expect(new Set(messages).size).toBe(3);
	}
});

test('nothing that may have paid invites a second payment', () => {
	for (const code of ['USED', 'SYSTEMERROR']) {
		expect(explainPartnerCode(code, CONFIRM_TRANSFER, '').hint).toMatch(/Query the transfer.*Do not send it again/);
	}
});

test('an unknown code passes through with the words of KESS', () => {
	expect(explainPartnerCode('LIMITEXCEEDED', CREATE_TRANSFER, 'Daily limit reached.').message).toBe('KESS refuses: Daily limit reached');
	expect(explainPartnerCode('X', 'y', ' ').message).toBe('KESS refuses: no reason given');
	expect(explainPartnerCode('constructor', CREATE_TRANSFER, 'a').message).toBe('KESS refuses: a');
	expect(explainPartnerCode('NOTELIGIBLE', QUERY_TRANSFER, '').message).toBe('The receiver is not eligible');
});
