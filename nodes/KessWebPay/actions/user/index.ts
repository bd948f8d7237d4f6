import type { WebPayResource } from '../operation';
import { create } from './create.operation';
import { get } from './get.operation';
import { uploadKyc } from './uploadKyc.operation';

export const user: WebPayResource = {
	option: { name: 'User', value: 'user', description: 'A KESS user under your account' },
	operations: [create, get, uploadKyc],
};
