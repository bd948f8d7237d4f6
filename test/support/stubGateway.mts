import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { formFields, type RequestBody } from './formFields.mts';

/** What a gateway was asked, as it arrived. */
export interface Asked {
	/** The service's name in lower case; a login is `oauth`. */
	service: string;
	headers: IncomingHttpHeaders;
	body: RequestBody;
}

/** What a gateway answers, that it is gone for good in the middle of the request, or what it does to the connection. */
export type StubAnswer = { status: number; body: object } | 'dies' | ((response: ServerResponse) => void);

/** A gateway that says what no sandbox says. */
export interface StubGateway {
	url: string;
	/** The services that were asked for, in lower case, oldest first; a login is `oauth`. */
	services: string[];
	/** How many connections are open. */
	connections(): Promise<number>;
	stop(): void;
}

/** @param answer by the service's name in lower case */
export async function startStubGateway(answer: (service: string, asked: Asked) => StubAnswer): Promise<StubGateway> {
	const services: string[] = [];
	const server = createServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			const bytes = Buffer.concat(chunks);
			const { 'content-type': contentType } = request.headers;
			if (contentType?.startsWith('multipart/')) void formFields(bytes, contentType).then(reply);
			else reply(JSON.parse(bytes.toString('utf8')) as RequestBody);
		});
		const reply = (body: RequestBody) => {
			const service = String(body.service ?? 'oauth').toLowerCase();
			services.push(service);
			const given = answer(service, { service, headers: request.headers, body });
			if (given === 'dies') {
				server.close();
				request.socket.destroy();
			} else if (typeof given === 'function') given(response);
			else {
				response.writeHead(given.status, { 'content-type': 'application/json', connection: 'close' });
				response.end(JSON.stringify(given.body));
			}
		};
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		services,
		connections: async () =>
			await new Promise((resolve, reject) => server.getConnections((error, count) => (error ? reject(error) : resolve(count)))),
		stop: () => {
			server.close();
			server.closeAllConnections();
		},
	};
}

/** A refusal in the gateway's envelope. */
export function refused(status: number, code: string, reason: string): StubAnswer {
	return { status, body: { success: false, error_des: reason, status_code: status, code } };
}
