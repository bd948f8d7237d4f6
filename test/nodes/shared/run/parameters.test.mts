import type { IDataObject, IExecuteFunctions, INodeExecutionData, INodeType } from 'n8n-workflow';

import { ItemParameters } from '../../../../nodes/shared/run/parameters.ts';
import { runNode } from '../../../../sandbox/host/engine.mts';

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
	{ no: '0010', amount: 10.5, paid: true, nested: { deep: 'here' }, list: [1, { two: 2 }], sizes: [1, 2, 3], text: 'ស្រី & "quotes" }} {{' },
	{ no: 7, amount: '7', paid: false, nested: { deep: 8 }, list: [3, { two: 4 }], sizes: [4, 5, 6], text: '' },
	{ no: 'A', amount: null, nested: 'no object' },
	{},
];

/** Every way in which people write parameters, and some in which they should not. */
const WRITTEN: Record<string, unknown> = {
	plain: 'a text',
	plainNumber: 12,
	plainFlag: false,
	field: '={{ $json.no }}',
	brackets: '={{ $json["no"] }}',
	element: "={{ $json.list[1]['two'] }}",
	otherNode: '={{ $("Items").item.json.no }}',
	together: '={{ "No. " + $json.no }}',
	quoted: '={{ "it\'s" + $json.no }}',
	method: '={{ $json.no.toString }}',
	builtin: '={{ $json.no.constructor }}',
	last: '={{ $json.list.pop() }}',
	lastFails: '={{ $("Nowhere" + $json.list.pop()).item.json.x }}',
	reversed: '={{ $json.sizes.reverse()[0] }}',
	added: '={{ $json.sizes.push(9) }}',
	size: '={{ $json.sizes[0] }}',
	title: '={{ $json.no?.toTitleCase() }}',
	lines: '={{ `line\nbreak ${$json.no}` }}',
	tight: '={{$json.amount}}',
	manyLines: '={{\n  $json.paid\n}}',
	comment: '={{ $json.no // the number }}',
	comma: '={{ 1, $json.no }}',
	literal: '={{ { a: $json.no } }}',
	list: '={{ $json.list }}',
	unbalanced: '={{ $json.no ] + [ $json.no }}',
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
const NAMES = Object.keys(WRITTEN);

/** Every parameter of every item, read one by one; for the comparison by n8n alone. */
async function readAll(written: Record<string, unknown>, isAlone: boolean): Promise<unknown[]> {
	const found: unknown[] = [];
	// Expressions may change the items.
	await inEngine(written as IDataObject, structuredClone(ITEMS), (parameters, context) => {
		for (const itemIndex of ITEMS.keys()) {
			if (!isAlone) parameters.prepare(itemIndex);
			for (const name of [...Object.keys(written), 'left out']) {
				const read = () => (isAlone ? context.getNodeParameter(name, itemIndex, 'fallback') : parameters.get(name, itemIndex, 'fallback'));
				// As it is now: a list may be changed by what comes later.
				found.push([name, itemIndex, JSON.stringify(outcome(read))]);
			}
			parameters.release(itemIndex);
		}
	});
	return found;
}

describe('the parameters of a run', () => {
	it('are what n8n gives for each, one by one', async () => {
		const alone = await readAll(WRITTEN, true);
		expect(alone).toHaveLength((NAMES.length + 1) * ITEMS.length);
		expect(alone).toContainEqual(['field', 1, '{"value":7}']);
		expect(await readAll(WRITTEN, false)).toEqual(alone);
	});

	it.each(NAMES)('are the same beside sound ones: %s', async (name) => {
		const written = { sound: '={{ $json.no }}', [name]: WRITTEN[name], element: "={{ $json.list[1]['two'] }}", paid: '={{ $json.paid }}' };
		expect(await readAll(written, false)).toEqual(await readAll(written, true));
	});

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
		await inEngine({ a: '={{ $json.no }}', b: '={{ $json?.amount }}', c: '={{ $json["paid"] }}', d: 'USD', e: {} }, ITEMS.slice(0, 2), (_, context) => {
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
			// As one of many rows that start together, before any of them was read.
			parameters.release(1);
			expect(readAll(1)).toEqual([7, '7', false, 'USD', {}]);
			expect(calls).toEqual({ together: 2, alone: 5 });
		});
	});

	it('are not evaluated for an item that does not ask for them, unless they change nothing', async () => {
		const items = [{ list: ['A', 'B'] }, { list: ['C', 'D'] }];
		await inEngine({ one: '={{ $json.list.pop() }}', other: '={{ $json.list.pop() }}' }, items, (parameters) => {
			expect(parameters.get('one', 0, '')).toBe('B');
			expect(parameters.get('other', 1, '')).toBe('D');
		});
	});
});
