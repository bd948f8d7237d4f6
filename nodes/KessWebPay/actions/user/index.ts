import type { WebPayResource } from '../operation';
import { get } from './get.operation';

export const user: WebPayResource = {
	option: { name: 'User', value: 'user', description: 'A KESS user under your account' },
	operations: [get],
};
