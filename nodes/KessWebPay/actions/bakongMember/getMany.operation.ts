import type { IDataObject } from 'n8n-workflow';

import { SERVICES } from '../../../../kess/webPay/services';
import { listProperties, readLimit } from '../common/list';
import type { WebPayOperation } from '../operation';
import { listedIn, requireAnswer } from '../common/outcomes';

/** `webpay.acquire.getbakongmembers` (docs/gateway.md §3, Bakong member). */
export const getMany: WebPayOperation = {
	service: SERVICES.getBakongMembers,
	option: {
		name: 'Get Many',
		value: 'getMany',
		action: 'Get many Bakong members',
		description: 'List the banks and wallets that take part in Bakong',
	},
	properties: listProperties,
	simplified: ['name', 'bic', 'status', 'branch_code', 'payin_rate', 'payout_rate'],
	async execute(call, client) {
		const limit = readLimit(call);
		const result = await client.call(SERVICES.getBakongMembers, {});
		const members = listedIn(requireAnswer(result, 'list the Bakong members'));
		return members.slice(0, limit) as IDataObject[];
	},
};
