import type { INodeProperties } from 'n8n-workflow';

import { InvalidValueError } from '../../../kess/errors';
import { type JsonObject, requireJsonObject } from '../../../kess/jsonObject';

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

/** Names that must never go into a request body (docs/gateway.md §5): the gateway does not want them, and others can read them. */
const SECRET_FIELDS = new Set(['api_secret_key', 'client_secret', 'password', 'secret', 'secret_key']);

/**
 * The fields of a service as the user wrote them.
 *
 * @throws InvalidValueError when they are no JSON object, or hold a secret
 */
export function readParameters(value: unknown): JsonObject {
	const fields = requireJsonObject(value);
	const secret = Object.keys(fields).find((field) => SECRET_FIELDS.has(field.toLowerCase()));
	if (secret === undefined) return fields;
	throw new InvalidValueError(
		`has a field ${secret}, which does not belong into a request`,
		'Remove it. The credential logs in and signs by itself.',
	);
}
