import type { WebPayService } from './service.mts';

/** The profile of a user (docs/gateway.md §3). But for `kyc_status` the names of the fields are those of the request that adds one. */
export const userProfile: WebPayService = {
	name: 'webpay.acquire.userprofile',
	versions: ['v2'],
	handle({ fields, users }) {
		const userId = fields.requiredText('user_id', 64);
		const { firstName, lastName, phoneNumber, kycStatus } = users.find(userId);
		return { user_id: userId, first_name: firstName, last_name: lastName, phone_number: phoneNumber, kyc_status: kycStatus };
	},
};
