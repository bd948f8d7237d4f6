import {
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeProperties,
	type NodeApiError,
	NodeConnectionTypes,
	type NodeOperationError,
} from 'n8n-workflow';

import { KessError } from '../../../kess/errors';
import type { GatewayService } from '../../../kess/gateway/service';

/** Shown in the panel of a tool, and nowhere else. */
export const agentNotice: INodeProperties = {
	displayName:
		'An AI agent creates and looks up. What moves money is refused here, unless <b>AI Agents May Pay</b> is on in the credential. Take amounts, receivers and numbers from your data: a model that fills them in makes them up. <a href="https://github.com/n8n-nodes-kesspay/n8n-nodes-kesspay/blob/main/docs/ai-agents.md" target="_blank">How to let an agent pay</a>',
	name: 'agentNotice',
	type: 'notice',
	default: '',
	displayOptions: { show: { '@tool': [true] } },
};

/**
 * Whether the node runs as the tool of an AI agent. No sign that n8n gives is enough alone. `isToolExecution` is missing in
 * older n8n, and in newer n8n it says no when the agent has the engine run its tool, as today's agent does. The name of the
 * type, by which n8n offers every node as a tool, and the mark that the engine sets on a node for an agent hold then too.
 */
export function isTool(context: IExecuteFunctions): boolean {
	const { type, rewireOutputLogTo } = context.getNode();
	return (
		type.endsWith('Tool') ||
		rewireOutputLogTo === NodeConnectionTypes.AiTool ||
		losesErrors(context)
	);
}

/** Whether an agent calls its tool itself: an error reaches its model as an empty text then, which reads like "done". */
export function losesErrors(context: IExecuteFunctions): boolean {
	return typeof context.isToolExecution === 'function' && context.isToolExecution();
}

/** What leaves for an item that has failed. n8n tells its next nodes of the error; a model reads only what stands in the item. */
export function failedItem(
	context: IExecuteFunctions,
	error: NodeApiError | NodeOperationError,
	item: number,
): INodeExecutionData {
	if (!isTool(context)) return { json: {}, error, pairedItem: { item } };
	return {
		json: { status: 'failed', reason: error.message, next_step: error.description ?? '' },
		pairedItem: { item },
	};
}

/**
 * Why an AI agent is refused what moves money, unless the credential allows it: a switch in the node would be one that
 * everybody who builds an agent can set.
 *
 * @returns `undefined` for what may be done
 */
export async function findMayNotPay(
	context: IExecuteFunctions,
	itemIndex: number,
	credentialType: string,
	service: GatewayService | undefined,
): Promise<KessError | undefined> {
	if (service?.does !== 'pays' || !isTool(context)) return undefined;
	const { aiAgentsMayPay } = await context.getCredentials(credentialType, itemIndex);
	// An expression may give the text "false".
	if (aiAgentsMayPay === true) return undefined;
	return new KessError(
		`This ${service.operation === undefined ? 'may move' : 'moves'} money, and the KESS credential does not allow that to AI agents`,
		'Nothing was sent. If an agent is to pay here, turn on "AI Agents May Pay" in the credential, set its maximum payments, and put a human review between the agent and this tool. Otherwise let the agent create or look up only, and pay in a workflow that a person starts or approves.',
	);
}
