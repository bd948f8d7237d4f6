import { serviceNamed, SERVICES, type WebPayService } from '../../../kess/webPay/services.ts';
import { KessWebPay } from '../../../nodes/KessWebPay/KessWebPay.node.ts';
import { operations } from '../../../nodes/KessWebPay/actions/router.ts';

/** Each service has one row, each operation its service: what is missing or wrong there is found here. */

const rows = Object.entries(SERVICES) as Array<[string, WebPayService]>;

const offered = new KessWebPay().description.properties
	.filter(({ name }) => name === 'operation')
	.flatMap(({ options, displayOptions }) => (options ?? []).map((option) => [String(displayOptions?.show?.resource?.[0]), String('value' in option && option.value)] as const));

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

test('a service by its name is what it is in any spelling; of an unknown one the worst is supposed', () => {
	expect(serviceNamed('WEBPAY.Acquire.V2REFUND')).toMatchObject({ name: 'WEBPAY.Acquire.V2REFUND', does: 'pays', isDecisive: true, versions: ['v1', 'v2'] });
	expect(serviceNamed('webpay.acquire.newService')).toMatchObject({ name: 'webpay.acquire.newService', does: 'pays', isDecisive: false });
});
