import type { INodeProperties } from 'n8n-workflow';

import { InvalidValueError } from '../../../../kess/errors';
import type { JsonObject } from '../../../../kess/jsonObject';
import { normaliseWebPayFields } from '../../../../kess/webPay/request';
import { readParameters } from '../../../shared/run/serviceCall';

/** For fields that only some versions of the gateway know (docs/gateway.md §11 #13). */
export const extraFieldsField: INodeProperties = {
	displayName: 'Extra Fields',
	name: 'extraFields',
	type: 'json',
	default: '{}',
	placeholder: 'e.g. { "invoke_reuse": 1 }',
	description:
		'Fields of the gateway that have no parameter here, as a JSON object, by their gateway names. Never enter passwords or card numbers here.',
};

/** What the client adds by itself, and what must not stand in a workflow. */
const NEVER = new Set(['card', 'seller_code', 'seller_id', 'service']);

/**
 * Fields that the user adds by their gateway names.
 *
 * @param own names that the operation fills itself
 * @throws InvalidValueError when one of them would be filled twice, or could hold card data
 */
export function readExtraFields(value: unknown, own: readonly string[]): JsonObject {
	const fields = normaliseWebPayFields(readParameters(value));
	const taken = Object.keys(fields).find((field) => NEVER.has(field) || own.includes(field));
	if (taken === undefined) return fields;
	throw new InvalidValueError(
		`has a field ${taken}, which does not belong here`,
		'Remove it. What this operation sends has a parameter of its own.',
	);
}
