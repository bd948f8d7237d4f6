import { readKhqr } from '../khqr.mts';
import type { WebPayService } from './service.mts';

/** What a KHQR code says. The names of the answer's fields are the sandbox's own: KESS has not published them. */
export const decodeKhqr: WebPayService = {
	name: 'webpay.acquire.decodeKhqr',
	versions: ['v2'],
	handle({ fields }) {
		const khqr = readKhqr(fields.requiredText('qrcode', 512));
		return {
			bakong_account_id: khqr.accountId,
			acquiring_bank: khqr.bank,
			account_information: khqr.accountInformation,
			merchant_name: khqr.merchantName,
			merchant_city: khqr.merchantCity,
			amount: khqr.amount,
			currency: khqr.currency,
			bill_number: khqr.billNumber,
		};
	},
};
