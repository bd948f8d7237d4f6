import type { GatewayService } from '../../../kess/gateway/service.ts';
import { payingServiceNamed, serviceNamed, SERVICES } from '../../../kess/partner/services.ts';
import { KessPartner } from '../../../nodes/KessPartner/KessPartner.node.ts';
import { operations } from '../../../nodes/KessPartner/actions/router.ts';

/** Each service has one row, each operation its service: what is missing or wrong there is found here. */

const rows: Array<[string, GatewayService]> = Object.entries(SERVICES);

const offered = new KessPartner().description.properties
	.filter(({ name }) => name === 'operation')
	.flatMap(({ options, displayOptions }) => (options ?? []).map((option) => [String(displayOptions?.show?.resource?.[0]), String('value' in option && option.value)] as const));

test('every operation names the row of its service, but for the one that takes any', () => {
	const of = (resource: string, operation: string) => operations.find(resource, operation).service;
	expect(offered.filter(([resource, operation]) => of(resource, operation) === undefined)).toEqual([['service', 'call']]);
	const used = new Set(offered.map(([resource, operation]) => of(resource, operation)));
	expect(rows.filter(([, service]) => !used.has(service))).toEqual([]);
});

test('a confirmation pays, and so does the operation that does both steps; creating and looking does not', () => {
	const does = (operation: string) => operations.find('fundTransfer', operation).service?.does;
	expect(['confirm', 'payOut', 'create', 'query'].map(does)).toEqual(['pays', 'pays', 'changes', 'reads']);
	for (const [, { does: what, operation }] of rows) expect(operation !== undefined).toBe(what === 'pays');
	expect(operations.find('fundTransfer', 'confirm').option.name).toBe(SERVICES.confirmTransfer.operation.split(' > ')[1]);
});

test.each(['confirm.fundTransfer', 'CONFIRM.FUNDTRANSFER', ' confirm.fundTransfer\t', 'confirm.\u200BfundTransfer', 'confirm..fundTransfer.', 'confirmfundtransfer', 'confirm_fund-Transfer'])(
	'%j is known to move money',
	(name) => {
		expect(payingServiceNamed(name)).toBe(SERVICES.confirmTransfer);
	},
);

test('the others may be called by name; of an unknown one the worst is supposed', () => {
	for (const name of ['create.unified.fundTransfer', 'query.fundTransfer', 'something.new']) expect(payingServiceNamed(name)).toBeUndefined();
	expect(serviceNamed('QUERY.fundtransfer').does).toBe('reads');
	expect(serviceNamed('something.new').does).toBe('pays');
	expect(['Query.FundTransfer', 'query..fundTransfer', 'something.new'].map((name) => serviceNamed(name).does)).toEqual(['reads', 'pays', 'pays']);
});
