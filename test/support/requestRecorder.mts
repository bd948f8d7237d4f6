import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import axios from 'axios';

import { formFields, type RequestBody } from './formFields.mts';

export type { RequestBody };

/** Stands between a node and a gateway: writes down what is asked for and passes on both ways. */
export class RequestRecorder {
	/** Bodies that went to the gateway itself, oldest first; logins are left out. */
	bodies: RequestBody[] = [];

	private constructor(
		private readonly server: Server,
		/** Origin to be used in place of the gateway's. */
		readonly url: string,
	) {}

	/** @param target origin of the gateway */
	static async start(target: string): Promise<RequestRecorder> {
		const server = createServer((request, response) => {
			void pass(request).then(({ status, text }) => {
				response.writeHead(status, { 'content-type': 'application/json' });
				response.end(text);
			});
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		const recorder = new RequestRecorder(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
		const pass = async (request: IncomingMessage) => {
			const bytes = await bytesOf(request);
			const isForm = request.url?.endsWith('/upload-attachments') === true;
			if (isForm) recorder.bodies.push(await formFields(bytes, request.headers['content-type']));
			if (request.url?.endsWith('/gateway')) recorder.bodies.push(JSON.parse(bytes.toString('utf8')) as RequestBody);
			const answer = await axios.post<string>(`${target}${request.url ?? ''}`, bytes, {
				headers: { 'content-type': request.headers['content-type'], authorization: request.headers.authorization },
				proxy: false,
				responseType: 'text',
				transformResponse: (body: string) => body,
				validateStatus: () => true,
			});
			return { status: answer.status, text: answer.data };
		};
		return recorder;
	}

	/** What has been recorded since the last time. */
	take(): RequestBody[] {
		return this.bodies.splice(0);
	}

	async stop(): Promise<void> {
		await new Promise((resolve) => this.server.close(resolve));
	}
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	return Buffer.concat(chunks);
}
