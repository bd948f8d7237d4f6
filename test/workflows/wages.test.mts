import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { parse } from 'csv-parse/sync';

import { requirePartnerAmount, requirePartnerCurrency, requireReceiverId, requireTransferReference } from '../../kess/partner/fields.ts';
import { isSamePerson } from '../../kess/partner/receiverName.ts';
import type { NodeRun } from '../../sandbox/host/engine.mts';
import { WalletStore } from '../../sandbox/partner/wallets.mts';
import { withSandbox } from '../support/kessSandbox.mts';
import { runCell } from '../support/partnerCells.mts';
import { withClock } from '../support/withClock.mts';
import { withStore } from '../support/withStore.mts';

type Row = Record<string, unknown>;

interface Workflow {
	nodes: Array<{ name: string; parameters: Record<string, unknown> }>;
}

const folder = join(__dirname, '..', '..', 'workflows');
const bytes = readFileSync(join(folder, 'wages.csv'));
const rows = parse(bytes, { columns: true }) as Array<Record<string, string>>;
const [fromSpreadsheet, withApproval, fromUpload] = ['wages-from-a-spreadsheet.json', 'wages-with-approval.json', 'wages-from-an-uploaded-spreadsheet.json'].map(
	(name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Workflow,
) as [Workflow, Workflow, Workflow];

function parametersOf(workflow: Workflow, name: string): Record<string, unknown> {
	return workflow.nodes.find((node) => node.name === name)?.parameters ?? {};
}

const controlTotal = (workflow: Workflow): string => {
	const { assignments } = parametersOf(workflow, 'Control total').assignments as { assignments: Array<{ name: string; value: string }> };
	return assignments.find(({ name }) => name === 'control_total')?.value ?? '';
};

/** Runs the Code node "Check all rows" the way n8n calls it. */
function check(items: Row[], total: unknown): Row[] {
	const code = String(parametersOf(fromSpreadsheet, 'Check all rows').jsCode);
	const setup = { first: () => ({ json: { control_total: total } }) };
	const run = new Function('$input', '$', code) as (input: object, node: () => object) => Array<{ json: Row }>;
	return run({ all: () => items.map((json) => ({ json })) }, () => setup).map(({ json }) => json);
}

const complaints = (items: Row[], total: unknown) => check(items, total).map(({ row, to_fix }) => `${String(row)} ${String(to_fix)}`);

describe('wages.csv', () => {
	const wallets = new WalletStore();

	test('has at least 24 wages in the columns that the workflows read, in both scripts', () => {
		expect(Object.keys(rows[0] ?? {})).toEqual(['transfer_no', 'worker', 'department', 'receiver', 'amount', 'currency']);
		expect(rows.length).toBeGreaterThanOrEqual(24);
		expect(rows.map(({ transfer_no }) => transfer_no)).toEqual(
			rows.map((_, index) => `WAGE-2026-11-${String(index + 1).padStart(4, '0')}`),
		);
		expect(rows.filter(({ worker }) => /\p{Script=Khmer}/u.test(worker ?? '')).length).toBeGreaterThanOrEqual(10);
		expect(rows.filter(({ worker }) => /\p{Script=Latin}/u.test(worker ?? '')).length).toBeGreaterThanOrEqual(10);
		expect(rows.some(({ receiver }) => receiver?.startsWith('+855'))).toBe(true);
		expect(rows.filter(({ amount }) => !amount?.endsWith('.00')).length).toBeGreaterThanOrEqual(12);
	});

	test.each(rows.map((row) => [row.transfer_no, row] as const))('%s goes to the wallet of its worker', (_, row) => {
		expect(requireTransferReference(row.transfer_no)).toBe(row.transfer_no);
		expect(requireReceiverId(row.receiver)).toBe(row.receiver);
		expect(requirePartnerAmount(row.amount).hundredths).toBeGreaterThan(0n);
		expect(requirePartnerCurrency(row.currency)).toBe('USD');
		const wallet = wallets.find(row.receiver ?? '');
		expect(wallet?.eligible).toBe(true);
		expect(isSamePerson(row.worker ?? '', wallet?.name ?? '')).toBe(true);
	});
});

describe('the check before anything is paid', () => {
	const row = (changes: Row = {}): Row => ({ transfer_no: 'W-1', worker: 'Sok Dara', receiver: '012000232', amount: '10.10', currency: 'USD', ...changes });

	test('is the same in all workflows, with the total of the spreadsheet', () => {
		for (const name of ['Check all rows', 'All right?']) expect(parametersOf(fromUpload, name)).toEqual(parametersOf(fromSpreadsheet, name));
		for (const name of ['Look up', 'Prepare', 'Overview', 'Anything to pay?', 'Approved?', 'Approved transfers', 'Pay approved wages', 'Add result to row']) {
			expect(parametersOf(fromUpload, name)).toEqual(parametersOf(withApproval, name));
		}
		for (const name of ['Check all rows', 'All right?', 'Stop before paying', 'Control total', 'Rows']) {
			expect(parametersOf(withApproval, name)).toEqual(parametersOf(fromSpreadsheet, name));
		}
		expect(check(rows, controlTotal(fromSpreadsheet))).toEqual(rows);
	});

	test('adds up exactly, where decimal fractions would not, and takes numbers and surrounding spaces', () => {
		const many = Array.from({ length: 1000 }, (_, index) => row({ transfer_no: `W-${index}`, amount: index % 2 ? '0.1' : ' 0.20 ' }));
		expect(check(many, '150.00')).toHaveLength(1000);
		expect(check([row({ amount: 10.1 }), row({ transfer_no: 2, amount: 90000000000000 / 1000 })], '90000000010.1')).toMatchObject([
			{ amount: '10.1' },
			{ transfer_no: '2' },
		]);
		expect(check([row({ amount: 0.1 + 0.2 }), row({ transfer_no: 'W-2', amount: 19.9 * 3 })], '60.00')).toMatchObject([{ amount: '0.3' }, { amount: '59.7' }]);
	});

	test.each<[string, Row, string]>([
		['no transfer number', { transfer_no: ' ' }, 'has no transfer number'],
		['a number too long', { transfer_no: 'W'.repeat(65) }, 'has a transfer number of more than 64 characters'],
		['a shortened number', { transfer_no: '2.02611E+15' }, 'has a transfer number that the spreadsheet has shortened: format the column as text'],
		['no worker', { worker: '' }, 'has no worker: without a name nobody can check whose wallet it is'],
		['no receiver', { receiver: undefined }, 'has no receiver'],
		['a shortened receiver', { receiver: '8.5512E+11' }, 'has a receiver that cannot be right: 8.5512E+11'],
		['another currency', { currency: 'KHR' }, 'has the currency "KHR": KESS pays out USD only'],
		['three decimals', { amount: '10.105' }, 'has an amount with more than two decimals: 10.105'],
		['a sum of binary fractions as text', { amount: String(0.1 + 0.2) }, 'has an amount with more than two decimals: 0.30000000000000004'],
		['a number of three decimals', { amount: 10.105 }, 'has an amount with more than two decimals: 10.105'],
		['a decimal comma', { amount: '10,10' }, 'has an amount that is not written like 123.45: "10,10"'],
		['a negative amount', { amount: '-10.10' }, 'has an amount that is not written like 123.45: "-10.10"'],
		['no amount', { amount: '' }, 'has an amount that is not written like 123.45: ""'],
		['nothing to pay', { amount: '0.00' }, 'has the amount 0'],
	])('stops at a row with %s', (_, changes, problem) => {
		expect(complaints([row({ transfer_no: 'W-0' }), row(changes)], '20.20')).toEqual([`Row 3 ${problem}`]);
	});

	test('takes out what nobody sees, but not of a name', () => {
		const seen = row({ transfer_no: '\u200BW\u00A01\u2060', receiver: '012000232\u202C', amount: '\u200B10.10', worker: 'សុខ\u200Bដារា' });
		expect(check([seen], ' 10.10\u200B')).toEqual([row({ transfer_no: 'W 1', worker: 'សុខ\u200Bដារា' })]);
		expect(complaints([row(), row({ transfer_no: 'W\u00AD-1' })], '20.20')).toEqual(['Row 3 has the same transfer number as row 2']);
	});

	test('stops at a transfer number that is there twice, whatever its capital letters', () => {
		expect(complaints([row(), row({ transfer_no: 'w-1 ' })], '20.20')).toEqual(['Row 3 has the same transfer number as row 2']);
	});

	test.each<[unknown, string]>([
		['20.21', 'All rows add up to 20.20 USD, but the control total is 20.21 USD'],
		['', 'All rows cannot be compared: enter the control total like 1234.50 in the node Control total, not ""'],
		['20,20', 'All rows cannot be compared: enter the control total like 1234.50 in the node Control total, not "20,20"'],
	])('stops when the control total is %j', (total, problem) => {
		expect(complaints([row(), row({ transfer_no: 'W-2' })], total)).toEqual([problem]);
	});

	test('stops at an empty list, passes over empty lines and names every row that is wrong', () => {
		expect(complaints([{}, row({ transfer_no: '', worker: '', receiver: '', amount: '', currency: '' })], '0')).toEqual([
			'All rows are empty: there is nobody to pay',
		]);
		expect(check([row(), {}], '10.10')).toHaveLength(1);
		expect(complaints([row({ amount: 'x' }), row(), row({ transfer_no: 'W-3', receiver: '', amount: '' })], '1')).toHaveLength(4);
	});

	test('takes the result of an earlier run as a list', () => {
		const earlier = row({ status: 'PAID', fund_transfer_id: 'FT1', already_paid: '', problem: '', next_step: '', to_fix: 'x' });
		expect(check([earlier], '10.10')).toEqual([expect.not.objectContaining({ to_fix: 'x' })]);
	});
});

describe('what was approved', () => {
	/** Runs the Code node "Approved transfers" the way n8n calls it. */
	function approvedTransfers(overview: Row[]): Row[] {
		const run = new Function('$', String(parametersOf(withApproval, 'Approved transfers').jsCode)) as (node: () => object) => Array<{ json: Row }>;
		return run(() => ({ first: () => ({ json: { rows: overview } }) })).map(({ json }) => json);
	}

	test('is handed on with the amount and the receiver that stood on the form, and the confirmation expects both', () => {
		const row = { transfer_no: 'W-1', worker: 'Sok Dara', receiver: '012000232', amount: '10.10' };
		const ready = { row, state: 'ready', pre_transfer_id: 'PRE-1', receiver_name: 'SOK DARA', expires_at: '2026-11-21T08:30:00Z' };
		expect(approvedTransfers([ready, { ...ready, state: 'refused' }, { ...ready, state: 'paid' }])).toEqual([
			{ transfer_no: 'W-1', amount: '10.10', receiver: '012000232', pre_transfer_id: 'PRE-1', expires_at: '2026-11-21T08:30:00Z' },
		]);
		expect(parametersOf(withApproval, 'Pay approved wages')).toMatchObject({
			preTransferId: '={{ $json.pre_transfer_id }}',
			additionalFields: { expectedAmount: '={{ $json.amount }}', expectedReceiver: '={{ $json.receiver }}' },
		});
	});
});

describe('with an approval', () => {
	const sandbox = withSandbox({ fastRsa: true });
	const clock = withClock(sandbox);
	const store = withStore();
	const list = rows.slice(0, 2);
	const numbers = list.map(({ transfer_no }) => transfer_no);
	const paid = numbers.map((transfer_no) => expect.objectContaining({ transfer_no, status: 'PAID', already_paid: '' }));
	const paidBefore = numbers.map((transfer_no) => expect.objectContaining({ transfer_no, status: 'PAID', already_paid: 'yes' }));

	describe.each([
		['Pay wages after approval', withApproval],
		['Pay wages from an uploaded spreadsheet', fromUpload],
	])('%s, run again', (_name, workflow) => {
		/** Runs the nodes of KESS in n8n's engine, the Code nodes between them the way n8n calls them. */
		async function pay(wages: Row[] = list, approves = true): Promise<Row[]> {
			const outputs = new Map<string, NodeRun['items']>([['Check all rows', wages.map((json) => ({ json }))] as never]);
			const $ = (name: string) => ({ isExecuted: outputs.has(name), all: () => outputs.get(name) ?? [], first: () => outputs.get(name)?.[0] });
			const clockOnForm = { fromISO: () => ({ setZone: () => ({ toFormat: () => '08:30:00' }) }) };
			const code = (name: string, input: string) => {
				const run = new Function('$', '$input', 'DateTime', String(parametersOf(workflow, name).jsCode)) as (...args: unknown[]) => NodeRun['items'];
				outputs.set(name, run($, $(input), clockOnForm));
			};
			const kess = async (name: string, input: string) => {
				const { resource: _resource, operation, ...parameters } = JSON.parse(
					JSON.stringify(parametersOf(workflow, name)).replaceAll("$('Check all rows').item.json", '$json').replace(/=\{\{ \$\('[^']+'\)\.first\(\)\.json\.sender_name \}\}/, 'Sunrise Garments'),
				) as Record<string, never>;
				const items = $(input).all().map(({ json }) => json);
				outputs.set(name, (await runCell({ items, operation, parameters, settings: { onError: 'continueRegularOutput' } }, sandbox.partnerCredential())).items);
			};
			await kess('Look up', 'Check all rows');
			await kess('Prepare', 'Check all rows');
			code('Overview', 'Prepare');
			if (approves && Number($('Overview').first()?.json.ready) > 0) {
				code('Approved transfers', 'Overview');
				await kess('Pay approved wages', 'Approved transfers');
			}
			code('Add result to row', 'Pay approved wages');
			return $('Add result to row').all().map(({ json }) => json);
		}

		test('shows as paid what it has paid, where KESS names the receivers by their IDs', async () => {
			await sandbox.settings({ receiverAsUserId: ['create', 'confirm', 'query'] });
			expect(await pay()).toEqual(paid);
			expect(await pay()).toEqual(paidBefore);
			expect(await sandbox.paidOut()).toEqual(numbers);
		});

		test.each(['refuse', 'always'] as const)('shows as paid what it has paid, while KESS does not show that (secondCreate: %s)', async (secondCreate) => {
			await sandbox.settings({ transferLagMs: 20_000, secondCreate });
			await clock.forward(30_000);
			expect(await pay()).toEqual(paid);
			expect(await pay()).toEqual(paidBefore);
			expect(await sandbox.paidOut()).toEqual(numbers);
		});

		test('calls UNKNOWN what may have been paid elsewhere, because KESS has used its number and does not show what for', async () => {
			await sandbox.settings({ transferLagMs: 20_000 });
			await clock.forward(30_000);
			await pay();
			store.clear();
			expect(await pay()).toEqual(numbers.map((transfer_no) => expect.objectContaining({ transfer_no, status: 'UNKNOWN', next_step: expect.stringMatching(/^Do not pay this transfer in another way yet/) })));
			await clock.forward(30_000);
			expect(await pay()).toEqual(paidBefore);
		});

		test('says of what this form has not approved no more than that, because another form of the list may have paid it', async () => {
			expect(await pay(list, false)).toEqual(numbers.map((transfer_no) => expect.objectContaining({ transfer_no, status: 'NOT APPROVED' })));
			expect(await sandbox.paidOut()).toEqual([]);
		});

		test('pays under numbers of digits, which KESS may write as numbers', async () => {
			await sandbox.settings({ referencesAsNumbers: true });
			const digits = list.map((row, index) => ({ ...row, transfer_no: `2026110${index}` }));
			expect((await pay(digits)).map(({ status, already_paid }) => [status, already_paid])).toEqual(digits.map(() => ['PAID', '']));
			expect((await pay(digits)).map(({ status, already_paid }) => [status, already_paid])).toEqual(digits.map(() => ['PAID', 'yes']));
			expect(await sandbox.paidOut()).toHaveLength(digits.length);
		});

		const none = { error: 'KESS knows no transfer with this number (transfer W-1) [item 0]' };
		const shown = { out_trade_no: 'W-1', result_code: 'SUCCESS', status: 'paid' };
		test.each<[string, Row, Row, string]>([
			['Prepare has looked at it, and KESS knows none', none, { error: 'The wallet belongs to somebody else (transfer W-1) [item 0]' }, 'refused'],
			['Look up was behind, and now KESS does not say', none, { error: 'KESS does not say what has become of this number before: KESS says SYSTEMERROR (transfer W-1) [item 0]' }, 'unknown'],
			['Prepare has looked at nothing', none, { error: 'Credentials not found' }, 'unknown'],
			['Prepare has no result', none, {}, 'unknown'],
			['Look up has seen it paid, and Prepare cannot see KESS', shown, { error: 'KESS cannot be reached (transfer W-1) [item 0]' }, 'unknown'],
			['KESS is silent', { error: 'KESS cannot be reached (transfer W-1) [item 0]' }, { error: 'KESS cannot be reached (transfer W-1) [item 0]' }, 'unknown'],
		])('tells a wage that is not paid from one that nobody knows of: %s', (_where, found, transfer, state) => {
			const row = { transfer_no: 'W-1', worker: 'Sok Dara', receiver: '012000232', amount: '10.10' };
			const outputs: Record<string, Row> = { 'Check all rows': row, 'Look up': found, Prepare: transfer };
			const run = new Function('$', String(parametersOf(workflow, 'Overview').jsCode)) as ($: (name: string) => object) => Array<{ json: Row }>;
			const [overview] = run((name) => ({ all: () => [{ json: outputs[name] }] }));
			expect(overview?.json.rows).toEqual([expect.objectContaining({ row, state })]);
		});

		test('says of which numbers KESS shows another payment', async () => {
			await pay();
			expect(await pay(list.map((row) => ({ ...row, amount: '0.01' })))).toEqual(
				numbers.map((transfer_no) => expect.objectContaining({ transfer_no, status: 'NOT PAID', problem: expect.stringMatching(/^This transfer number stands for another payment/) })),
			);
			expect(await sandbox.paidOut()).toEqual(numbers);
		});
	});
});
