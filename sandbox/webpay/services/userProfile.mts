import { Refusal } from '../refusal.mts';
import type { WebPayService } from './service.mts';

/** Users under the merchant: made up, like their names. */
const USERS = new Map([
	['10023', { first_name: 'Dara', last_name: 'Sok', phone_number: '012345678', kyc_status: 'validated' }],
	['10024', { first_name: 'ស្រី', last_name: 'អ៊ុន', phone_number: '098765432', kyc_status: 'pending' }],
]);

/** The profile of a user (docs/gateway.md §3). But for `kyc_status` the names of the fields are those of the request that adds one. */
export const userProfile: WebPayService = {
	name: 'webpay.acquire.userprofile',
	versions: ['v2'],
	handle({ fields }) {
		const userId = fields.requiredText('user_id', 64);
		const user = USERS.get(userId);
		if (user === undefined) throw new Refusal('NOT_FOUND', 'The user was not found.');
		return { user_id: userId, ...user };
	},
};
