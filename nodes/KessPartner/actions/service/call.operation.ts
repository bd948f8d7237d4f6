import { KessError } from '../../../../kess/errors';
import { orThrow } from '../../../../kess/gateway/outcome';
import { refusal } from '../../../../kess/partner/codes';
import { payingServiceNamed, serviceNamed } from '../../../../kess/partner/services';
import { findMayNotPay } from '../../../shared/run/agents';
import {
	parametersProperty,
	readParameters,
	readService,
	serviceProperty,
} from '../../../shared/run/serviceCall';
import { CREDENTIAL } from '../../client';
import type { PartnerOperation } from '../operation';

/** Any service by its name, for those this node has no operation for; none that is known to move money. */
export const call: PartnerOperation = {
	option: {
		name: 'Call',
		value: 'call',
		action: 'Call service',
		description:
			'Call any service of the gateway by its name, signed and verified like the others. Not one that moves money.',
	},
	properties: [
		{ ...serviceProperty, placeholder: 'e.g. query.fundTransfer' },
		{ ...parametersProperty, placeholder: 'e.g. { "out_trade_no": "WAGE-2026-11-0001" }' },
	],
	async execute(item, { client }) {
		const service = item.read('service', (value) => readService(value, payingServiceNamed));
		item.reference = `service ${service}`;
		item.hold(await findMayNotPay(item.context, item.itemIndex, CREDENTIAL, serviceNamed(service)));
		const parameters = item.read('parameters', readParameters);
		const result = orThrow(await client.call(service, parameters));
		if (result.kind === 'refused') throw refusal(result, service);
		if (result.kind === 'unknown') {
			throw new KessError(
				`KESS gave no clear answer: ${result.reason}`,
				'The service may have been carried out. Look that up, for example with the operation Query, before you run it again.',
			);
		}
		return [result.data];
	},
};
