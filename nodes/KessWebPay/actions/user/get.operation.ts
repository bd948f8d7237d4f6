import { KessError } from '../../../../kess/errors';
import { textOf } from '../../../../kess/jsonObject';
import { requireReference } from '../../../../kess/written/reference';
import { SERVICES } from '../../../../kess/webPay/services';
import { orderItem, requireDone } from '../common/order';
import type { WebPayOperation } from '../operation';

/** `webpay.acquire.userprofile` (docs/gateway.md §3): known by its name and from one working client. */
export const get: WebPayOperation = {
	service: SERVICES.userProfile,
	option: {
		name: 'Get',
		value: 'get',
		action: 'Get user',
		description: 'Look up the profile of a KESS user under your account. With kyc_status "validated" the user can pay KHQR codes.',
	},
	properties: [
		{
			displayName: 'User ID',
			name: 'userId',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. 10023',
			description: 'KESS user ID (user_id)',
		},
	],
	async execute(call, client) {
		const userId = call.read('userId', (value, say) => requireReference(value, 64, say));
		call.reference = `user ${userId}`;
		const result = await client.call(SERVICES.userProfile, { user_id: userId });
		const user = orderItem(requireDone(result, 'show the user', 'Looking changes nothing: run the item again.'));
		if (user.user_id !== undefined && textOf(user.user_id) !== userId) {
			throw new KessError(
				'The answer is about another user than the one asked for, so it is not believed',
				'Run the item again. If this stays so, report it to KESS.',
			);
		}
		return [user];
	},
};
