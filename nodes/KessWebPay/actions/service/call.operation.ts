import type { IDataObject } from 'n8n-workflow';

import { InvalidValueError } from '../../../../kess/invalidValueError';
import { type JsonObject, requireJsonObject } from '../../../../kess/jsonObject';
import { requireText } from '../../../../kess/webPayFields';
import { normaliseWebPayFields } from '../../../../kess/webPayRequest';
import type { WebPayOperation } from '../operation';
import { requireDone } from '../order/shared';

/** Any service by its name, for those this node has no operation for. */
export const call: WebPayOperation = {
	option: {
		name: 'Call',
		value: 'call',
		action: 'Call service',
		description: 'Call any service of the gateway by its name, signed and verified like the others',
	},
	properties: [
		{
			displayName: 'Service',
			name: 'service',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. webpay.acquire.queryOrder',
			description: 'Name of the service as KESS writes it',
		},
		{
			displayName: 'Parameters',
			name: 'parameters',
			type: 'json',
			default: '{}',
			placeholder: 'e.g. { "out_trade_no": "INV-1001" }',
			description:
				'Fields of the service as a JSON object, by their gateway names. Service, signature and seller are added. Never enter passwords or card numbers here.',
		},
	],
	async execute(item, client) {
		const service = item.read('service', (value) => requireText(value, 64));
		item.reference = `service ${service}`;
		const parameters = item.read('parameters', readParameters);
		const fields = { ...client.seller, ...parameters };
		const outTradeNo = parameters.out_trade_no;
		const result = await client.call(
			service,
			fields,
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

/** Names that must never go into a request body (kess-api §5): the gateway does not want them, and others can read them. */
const SECRET_FIELDS = new Set(['api_secret_key', 'client_secret', 'password', 'secret', 'secret_key']);

function readParameters(value: unknown): JsonObject {
	const fields = requireJsonObject(value);
	const secret = Object.keys(fields).find((field) => SECRET_FIELDS.has(field.toLowerCase()));
	if (secret !== undefined) {
		throw new InvalidValueError(
			`has a field ${secret}, which does not belong into a request`,
			'Remove it. The credential logs in and signs by itself.',
		);
	}
	return normaliseWebPayFields(fields);
}
