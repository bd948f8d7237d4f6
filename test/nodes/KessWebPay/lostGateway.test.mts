import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { IDataObject } from 'n8n-workflow';

import { KessWebPayApi } from '../../../credentials/KessWebPayApi.credentials.ts';
import { KessWebPay } from '../../../nodes/KessWebPay/KessWebPay.node.ts';
import { runNode } from '../../support/engine.mts';
import { KessSandbox } from '../../support/kessSandbox.mts';

/** A gateway that knows nothing, and is gone for good in the middle of the first request that changes something. */
async function dyingGateway(): Promise<{ url: string; server: Server; changes: string[] }> {
	const changes: string[] = [];
	const server = createServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			const { service } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { service: string };
			if (/query/i.test(service)) {
				response.writeHead(404, { 'content-type': 'application/json', connection: 'close' });
				response.end(JSON.stringify({ success: false, error_des: 'Not found', status_code: 404, code: 'NOT_FOUND' }));
				return;
			}
			changes.push(service);
			server.close();
			request.socket.destroy();
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server, changes };
}

const order = { outTradeNo: 'LOST-1', body: 'Iced coffee', totalAmount: '10.50', currency: 'USD' };

const CASES: Array<[resource: string, operation: string, parameters: IDataObject, says: string]> = [
	['order', 'create', order, 'The order may exist'],
	['payment', 'nativePay', { ...order, serviceCode: 'ABAAKHPP' }, 'The order may exist'],
	['payment', 'quickPay', { ...order, authCode: '134567890123456789', serviceCode: 'WECHAT' }, 'The buyer may have been charged'],
	['refund', 'create', { outTradeNo: 'LOST-1', reason: 'Damaged', additionalFields: { merchantReference: 'CREDIT-1' } }, 'The money may have gone back'],
];

describe('a gateway that goes away after a request was sent', () => {
	let sandbox: KessSandbox;

	beforeAll(async () => {
		sandbox = await KessSandbox.start();
	});

	afterAll(async () => {
		await sandbox.stop();
	});

	it.each(CASES)('leaves %s %s open, and does not say that nothing was sent', async (resource, operation, parameters, says) => {
		const gateway = await dyingGateway();
		try {
			const { error } = await runNode({
				node: new KessWebPay(),
				parameters: { resource, operation, ...parameters },
				credentialTypes: [new KessWebPayApi()],
				credentials: sandbox.webPayCredential('v2', { baseUrl: gateway.url, accessToken: 'a token' }),
			});
			expect(gateway.changes).toHaveLength(1);
			expect(error?.message).toContain('connection refused');
			expect(error?.description).toContain(says);
			expect(`${error?.message} ${error?.description}`).not.toMatch(/nothing was sent/i);
		} finally {
			gateway.server.close();
		}
	});
});
