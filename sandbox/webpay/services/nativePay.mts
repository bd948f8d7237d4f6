import { khqrText } from '../khqr.mts';
import { paymentLink } from '../orderData.mts';
import { findPaymentMethod } from '../paymentMethods.mts';
import { readOrderRequest } from './newOrder.mts';
import type { WebPayService } from './service.mts';

/** An order with the QR text and the app link of one payment method (docs/gateway.md §3). */
export const nativePay: WebPayService = {
	name: 'webpay.acquire.nativePay',
	versions: ['v2'],
	handle(request) {
		const { fields, orders, origin, show } = request;
		const method = findPaymentMethod(fields.requiredText('service_code', 64));
		const onlyDeeplink = fields.flag('only_deeplink');
		const forIos = fields.flag('is_ios_device');
		const order = orders.create({ ...readOrderRequest(request), serviceCode: method.bic });
		const link = paymentLink(order, origin);
		return {
			qrcode: onlyDeeplink ? null : khqrText(order),
			qrcode_link: onlyDeeplink ? null : link,
			deeplink: link,
			expires_in: order.expiresInSeconds,
			for_ios: forIos,
			brand_logo: `${origin}/img/methods/${method.bic.toLowerCase()}.png`,
			app_name: method.title,
			service_code: method.bic,
			order_info: show(order),
		};
	},
};
