import { InvalidValueError, KessError } from '../../../../kess/errors';
import { orThrow } from '../../../../kess/gateway/outcome';
import { CONFIRM_TRANSFER } from '../../../../kess/partner/services';
import { requireText } from '../../../../kess/textField';
import { parametersProperty, readParameters, serviceProperty } from '../../../shared/run/serviceCall';
import { refusal } from '../fundTransfer/transfers';
import type { PartnerOperation } from '../operation';

/** Any service by its name, for those this node has no operation for. */
export const call: PartnerOperation = {
	option: {
		name: 'Call',
		value: 'call',
		action: 'Call service',
		description: 'Call any service of the gateway by its name, signed and verified like the others',
	},
	properties: [
		{ ...serviceProperty, placeholder: 'e.g. query.fundTransfer' },
		{ ...parametersProperty, placeholder: 'e.g. { "out_trade_no": "WAGE-2026-11-0001" }' },
	],
	async execute(item, { client }) {
		const service = item.read('service', requireService);
		item.reference = `service ${service}`;
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

/** Money moves only through the operations that look before they pay. */
function requireService(value: unknown): string {
	const service = requireText(value, 64);
	if (service.toLowerCase() !== CONFIRM_TRANSFER.toLowerCase()) return service;
	throw new InvalidValueError(
		`is ${CONFIRM_TRANSFER}, which pays money`,
		'Use the operation Confirm or Pay Out of the resource Fund Transfer: they make sure that nothing is paid twice.',
	);
}
