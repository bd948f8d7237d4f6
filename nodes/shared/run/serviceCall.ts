import type { INodeProperties } from 'n8n-workflow';

import { InvalidValueError } from '../../../kess/errors';
import type { GatewayService } from '../../../kess/gateway/service';
import { type JsonObject, requireJsonObject } from '../../../kess/jsonObject';
import { requireText } from '../../../kess/written/text';

/** The parameters of the operation that calls any service by its name. */

export const serviceProperty: INodeProperties = {
	displayName: 'Service',
	name: 'service',
	type: 'string',
	required: true,
	default: '',
	description: 'Name of the service as KESS writes it',
};

export const parametersProperty: INodeProperties = {
	displayName: 'Parameters',
	name: 'parameters',
	type: 'json',
	default: '{}',
	description:
		'Fields of the service as a JSON object, by their gateway names. Service and signature are added. Never enter passwords or card numbers here.',
};

/**
 * The name of a service as the user wrote it. Money moves only through the operations that look before they pay.
 *
 * @param findPaying the service that is known to move money and that a name may mean
 * @throws InvalidValueError for a service that moves money, with the operation to use
 */
export function readService(
	value: unknown,
	findPaying: (name: string) => GatewayService | undefined,
): string {
	const service = requireText(value, 64);
	const paying = findPaying(service);
	if (paying === undefined) return service;
	throw new InvalidValueError(
		`is ${paying.name}, which moves money`,
		paying.operation === undefined
			? 'Nothing was sent. There is no operation for it: nothing is known about how to find out whether it has been carried out, so it could be carried out twice.'
			: `Use ${paying.operation}: it makes sure that nothing is paid twice. Nothing was sent.`,
	);
}

/** Names that must never go into a request body (docs/gateway.md §5): the gateway does not want them, and others can read them. */
const SECRET_FIELDS = new Set([
	'api_secret_key',
	'client_secret',
	'password',
	'secret',
	'secret_key',
]);

/**
 * The fields of a service as the user wrote them.
 *
 * @throws InvalidValueError when they are no JSON object, or hold a secret
 */
export function readParameters(value: unknown): JsonObject {
	const fields = requireJsonObject(value);
	const secret = Object.keys(fields).find((field) => SECRET_FIELDS.has(field.trim().toLowerCase()));
	if (secret === undefined) return fields;
	throw new InvalidValueError(
		`has a field ${secret}, which does not belong into a request`,
		'Remove it. The credential logs in and signs by itself.',
	);
}
