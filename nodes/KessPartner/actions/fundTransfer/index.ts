import type { PartnerResource } from '../operation';
import { confirm } from './confirm.operation';
import { create } from './create.operation';
import { payOut } from './payOut.operation';
import { query } from './query.operation';

export const fundTransfer: PartnerResource = {
	option: {
		name: 'Fund Transfer',
		value: 'fundTransfer',
		description: 'Money from your account to a KESS wallet',
	},
	operations: [confirm, create, payOut, query],
};
