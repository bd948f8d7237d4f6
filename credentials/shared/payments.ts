import type { INodeProperties } from 'n8n-workflow';

import { LIMIT_FIELDS } from '../../kess/gateway/paymentLimits';

/**
 * Who may move money with a credential, and how much at once.
 *
 * @param agents what an AI agent may do without asking
 * @param limited which requests say how much they move, and which do not
 */
export function paymentProperties(agents: string, limited: string): INodeProperties[] {
	return [
		{
			displayName: 'AI Agents May Pay',
			name: 'aiAgentsMayPay',
			type: 'boolean',
			default: false,
			description: `Whether an AI agent that has a KESS node as a tool may also move money with this credential. Without it the agent can only ${agents}.`,
		},
		...LIMIT_FIELDS.map(
			({ currency, name, displayName }): INodeProperties => ({
				displayName,
				name,
				type: 'string',
				default: '',
				placeholder: `e.g. ${currency === 'KHR' ? '2000000' : '500'}`,
				description: `The highest amount in ${currency} of one payment with this credential, for every workflow and not only for AI agents. Empty means no limit. ${limited}`,
			}),
		),
	];
}
