import type { EngineRequest, EngineResponse, IExecuteFunctions, INodeExecutionData, INodeType, INodeTypeDescription } from 'n8n-workflow';

/** How an agent's tool comes to be run: today's agent asks the engine for it, earlier ones call it themselves, and so do MCP servers. */
export const AGENTS = ['asks the engine', 'calls the tool'] as const;

export type AgentKind = (typeof AGENTS)[number];

/** An AI agent without a model: it runs its tool once and hands on what comes back. */
export class Agent implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Agent',
		name: 'agent',
		group: ['transform'],
		version: 1,
		description: '',
		defaults: {},
		inputs: ['main', { type: 'ai_tool' }],
		outputs: ['main'],
		properties: [],
	};

	execute: (this: IExecuteFunctions, response?: EngineResponse) => Promise<INodeExecutionData[][] | EngineRequest>;

	constructor(kind: AgentKind) {
		this.execute = kind === 'asks the engine' ? askEngine : callTool;
	}
}

async function askEngine(this: IExecuteFunctions, response?: EngineResponse): Promise<INodeExecutionData[][] | EngineRequest> {
	if (response?.actionResponses?.length) return [[{ json: { done: true } }]];
	return {
		actions: [{ actionType: 'ExecutionNodeAction', nodeName: 'Node', input: {}, type: 'ai_tool', id: 'call-1', metadata: {} }],
		metadata: {},
	};
}

async function callTool(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const [tool] = (await this.getInputConnectionData('ai_tool', 0)) as Array<{ invoke(input: object): Promise<unknown> }>;
	// An agent tells the model what has gone wrong, and goes on.
	const said = await tool?.invoke({}).catch((error: Error) => error.message);
	return [[{ json: { said: String(said) } }]];
}
