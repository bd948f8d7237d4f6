import { SERVICES } from '../../../../kess/webPay/services';
import { additionalFields } from '../../../shared/run/collections';
import type { WebPayOperation } from '../operation';
import { addressFor } from '../common/order';
import { requireItem } from '../common/outcomes';
import { redirectUrlField } from '../common/transaction';

/** `webpay.acquire.saveCard` (docs/gateway.md §3). */
export const createLink: WebPayOperation = {
	service: SERVICES.saveCard,
	option: {
		name: 'Create Link',
		value: 'createLink',
		action: 'Create saved card link',
		description:
			'Get a link to a page of KESS where the buyer enters a card to be saved. The card number never comes to n8n.',
	},
	properties: [
		{
			displayName: 'Notify URL',
			name: 'notifyUrl',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. https://n8n.shop.example/webhook/card',
			description: 'Address that KESS calls when the card has been saved',
		},
		additionalFields([
			{ ...redirectUrlField, description: 'Where the buyer is sent after entering the card' },
		]),
	],
	async execute(call, client) {
		const fields = {
			notify_url: call.read('notifyUrl', addressFor(client)),
			redirect_url: call.collection('additionalFields').read('redirectUrl', addressFor(client)),
		};
		const result = await client.call(SERVICES.saveCard, fields);
		const advice = 'Run the item again: a link that nobody opens does no harm.';
		return [requireItem(result, 'make a link for saving a card', advice)];
	},
};
