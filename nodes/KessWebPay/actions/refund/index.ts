import type { WebPayResource } from '../operation';
import { create } from './create.operation';
import { query } from './query.operation';

export const refund: WebPayResource = {
	option: { name: 'Refund', value: 'refund', description: 'Money given back to the buyer' },
	operations: [create, query],
};
