import { amountsOf, payingServiceNamed, serviceNamed, SERVICES, type WebPayService } from '../../../kess/webPay/services.ts';
import { KessWebPay } from '../../../nodes/KessWebPay/KessWebPay.node.ts';
import { operations } from '../../../nodes/KessWebPay/actions/router.ts';

/** Each service has one row, each operation its service: what is missing or wrong there is found here. */

const rows = Object.entries(SERVICES) as Array<[string, WebPayService]>;

const offered = new KessWebPay().description.properties
	.filter(({ name }) => name === 'operation')
	.flatMap(({ options, displayOptions }) => (options ?? []).map((option) => [String(displayOptions?.show?.resource?.[0]), String('value' in option && option.value)] as const));

/** What the panel calls an entry of a list. */
function nameOf(list: string, value: string): string {
	const entries = new KessWebPay().description.properties.filter(({ name }) => name === list).flatMap(({ options }) => options ?? []);
	return String(entries.find((entry) => 'value' in entry && entry.value === value)?.name);
}

test('every operation names the row of its service, but for the one that takes any', () => {
	const of = (resource: string, operation: string) => (operations.find(resource, operation) as { service?: WebPayService }).service;
	const without = offered.filter(([resource, operation]) => of(resource, operation) === undefined);
	expect(without).toEqual([['service', 'call']]);
	const used = new Set(offered.map(([resource, operation]) => of(resource, operation)));
	expect(rows.filter(([, service]) => !used.has(service)).map(([name]) => name)).toEqual([]);
});

test('names are different, in any spelling', () => {
	const names = rows.map(([, { name }]) => name.toLowerCase());
	expect(new Set(names).size).toBe(names.length);
	for (const [, { name, nameOnV1 }] of rows) expect(nameOnV1?.toLowerCase() ?? name.toLowerCase()).toBe(name.toLowerCase());
});

test.each(rows)('%s does what its name says', (_, { name, does, versions, isDecisive }) => {
	const looks = /\.(query|get|decode|userprofile)/i.test(name);
	const moves = /\.(quickpay|directPay|payKhqr|v2Refund|subscription)$/i.test(name);
	expect(does).toBe(looks ? 'reads' : moves ? 'pays' : 'changes');
	expect(versions).toContain('v2');
	// Whatever makes or moves something and is not looked up afterwards has to be signed.
	if (!isDecisive) expect(looks || name.endsWith('directPay')).toBe(true);
});

test.each(rows.filter(([, { does }]) => does === 'pays'))('%s pays, so it has an operation, which the panel has under this name', (_, service) => {
	const named = offered
		.filter(([resource, operation]) => (operations.find(resource, operation) as { service?: WebPayService }).service === service)
		.map(([resource, operation]) => `${nameOf('resource', resource)} > ${operations.find(resource, operation).option.name}`);
	expect(named).toContain(service.operation);
});

test('only what pays names an operation and an amount', () => {
	const others = rows.filter(([, { does }]) => does !== 'pays');
	expect(others.filter(([, { operation, amount }]) => operation !== undefined || amount !== undefined)).toEqual([]);
});

describe.each([...rows.filter(([, { does }]) => does === 'pays').map(([, { name }]) => name), 'webpay.acquire.partnerconfirmfundtransfer'])('%s', (name) => {
	const own = name.slice('webpay.acquire.'.length);

	test.each([
		['as it is', name],
		['in capitals', name.toUpperCase()],
		['with space around it', `\u00A0 ${name}\t\n`],
		['with characters that nobody sees', `webpay.acquire.\u200B${own.slice(0, 3)}\u00AD${own.slice(3)}\uFEFF\0`],
		['with more dots', `webpay..acquire...${own}.`],
		['without dots', `webpayacquire${own}`],
		['with other marks', `webpay/acquire:${own.slice(0, 2)}_${own.slice(2)}`],
		['without its prefix', own],
		['with half of its prefix', `acquire.${own}`],
		['with its prefix twice', `webpay.acquire.webpay.acquire.${own}`],
		['in wide letters', [...name].map((letter) => (letter === '.' ? '.' : String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0))).join('')],
		['with accents', name.replaceAll('a', 'a\u0301').replaceAll('e', 'é')],
	])('is known to move money %s', (_, spelled) => {
		expect(payingServiceNamed(spelled)?.name).toBe(name);
	});
});

test('a service that moves nothing, and one that nobody knows, may be called by name', () => {
	for (const [, { name, does }] of rows) if (does !== 'pays') expect(payingServiceNamed(name)).toBeUndefined();
	for (const name of ['webpay.acquire.newService', '', '.']) expect(payingServiceNamed(name)).toBeUndefined();
	expect(amountsOf('webpay.acquire.newService').length).toBe(3);
});

test('a loose spelling never makes a service harmless', () => {
	expect(serviceNamed('webpay.acquire.query.Order')).toMatchObject({ does: 'pays', isDecisive: false });
	expect(serviceNamed('queryOrder')).toMatchObject({ does: 'pays' });
});

test('a service by its name is what it is in any spelling; of an unknown one the worst is supposed', () => {
	expect(serviceNamed('WEBPAY.Acquire.V2REFUND')).toMatchObject({ name: 'WEBPAY.Acquire.V2REFUND', does: 'pays', isDecisive: true, versions: ['v1', 'v2'] });
	expect(serviceNamed('webpay.acquire.newService')).toMatchObject({ name: 'webpay.acquire.newService', does: 'pays', isDecisive: false });
});
