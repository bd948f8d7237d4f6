import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Message {
	role: string;
	content?: string | null;
}

/**
 * A language model on this computer that speaks OpenAI's protocol and thinks nothing: it calls one tool that it is given,
 * with the arguments of the test, and repeats what the tool has answered.
 */
export class FakeModel {
	/** What the tool is called with. */
	toolArguments: object = {};

	/** Which tool is called; left out: the first. */
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
		const last = messages.at(-1);
		const name = this.tool ?? tools?.[0]?.function.name ?? '';
		const message =
			last?.role === 'tool'
				? { role: 'assistant', content: `The tool says: ${last.content}` }
				: {
						role: 'assistant',
						content: null,
						tool_calls: [{ id: 'call_1', type: 'function', function: { name, arguments: JSON.stringify(this.toolArguments) } }],
					};
		return {
			id: 'chat-1',
			object: 'chat.completion',
			created: 1,
			model,
			choices: [{ index: 0, message, finish_reason: last?.role === 'tool' ? 'stop' : 'tool_calls' }],
			usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
		};
	}
}
