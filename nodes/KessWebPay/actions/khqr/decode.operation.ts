import { requireKhqr } from '../../../../kess/webPay/khqr';
import { SERVICES } from '../../../../kess/webPay/services';
import type { WebPayOperation } from '../operation';
import { READ_AGAIN, requireItem } from '../common/outcomes';
import { qrcodeProperty } from './fields';

/** `webpay.acquire.decodeKhqr` (docs/gateway.md §3): who is paid by a KHQR code, in the gateway's words. */
export const decode: WebPayOperation = {
	service: SERVICES.decodeKhqr,
	option: {
		name: 'Decode',
		value: 'decode',
		action: 'Decode KHQR',
		description:
			'Let KESS read the text of a KHQR code: who is paid, and how much. No money moves.',
	},
	properties: [qrcodeProperty],
	async execute(call, client) {
		const qrcode = call.read('qrcode', requireKhqr);
		const result = await client.call(SERVICES.decodeKhqr, { qrcode });
		return [requireItem(result, 'decode the KHQR code', READ_AGAIN)];
	},
};
