import { webPayAccount } from '../sandbox/accounts.mts';
import type { Workflow } from '../sandbox/host/restClient.mts';
import { CREATE_ORDER, itemsNode, lineOf, manualTrigger } from '../sandbox/host/workflow.mts';

/** Workflows that make a payment link of every row; their rows are those of `orderRows`. */

/** @param batchSize rows under way at the same time; left out: the node's default */
export function kessWebPayWorkflow(rows: Array<Record<string, unknown>>, batchSize?: number): Workflow {
	return lineOf('KESS WebPay', [
		manualTrigger,
		itemsNode(rows),
		{
			name: 'Create',
			type: 'n8n-nodes-kesspay.kessWebPay',
			typeVersion: 1,
			parameters: {
				...CREATE_ORDER,
				options: batchSize === undefined ? {} : { batching: { batch: { batchSize } } },
			},
			credentials: { kessWebPayApi: { id: 'kessWebPaySandboxV1', name: 'KESS WebPay sandbox (v1)' } },
		},
	]);
}

const STRING_TO_SIGN = `
return $input.all().map(({ json }, item) => {
	const request = {
		service: 'webpay.acquire.createorder',
		sign_type: 'MD5',
		seller_id: ${JSON.stringify(webPayAccount.sellerCode)},
		out_trade_no: json.no,
		body: json.title,
		total_amount: Number(json.amount),
		currency: 'USD',
	};
	const text = Object.keys(request).sort().map((field) => field + '=' + request[field]).join('&');
	return { json: { request, text: text + '&key=' + ${JSON.stringify(webPayAccount.apiSecretKey)} }, pairedItem: { item } };
});
`;

/** What a user builds who does not have KESS WebPay: the string to sign, its MD5, the request. */
export function ownNodesWorkflow(rows: Array<Record<string, unknown>>, gatewayUrl: string): Workflow {
	const { username, password } = webPayAccount;
	const basic = Buffer.from(`${username}:${password}`).toString('base64');
	return lineOf('Code, Crypto, HTTP Request', [
		manualTrigger,
		itemsNode(rows),
		{ name: 'Text', type: 'n8n-nodes-base.code', typeVersion: 2, parameters: { jsCode: STRING_TO_SIGN } },
		{
			name: 'Sign',
			type: 'n8n-nodes-base.crypto',
			typeVersion: 1,
			parameters: { action: 'hash', type: 'MD5', value: '={{ $json.text }}', dataPropertyName: 'sign' },
		},
		{
			name: 'Create',
			type: 'n8n-nodes-base.httpRequest',
			typeVersion: 4.5,
			parameters: {
				method: 'POST',
				url: `${gatewayUrl}/api/mch/v1/gateway`,
				sendHeaders: true,
				headerParameters: { parameters: [{ name: 'Authorization', value: `Basic ${basic}` }] },
				sendBody: true,
				specifyBody: 'json',
				jsonBody: '={{ JSON.stringify({ ...$json.request, sign: $json.sign }) }}',
				options: {},
			},
		},
	]);
}
