import type { WebPayResource } from '../operation';
import { createLink } from './createLink.operation';

export const savedCard: WebPayResource = {
	option: {
		name: 'Saved Card',
		value: 'savedCard',
		description: 'A card that the buyer has left at KESS',
	},
	operations: [createLink],
};
