import { SERVICES } from '../../../../kess/webPay/services';
import { READ_AGAIN, requireItem } from '../common/outcomes';
import type { WebPayOperation } from '../operation';
import { readUserId, requireUser, userIdProperty } from './fields';

/** `webpay.acquire.userprofile` (docs/gateway.md §3): known by its name and from one working client. */
export const get: WebPayOperation = {
	service: SERVICES.userProfile,
	option: {
		name: 'Get',
		value: 'get',
		action: 'Get user',
		description:
			'Look up the profile of a KESS user under your account. With kyc_status "validated" the user can pay KHQR codes.',
	},
	properties: [userIdProperty],
	async execute(call, client) {
		const userId = readUserId(call);
		const result = await client.call(SERVICES.userProfile, { user_id: userId });
		const user = requireItem(result, 'show the user', READ_AGAIN);
		requireUser(user, userId);
		return [user];
	},
};
