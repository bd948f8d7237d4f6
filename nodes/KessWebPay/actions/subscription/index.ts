import type { WebPayResource } from '../operation';
import { cancel } from './cancel.operation';
import { create } from './create.operation';
import { createLink } from './createLink.operation';
import { getMany } from './getMany.operation';
import { getTransactions } from './getTransactions.operation';
import { reactivate } from './reactivate.operation';

export const subscription: WebPayResource = {
	option: {
		name: 'Subscription',
		value: 'subscription',
		description: 'A payment that repeats itself',
	},
	operations: [cancel, create, createLink, getMany, getTransactions, reactivate],
};
