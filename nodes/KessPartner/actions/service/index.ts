import type { PartnerResource } from '../operation';
import { call } from './call.operation';

export const service: PartnerResource = {
	option: {
		name: 'Service',
		value: 'service',
		description: 'Any service of the gateway by its name',
	},
	operations: [call],
};
