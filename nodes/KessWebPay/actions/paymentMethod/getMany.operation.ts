import type { IDataObject } from 'n8n-workflow';

import { SERVICES } from '../../../../kess/webPay/services';
import { listProperties, readLimit } from '../common/list';
import type { WebPayOperation } from '../operation';
import { fetchPaymentMethods } from '../common/paymentMethods';

/** `webpay.acquire.getpaymentmethods`: the field `bic` is what `service_code` takes (docs/gateway.md §4). */
export const getMany: WebPayOperation = {
	service: SERVICES.getPaymentMethods,
	option: {
		name: 'Get Many',
		value: 'getMany',
		action: 'Get many payment methods',
		description:
			'List the payment methods of your account. The bic of a method is its service code.',
	},
	properties: listProperties,
	async execute(call, client) {
		const limit = readLimit(call);
		return (await fetchPaymentMethods(client)).slice(0, limit) as IDataObject[];
	},
};
