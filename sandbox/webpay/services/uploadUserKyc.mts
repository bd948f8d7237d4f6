import type { WebPayService } from './service.mts';

/** Takes the identity documents of a user, at the address for files (docs/gateway.md §3). */
export const uploadUserKyc: WebPayService = {
	name: 'webpay.acquire.uploadUserKyc',
	versions: ['v2'],
	takesFiles: true,
	handle({ fields, users }) {
		const userId = fields.requiredText('user_id', 64);
		users.find(userId);
		for (const name of ['front', 'back', 'selfe']) fields.requireAttachment(name);
		return { user_id: userId, kyc_status: users.validate(userId).kycStatus };
	},
};
