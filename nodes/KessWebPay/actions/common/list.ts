import type { INodeProperties } from 'n8n-workflow';

import { InvalidValueError } from '../../../../kess/errors';
import type { ItemCall } from '../../../shared/run/item';

/** The parameters of every operation that lists something. */
export const listProperties: INodeProperties[] = [
	{
		displayName: 'Return All',
		name: 'returnAll',
		type: 'boolean',
		default: false,
		description: 'Whether to return all results or only up to a given limit',
	},
	{
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 50,
		description: 'Max number of results to return',
		displayOptions: { show: { returnAll: [false] } },
	},
];

/**
 * How many entries the user wants.
 *
 * @returns a whole number of at least 1, or Infinity for all
 */
export function readLimit(call: ItemCall): number {
	if (call.read('returnAll', (value) => value === true)) return Number.POSITIVE_INFINITY;
	return call.read('limit', (value) => {
		const limit = typeof value === 'string' ? Number(value.trim() || Number.NaN) : value;
		if (typeof limit === 'number' && Number.isSafeInteger(limit) && limit > 0) return limit;
		throw new InvalidValueError(
			'is not a whole number greater than 0',
			'Enter how many results you want, or switch on Return All.',
		);
	});
}
