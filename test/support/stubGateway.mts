import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a gateway answers, or that it is gone for good in the middle of the request. */
export type StubAnswer = { status: number; body: object } | 'dies';

/** A gateway that says what no sandbox says. */
export interface StubGateway {
	url: string;
	/** The services that were asked for, in lower case, oldest first; a login is `oauth`. */
	services: string[];
	stop(): void;
}

/** @param answer by the service's name in lower case */
export async function startStubGateway(answer: (service: string) => StubAnswer): Promise<StubGateway> {
	const services: string[] = [];
	const server = createServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { service?: string };
			const service = (body.service ?? 'oauth').toLowerCase();
			services.push(service);
			const given = answer(service);
			if (given === 'dies') {
				server.close();
				request.socket.destroy();
				return;
			}
			response.writeHead(given.status, { 'content-type': 'application/json', connection: 'close' });
			response.end(JSON.stringify(given.body));
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, services, stop: () => void server.close() };
}

/** A refusal in the gateway's envelope. */
export function refused(status: number, code: string, reason: string): StubAnswer {
	return { status, body: { success: false, error_des: reason, status_code: status, code } };
}
