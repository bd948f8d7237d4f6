import type { IDataObject } from 'n8n-workflow';

import { payingServiceNamed, serviceNamed } from '../../../../kess/webPay/services';
import { normaliseWebPayFields } from '../../../../kess/webPay/request';
import { findMayNotPay } from '../../../shared/run/agents';
import {
	parametersProperty,
	readParameters,
	readService,
	serviceProperty,
} from '../../../shared/run/serviceCall';
import { CREDENTIAL } from '../../client';
import type { WebPayOperation } from '../operation';
import { requireDone } from '../common/outcomes';

/** Any service by its name, for those this node has no operation for; none that is known to move money. */
export const call: WebPayOperation = {
	option: {
		name: 'Call',
		value: 'call',
		action: 'Call service',
		description:
			'Call any service of the gateway by its name, signed and verified like the others. Not one that moves money.',
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
		const name = item.read('service', (value) => readService(value, payingServiceNamed));
		item.reference = `service ${name}`;
		const service = serviceNamed(name);
		item.hold(await findMayNotPay(item.context, item.itemIndex, CREDENTIAL, service));
		const parameters = item.read('parameters', (value) =>
			normaliseWebPayFields(readParameters(value)),
		);
		const outTradeNo = parameters.out_trade_no;
		const result = await client.call(
			service,
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
