import type { IDataObject, IExecuteFunctions, INodeExecutionData, INodeType } from 'n8n-workflow';

import { ItemParameters } from '../../../nodes/shared/itemParameters.ts';
import { runNode } from '../../support/engine.mts';

type Read = (parameters: ItemParameters, context: IExecuteFunctions) => void;

/** A node that reads its parameters as a test says, in n8n's engine. */
async function inEngine(parameters: IDataObject, items: IDataObject[], read: Read): Promise<void> {
	class Reader implements INodeType {
		description = {
			displayName: 'Reader',
			name: 'reader',
			group: ['transform' as const],
			version: 1,
			description: '',
			defaults: {},
			inputs: ['main' as const],
			outputs: ['main' as const],
			// n8n keeps only what a node declares.
			properties: Object.keys(parameters).map((name) => ({ displayName: name, name, type: 'string' as const, default: '' })),
		};

		async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
			read(new ItemParameters(this), this);
			return [[]];
		}
	}
	const { error } = await runNode({ node: new Reader(), parameters, items, credentialTypes: [], credentials: {} });
	if (error) throw new Error(`${error.message} ${error.description ?? ''}`);
}

/** What reading gave, or the words of what it threw. */
function outcome(work: () => unknown): unknown {
	try {
		return { value: work() };
	} catch (error) {
		return { threw: (error as Error).message };
	}
}

const ITEMS: IDataObject[] = [
	{ no: '0010', amount: 10.5, paid: true, nested: { deep: 'here' }, list: [1, { two: 2 }], text: 'ស្រី & "quotes" }} {{' },
	{ no: 7, amount: '7', paid: false, nested: { deep: 8 }, list: [], text: '' },
	{ no: 'A', amount: null, nested: 'no object' },
	{},
];

/** Every way in which people write parameters, and some in which they should not. */
const WRITTEN: Record<string, unknown> = {
	plain: 'a text',
	plainNumber: 12,
	plainFlag: false,
	field: '={{ $json.no }}',
	tight: '={{$json.amount}}',
	manyLines: '={{\n  $json.paid\n}}',
	comment: '={{ $json.no // the number }}',
	comma: '={{ 1, $json.no }}',
	literal: '={{ { a: $json.no } }}',
	list: '={{ $json.list }}',
	brackets: '={{ $json.no ] + [ $json.no }}',
	parentheses: '={{ $json.no ), ( $json.no }}',
	inText: '=No. {{ $json.no }}',
	spaced: '= {{ $json.no }}',
	two: '={{ $json.no }}{{ $json.amount }}',
	braces: '={{ "}}" }}',
	escaped: '={{ "a\\}}',
	empty: '={{ }}',
	nothing: '=',
	statements: '={{ const a = $json.no; a }}',
	notThere: '={{ $json.missing }}',
	deeper: '={{ $json.nested.deep.toUpperCase() }}',
	unknownName: '={{ whatever }}',
	unknownNode: '={{ $("Nowhere").item.json.x }}',
	date: '={{ DateTime.fromISO("2026-11-21") }}',
	dates: '={{ ({ when: DateTime.fromISO("2026-11-21") }) }}',
	extension: '={{ $json.no.isEmpty() }}',
	itemIndex: '={{ $itemIndex }}',
	self: '={{ $self }}',
	collection: { fixed: 'x', moving: '={{ $json.no }}', lines: [{ deep: '={{ $json.amount }}' }] },
	fixedCollection: { fixed: 'x', lines: [{ deep: 'y' }] },
};
const NAMES = [...Object.keys(WRITTEN), 'left out'];

describe('the parameters of a run', () => {
	it('are what n8n gives for each, one by one', async () => {
		let compared = 0;
		await inEngine(WRITTEN as IDataObject, ITEMS, (parameters, context) => {
			for (const itemIndex of ITEMS.keys()) {
				parameters.prepare(itemIndex);
				for (const name of NAMES) {
					const read = outcome(() => parameters.get(name, itemIndex, 'fallback'));
					const alone = outcome(() => context.getNodeParameter(name, itemIndex, 'fallback'));
					expect({ name, itemIndex, ...(read as object) }).toEqual({ name, itemIndex, ...(alone as object) });
					compared += 1;
				}
				parameters.release(itemIndex);
			}
		});
		expect(compared).toBe(NAMES.length * ITEMS.length);
	});

	// With all of them in one list, a single one that fails keeps the others from being evaluated together.
	it.each(NAMES.filter((name) => typeof WRITTEN[name] === 'string' && String(WRITTEN[name]).startsWith('=')))(
		'are the same beside a sound one: %s',
		async (name) => {
			await inEngine({ sound: '={{ $json.no }}', [name]: WRITTEN[name] } as IDataObject, ITEMS, (parameters, context) => {
				for (const itemIndex of ITEMS.keys()) {
					parameters.prepare(itemIndex);
					for (const one of ['sound', name]) {
						const read = outcome(() => parameters.get(one, itemIndex, ''));
						expect([itemIndex, one, read]).toEqual([itemIndex, one, outcome(() => context.getNodeParameter(one, itemIndex, ''))]);
					}
				}
			});
		},
	);

	it('are evaluated anew for each item that was not prepared', async () => {
		await inEngine({ a: '={{ $json.no }}', b: '={{ $itemIndex }}' }, ITEMS, (parameters) => {
			for (const itemIndex of ITEMS.keys()) {
				expect(parameters.get('a', itemIndex, '')).toBe(ITEMS[itemIndex]?.no);
				expect(parameters.get('b', itemIndex, '')).toBe(itemIndex);
			}
		});
	});

	it('cost one evaluation for each item, and none for what is no expression', async () => {
		const calls = { together: 0, alone: 0 };
		await inEngine({ a: '={{ $json.no }}', b: '={{ $json.amount }}', c: '={{ $json.paid // a comment }}', d: 'USD', e: {} }, ITEMS.slice(0, 2), (_, context) => {
			const counting = new Proxy(context, {
				get(target, property) {
					if (property === 'evaluateExpression') calls.together += 1;
					if (property === 'getNodeParameter') calls.alone += 1;
					const value: unknown = Reflect.get(target, property);
					return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value;
				},
			});
			const parameters = new ItemParameters(counting);
			const readAll = (itemIndex: number) => ['a', 'b', 'c', 'd', 'e'].map((name) => parameters.get(name, itemIndex, ''));
			parameters.prepare(0);
			expect(readAll(0)).toEqual(['0010', 10.5, true, 'USD', {}]);
			expect(calls).toEqual({ together: 0, alone: 5 });
			parameters.prepare(1);
			expect(readAll(1)).toEqual([7, '7', false, 'USD', {}]);
			expect(calls).toEqual({ together: 1, alone: 5 });
		});
	});
});
