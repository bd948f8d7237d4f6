import type { WebPayResource } from '../operation';
import { getMany } from './getMany.operation';

export const paymentMethod: WebPayResource = {
	option: {
		name: 'Payment Method',
		value: 'paymentMethod',
		description: 'A bank, wallet or card that buyers can pay with',
	},
	operations: [getMany],
};
