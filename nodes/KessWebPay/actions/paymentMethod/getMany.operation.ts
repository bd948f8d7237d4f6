import type { IDataObject } from 'n8n-workflow';

import { listProperties, readLimit } from '../common/list';
import { needsV2 } from '../common/needsV2';
import type { WebPayOperation } from '../operation';
import { fetchPaymentMethods } from '../common/paymentMethods';

/** `webpay.acquire.getpaymentmethods`: the field `bic` is what `service_code` takes (kess-api §4). */
export const getMany: WebPayOperation = {
	option: {
		name: 'Get Many',
		value: 'getMany',
		action: 'Get many payment methods',
		description: 'List the payment methods of your account. The bic of a method is its service code.',
	},
	properties: listProperties,
	async execute(call, client) {
		needsV2(client);
		const limit = readLimit(call);
		return (await fetchPaymentMethods(client)).slice(0, limit) as IDataObject[];
	},
};
