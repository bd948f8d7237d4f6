import type { DeduplicationScope, ICheckProcessedOptions, IExecuteFunctions } from 'n8n-workflow';

import { DurableStore } from '../../sandbox/host/durableStore.mts';

/** What n8n remembers for nodes, for the tests of a file or of a `describe`: emptied before each of them. */
export function withStore(): DurableStore {
	const store = new DurableStore();
	beforeAll(async () => {
		await store.attach();
	});
	beforeEach(() => store.clear());
	return store;
}

/** What a node that runs has of n8n when all that it asks for is what it remembers. */
export function contextOver(store: DurableStore, id = 'node'): IExecuteFunctions {
	const there = { workflow: { id: 'workflow' }, node: { id } };
	const helpers = {
		checkProcessedAndRecord: async (items: string[], scope: DeduplicationScope, options: ICheckProcessedOptions) =>
			await store.checkProcessedAndRecord(items, scope, there, options),
		removeProcessed: async (items: string[], scope: DeduplicationScope) => await store.removeProcessed(items, scope, there),
		clearAllProcessedItems: async (scope: DeduplicationScope) => await store.clearAllProcessedItems(scope, there),
		getProcessedDataCount: async (scope: DeduplicationScope) => await store.getProcessedDataCount(scope, there),
	};
	return { helpers, getNode: () => there.node, getWorkflow: () => there.workflow } as unknown as IExecuteFunctions;
}
