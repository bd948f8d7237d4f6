import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Message {
	role: string;
	content?: string | null;
}

/**
 * A language model on this computer that speaks OpenAI's protocol and thinks nothing: it calls the tools that it is given, all
 * at once, with the arguments of the test, and repeats what they have answered.
 */
export class FakeModel {
	/** What the tools are called with. */
	toolArguments: object = {};

	/** The only tool that is called; left out: all. */
	tool?: string;

	private constructor(private readonly server: Server) {}

	static async start(): Promise<FakeModel> {
		const server = createServer((request, response) => {
			const chunks: Buffer[] = [];
			request.on('data', (chunk: Buffer) => chunks.push(chunk));
			request.on('end', () => {
				response.setHeader('content-type', 'application/json');
				response.end(JSON.stringify(model.answer(JSON.parse(Buffer.concat(chunks).toString()) as never)));
			});
		});
		const model = new FakeModel(server);
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		return model;
	}

	/** Its address, as a credential of OpenAI has it. */
	get url(): string {
		return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v1`;
	}

	async stop(): Promise<void> {
		this.server.closeAllConnections();
		await new Promise((resolve) => this.server.close(resolve));
	}

	private answer({ messages, tools, model }: { messages: Message[]; tools?: Array<{ function: { name: string } }>; model: string }): object {
		const said = messages.filter(({ role }) => role === 'tool').map(({ content }) => `The tool says: ${content}`);
		const hasCalled = said.length > 0;
		const wanted = (tools ?? []).filter(({ function: { name } }) => this.tool === undefined || name === this.tool);
		const toolCalls = wanted.map(({ function: { name } }, index) => ({
			id: `call_${index}`,
			type: 'function',
			function: { name, arguments: JSON.stringify(this.toolArguments) },
		}));
		const message = { role: 'assistant', ...(hasCalled ? { content: said.join('\n') } : { content: null, tool_calls: toolCalls }) };
		return {
			id: 'chat-1',
			object: 'chat.completion',
			created: 1,
			model,
			choices: [{ index: 0, message, finish_reason: hasCalled ? 'stop' : 'tool_calls' }],
			usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
		};
	}
}
