import type { INodeProperties } from 'n8n-workflow';

import type { ItemCall } from '../../../shared/run/item';
import { secondsOf, unitOptions } from './waitLimit';

/** How long the payment link takes money, in sight: what has run out cannot be paid any more. */
export const linkValidForProperties: INodeProperties[] = [
	{
		displayName: 'Link Valid For',
		name: 'linkValidFor',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 30,
		description: 'How long the buyer can pay by the link (expires_in)',
	},
	{
		displayName: 'Unit',
		name: 'linkValidUnit',
		type: 'options',
		options: unitOptions,
		default: 'minutes',
		description: 'What Link Valid For counts',
	},
];

/** In whole seconds. */
export function readLinkLife(call: ItemCall): number {
	const unit = call.read('linkValidUnit', (value) => value);
	return call.read('linkValidFor', (value, say) => secondsOf(value, unit, say));
}
