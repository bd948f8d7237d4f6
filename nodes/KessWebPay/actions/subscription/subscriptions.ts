import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { requireReference } from '../../../../kess/written/reference';
import { requireText, type Say } from '../../../../kess/written/text';
import { InvalidValueError } from '../../../../kess/errors';
import type { WebPayService } from '../../../../kess/webPay/services';
import type { ItemCall } from '../../../shared/run/item';
import type { WebPayClient } from '../../client';
import { requireItem } from '../common/outcomes';

const INTERVALS = ['daily', 'monthly', 'weekly'];

/** The parameter by which operations name their subscription, whatever the gateway calls it (docs/gateway.md §11, 14). */
export const subscriptionCodeProperty: INodeProperties = {
	displayName: 'Subscription Code',
	name: 'subscriptionCode',
	type: 'string',
	required: true,
	default: '',
	description: 'Code that KESS gave to the subscription, as Get Many lists it',
};

export const intervalProperty: INodeProperties = {
	displayName: 'Interval',
	name: 'interval',
	type: 'options',
	required: true,
	options: [
		{ name: 'Daily', value: 'daily' },
		{ name: 'Monthly', value: 'monthly' },
		{ name: 'Weekly', value: 'weekly' },
	],
	default: 'monthly',
	description: 'How often the buyer pays',
};

export function requireInterval(value: unknown): string {
	const interval = requireText(value, 64).toLowerCase();
	if (INTERVALS.includes(interval)) return interval;
	throw new InvalidValueError(
		`is ${JSON.stringify(interval)}, which KESS does not take`,
		`Use one of ${INTERVALS.join(', ')}.`,
	);
}

export function requireSubscriptionCode(value: unknown, say?: Say): string {
	return requireReference(value, 64, say);
}

/**
 * Changes the state of one subscription.
 *
 * @param field what the gateway calls the code in this service
 * @param intent what is to be done, as it continues "KESS refuses to …"
 */
export async function changeSubscription(
	call: ItemCall,
	client: WebPayClient,
	{ service, field, intent }: { service: WebPayService; field: string; intent: string },
): Promise<IDataObject[]> {
	const code = call.read('subscriptionCode', requireSubscriptionCode);
	call.reference = `subscription ${code}`;
	const result = await client.call(service, { [field]: code });
	const advice =
		'It may have been done. Get many subscriptions shows the status of this one: look before you run the item again.';
	return [requireItem(result, intent, advice)];
}
