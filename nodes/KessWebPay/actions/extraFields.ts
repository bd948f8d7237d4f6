import type { INodeProperties } from 'n8n-workflow';

import { InvalidValueError } from '../../../kess/errors';
import type { JsonObject } from '../../../kess/jsonObject';
import { normaliseWebPayFields } from '../../../kess/webPay/request';
import { additionalFields } from '../../shared/run/collections';
import { readParameters } from '../../shared/run/serviceCall';

const COLLECTION = 'additionalFields';

/** For fields that only some versions of the gateway know (docs/gateway.md §11 #13). */
const extraFieldsField: INodeProperties = {
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

/** The parameters of an operation, with Extra Fields among its Additional Fields. */
export function withExtraFields(properties: INodeProperties[]): INodeProperties[] {
	const hasCollection = properties.some(({ name }) => name === COLLECTION);
	return (hasCollection ? properties : [...properties, additionalFields([])]).map((property) => {
		if (property.name !== COLLECTION) return property;
		const options = [...((property.options ?? []) as INodeProperties[]), extraFieldsField];
		return {
			...property,
			options: options.sort((a, b) => a.displayName.localeCompare(b.displayName)),
		};
	});
}

/**
 * Fields that the user adds by their gateway names.
 *
 * @throws InvalidValueError when one of them is the client's own affair, could hold card data, or is spelt as no field of KESS is
 */
export function readExtraFields(value: unknown): JsonObject {
	const fields = normaliseWebPayFields(readParameters(value));
	const odd = Object.keys(fields).find((field) => !/^[a-z][a-z\d_]*$/.test(field));
	if (odd !== undefined) {
		throw new InvalidValueError(
			`has a field ${JSON.stringify(odd.slice(0, 40))}, which is no name of the gateway`,
			'Write the names as KESS does: in small letters, digits and underscores.',
		);
	}
	const taken = Object.keys(fields).find((field) => NEVER.has(field));
	if (taken === undefined) return fields;
	throw new InvalidValueError(
		`has a field ${taken}, which does not belong here`,
		'Remove it. What this operation sends has a parameter of its own.',
	);
}
