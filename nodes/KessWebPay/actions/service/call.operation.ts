import type { IDataObject } from 'n8n-workflow';

import { requireText } from '../../../../kess/textField';
import { serviceNamed } from '../../../../kess/webPay/services';
import { normaliseWebPayFields } from '../../../../kess/webPay/request';
import { parametersProperty, readParameters, serviceProperty } from '../../../shared/run/serviceCall';
import type { WebPayOperation } from '../operation';
import { requireDone } from '../common/order';

/** Any service by its name, for those this node has no operation for. */
export const call: WebPayOperation = {
	option: {
		name: 'Call',
		value: 'call',
		action: 'Call service',
		description: 'Call any service of the gateway by its name, signed and verified like the others',
	},
	properties: [
		{ ...serviceProperty, placeholder: 'e.g. webpay.acquire.queryOrder' },
		{
			...parametersProperty,
			placeholder: 'e.g. { "out_trade_no": "INV-1001" }',
			description:
				'Fields of the service as a JSON object, by their gateway names. Service, signature and seller are added. Never enter passwords or card numbers here.',
		},
	],
	async execute(item, client) {
		const service = item.read('service', (value) => requireText(value, 64));
		item.reference = `service ${service}`;
		const parameters = item.read('parameters', (value) => normaliseWebPayFields(readParameters(value)));
		const outTradeNo = parameters.out_trade_no;
		const result = await client.call(
			serviceNamed(service),
			parameters,
			typeof outTradeNo === 'string' ? { outTradeNo, mayOmit: true } : {},
		);
		const data = requireDone(
			result,
			'run the service',
			'The service may have been carried out. Look that up, for example with the operation Query, before you run it again.',
		);
		return (Array.isArray(data) ? data : [data]) as IDataObject[];
	},
};
