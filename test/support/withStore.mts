import type { IExecuteFunctions } from 'n8n-workflow';

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
export function contextOver(store: DurableStore): IExecuteFunctions {
	const node = { id: 'node' };
	const helpers = {
		checkProcessedAndRecord: async (items: string[], scope: string, options: never) =>
			await store.checkProcessedAndRecord(items, scope, { node }, options),
		removeProcessed: async (items: string[], scope: string) => await store.removeProcessed(items, scope, { node }),
	};
	return { helpers, getNode: () => node } as unknown as IExecuteFunctions;
}
