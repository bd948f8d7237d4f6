import type { WebPayResource } from '../operation';
import { close } from './close.operation';
import { create } from './create.operation';
import { query } from './query.operation';

export const order: WebPayResource = {
	option: { name: 'Order', value: 'order', description: 'An order with a payment link' },
	operations: [close, create, query],
};
