import type { WebPayResource } from '../operation';
import { close } from './close.operation';
import { create } from './create.operation';
import { createAndWait } from './createAndWait.operation';
import { query } from './query.operation';
import { queryByDateRange } from './queryByDateRange.operation';

export const order: WebPayResource = {
	option: { name: 'Order', value: 'order', description: 'An order with a payment link' },
	operations: [close, create, createAndWait, query, queryByDateRange],
};
