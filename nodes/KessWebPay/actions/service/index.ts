import type { WebPayResource } from '../operation';
import { call } from './call.operation';

export const service: WebPayResource = {
	option: {
		name: 'Service',
		value: 'service',
		description: 'Any service of the gateway by its name',
	},
	operations: [call],
};
