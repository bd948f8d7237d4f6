import type { IDataObject, INodeProperties, IPollFunctions, IWebhookFunctions } from 'n8n-workflow';

import { timeInPhnomPenh } from '../../../kess/written/day';

/** For everything that returns more fields than somebody can overlook. */
export const simplifyProperty: INodeProperties = {
	displayName: 'Simplify',
	name: 'simplify',
	type: 'boolean',
	default: true,
	description: 'Whether to return a simplified version of the response instead of the raw data',
};

/** What this package adds to an answer of KESS. */
const OWN = ['already_existed', 'already_confirmed', 'reason', 'next_step', 'warning'];

/**
 * What a trigger says has happened, the fields that matter, in this order, then what the package says itself. A field
 * without a value is left out, and a moment is shown as the clock in Phnom Penh has it.
 */
export function simplified(item: IDataObject, fields: readonly string[]): IDataObject {
	return Object.fromEntries(
		['event', ...fields, ...OWN].flatMap((field) => {
			const value = item[field];
			const isEmpty =
				value === undefined || value === null || (Array.isArray(value) && value.length === 0);
			return isEmpty ? [] : [[field, field.endsWith('_at') ? timeInPhnomPenh(value) : value]];
		}),
	) as IDataObject;
}

/** The same where there are no items, as the user has chosen. */
export function asChosen(
	context: IPollFunctions | IWebhookFunctions,
	item: IDataObject,
	fields: readonly string[],
): IDataObject {
	return context.getNodeParameter('simplify', true) === false ? item : simplified(item, fields);
}
