import { type IDataObject, type IExecuteFunctions, sleep } from 'n8n-workflow';

import { passOn, toPassOn } from '../../../../nodes/KessWebPay/notifications/passOn.ts';
import { contextOver, withStore } from '../../../support/withStore.mts';

const store = withStore();

const warn = jest.fn();

interface Begun {
	mode?: string;
	id?: string;
	node?: string;
}

/** An execution that an event has begun, as n8n runs its first node. */
function execution(key: string, { mode = 'webhook', id = '8', node }: Begun = {}): IExecuteFunctions {
	return Object.assign(contextOver(store, node), {
		getMode: () => mode,
		getExecutionId: () => id,
		getInputData: () => [toPassOn({ name: 'paid', key }, { out_trade_no: key })],
		logger: { warn },
	}) as unknown as IExecuteFunctions;
}

const handedOn = async (key: string, begun?: Begun): Promise<IDataObject[]> => ((await passOn(execution(key, begun)))[0] ?? []).map(({ json }) => json);

test('the item says what has happened, and nothing else is added', async () => {
	expect(await handedOn('A')).toEqual([{ out_trade_no: 'A', event: 'paid' }]);
});

test.each(['16', '9', '1000000', 'not a number'])('a second execution of the same event (%s) ends at once, one of another goes on', async (id) => {
	expect(await handedOn('A')).toHaveLength(1);
	expect(await handedOn('A', { id })).toEqual([]);
	expect(await handedOn('B', { id })).toHaveLength(1);
});

test('of six that begin at once in one process one goes on', async () => {
	const ids = ['8', '16', '24', '32', '40', '48'];
	const all = await Promise.all(ids.map(async (id) => await handedOn('A', { id })));
	expect(all.flat()).toHaveLength(1);
});

test('of six that begin at once in six processes one goes on', async () => {
	const processes = Array.from({ length: 6 }, isolated);
	const all = await Promise.all(processes.map(async (own, index) => await own.passOn(execution('A', { id: String(101 + index) }))));
	expect(all.flat(2)).toHaveLength(1);
});

/** As another process has it. */
function isolated(): { passOn: typeof passOn } {
	let module = { passOn };
	jest.isolateModules(() => {
		module = require('../../../../nodes/KessWebPay/notifications/passOn.ts');
	});
	return module;
}

test('each trigger has its own, whatever it is called', async () => {
	for (const node of ['1', '2', '3']) expect(await handedOn('A', { node })).toHaveLength(1);
	for (const node of ['1', '2', '3']) expect(await handedOn('A', { node, id: '16' })).toEqual([]);
});

test.each(['manual', 'retry'])('somebody who wants it to run (%s) is not held up', async (mode) => {
	expect(await handedOn('A')).toHaveLength(1);
	expect(await handedOn('A', { mode, id: '16' })).toHaveLength(1);
});

test('an execution that n8n begins anew goes on', async () => {
	expect(await handedOn('A')).toHaveLength(1);
	expect(await handedOn('A')).toHaveLength(1);
	expect(await handedOn('A', { id: '16' })).toEqual([]);
});

test('an event goes on when n8n cannot remember, and the log says so', async () => {
	const context = execution('A');
	context.helpers.checkProcessedAndRecord = async () => {
		throw new Error('the database is away');
	};
	expect((await passOn(context)).flat()).toHaveLength(1);
	expect(warn).toHaveBeenCalledWith(expect.stringContaining('the database is away'));
});

test('an event is never lost, however long workers are held up between reading the notes and writing them', async () => {
	const heldUp = async () => await sleep(Math.random() * 400);
	const tell = async (_: unknown, trial: number) => {
		let notes: string[] = [];
		const worker = async (key: string, id: number) => {
			await heldUp();
			// In one process they would wait for each other.
			const context = execution(key, { id: String(id), node: `${trial} ${id}` });
			context.helpers.checkProcessedAndRecord = async (texts) => {
				const read = notes;
				await heldUp();
				notes = [...new Set([...read, ...texts.map(String)])];
				return { new: [], processed: texts.filter((text) => read.includes(String(text))) };
			};
			return (await passOn(context)).flat();
		};
		// Three are told of one event, and three of others.
		const told = await Promise.all(['A', 'A', 'A', 'B', 'C', 'D'].map(async (key, id) => await worker(key, id)));
		return told.flat().filter(({ json }) => json.out_trade_no === 'A').length;
	};
	const wentOn = await Promise.all(Array.from({ length: 100 }, tell));
	expect(wentOn.filter((count) => count === 0)).toEqual([]);
});
