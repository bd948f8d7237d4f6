import type { IBinaryKeyData, IDataObject, INode } from 'n8n-workflow';

import { KessWebPayApi } from '../../credentials/KessWebPayApi.credentials.ts';
import { KessWebPay } from '../../nodes/KessWebPay/KessWebPay.node.ts';
import { type NodeRun, runNode } from '../../sandbox/host/engine.mts';
import type { KessSandbox } from './kessSandbox.mts';

export interface WebPayRunOptions {
	version?: 'v1' | 'v2';
	items?: IDataObject[];
	/** Files that every item has. */
	files?: IBinaryKeyData;
	settings?: Partial<INode>;
	/** What differs from a credential that opens the sandbox. */
	credential?: Record<string, string>;
}

/** Runs one operation of the KESS WebPay node in n8n's engine against a sandbox. */
export async function runWebPay(
	sandbox: KessSandbox,
	resource: string,
	operation: string,
	parameters: IDataObject,
	{ version = 'v2', items = [{}], files, settings = {}, credential }: WebPayRunOptions = {},
): Promise<NodeRun> {
	return await runNode({
		node: new KessWebPay(),
		parameters: { resource, operation, ...parameters },
		items,
		files,
		credentialTypes: [new KessWebPayApi()],
		credentials: sandbox.webPayCredential(version, credential),
		settings,
	});
}

/** Creates orders through the node, and pays them where that is wanted. */
export async function createOrders(sandbox: KessSandbox, numbers: string[], paid: boolean, totalAmount = '10.50'): Promise<NodeRun> {
	const parameters = { outTradeNo: '={{ $json.no }}', body: 'Iced coffee', totalAmount, currency: 'USD' };
	const created = await runWebPay(sandbox, 'order', 'create', parameters, { items: numbers.map((no) => ({ no })) });
	if (created.error !== undefined) throw new Error(created.error.message);
	if (paid) for (const no of numbers) await sandbox.pay(no);
	return created;
}
