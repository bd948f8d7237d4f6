import { partnerAccount } from '../accounts.mts';
import { type Execution, outputOf, type Workflow } from './restClient.mts';
import type { Sandbox } from '../server.mts';
import { itemsNode, lineOf, manualTrigger } from './workflow.mts';

type Node = Workflow['nodes'][number];

/** One transfer of a list; its fields are those of `create.unified.fundTransfer`. */
export interface Transfer {
	[field: string]: unknown;
	out_trade_no: string;
	receiver_id: string;
	sender_name: string;
	amount: number;
	currency: string;
}

/** What a workflow shows of one transfer. */
export interface Shown {
	outTradeNo: string;
	as: 'paid' | 'unknown' | 'failed';
	/** What stands there when it is not paid. */
	reason: string;
}

/** A way to pay a list of transfers in n8n. */
export interface PayoutWorkflow {
	build(transfers: Transfer[]): Workflow;
	/** What a run shows of each transfer, in the order of the list. */
	read(execution: Execution, transfers: Transfer[]): Shown[];
}

/** How the node that pays is set. */
export interface PayoutSettings {
	/** Milliseconds to wait for an answer. */
	timeout: number;
	/** Rows under way at the same time; left out: all, as HTTP Request has them. Only KESS Partner can bound them. */
	batchSize?: number;
	/** Settings of the nodes that send, such as Retry On Fail. */
	node?: Record<string, unknown>;
}

/** Parameters of KESS Partner that pay each transfer out. */
export const PAY_OUT = {
	resource: 'fundTransfer',
	operation: 'payOut',
	outTradeNo: '={{ $json.out_trade_no }}',
	receiverId: '={{ $json.receiver_id }}',
	senderName: '={{ $json.sender_name }}',
	amount: '={{ $json.amount }}',
	currency: '={{ $json.currency }}',
	partnerTransactionId: '={{ "BANK-" + $json.out_trade_no }}',
};

/** KESS Partner. */
export const kessPartner = ({ timeout, batchSize, node = {} }: PayoutSettings): PayoutWorkflow => ({
	build: (transfers) =>
		lineOf('KESS Partner', [
			manualTrigger,
			itemsNode(transfers),
			{
				name: 'Pay',
				type: 'n8n-nodes-kesspay.kessPartner',
				typeVersion: 1,
				parameters: {
					...PAY_OUT,
					options: { timeout, batching: { batch: { batchSize: batchSize ?? transfers.length } } },
				},
				credentials: { kessPartnerApi: { id: 'kessPartnerSandbox', name: 'KESS Partner sandbox' } },
				...node,
			},
		]),
	read: (execution, transfers) => {
		const items = outputOf(execution, 'Pay');
		return transfers.map(({ out_trade_no: outTradeNo }, index) => {
			const { status, reason, error } = items[index]?.json ?? {};
			const as = status === 'paid' || status === 'unknown' ? status : 'failed';
			return { outTradeNo, as, reason: String(reason ?? error ?? '') };
		});
	},
});

// As PHP's json_encode prints what goes through the gateway's ksort: sorted, slashes and all beyond ASCII escaped.
const SIGN = String.raw`
const { createSign } = require('crypto');
const phpJson = (value) =>
	JSON.stringify(value)
		.replace(/\//g, '\\/')
		.replace(/[\u0080-\uffff]/g, (unit) => '\\u' + unit.charCodeAt(0).toString(16).padStart(4, '0'));
const signed = (fields) => {
	const sorted = Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)));
	const sign = createSign('RSA-SHA256').update(phpJson(sorted)).sign(PRIVATE_KEY, 'base64');
	return { ...fields, sign_type: 'RSA2', sign };
};
`;

const SIGN_CREATION = `
return $input.all().map(({ json }, item) => ({
	json: { out_trade_no: json.out_trade_no, request: signed({ service: 'create.unified.fundTransfer', ...json }) },
	pairedItem: { item },
}));
`;

// An empty answer is an item without json.
const SIGN_CONFIRMATION = `
const prepared = [];
for (const [item, { json }] of $input.all().entries()) {
	const { out_trade_no } = $('Sign creation').itemMatching(item).json;
	if (json?.success !== true || json.data.out_trade_no !== out_trade_no) continue;
	const request = signed({
		service: 'confirm.fundTransfer',
		pre_transfer_id: json.data.pre_transfer_id,
		partner_transaction_id: 'BANK-' + out_trade_no,
	});
	prepared.push({ json: { out_trade_no, request }, pairedItem: { item } });
}
return prepared;
`;

/**
 * The same list with n8n's own nodes, by a careful user: log in, sign, create, go on with what was prepared for this
 * very transfer, sign, confirm, and call paid only what the answer calls paid.
 *
 * @param sandbox the gateway, and the keys to sign with
 */
export function httpRequestNodes(
	{ url, partnerKeys }: Pick<Sandbox, 'url' | 'partnerKeys'>,
	{ timeout, node = {} }: PayoutSettings,
): PayoutWorkflow {
	const code = (name: string, text: string): Node => ({
		name,
		type: 'n8n-nodes-base.code',
		typeVersion: 2,
		parameters: { jsCode: `const PRIVATE_KEY = ${JSON.stringify(partnerKeys.partnerPrivateKey)};\n${SIGN}${text}` },
	});
	const post = (name: string, path: string, headers: Record<string, string>, jsonBody: string): Node => ({
		name,
		type: 'n8n-nodes-base.httpRequest',
		typeVersion: 4.5,
		parameters: {
			method: 'POST',
			url: `${url}/partnerapi/v1/${path}`,
			sendHeaders: true,
			headerParameters: { parameters: Object.entries(headers).map(([header, value]) => ({ name: header, value })) },
			sendBody: true,
			specifyBody: 'json',
			jsonBody,
			// With the format left to n8n, the node never ends when a body breaks off while another row still waits.
			options: { timeout, response: { response: { responseFormat: 'json' } } },
		},
		...node,
	});
	const { partnerId, partnerSecretKey, userName, password } = partnerAccount;
	const login = JSON.stringify({ user_name: userName, password });
	const bearer = { Authorization: '={{ "Bearer " + $("Log in").first().json.access_token }}' };
	const signedRequest = '={{ JSON.stringify($json.request) }}';
	return {
		build: (transfers) =>
			lineOf('HTTP Request', [
				manualTrigger,
				post('Log in', 'token', { 'partner-id': partnerId, 'partner-secret-key': partnerSecretKey }, login),
				itemsNode(transfers),
				code('Sign creation', SIGN_CREATION),
				post('Create', 'gateway', bearer, signedRequest),
				code('Sign confirmation', SIGN_CONFIRMATION),
				post('Confirm', 'gateway', bearer, signedRequest),
			]),
		read: (execution, transfers) => {
			const answers = new Map(
				[['Sign creation', 'Create'], ['Sign confirmation', 'Confirm']].flatMap(([asked = '', node = '']) => {
					const items = outputOf(execution, node);
					return outputOf(execution, asked).map(({ json }, index) => [json.out_trade_no, { node, json: items[index]?.json }] as const);
				}),
			);
			return transfers.map(({ out_trade_no: outTradeNo }) => {
				const { node, json } = answers.get(outTradeNo) ?? { node: 'nothing' };
				const data = json?.data as Record<string, unknown> | undefined;
				const paid = node === 'Confirm' && json?.success === true && data?.result_code === 'SUCCESS' && data.out_trade_no === outTradeNo;
				return { outTradeNo, as: paid ? 'paid' : 'failed', reason: `${node}: ${JSON.stringify(json)}` };
			});
		},
	};
}
