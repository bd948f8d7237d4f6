import axios from 'axios';

import { type Execution, type Item, outputOf, type Workflow } from '../../../sandbox/host/restClient.mts';
import { CREATE_ORDER, lineOf } from '../../../sandbox/host/workflow.mts';
import type { Cluster } from './cluster.mts';
import { inLanes } from '../../support/lanes.mts';

const TIMEOUT_MS = 8_000;
const LISTENS_WITHIN_MS = 20_000;

/** An order as the shop sends it. */
export interface Order {
	no: string;
	title: string;
	amount: string;
}

/** A payout as the office sends it, several in one call. */
export interface Payout {
	no: string;
	receiver: string;
	amount: string;
}

/** What an execution says of one order or payout. */
export interface Said {
	no: string;
	/** Paid and unknown are of payouts, link is of orders. */
	as: 'link' | 'paid' | 'unknown' | 'failed';
	/** The link, or why there is none or it is not paid. */
	text: string;
}

/** A workflow that begins with a webhook and is active. */
export interface Service<Row> {
	workflowId: string;
	/** Calls the webhook as somebody outside does, who hears only that the rows have arrived. */
	send(rows: Row[]): Promise<void>;
	/** What the executions that have ended say of each row, oldest first. */
	said(): Promise<Said[]>;
	/** The rows that an execution was begun with, as long as n8n has them. */
	sentTo(executionId: string): Promise<Row[]>;
}

const http = axios.create({ proxy: false });

/** Makes payment links, one for each call. */
export async function orderService(cluster: Cluster): Promise<Service<Order>> {
	const create = kessNode('kessWebPay', cluster.credentialIds.kessWebPayApi, CREATE_ORDER);
	return await start<Order>(cluster, 'orders', create, ({ payment_link: link }) => (link ? 'link' : 'failed'));
}

/** Pays out, several in a call. */
export async function payoutService(cluster: Cluster): Promise<Service<Payout>> {
	const pay = kessNode('kessPartner', cluster.credentialIds.kessPartnerApi, {
		resource: 'fundTransfer',
		operation: 'payOut',
		outTradeNo: '={{ $json.no }}',
		receiverId: '={{ $json.receiver }}',
		senderName: 'Sunrise Garments',
		amount: '={{ $json.amount }}',
		currency: 'USD',
		partnerTransactionId: '={{ "BANK-" + $json.no }}',
	});
	return await start<Payout>(cluster, 'payouts', pay, ({ status }) => (status === 'paid' || status === 'unknown' ? status : 'failed'));
}

function kessNode(name: string, credentialId: string, parameters: Record<string, unknown>): Workflow['nodes'][number] {
	return {
		name: 'KESS',
		type: `n8n-nodes-kesspay.${name}`,
		typeVersion: 1,
		parameters: { ...parameters, options: { timeout: TIMEOUT_MS } },
		credentials: { [`${name}Api`]: { id: credentialId, name: 'KESS sandbox' } },
		onError: 'continueRegularOutput',
	};
}

async function start<Row extends { no: string }>(
	{ client, main, postgres }: Cluster,
	path: string,
	kess: Workflow['nodes'][number],
	verdict: (json: Record<string, unknown>) => Said['as'],
): Promise<Service<Row>> {
	const webhook = {
		name: 'Call',
		type: 'n8n-nodes-base.webhook',
		typeVersion: 2.1,
		webhookId: path,
		parameters: { httpMethod: 'POST', path, responseMode: 'onReceived', options: {} },
	};
	const rows = { name: 'Rows', type: 'n8n-nodes-base.splitOut', typeVersion: 1, parameters: { fieldToSplitOut: 'body', options: {} } };
	const { id } = await client.createWorkflow(lineOf(path, [webhook, rows, kess]));
	await client.activateWorkflow(id);
	const address = `${main.url}/webhook/${path}`;
	await untilListening(address);

	const ended = new Map<string, Said[]>();
	return {
		workflowId: id,
		async send(list) {
			await http.post(address, list);
		},
		async said() {
			const found = await postgres.query(
				`select id from execution_entity where "workflowId" = '${id}' and status not in ('new', 'running') order by id`,
			);
			const ids = found.flat();
			await inLanes(ids.filter((executionId) => !ended.has(executionId)), async (executionId) => {
				ended.set(executionId, saidBy(await client.getExecution(executionId), verdict));
			}, 10);
			return ids.flatMap((executionId) => ended.get(executionId) ?? []);
		},
		async sentTo(executionId) {
			const { data } = await client.getExecution(executionId);
			const { nodeExecutionStack: [first] } = data.executionData as { nodeExecutionStack: Array<{ data: { main: Item[][] } }> };
			return (first?.data.main[0]?.[0]?.json.body ?? []) as Row[];
		},
	};
}

/** An execution that was cut off says nothing. */
function saidBy(execution: Execution, verdict: (json: Record<string, unknown>) => Said['as']): Said[] {
	const sent = outputOf(execution, 'Rows').map(({ json }) => String(json.no));
	return outputOf(execution, 'KESS').map(({ json }, index) => ({
		no: sent[index] ?? '',
		as: verdict(json),
		text: [json.payment_link, json.error, json.reason, json.next_step].filter(Boolean).join(' '),
	}));
}

/** A new webhook is not there at once. GET is not what it takes, which n8n says only of one that it knows. */
async function untilListening(address: string): Promise<void> {
	for (const last = Date.now() + LISTENS_WITHIN_MS; ; ) {
		const { data } = await http.get<{ message?: string }>(address, { validateStatus: () => true });
		if (data.message?.includes('not registered for GET')) return;
		if (Date.now() > last) throw new Error(`${address} does not listen: ${JSON.stringify(data)}`);
		await new Promise((resolve) => setTimeout(resolve, 100));
	}
}
