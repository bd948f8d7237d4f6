import type { WebPayService } from './service.mts';

/** Titles and codes as kess-api section 4 lists them. */
const METHODS = [
	{ title: 'KHQR', bic: 'KHQR' },
	{ title: 'KESS PAY', bic: 'KESSKH' },
	{ title: 'ABA PAY', bic: 'ABAAKHPP' },
	{ title: 'ACLEDA Pay', bic: 'ACLBKHPP' },
	{ title: 'Wing', bic: 'WING' },
	{ title: 'Visa/Master', bic: 'VISA_MASTER' },
	{ title: 'WeChat Pay', bic: 'WECHAT' },
	{ title: 'Alipay', bic: 'ALIPAY' },
];

/** The methods a buyer can choose from (kess-api section 3, payment method). */
export const getPaymentMethods: WebPayService = {
	name: 'webpay.acquire.getpaymentmethods',
	versions: ['v1', 'v2'],
	handle: ({ origin }) =>
		METHODS.map(({ title, bic }, index) => ({
			id: index + 1,
			title,
			img_url: `${origin}/img/methods/${bic.toLowerCase()}.png`,
			bic,
			storelink: { ios: null, android: null },
		})),
};
