import { Refusal } from '../refusal.mts';
import type { WebPayService } from './service.mts';

/** Adds a user under the merchant (docs/gateway.md §3). */
export const addUser: WebPayService = {
	name: 'webpay.acquire.adduserundermerchant',
	versions: ['v2'],
	handle({ fields, sellerCode, users }) {
		if (sellerCode === undefined) throw new Refusal('VALIDATION_ERROR', 'The seller_code field is required.');
		const firstName = fields.requiredText('first_name', 255);
		const lastName = fields.requiredText('last_name', 255);
		const email = fields.requiredText('email', 255);
		const phoneNumber = fields.requiredText('phone_number', 25);
		if (!email.includes('@')) throw new Refusal('VALIDATION_ERROR', 'The email field must be a valid email address.');
		if (!/^0\d{8,9}$/.test(phoneNumber)) throw new Refusal('VALIDATION_ERROR', 'The phone_number field is invalid.');
		return { user_id: users.add({ firstName, lastName, email, phoneNumber }) };
	},
};
