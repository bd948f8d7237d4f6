import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
	at: number;
	url: string;
	headers: IncomingHttpHeaders;
	body: string;
}

/** A shop that is told about payments, over real HTTP. */
export class NotifyListener {
	readonly received: Received[] = [];
	/** The statuses to answer with, in turn; 200 when there are no more. */
	answers: number[] = [];
	private readonly server = createServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			const { url = '', headers } = request;
			this.received.push({ at: performance.now(), url, headers, body: Buffer.concat(chunks).toString() });
			response.writeHead(this.answers.shift() ?? 200, { location: '/elsewhere' }).end('{}');
		});
	});

	async listen(): Promise<string> {
		await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
		return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/notify?order=7`;
	}

	clear(): void {
		this.received.length = 0;
		this.answers = [];
	}

	close(): Promise<void> {
		return new Promise((resolve) => {
			this.server.close(() => resolve());
			this.server.closeAllConnections();
		});
	}
}
