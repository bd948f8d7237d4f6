import type { WebPayResource } from '../operation';
import { getMany } from './getMany.operation';

export const bakongMember: WebPayResource = {
	option: {
		name: 'Bakong Member',
		value: 'bakongMember',
		description: 'A bank or wallet in Bakong, the payment system of Cambodia',
	},
	operations: [getMany],
};
