import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import type { Batching } from './runItems';

const DEFAULT_TIMEOUT_MS = 30_000;

/** An hour: nobody waits longer, and Node's timers have a limit. */
const LONGEST_TIMEOUT_MS = 3_600_000;

/** The Batching option, in the words of n8n's HTTP Request node. */
export function batchingOption(defaultSize: number): INodeProperties {
	return {
		displayName: 'Batching',
		name: 'batching',
		placeholder: 'Add Batching',
		type: 'fixedCollection',
		typeOptions: { multipleValues: false },
		default: { batch: {} },
		options: [
			{
				displayName: 'Batching',
				name: 'batch',
				values: [
					{
						displayName: 'Items per Batch',
						name: 'batchSize',
						type: 'number',
						typeOptions: { minValue: 1 },
						default: defaultSize,
						description: 'How many items are under way at the same time',
					},
					{
						displayName: 'Batch Interval (Ms)',
						name: 'batchInterval',
						type: 'number',
						typeOptions: { minValue: 0 },
						default: 0,
						description:
							'Time to wait before the next batch begins. 0 starts the next item as soon as one is done.',
					},
				],
			},
		],
	};
}

/** The Timeout option. n8n itself would wait five minutes. */
export const timeoutOption: INodeProperties = {
	displayName: 'Timeout',
	name: 'timeout',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: DEFAULT_TIMEOUT_MS,
	description:
		'Time in ms for one exchange with KESS, all of it: a login where one is needed, the request and the whole answer. What happens after that is looked up, not guessed.',
};

/** The options that both nodes have, with their defaults filled in. */
export function readCommonOptions(
	context: IExecuteFunctions,
	defaultSize: number,
): { batching: Batching; timeout: number; options: IDataObject } {
	const options = context.getNodeParameter('options', 0, {});
	const batch = ((options.batching as IDataObject | undefined)?.batch ?? {}) as Partial<Batching>;
	return {
		batching: {
			batchSize: Math.max(1, Math.trunc(Number(batch.batchSize ?? defaultSize)) || 1),
			batchInterval: Math.max(0, Number(batch.batchInterval ?? 0) || 0),
		},
		timeout: Math.min(
			LONGEST_TIMEOUT_MS,
			Math.max(1, Math.ceil(Number(options.timeout ?? DEFAULT_TIMEOUT_MS) || DEFAULT_TIMEOUT_MS)),
		),
		options,
	};
}
